"""Many terminals at once: a group is kept as if each had come alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import Table, event, select

from sync.central.greetings import Words
from sync.central.schema import day_counts, day_lines, day_reports, seen_sheets, terminals, unclosed
from sync.central.store.engine import CentralStore, DatabaseDown, RowRefused
from sync.central.usecases import intake
from sync.central.usecases.central import Central
from sync.central.usecases.intake import RequestRefused, Signed
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.usecases.verification import first_disagreement
from sync.central.web import batching
from sync.central.web.batching import Batches
from sync.messages import (
    Answer,
    DayReport,
    GapCount,
    Head,
    Receipt,
    Welcome,
)
from sync.protocol import digest
from sync.signing import public_text, sign_request
from tests.support.central import begin_terminal, on_roster
from tests.support.day_reports import DAY, day_report
from tests.support.hellos import made_hello
from tests.support.terminal_requests import judge_terminal, made_heads

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
HELLO = made_hello(
    nonce="own", software="1.0", clock=int(NOW.timestamp()) + 5, due=3, free=900, panel="up"
)


class Callers:
    """Terminals that sign by hand, each with an open run."""

    def __init__(self, central: Central, names: Sequence[str]) -> None:
        self.central = central
        with central.store._engine.begin() as connection:
            connection.execute(terminals.delete())
        self.keys = {name: Ed25519PrivateKey.generate() for name in names}
        for name, key in self.keys.items():
            with central.store.transaction(central.site) as t:
                begin_terminal(t, name, "1", public_text(key))
        on_roster(central, "101")
        hello = structs.replace(HELLO, window=Words.at(central.key, NOW).now)
        hellos = [
            (self.signed(name, "POST", "hello", "own", hello.to_bytes()), hello) for name in names
        ]
        self.welcomes = intake.greet(central, hellos, NOW)
        self.nonces = {
            name: welcome.nonce
            for name, welcome in zip(names, self.welcomes, strict=True)
            if isinstance(welcome, Welcome)
        }

    def signed(self, name: str, method: str, what: str, nonce: str, body: bytes) -> Signed:
        path = f"/v1/sites/{self.central.site}/terminals/{name}/{what}"
        signature = sign_request(self.keys[name], method, path, nonce, body)
        return Signed(
            site=self.central.site,
            terminal=name,
            method=method,
            path=path,
            nonce=nonce,
            signature=signature,
            body=body,
        )

    def day(self, report: DayReport) -> Signed:
        name, what = report.terminal, f"days/{report.date}"
        return self.signed(name, "PUT", what, self.nonces[name], report.to_bytes())

    def take(self, *calls: Signed) -> list[Receipt | Exception | None]:
        return intake.take_days(self.central.store, calls, NOW)


def test_a_run_is_opened_for_each_of_many(central: Central) -> None:
    callers = Callers(central, ["a", "b"])
    for name in "ab":
        known = find_terminal(central, name)
        assert known is not None
        assert known.nonce == callers.nonces[name]
        assert (known.software, known.skew, known.due, known.free) == ("1.0", 5, 3, 900)
        assert known.nonce_until == NOW + timedelta(minutes=10)
    assert callers.nonces["a"] != callers.nonces["b"]


def test_a_first_report_is_receipted_and_anything_else_is_left_to_be_judged_alone(
    central: Central,
) -> None:
    callers = Callers(central, ["a", "b", "c"])
    first, other = day_report(terminal="a"), day_report(terminal="a", counts=(9, 9, 9, 9, 9))
    quarantined = find_terminal(central, "c")
    assert quarantined is not None
    judge_terminal(central, quarantined.terminal, made_heads(Head(5, "a" * 64), ""), NOW)
    judge_terminal(central, quarantined.terminal, made_heads(Head(2, "b" * 64), ""), NOW)
    got = callers.take(
        callers.day(first),
        callers.day(other),  # the same day again, in the same group
        callers.day(day_report(terminal="b")),
        callers.day(day_report(terminal="c")),
    )
    answer = Receipt(
        terminal="a", date=DAY, revision=1, digest=digest(first.to_bytes()), answer=Answer.STORED
    )
    assert isinstance(got[0], Receipt)
    assert structs.replace(got[0], logs=()) == answer
    assert {head.log for head in got[0].logs} >= {"record", "security"}
    assert got[1] is None
    assert isinstance(got[2], Receipt)
    assert got[3] is None
    assert callers.take(callers.day(other)) == [None], "other bytes than were taken"
    assert first_disagreement(central) is None


def test_whose_receipt_was_lost_gets_it_within_the_group_and_nothing_is_written(
    central: Central,
) -> None:
    callers = Callers(central, ["a", "b", "c"])
    days = [callers.day(day_report(terminal=name)) for name in "abc"]
    [taken, _] = callers.take(*days[:2])
    with central.store._engine.begin() as connection:
        connection.execute(unclosed.delete())
    quarantined = find_terminal(central, "b")
    assert quarantined is not None
    judge_terminal(central, quarantined.terminal, made_heads(Head(5, "a" * 64), ""), NOW)
    judge_terminal(central, quarantined.terminal, made_heads(Head(2, "b" * 64), ""), NOW)
    [again, in_quarantine, fresh] = callers.take(*days)
    assert isinstance(taken, Receipt)
    assert again == structs.replace(taken, answer=Answer.ALREADY_HAVE)
    assert in_quarantine is None, "asked alone, which says so"
    assert isinstance(fresh, Receipt)
    assert fresh.answer is Answer.STORED
    with central.store._engine.begin() as connection:
        assert connection.execute(select(day_reports.c.terminal)).all() == [("a",), ("b",), ("c",)]
        [marked] = connection.execute(select(unclosed)).all()
    assert marked.officer == "101", "of what came from c"


def test_a_group_takes_as_many_statements_however_large_it_is(central: Central) -> None:
    asked: list[str] = []

    def ask(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    works = []
    for names in (["a"], ["b", "c", "d", "e", "f", "g", "h", "i", "j"]):
        callers = Callers(central, names)
        days = [callers.day(day_report(terminal=name)) for name in names]
        event.listen(central.store._engine, "before_cursor_execute", ask)
        try:
            assert all(isinstance(receipt, Receipt) for receipt in callers.take(*days))
        finally:
            event.remove(central.store._engine, "before_cursor_execute", ask)
        works.append(len(asked))
        asked.clear()
    assert works[0] == works[1]


def test_who_is_not_proven_is_refused_and_the_others_are_served(central: Central) -> None:
    callers = Callers(central, ["a", "b"])
    good = callers.day(day_report(terminal="a"))
    calls = [
        replace(good, body=good.body + b" "),
        replace(good, terminal="nobody"),
        replace(good, site="nowhere"),
        callers.signed("b", "PUT", f"days/{DAY}", "not its nonce", b"{}"),
        callers.signed("b", "PUT", f"days/{DAY}", callers.nonces["b"], b"{}"),
        callers.signed(
            "b", "PUT", f"days/{DAY}", callers.nonces["b"], day_report(terminal="a").to_bytes()
        ),
        good,
    ]
    got = callers.take(*calls)
    assert [x.status for x in got if isinstance(x, RequestRefused)] == [401] * 4 + [400] * 2
    refused = [x for x in got if isinstance(x, RequestRefused)]
    assert [x.signed is not None for x in refused] == [False] * 4 + [True] * 2, (
        "central signs what it refuses to who is proven"
    )
    assert isinstance(got[6], Receipt)
    late = intake.take_days(central.store, [callers.day(day_report(terminal="b"))],
                            NOW + timedelta(minutes=11))  # fmt: skip
    assert isinstance(late[0], RequestRefused)


def _rows(store: CentralStore) -> dict[str, set[tuple[Any, ...]]]:
    """What a stream of reports leaves behind."""
    tables: tuple[Table, ...] = (day_reports, day_lines, day_counts, seen_sheets, unclosed)
    with store._engine.begin() as connection:
        return {t.name: {tuple(row) for row in connection.execute(t.select())} for t in tables}


def _emptied(central: Central) -> None:
    with central.store._engine.begin() as connection:
        for table in (day_reports, day_lines, day_counts, seen_sheets, unclosed):
            connection.execute(table.delete())


_streams = st.lists(
    st.builds(
        lambda name, back, counts, gaps: structs.replace(
            day_report(1, DAY - timedelta(days=back), name, counts),
            gaps=(GapCount(officer="", kind="duty-paused", n=gaps),),
        ),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 2),
        st.tuples(*[st.integers(0, 3)] * 5),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_streams)
def test_a_group_leaves_what_its_members_would_have_left_one_by_one(
    central: Central, stream: list[DayReport]
) -> None:
    callers = Callers(central, ["a", "b", "c"])
    _emptied(central)
    answers: list[Answer] = []
    got = callers.take(*map(callers.day, stream))
    for report, answer in zip(stream, got, strict=True):
        assert not isinstance(answer, Exception)
        answers.append(answer.answer if answer else _alone(central, report))
    together_rows = _rows(central.store)
    _emptied(central)
    assert answers == [_alone(central, report) for report in stream]
    assert _rows(central.store) == together_rows


def _alone(central: Central, report: DayReport) -> Answer:
    known = find_terminal(central, report.terminal)
    assert known is not None
    return take_day_report(central, known.terminal, report, report.to_bytes(), NOW).answer


def test_a_sheet_that_central_had_seen_less_of_grows_in_a_group(central: Central) -> None:
    callers = Callers(central, ["a", "b"])
    reports = [day_report(terminal=name) for name in ("a", "b")]
    [whole] = reports[0].open_sheets()
    with central.store.transaction(central.site) as t:
        t.witness.put("a", [structs.replace(whole, n=0, entries=0)])
    assert all(isinstance(got, Receipt) for got in callers.take(*map(callers.day, reports)))
    with central.store.transaction(central.site) as t:
        seen = [t.witness.seen(name, {DAY}) for name in ("a", "b")]
    assert [[*sheets.values()] for sheets in seen] == [[whole], [*reports[1].open_sheets()]]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_is_asked_the_same_however_many_come(central: Central) -> None:
    callers = Callers(central, ["a", "b", "c"])
    asked: list[str] = []
    event.listen(
        central.store._engine,
        "before_cursor_execute",
        lambda _line, _cursor, statement, *_rest: asked.append(statement),
    )

    def reads_of(*names: str) -> list[str]:
        asked.clear()
        callers.take(*(callers.day(day_report(terminal=name)) for name in names))
        return [statement for statement in asked if "unnest" in statement]

    alone = reads_of("a")
    assert len(alone) == 6
    assert reads_of("b", "c") == alone


# --- groups ------------------------------------------------------------------------------------


async def _here(do: Callable[..., Any], *given: Any) -> Any:
    await asyncio.sleep(0)  # others may come meanwhile
    return do(*given)


def test_those_that_come_while_a_group_is_at_work_are_the_next_group() -> None:
    groups: list[list[int]] = []

    def answer(asked: Sequence[int]) -> list[int | Exception | None]:
        groups.append(list(asked))
        return [10 * n for n in asked]

    async def run() -> list[int | None]:
        line: Batches[int, int] = Batches(answer, _here, str)
        first = asyncio.create_task(line.ask(1, 0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rest = [asyncio.create_task(line.ask(n, 0)) for n in (2, 3, 4)]
        return list(await asyncio.gather(first, *rest))

    assert asyncio.run(run()) == [10, 20, 30, 40]
    assert groups == [[1], [2, 3, 4]]


@pytest.mark.parametrize(
    ("at_once", "whole_group"), [(1, False), (2, True), (2, False)], ids=["one", "whole", "part"]
)
def test_a_whole_group_does_not_wait_for_the_one_before_where_the_database_takes_both(
    at_once: int, whole_group: bool
) -> None:
    number = batching.MOST if whole_group else batching.MOST - 1
    groups: list[int] = []

    async def run() -> list[int | None]:
        go_on = asyncio.Event()

        async def elsewhere(do: Callable[..., Any], asked: Sequence[int]) -> Any:
            groups.append(len(asked))
            await go_on.wait()
            return do(asked)

        line: Batches[int, int] = Batches(list, elsewhere, str, at_once)
        first = asyncio.create_task(line.ask(0, 0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rest = [asyncio.create_task(line.ask(n + 1, 0)) for n in range(number)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert groups == ([1, number] if whole_group else [1])
        go_on.set()
        answers = await asyncio.gather(first, *rest)
        assert await line.ask(-1, 0) == -1
        return list(answers)

    assert asyncio.run(run()) == list(range(number + 1))
    assert groups == [1, number, 1]


@pytest.mark.parametrize(
    ("fault", "left"),
    [(RowRefused("one row"), None), (DatabaseDown("gone"), DatabaseDown)],
)
def test_a_row_that_is_refused_leaves_each_to_itself_and_a_lost_database_is_told_to_all(
    fault: Exception, left: type[Exception] | None
) -> None:
    def answer(_asked: Sequence[int]) -> list[int | Exception | None]:
        raise fault

    async def run() -> list[Any]:
        line: Batches[int, int] = Batches(answer, _here, str)
        asked = (line.ask(n, 0) for n in range(3))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    got = asyncio.run(run())
    assert [type(x) if x else None for x in got] == [left] * 3


def test_one_who_hangs_up_does_not_keep_the_others_from_their_answers() -> None:
    async def run() -> int | None:
        line: Batches[int, int] = Batches(list, _here, str)
        gone, stays = (asyncio.create_task(line.ask(n, 0)) for n in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(run()) == 2


def test_more_than_fit_are_asked_to_come_later() -> None:
    async def run() -> int:
        line: Batches[int, int] = Batches(list, _here, str)
        whole = batching.MAX_WAITING_BYTES
        first = asyncio.create_task(line.ask(1, whole))
        await asyncio.sleep(0)
        with pytest.raises(RequestRefused) as refused:
            await line.ask(2, 1)
        await first
        assert await line.ask(3, whole) == 3
        return refused.value.status

    assert asyncio.run(run()) == 503


def test_rows_without_their_report_are_never_doubled(central: Central) -> None:
    """The database's own uniqueness is the last guard, below the group."""
    callers = Callers(central, ["a", "b"])
    report = day_report(terminal="a")
    callers.take(callers.day(report))
    with central.store._engine.begin() as connection:
        connection.execute(day_reports.delete())
    with pytest.raises(RowRefused):
        callers.take(callers.day(report), callers.day(day_report(terminal="b")))
    with central.store.transaction(central.site) as t:
        assert t.days.newest_days() == {}
