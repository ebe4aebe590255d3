"""Closing a day: what goes into the outbox, and that a dark day is told as well."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from msgspec.structs import replace

from kiosk.domain.duty import EndOfDuty
from kiosk.domain.encounter import DutyBegan, DutyEnded, Record
from kiosk.domain.scale import FaceOrder
from kiosk.domain.wording import Wording
from kiosk.settings.reading import parse
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from kiosk.store.verify import Verified, verify
from kiosk.terminal import Terminal
from sync.absence import Hours
from sync.closing import close_days, compare_reports, is_over
from sync.incoming import take_roster
from sync.messages import SIGN_ONS, DayReport, GapCount, Roster
from sync.protocol import digest
from tests.support.builders import (
    MORNING,
    PEPPER,
    PRASIT,
    SOMYING,
    TODAY,
    FakeClock,
    duty_of,
    rating,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A terminal first run on Thursday last week, and not switched on again before today."""
    Store.create(tmp_path / "kiosk.db")
    store = Store.open(tmp_path / "kiosk.db")
    thursday = FakeClock(MORNING - timedelta(days=4))
    terminal = Terminal(store, thursday, PEPPER)
    terminal.note(Kind.STARTED)
    terminal.add_officers([SOMYING])
    terminal.join(
        Enrolment(
            url="http://127.0.0.1:1", site="dindaeng", terminal="t1", counter="1", central_key="x"
        )
    )
    terminal.carry_out([Record(rating(5, day=thursday.wall.date()))])
    thursday.set_wall(thursday.wall.replace(hour=16, minute=31))
    terminal.note(Kind.STOPPED)
    yield store
    store.close()


def reports(store: Store) -> list[DayReport]:
    with store.transaction() as t:
        return [DayReport.parse(parcel.body) for parcel in t.outbox.everything()]


def test_a_working_day_in_the_dark_is_reported_with_its_minutes(store: Store) -> None:
    """Today is Monday: Friday was dark, the weekend is nobody's. The machine's clock alone does not
    say so: it may be a year ahead."""
    close_days(store, FakeClock(), today=False)
    [thursday] = reports(store)
    close_days(store, FakeClock(), today=False, central=TODAY)
    thursday, friday = reports(store)
    assert (thursday.date, sum(s.n for s in thursday.sheets)) == (TODAY - timedelta(days=4), 1)
    assert friday.date == TODAY - timedelta(days=3)
    assert friday.lines == ()
    assert GapCount(officer="", kind="dark-minutes", n=510) in friday.gaps


FRIDAY = TODAY - timedelta(days=3)
FRIDAY_OFF = Hours(holidays=frozenset({FRIDAY}))


def test_a_holiday_is_no_dark_day(store: Store) -> None:
    close_days(store, FakeClock(), today=False, hours=FRIDAY_OFF)
    [thursday] = reports(store)
    assert thursday.date == TODAY - timedelta(days=4)


def test_a_day_that_is_found_to_have_been_a_holiday_is_reported_anew_without_dark_minutes(
    store: Store,
) -> None:
    close_days(store, FakeClock(), today=False, central=TODAY)
    close_days(store, FakeClock(), today=False, hours=FRIDAY_OFF)
    before, after = (r for r in reports(store) if r.date == FRIDAY)
    assert (before.revision, after.revision, after.gaps) == (1, 2, ())


def test_ratings_of_a_holiday_are_reported_all_the_same(store: Store) -> None:
    Terminal(store, FakeClock(), PEPPER).carry_out([Record(rating(4, day=FRIDAY))])
    close_days(store, FakeClock(), today=False, hours=FRIDAY_OFF)
    assert [sum(s.n for s in r.sheets) for r in reports(store)] == [1, 1]
    assert reports(store)[-1].gaps == ()


def test_a_holiday_that_central_names_comes_with_the_roster(store: Store) -> None:
    body = Roster.of((), Wording(holidays=(FRIDAY,))).to_bytes()
    take_roster(store, FakeClock(), body)
    with store.transaction() as t:
        office = parse("").with_wording(t.state.wording()).office
    close_days(store, FakeClock(), today=False, hours=Hours(holidays=office.holidays))
    assert [report.date for report in reports(store)] == [TODAY - timedelta(days=4)]
    assert isinstance(verify(store), Verified)


def test_closing_again_adds_nothing(store: Store) -> None:
    close_days(store, FakeClock(), today=False, central=TODAY)
    assert not any(day.fresh for day in close_days(store, FakeClock(), today=False))
    assert len(reports(store)) == 2


