"""Many at the door at once, on both databases: what is kept is as if they had come one by one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise
from threading import Barrier
from typing import TypeVar

from sync.central.disclosure import total
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import (
    NoSuchCode,
    enrol_terminal,
    find_terminal,
    invite_terminal,
)
from sync.central.usecases.verification import first_disagreement
from sync.messages import Answer, DayReport, Enrol, Enrolled
from sync.protocol import digest
from tests.support.central import begin_terminal, on_roster
from tests.support.day_reports import DAY, day_report, key_text

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
MANY = 6
T = TypeVar("T")


def at_once(tasks: list[Callable[[], T]]) -> list[T]:
    """All tasks, each in its thread, let go together."""
    gate = Barrier(len(tasks))

    def run(task: Callable[[], T]) -> T:
        gate.wait(10)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def sender(central: Central, report: DayReport) -> Callable[[], Answer]:
    known = find_terminal(central, report.terminal)
    assert known is not None
    return lambda: take_day_report(central, known.terminal, report, report.to_bytes(), NOW).answer


def enrolled(central: Central, terminal: str = "counter-1") -> None:
    with central.store.transaction(central.site) as t:
        begin_terminal(t, terminal, "1", key_text())
    on_roster(central, "101")


def test_of_equal_reports_one_is_stored(central: Central) -> None:
    enrolled(central)
    answers = at_once([sender(central, day_report())] * MANY)
    assert sorted(answers) == [Answer.ALREADY_HAVE] * (MANY - 1) + [Answer.STORED]
    assert first_disagreement(central) is None


def test_of_many_revisions_the_highest_stays_whole(central: Central) -> None:
    enrolled(central)
    reports = [day_report(n, counts=(0, 0, 0, n, 1)) for n in range(1, MANY + 1)]
    at_once([sender(central, report) for report in reports])
    with central.store.transaction(central.site) as t:
        kept = t.days.report("counter-1", DAY)
        assert kept is not None
        assert kept.digest == digest(reports[-1].to_bytes())
        assert t.recorded.days("counter-1", DAY, DAY)[DAY].rows_agree(reports[-1])


def test_different_terminals_do_not_hold_each_other_up(central: Central) -> None:
    names = [f"counter-{n}" for n in range(MANY)]
    for name in names:
        enrolled(central, name)
    answers = at_once([sender(central, day_report(terminal=name)) for name in names])
    assert answers == [Answer.STORED] * MANY
    assert first_disagreement(central) is None


def test_a_code_lets_one_in_whoever_was_faster(central: Central) -> None:
    code = invite_terminal(central, "counter-1", "1", NOW)

    def use() -> Enrolled | None:
        try:
            return enrol_terminal(central, Enrol(code, key_text()), NOW)
        except NoSuchCode:
            return None

    let_in = [enrolled for enrolled in at_once([use] * MANY) if enrolled]
    assert len(let_in) == 1


def test_reports_opened_at_once_publish_each_rating_once(central: Central) -> None:
    enrolled(central)
    weeks = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
    for monday in weeks:
        sender(central, day_report(1, monday, counts=(0, 1, 2, 4, 8)))()
    late = day_report(2, weeks[0], counts=(0, 1, 2, 9, 9))

    def publish() -> int:
        return publish_due(central, DAY)

    def arrive() -> int:
        return int(sender(central, late)() is not Answer.STORED)

    added = sum(at_once([publish] * (MANY - 1) + [arrive]))
    with central.store.transaction(central.site) as t:
        blocks = t.blocks.of("101")[5]
    assert added == len(blocks) == 3
    assert [block.number for block in blocks] == [1, 2, 3]
    assert all(a.last_day < b.first_day for a, b in pairwise(blocks))
    assert total(blocks) in ((0, 3, 6, 12, 24), (0, 3, 6, 17, 25))
