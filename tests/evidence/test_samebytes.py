"""A day in another order leaves the same bytes; where nothing is rewritten it does not."""

from pathlib import Path
from random import Random

from tests.evidence.samebytes import differing


def test_a_day_in_another_order_and_in_other_quarters_leaves_the_same_files(tmp_path: Path) -> None:
    assert differing(tmp_path, Random(1)) == 0


def test_an_order_that_is_not_forgotten_shows(tmp_path: Path) -> None:
    assert differing(tmp_path, Random(1), forgets=False) > 1
