"""A terminal and its witness through what goes wrong: lost answers, kills, copies put back, clocks
that jump, days that are closed late, a month without a network. Nothing is lost or doubled, and no
alarm is false."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest

from kiosk.domain.duty import EndOfDuty
from kiosk.domain.encounter import DutyBegan, DutyEnded, Record
from kiosk.domain.rating import Half
from kiosk.store.engine import Store
from kiosk.store.verify import Verified, verify
from sync import stick
from sync.central import stick as central_stick
from sync.central.mark import ChangedSinceShown
from sync.central.usecases import two_people
from sync.central.usecases.terminals import (
    KEEP_CENTRAL,
    Release,
    read_fleet,
    release_terminal,
)
from sync.client import SyncFailed
from sync.closing import close_days, compare_reports
from sync.incoming import Refused
from sync.messages import Heads
from sync.steps import Asked
from sync.witness import look, take_up_rest
from tests.evidence.resealing import ASKED, Bench
from tests.support.builders import PRASIT, SOMYING, TODAY, duty_of, rating
from tests.support.central import DIRECTOR, IT, on_roster
from tests.support.two_people import confirm_release_of_terminal


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.end()


def end_the_day(bench: Bench) -> None:
    bench.close()
    bench.sync()
    assert bench.alarms() == ()
    assert bench.settled()
    assert isinstance(verify(bench.store), Verified)
    assert compare_reports(bench.store) is None


def shown_steps(bench: Bench) -> list[bytes]:
    """The steps of every request, as they passed."""
    bodies = [asked for name, asked, _ in bench.wire.passed if name == "heads"]
    return [step.proof for body in bodies for step in Heads.parse(body).steps]


def test_steps_whose_answer_was_lost_go_again_as_the_same_bytes(bench: Bench) -> None:
    bench.press(1, 5)
    bench.wire.deaf = True
    with pytest.raises(SyncFailed):
        bench.look()
    sent = shown_steps(bench)
    bench.press(4)
    with pytest.raises(SyncFailed):
        bench.look()
    bench.wire.deaf = False
    bench.wire.passed.clear()
    bench.look()
    assert shown_steps(bench)[: len(sent) // 3] == sent[: len(sent) // 3]
    assert set(shown_steps(bench)) == set(sent), "nothing new before the old was answered"
    bench.look()
    assert not set(shown_steps(bench)[-2:]) & set(sent)
    end_the_day(bench)


def test_a_kill_between_storing_and_sending_loses_nothing(bench: Bench) -> None:
    bench.press(2, 5)
    look(bench.store, bench.clock.now().wall, ASKED)
    bench.store.reopen()
    bench.press(1)
    bench.look()
    end_the_day(bench)


def test_a_central_that_was_put_back_takes_up_from_its_own_answers(bench: Bench) -> None:
    bench.press(1, 1, 5)
    bench.look()
    bench.back_up_central()
    bench.press(4)
    bench.look()
    bench.pass_noon()
    bench.put_central_back()
    bench.press(3, half=Half.AFTERNOON)
    bench.look()
    end_the_day(bench)


def test_a_central_that_lost_a_reported_day_asks_for_it_and_believes_it(bench: Bench) -> None:
    bench.press(1, 1, 5)
    bench.look()
    bench.back_up_central()
    bench.press(2)
    bench.look()
    end_the_day(bench)
    bench.clock.pass_seconds(86_400)
    bench.look()
    bench.put_central_back()
    bench.clock.pass_seconds(86_400)
    bench.sync()
    bench.sync()
    assert bench.alarms() == ()
    assert bench.settled()


def test_an_older_copy_of_the_terminal_is_named_though_its_journal_is_the_same(
    bench: Bench,
) -> None:
    bench.press(1, 1)
    bench.look()
    bench.copy_terminal()
    bench.press(1)
    bench.look()
    bench.put_terminal_back()
    bench.press(5)
    with pytest.raises(Refused, match="fork"):
        bench.look()
    assert f"on {TODAY}: another step 2 than was seen" in bench.alarms()[0].detail


def test_a_quarantine_ends_for_good_once_two_people_say_that_centrals_days_stay(
    bench: Bench,
) -> None:
    """An older copy was put back after its day was reported."""
    on_roster(bench.central, str(SOMYING.id))
    bench.press(1, 1)
    bench.look()
    bench.copy_terminal()
    bench.press(5, 5, 5)
    bench.look()
    end_the_day(bench)
    bench.put_terminal_back()
    bench.clock.pass_seconds(86_400)
    close_days(bench.store, bench.clock, today=False)
    with pytest.raises(Refused, match="fork"):
        bench.sync()
    shown = read_fleet(bench.central, TODAY)
    assert [(one.n, one.taken_n) for one in shown.parked] == [(2, 5)], "seen before it is decided"
    assert shown.disputed == {"t1"}
    mark = shown.release_mark("t1")
    now = bench.clock.now().wall
    done = release_terminal(bench.central, IT, "t1", mark, "older copy", now, keeps=KEEP_CENTRAL)
    assert done is Release.PROPOSED
    with pytest.raises(ChangedSinceShown):
        two_people.confirm_release_of_terminal(bench.central, DIRECTOR, "t1", mark, now)
    assert confirm_release_of_terminal(bench.central, DIRECTOR, "t1", now)
    for _ in range(2):
        day = bench.clock.now().wall.date()
        bench.terminal.carry_out([Record(rating(4, day=day))])
        bench.sync()
        bench.clock.pass_seconds(86_400)
        close_days(bench.store, bench.clock, today=False)
    after = read_fleet(bench.central, TODAY)
    assert not after.disputed, (
        after.parked,
        after.not_mine,
        [a for a in after.alarms if not a.settled],
    )
    assert all(alarm.settled for alarm in bench.alarms())
    assert after.newest_days["t1"] > TODAY, "it goes on"
    with bench.central.store.read(bench.central.site) as t:
        assert sum(sum(counts) for counts in t.tallies.ratings(TODAY).values()) == 5


def test_a_release_lets_a_sheet_begin_anew_and_binds_what_it_has(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    bench.release()
    bench.press(2)
    bench.look()
    bench.press(3)
    bench.look()
    with bench.store.read() as snapshot:
        histories = {
            (s.history, s.steps, sum(s.counts.values())) for s in snapshot.witnessed.sheets()
        }
    assert histories == {(1, 1, 0), (1, 1, 6)}, "nobody's; four ratings and two reasons"
    end_the_day(bench)


def test_a_release_after_closing_holds_no_report_back(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    bench.close()
    bench.release()
    bench.look()
    end_the_day(bench)


def test_a_central_put_back_from_before_a_release_learns_of_it(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    bench.back_up_central()
    bench.release()
    bench.look()
    bench.look()
    bench.put_central_back()
    bench.press(4)
    bench.look()
    end_the_day(bench)


def test_a_month_without_a_network_needs_no_step(bench: Bench) -> None:
    for _ in range(3):
        bench.press(5, 1)
        bench.clock.pass_seconds(86_400)
        close_days(bench.store, bench.clock, today=False)
    assert shown_steps(bench) == []
    with bench.store.read() as snapshot:
        assert snapshot.witnessed.sheets() == ()
        assert snapshot.witnessed.pending() == ()
    bench.sync()
    assert bench.alarms() == ()


def test_the_network_goes_in_the_morning_and_the_day_is_closed_a_week_later(bench: Bench) -> None:
    bench.press(1, 5, 5)
    bench.look()
    bench.press(2, 4)
    bench.clock.pass_seconds(5 * 3600)
    bench.press(3, half=Half.AFTERNOON)
    bench.clock.pass_seconds(7 * 86_400)
    close_days(bench.store, bench.clock, today=False)
    bench.sync()
    assert bench.alarms() == ()
    assert bench.settled()


def test_what_comes_after_closing_goes_out_with_the_next_revision(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    end_the_day(bench)
    bench.press(4, half=Half.AFTERNOON)
    bench.look()
    end_the_day(bench)
    with bench.store.read() as snapshot:
        newest = snapshot.outbox.newest(TODAY)
    assert newest is not None
    assert newest.revision == 2


def test_closing_again_changes_nothing(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    bench.close()
    first = close_days(bench.store, bench.clock, today=True)
    bench.sync()
    again = close_days(bench.store, bench.clock, today=True)
    assert [(c.revision, c.fresh) for c in (*first, *again)] == [(1, False), (1, False)]


@pytest.mark.parametrize("hours", [-26, -3, 3, 26])
def test_a_clock_that_jumps_raises_no_alarm(bench: Bench, hours: int) -> None:
    bench.press(1, 5)
    bench.look()
    bench.clock.set_wall(bench.clock.now().wall + timedelta(hours=hours))
    bench.press(2, 4)
    bench.look()
    bench.clock.set_wall(bench.clock.now().wall - timedelta(hours=hours))
    bench.press(3)
    bench.look()
    end_the_day(bench)


def test_more_than_a_step_holds_goes_into_the_next_ones(bench: Bench) -> None:
    bench.press(*[5] * 40)
    bench.look()
    bench.press(*[1] * 300)
    bench.pass_noon()
    end_the_day(bench)


def test_an_officer_without_a_press_has_steps_and_an_empty_sheet(bench: Bench) -> None:
    bench.terminal.add_officers([PRASIT])
    bench.terminal.carry_out([DutyBegan(duty_of(PRASIT))])
    bench.look()
    end_the_day(bench)
    with bench.store.read() as snapshot:
        newest = snapshot.outbox.newest(TODAY)
    assert newest is not None
    assert b'["%s",0,' % PRASIT.id.encode() in newest.body


def test_no_step_tells_when_a_duty_of_who_serves_here_begins(bench: Bench) -> None:
    bench.press(5)
    end_the_day(bench)
    bench.terminal.carry_out([DutyEnded(duty_of(), EndOfDuty.SIGNED_OFF)])
    bench.clock.set_wall(bench.clock.now().wall.replace(hour=8) + timedelta(days=1))
    shown = []
    for _ in range(3):
        bench.wire.passed.clear()
        bench.look()
        bodies = [asked for name, asked, _ in bench.wire.passed if name == "heads"]
        steps = [step for body in bodies for step in Heads.parse(body).steps]
        shown.append([(step.officer, step.dimensions) for step in steps])
        bench.terminal.carry_out([DutyBegan(duty_of())])
    assert shown[0] == shown[1] == shown[2]
    assert [officer for officer, _ in shown[0]] == ["", SOMYING.id]


def test_reasons_and_scales_that_no_step_knows_are_taken_up_at_the_end(bench: Bench) -> None:
    bench.press(1, 2)
    take_up_rest(bench.store, bench.clock.now().wall, Asked(levels=3, reasons=()))
    look(bench.store, bench.clock.now().wall, Asked(levels=3, reasons=()))
    bench.pass_noon()
    end_the_day(bench)


def test_a_press_while_the_day_is_finished_is_in_the_report(bench: Bench) -> None:
    """The steps of closing are computed outside a transaction: what comes meanwhile counts."""
    bench.press(1)
    bench.look()
    presses = iter([4, 5])

    class Slow:
        """A clock that lets a citizen press whenever closing looks at it."""

        def now(self) -> object:
            for score in presses:
                bench.terminal.carry_out([Record(rating(score))])
                break
            return bench.clock.now()

    close_days(bench.store, Slow(), today=True)  # type: ignore[arg-type]
    end_the_day(bench)


def test_after_the_receipt_the_terminal_remembers_no_step(bench: Bench) -> None:
    bench.press(1, 5)
    bench.look()
    bench.pass_noon()
    end_the_day(bench)
    with bench.store.read() as snapshot:
        assert snapshot.witnessed.sheets() == ()
        assert snapshot.witnessed.pending() == ()


@pytest.mark.parametrize("broken", [1, 4, 5, 8])
def test_a_line_that_breaks_anywhere_breaks_nothing(bench: Bench, broken: int) -> None:
    for number in range(1, 9):
        bench.press(1 + number % 5)
        bench.wire.deaf = number == broken
        act: Callable[[], object] = bench.pass_noon if number == 4 else bench.look
        with suppress(SyncFailed):
            act()
    bench.wire.deaf = False
    end_the_day(bench)


def test_a_day_that_began_with_a_network_ends_on_a_stick(bench: Bench, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    bench.press(1, 5)
    bench.look()
    bench.press(4)
    bench.pass_noon()
    bench.press(2, half=Half.AFTERNOON)
    bench.close()
    for _ in range(3):
        stick.visit(
            bench.store, bench.clock, bench.key, usb, tmp_path / stick.MEMORY, lambda _: None
        )
        central_stick.visit(bench.central, usb, lambda: bench.clock.now().wall)
    assert bench.alarms() == ()
    assert bench.settled()
    with bench.store.read() as snapshot:
        assert snapshot.witnessed.pending() == ()


def test_a_press_waits_for_no_step(bench: Bench) -> None:
    """Steps are computed outside transactions: a press never waits for one."""
    longest = 0.0
    stop = threading.Event()

    def look_on() -> None:
        store = Store.open(bench.path)
        while not stop.is_set():
            look(store, bench.clock.now().wall, ASKED)
            store.forget_order((TODAY, Half.MORNING))
        store.close()

    beside = threading.Thread(target=look_on)
    beside.start()
    try:
        for _ in range(60):
            began = perf_counter()
            bench.press(5)
            longest = max(longest, perf_counter() - began)
    finally:
        stop.set()
        beside.join()
    assert longest < 1.0, "far below the two seconds after which a press is refused"
