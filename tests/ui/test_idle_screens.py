"""What stands while nobody is served: a clock, when the office opens next, what is out of order and
what staff can do about it; and staff's own pages. Thai dates are of the Buddhist era."""

import re
from datetime import date, datetime, timedelta

import pytest

from kiosk.domain.businessday import next_opening
from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import Wording
from kiosk.settings.reading import parse
from kiosk.store.engine import StoreDamaged, StoreFailed, StoreFull, StoreReadOnly, _named
from tests.support.builders import SOMYING, FakeClock, an_officer
from tests.support.counter import Counter, pass_time, service_menu, shown, sign_on, staff_menu
from ui.failures import NOT_NOW, trouble_of
from ui.samples import samples
from ui.screens.menu import MenuScreen
from ui.text import Words
from ui.view import ClosedView, MenuView, OutOfServiceView, PausedView, View
from ui.view_builder import PanelState, Sending, ServiceFacts, ViewBuilder

THAI_DIGIT, ARABIC_DIGIT = re.compile("[๐-๙]"), re.compile("[0-9]")
MONDAY = FakeClock().wall.replace(hour=9, minute=0)


def closed(counter: Counter) -> ClosedView:
    view = counter.running.presenter.view()
    assert isinstance(view, ClosedView)
    return view


@pytest.mark.parametrize(
    ("days", "hour", "subtitle"),
    [
        (0, 7, "เปิดวันนี้ เวลา ๐๘.๐๐ น."),
        (0, 17, "เปิดอีกครั้ง วันอังคารที่ ๒๔ พฤศจิกายน เวลา ๐๘.๐๐ น."),
        (5, 11, "เปิดอีกครั้ง วันจันทร์ที่ ๓๐ พฤศจิกายน เวลา ๐๘.๐๐ น."),
    ],
)
def test_a_closed_screen_says_when_and_on_which_day_it_opens(
    counter: Counter, days: int, hour: int, subtitle: str
) -> None:
    counter.clock.set_wall(MONDAY.replace(hour=hour) + timedelta(days=days))
    assert closed(counter).subtitle == subtitle
    assert closed(counter).hours == "เวลาทำการ ๐๘.๐๐–๑๖.๓๐ น."


def test_the_next_opening_passes_over_holidays_and_is_none_where_every_day_is_one() -> None:
    opens = MONDAY.time()
    holidays = {MONDAY.date() + timedelta(days=days) for days in (1, 2, 3)}
    opening = next_opening(MONDAY, opens, holidays)
    assert opening == MONDAY + timedelta(days=4)
    years = {MONDAY.date() + timedelta(days=days) for days in range(400)}
    assert next_opening(MONDAY, opens, years) is None