def test_today_is_over_after_closing_time_once_nobody_is_on_duty(store: Store) -> None:
    clock = FakeClock()
    terminal = Terminal(store, clock, PEPPER)
    terminal.carry_out([DutyBegan(duty_of())])
    assert not is_over(store, clock, Hours(), grace=60)
    clock.set_wall(clock.wall.replace(hour=16, minute=31))
    assert not is_over(store, clock, Hours(), grace=60)
    terminal.carry_out([DutyEnded(duty_of(), EndOfDuty.CLOSING_TIME)])
    assert is_over(store, clock, Hours(), grace=60)
    clock.set_wall(clock.wall - timedelta(seconds=1))
    assert not is_over(store, clock, Hours(), grace=60), "the last officer is still rated"


def test_a_day_long_closed_is_closed_again_only_when_its_sheet_grew(store: Store) -> None:
    thursday = TODAY - timedelta(days=4)
    close_days(store, FakeClock(), today=False)
    later = FakeClock(MORNING + timedelta(days=14))
    assert thursday not in [day.day for day in close_days(store, later, today=False)]
    Terminal(store, later, PEPPER).carry_out([Record(rating(4, day=thursday))])
    again = [day for day in close_days(store, later, today=False) if day.day == thursday]
    assert [(day.revision, day.n, day.fresh) for day in again] == [(2, 2, True)]


def test_a_report_says_in_which_orders_the_faces_stood(store: Store) -> None:
    best, worst = FaceOrder.BEST_FIRST, FaceOrder.WORST_FIRST
    clock = FakeClock()
    terminal = Terminal(store, clock, PEPPER)
    terminal.note(Kind.STARTED, {"order": best})
    close_days(store, clock, today=True, central=TODAY)
    clock.set_wall(clock.wall + timedelta(days=1))
    close_days(store, clock, today=True, central=TODAY + timedelta(days=1))  # it ran on overnight
    terminal.note(Kind.STOPPED)
    clock.set_wall(clock.wall + timedelta(days=1))
    terminal.note(Kind.STARTED, {"order": worst})
    close_days(store, clock, today=True)
    terminal.note(Kind.STARTED, {"order": best})
    close_days(store, clock, today=True)
    orders = {(report.date, report.revision): report.orders for report in reports(store)}
    days = [TODAY + timedelta(days=n) for n in range(3)]
    assert orders[TODAY - timedelta(days=3), 1] == (), "dark"
    assert orders[days[0], 1] == orders[days[1], 1] == (best,)
    assert orders[days[2], 1] == (worst,)
    assert orders[days[2], 2] == (best, worst), "changed during the day"
    terminal.note(Kind.STARTED, {"order": worst})
    assert compare_reports(store) is None, "also of days that went on after they were closed"


@pytest.mark.parametrize(
    ("said", "named"), [("", True), ("worst-first", True), ("best-first", False)]
)
def test_a_report_with_other_orders_than_the_journal_is_named(
    store: Store, tmp_path: Path, said: str, named: bool
) -> None:
    """No step binds them. The report was edited in the file, and its digest computed again."""
    Terminal(store, FakeClock(), PEPPER).note(Kind.STARTED, {"order": "best-first"})
    close_days(store, FakeClock(), today=True)
    report = reports(store)[-1]
    body = replace(report, orders=(FaceOrder(said),) if said else ()).to_bytes()
    raw = sqlite.connect(str(tmp_path / "kiosk.db"))
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(
        "UPDATE outbox SET body = ?, digest = ? WHERE business_date = ?",
        (body, digest(body), report.date.isoformat()),
    )
    raw.commit()
    raw.close()
    wrong = compare_reports(store)
    assert (wrong is not None and "orders of the faces" in wrong) is named


def test_a_day_report_says_how_often_each_officer_signed_on(store: Store) -> None:
    clock = FakeClock()
    terminal = Terminal(store, clock, PEPPER)
    handed_over = DutyEnded(duty_of(), EndOfDuty.HANDED_OVER)
    for _ in range(3):
        terminal.carry_out([DutyBegan(duty_of())])
        terminal.carry_out([handed_over, DutyBegan(duty_of(PRASIT))])
    close_days(store, clock, today=True)
    gaps = reports(store)[-1].gaps
    sign_ons = {gap.officer: gap.n for gap in gaps if gap.kind == SIGN_ONS}
    assert sign_ons == {SOMYING.id: 3, PRASIT.id: 3}
