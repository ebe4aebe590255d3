"""An office of sixty: who signs on is found by number, by name, and by turning pages."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.support.builders import an_officer
from tests.support.counter import Counter, click, pin_screen, shown
from ui.screens.message import MessageScreen
from ui.screens.sign_on import OfficerRow, SignOnScreen

NAMES = (
    *("กมล", "เกษม", "ขวัญ", "คมสัน", "จันทร์", "ชล", "ณรงค์", "ดวงใจ", "ธนพล"),
    *("นงนุช", "ปิยะ", "พร", "ภาวนา", "มานะ", "ยุพา", "รัตน์", "สุดา"),
)


@pytest.fixture
def choosing(counter: Counter) -> Counter:
    """Sixty officers, and somebody who wants to sign on."""
    people = [an_officer(str(201 + n), f"นาง{NAMES[n % 17]} ใจดี{n}") for n in range(58)]
    counter.running.terminal.add_officers(people)
    notice = shown(counter, MessageScreen)
    assert isinstance(notice, MessageScreen)
    click(notice.action)
    return counter


def screen(counter: Counter) -> SignOnScreen:
    sign_on = shown(counter, SignOnScreen)
    assert isinstance(sign_on, SignOnScreen)
    return sign_on


def rows(counter: Counter) -> list[OfficerRow]:
    return [row for row in screen(counter).rows if row.isVisible()]


def draw(counter: Counter, row: OfficerRow, x: int, y: int) -> None:
    """A finger goes down on an officer, is drawn along, and comes up."""
    begun = row.rect().center()
    QTest.mousePress(row, Qt.MouseButton.LeftButton, pos=begun)
    QTest.mouseMove(row, begun + QPoint(x, y))
    QTest.mouseRelease(row, Qt.MouseButton.LeftButton, pos=begun + QPoint(x, y))


def test_six_stand_on_a_page_in_the_order_of_names_and_the_page_has_its_number(
    choosing: Counter,
) -> None:
    assert len(rows(choosing)) == 6
    assert [row.accessibleName().split()[1] for row in rows(choosing)][:5] == ["นางกมล"] * 4 + [
        "นางเกษม"
    ]
    assert screen(choosing).page_number._text == "1 / 10"
    click(screen(choosing).later)
    assert screen(choosing).page_number._text == "2 / 10"


@pytest.mark.parametrize(("x", "y"), [(-200, 0), (0, -90)])
def test_a_finger_drawn_over_the_list_turns_the_page_and_chooses_nobody(
    choosing: Counter, x: int, y: int
) -> None:
    draw(choosing, rows(choosing)[0], x, y)
    assert screen(choosing).page_number._text == "2 / 10"
    draw(choosing, rows(choosing)[3], -x, -y)
    assert screen(choosing).page_number._text == "1 / 10"
    draw(choosing, rows(choosing)[0], 3, 2)
    assert "นางกมล" in pin_screen(choosing)._plate.name._text


def test_an_officer_is_found_by_the_letters_of_the_name(choosing: Counter) -> None:
    click(screen(choosing).pad.turn_tile)
    pad = screen(choosing).letters
    assert screen(choosing).pad.isHidden()
    for letter in ("…", "ส", "ม"):
        click(next(tile for tile in pad.tiles if tile.isVisible() and tile.text() == letter))
    assert screen(choosing)._typed._text == "สม"
    assert [row.officer for row in rows(choosing)] == ["101"]
    click(pad.erase_tile)
    assert {row.accessibleName().split()[1][:5] for row in rows(choosing)} == {"นางสา", "นางสุ"}
    click(pad.turn_tile)
    assert screen(choosing).pad.isVisible()


def test_letters_beyond_the_pad_are_on_its_next_page(choosing: Counter) -> None:
    click(screen(choosing).pad.turn_tile)
    pad = screen(choosing).letters
    offered = []
    for _ in range(2):
        visible = [tile for tile in pad.tiles if tile.isVisible()]
        offered += [tile.text() for tile in visible if tile.text() != "…"]
        click(visible[-1])
    assert sorted(offered) == sorted(set(offered))
    assert {"ก", "ป", "ส", "ญ"} <= set(offered)


def test_a_keyboard_types_names_and_what_is_nobodys_gets_words(choosing: Counter) -> None:
    for key in ("เ", "ก", "ษ"):
        choosing.running.presenter.key(key)
    assert {row.accessibleName().split()[1] for row in rows(choosing)} == {"นางเกษม"}
    choosing.running.presenter.key("x")
    assert screen(choosing)._hint._text == "ไม่พบหมายเลขหรือชื่อนี้ โปรดพิมพ์ใหม่"
    assert screen(choosing)._typed._text == "กษ"


def test_nobodys_number_is_typed_anew(choosing: Counter) -> None:
    for digit in "99":
        click(screen(choosing).pad.tiles[digit])
    assert screen(choosing)._hint._text == "ไม่พบหมายเลขหรือชื่อนี้ โปรดพิมพ์ใหม่"
    assert screen(choosing)._typed._text == "–"
    for digit in "102":
        click(screen(choosing).pad.tiles[digit])
    assert "ประสิทธิ์" in pin_screen(choosing)._plate.name._text
