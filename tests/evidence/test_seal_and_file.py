"""The hand that has everything places no rating, and all where what opens steps lies about."""

from pathlib import Path
from random import Random

from tests.evidence.seal_and_file import LOOKS, careless, drawn, forms, in_their_order, live, placed


def test_steps_and_file_place_no_rating(tmp_path: Path) -> None:
    pressed, day = drawn(Random(3))
    folders = [tmp_path / name for name in ("busy", "empty")]
    for folder in folders:
        folder.mkdir()
    busy, empty = live(folders[0], pressed), live(folders[1], [()] * (2 * LOOKS + 2))
    assert placed(busy, day) == 0
    assert in_their_order(busy), "names of what came after the last look do not stand out"
    assert forms(busy) == forms(empty), "a step says neither what came nor whether anything came"
    assert busy.lengths == empty.lengths, "nor do the lengths of what passes"
    assert busy.report_lengths != empty.report_lengths, "which tell something where there is any"
    assert len(forms(busy)) == 2 * LOOKS + 1, "one for each look"
    assert busy.central == empty.central, "nor does any row of central's, by where it lies"
    assert any(row[0] == "witnessed_sheets" for row in busy.central[0])


def test_what_lies_about_is_found() -> None:
    pressed, day = drawn(Random(3))
    assert placed(careless(pressed), day) >= len(day)