def test_the_clock_of_a_closed_screen_goes_on_and_does_not_keep_the_screen_awake(
    counter: Counter,
) -> None:
    counter.clock.set_wall(MONDAY.replace(hour=18, minute=4))
    pass_time(counter, 1)
    counter.window.rest.dim()
    assert counter.window.rest.veil.isVisible()
    pass_time(counter, 60)
    view = counter.window._view
    assert isinstance(view, ClosedView)
    assert view.now is not None
    assert (view.now.hour, view.now.minute) == (18, 5)
    assert view.now.time == "๑๘.๐๕ น."
    assert view.now.date == "วันจันทร์ที่ ๒๓ พฤศจิกายน ๒๕๖๙"
    assert counter.window.rest.veil.isVisible()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "พื้นที่เก็บข้อมูลเต็ม"),
        (OSError(30, "Read-only file system"), "เขียนไฟล์ข้อมูลไม่ได้"),
        (OSError(5, "Input/output error"), "อ่านหรือเขียนไฟล์ข้อมูลไม่ได้"),
    ],
)
def test_trouble_is_said_with_a_remedy_and_without_path_or_english(
    counter: Counter,
    error: OSError,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failure = _named(counter.folder.database, error)
    counter.running.presenter.session.break_off(failure)
    view = counter.running.presenter.view()
    assert isinstance(view, OutOfServiceView)
    assert view.remedy.startswith(words)
    assert "โปรดแจ้งผู้ดูแลระบบ" in view.remedy or "และแจ้งผู้ดูแลระบบ" in view.remedy
    assert not re.search("[A-Za-z/]", view.title + view.subtitle + view.for_staff + view.remedy)
    assert str(failure) in caplog.text


def test_each_trouble_of_the_store_has_words_in_both_of_staffs_languages() -> None:
    errors = (StoreFull(""), StoreReadOnly(""), StoreDamaged(""), StoreFailed(""), ValueError())
    names = {trouble_of(error) for error in errors}
    assert names == {"full", "read_only", "damaged", "failed"}
    for code in ("th", "en"):
        assert all(Words.load(code).get(f"trouble.{name}") for name in names)


def test_the_duty_menu_puts_the_pause_first_and_says_what_today_is(counter: Counter) -> None:
    sign_on(counter)
    began = f"{counter.clock.wall:%H.%M}"
    pass_time(counter, 90)
    staff_menu(counter, "101", -1)
    presenter = counter.running.presenter
    presenter.staff.ask_staff()
    for digit in counter.pins["101"]:
        presenter.staff.type_digit(digit)
    view = presenter.view()
    assert isinstance(view, MenuView)
    assert view.officer is not None
    assert view.officer.name == SOMYING.name
    assert f"23 พฤศจิกายน 2569 เวลา {began} น." in dict(view.rows).values()
    assert "16.30 น." in dict(view.rows).values()
    pause, change, sign_off, back = shown_menu(counter).tiles[:4]
    assert pause.height() > 1.5 * change.height()
    assert pause.y() < change.y() < sign_off.y() == back.y()


def shown_menu(counter: Counter) -> MenuScreen:
    screen = shown(counter, MenuScreen)
    assert isinstance(screen, MenuScreen)
    return screen


def test_a_technician_reads_no_english_of_a_panel_or_the_system(counter: Counter) -> None:
    service_menu(counter)
    facts = ServiceFacts(
        last_sync=datetime.fromisoformat("2026-11-22T20:30:00+07:00"),
        enrolled=True,
        due=1,
        free_mib=48_912,
        version="0.1.0",
        queue=(Refusal("queue_port", text="Address already in use"),),
        guide=(Refusal("sound_unplayed", output="hw:1", error="No such device"),),
        sending=Sending("sync", NOT_NOW, "no route to host"),
        foreign_days=(date(2026, 11, 20),),
        clock_off=-7,
        authority_days=-1,
    )
    troubles = (
        Refusal("panel_says", text="protocol 9 is not spoken"),
        Refusal("port_closed", field="panel", name="x", problem=Refusal("port_trouble", error="E")),
        Refusal("port_unplugged", field="panel", name="x", error="Input/output error"),
    )
    builder = ViewBuilder(parse(""), Words.load("th"), Wording(), ())
    for trouble in troubles:
        panel = PanelState(wanted=True, trouble=trouble)
        view = builder.service_menu(facts, panel, testing=False)
        assert isinstance(view, MenuView)
        words = " ".join(f"{label} {value}" for label, value in view.rows)
        for english in ("already", "such", "route", "spoken", "output error"):
            assert english not in words
        assert "22 พฤศจิกายน 2569 เวลา 20.30 น." in words


def test_one_screen_has_one_kind_of_digits() -> None:
    """Office's notices aside, which are the office's own words."""
    for name, view in samples("th"):
        shown_view = (
            view._replace(notice=None) if isinstance(view, ClosedView | PausedView) else view
        )
        words = " ".join(texts(shown_view))
        kinds = [bool(kind.search(words)) for kind in (THAI_DIGIT, ARABIC_DIGIT)]
        assert sum(kinds) <= 1, (name, words)


def texts(value: View | object) -> list[str]:
    """Every text of a view, but for ids and pictures."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, tuple):
        return []
    fields = getattr(value, "_fields", None)
    parts = zip(fields, value, strict=True) if fields else (("", part) for part in value)
    return [text for field, part in parts if field not in ("id", "qr") for text in texts(part)]


def test_an_officers_number_is_thai_for_a_citizen_and_as_on_the_pad_for_the_officer() -> None:
    officer = an_officer("101", "นางสาวสมหญิง ใจดี")
    builder = ViewBuilder(parse(""), Words.load("th"), Wording(), ())
    assert builder._card(officer).number == "๑๐๑"
    assert "101" in texts(builder.sign_on((officer,), ""))
