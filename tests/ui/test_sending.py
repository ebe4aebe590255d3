"""Staff sends what is due at the service menu: a terminal that is nothing else has no shell."""

import pytest

from kiosk.settings.reading import parse
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from tests.support.counter import SETTINGS, Counter, click, service_menu, shown, sign_on, tile
from ui.failures import NOT_NOW, USAGE, WRONG
from ui.screens.menu import MenuScreen
from ui.screens.ready import ReadyScreen
from ui.text import COMPLETE, Words
from ui.view_builder import Sending

BY_NETWORK, BY_STICK = "ส่งข้อมูลทันที", "ส่งด้วย USB"
GOES = "กำลังส่งข้อมูล โปรดรอสักครู่"


@pytest.fixture
def asked(counter: Counter) -> list[str]:
    """What was asked for at an enrolled terminal's menu."""
    enrolment = Enrolment(
        url="https://report.example.go.th",
        site="dindaeng",
        terminal="counter-1",
        counter="1",
        central_key="key",
    )
    counter.running.terminal.join(enrolment)
    asked: list[str] = []
    counter.running.presenter.staff.errand_asked.connect(asked.append)
    return asked


def told(menu: MenuScreen) -> list[str]:
    """The note, and every row that stands there."""
    return [menu._note._text, *(value._text for _, value in menu._rows if value.isVisible())]


def labels(menu: MenuScreen) -> list[str]:
    return [t.text() for t in menu.tiles if t.isVisible()]


def test_only_an_enrolled_terminal_offers_to_send(counter: Counter) -> None:
    assert not {BY_NETWORK, BY_STICK} & set(labels(service_menu(counter)))


def test_a_stick_is_offered_where_the_settings_say_it_is_mounted(
    counter: Counter, asked: list[str]
) -> None:
    assert BY_STICK not in labels(service_menu(counter))
    counter.running.stop()
    counter.settings = parse(SETTINGS + '[sync]\nstick = "/media/usb"\n')
    counter.running = counter.open()
    counter.running.presenter.staff.errand_asked.connect(asked.append)
    click(tile(service_menu(counter), BY_STICK))
    assert asked == ["stick"]


def test_it_is_sent_once_however_often_it_is_pressed_and_said_when_done(
    counter: Counter, asked: list[str]
) -> None:
    menu, presenter = service_menu(counter), counter.running.presenter
    click(tile(menu, BY_NETWORK))
    click(tile(menu, BY_NETWORK))
    assert asked == ["sync"]
    assert told(menu)[0] == GOES
    presenter.staff.errand_ended("heartbeat", 0, "")
    assert told(menu)[0] == GOES, "that one ended before"
    presenter.staff.errand_ended("sync", 0, "")
    assert told(menu)[0] == "ส่งข้อมูลเรียบร้อยแล้ว"
    click(tile(menu, BY_NETWORK))
    assert asked == ["sync", "sync"]


def test_what_failed_is_said_with_a_remedy_and_forgotten_when_the_menu_opens_anew(
    counter: Counter, asked: list[str]
) -> None:
    menu, presenter = service_menu(counter), counter.running.presenter
    click(tile(menu, BY_NETWORK))
    presenter.staff.errand_ended("sync", NOT_NOW, "no route to host")
    assert told(menu)[0] == "ยังส่งไม่ได้ โปรดตรวจสอบเครือข่าย ข้อมูลไม่สูญหาย"
    assert "no route to host" not in told(menu)
    assert "อยู่ในบันทึกของเครื่อง: journalctl -u kiosk" in told(menu)
    click(tile(menu, BY_NETWORK))
    presenter.staff.errand_ended("sync", WRONG, "parked: 2026-11-23")
    assert told(menu)[0] == "ส่งข้อมูลไม่สำเร็จ โปรดแจ้งผู้ดูแลระบบ"
    presenter.staff.back()
    assert told(service_menu(counter))[0] == ""


def test_the_menu_stays_while_it_sends_and_a_citizen_still_comes_first(
    counter: Counter, asked: list[str]
) -> None:
    sign_on(counter)
    menu, presenter = service_menu(counter), counter.running.presenter
    click(tile(menu, BY_NETWORK))
    presenter.staff._timer.timeout.emit()
    shown(counter, MenuScreen)
    presenter.staff.back()
    shown(counter, ReadyScreen)
    assert told(service_menu(counter))[0] == GOES, "it still goes on"
    presenter.staff.errand_ended("sync", 0, "")
    presenter.staff._timer.timeout.emit()
    shown(counter, ReadyScreen)


@pytest.mark.parametrize("errand", ["sync", "stick"])
@pytest.mark.parametrize("code", [None, 0, WRONG, USAGE, NOT_NOW, 70])
@pytest.mark.parametrize("language", COMPLETE)
def test_every_end_has_words(errand: str, code: int | None, language: str) -> None:
    key = Sending(errand, code).key
    assert key in Words.load(language).own


def test_days_that_this_terminal_never_made_stand_there_with_the_remedy(counter: Counter) -> None:
    strange = {"days": "2026-11-20 2026-11-21"}
    with counter.running.store.transaction() as t:
        t.journal.append(counter.clock.now(), Kind.NOT_MINE, strange)
    words = told(service_menu(counter))
    assert "2 วัน ตั้งแต่ 20 พฤศจิกายน 2569" in words
    assert any("kiosk key renew" in line for line in words)
