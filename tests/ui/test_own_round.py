"""The officer's own last round at the terminal: by PIN, for half a minute, for nobody else."""

from datetime import date

from kiosk.domain.encounter import Fate
from kiosk.domain.ownresult import OwnResult
from kiosk.domain.rating import Channel
from tests.support.builders import SOMYING
from tests.support.counter import (
    Counter,
    click,
    pass_time,
    pin_screen,
    ready,
    shown,
    sign_on,
    staff_menu,
    type_pin,
)
from ui.own_round import own_round_rows
from ui.screens.menu import MenuScreen
from ui.screens.pin import PinScreen
from ui.screens.thanks import ThanksScreen
from ui.staff import OWN_ROUND_MS
from ui.text import Words

OWN_RESULT = 2


PUBLISHED = OwnResult(
    first_day=date(2026, 4, 1),
    last_day=date(2026, 9, 30),
    n=412,
    bound="",
    rate=913,
    low=883,
    high=936,
    places=1,
    response=61,
    weeks_objected=0,
)


def open_own_round(counter: Counter) -> MenuScreen:
    staff_menu(counter, "101", OWN_RESULT)
    type_pin(counter, counter.pins["101"])
    menu = shown(counter, MenuScreen)
    assert isinstance(menu, MenuScreen)
    return menu


def has_result(counter: Counter, result: OwnResult = PUBLISHED) -> None:
    with counter.running.store.transaction() as t:
        t.roster.put_own_results({SOMYING.id: result})


def test_the_pin_opens_the_own_last_round_for_half_a_minute(counter: Counter) -> None:
    sign_on(counter)
    has_result(counter)
    menu = open_own_round(counter)
    words = [value._text for _, value in menu._rows if value.isVisible()]
    assert "ร้อยละ 91.3 ของผู้ที่ประเมิน" in words
    assert "ร้อยละ 95: 88.3–93.6" in words, "a page that writes its rate as ร้อยละ has no %"
    timer = counter.running.presenter.staff._timer
    assert 29_000 < timer.remainingTime() <= OWN_ROUND_MS
    timer.timeout.emit()
    ready(counter)


def test_without_the_pin_or_a_result_nothing_of_it_is_shown(counter: Counter) -> None:
    sign_on(counter)
    click(ready(counter).staff_tile)
    type_pin(counter, counter.pins["101"])
    menu = shown(counter, MenuScreen)
    assert isinstance(menu, MenuScreen)
    assert "own-result" not in menu._ids, "central has sent none"
    has_result(counter)
    counter.running.presenter.staff.act("own-result")
    wrong = "000000" if counter.pins["101"] != "000000" else "111111"
    type_pin(counter, wrong)
    assert pin_screen(counter)._message._text == "รหัสไม่ถูกต้อง"


def test_a_citizens_press_over_an_own_result_rates_and_hides_it(counter: Counter) -> None:
    sign_on(counter)
    has_result(counter)
    open_own_round(counter)
    assert counter.running.presenter.citizen.press(5, Channel.PANEL) is Fate.KEPT
    shown(counter, ThanksScreen)
    pass_time(counter, counter.settings.times.thanks)
    shown(counter, PinScreen)


def test_an_own_result_goes_with_its_officer_while_it_stands(counter: Counter) -> None:
    sign_on(counter)
    has_result(counter)
    menu = open_own_round(counter)
    counter.running.terminal.retire("101")
    counter.running.presenter.renew_words()
    words = [value._text for _, value in menu._rows if value.isVisible()]
    assert words == ["ไม่มีผลในเครื่องนี้"]


def test_an_own_result_says_what_is_true_for_all_in_words() -> None:
    words = Words.load("en")
    many = PUBLISHED._replace(bound="at least", rate=970, low=0, high=0, places=0, response=-1)
    assert own_round_rows(words, many)[1:] == (
        ("Satisfied", "at least 97 per cent of those who rated"),
        ("Ratings", "412"),
    )
    few = PUBLISHED._replace(bound="hidden", n=0, rate=0, low=0, high=0)
    assert own_round_rows(words, few)[1:] == (("Satisfied", "not enough ratings yet"),)
