"""The hand that has everything places no rating, and all where what opens steps lies about."""

from pathlib import Path
from random import Random

from tests.evidence.seal_and_file import LOOKS, careless, drawn, forms, in_their_order, live, placed


def test_steps_and_file_place_no_rating(tmp_path: Path) -> None:
    pressed, day = drawn(Random(3))
    left = live(tmp_path, pressed)
    assert placed(left, day) == 0
    assert in_their_order(left), "names of what came after the last look do not stand out"


def test_what_lies_about_is_found() -> None:
    pressed, day = drawn(Random(3))
    assert placed(careless(pressed), day) >= len(day)


def test_a_step_says_neither_what_nor_whether_anything_came(tmp_path: Path) -> None:
    days = []
    for name, pressed in (("busy", drawn(Random(5))[0]), ("empty", [()] * (2 * LOOKS + 2))):
        folder = tmp_path / name
        folder.mkdir()
        days.append(live(folder, pressed))
    assert forms(days[0]) == forms(days[1])
    assert days[0].central == days[1].central, "nor does any row of central's, by where it lies"
    assert any(row[0] == "witnessed_sheets" for row in days[0].central[0])
    assert len(forms(days[0])) == 2 * LOOKS + 1, "one for each look"
