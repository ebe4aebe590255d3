"""Central names a sheet that was changed and sealed again, whenever that was done."""

from pathlib import Path

import pytest

from tests.evidence.resealing import ALONE, HANDS, MOMENTS, Bench, Hand, caught, play


def test_an_honest_day_raises_no_alarm(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    play(bench, "", None)
    assert bench.alarms() == ()
    assert bench.settled()
    bench.end()


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.name)
@pytest.mark.parametrize("moment", [*MOMENTS, ALONE])
def test_what_central_has_witnessed_does_not_change_unseen(
    tmp_path: Path, moment: str, hand: Hand
) -> None:
    assert caught(tmp_path, moment, hand) == ""
