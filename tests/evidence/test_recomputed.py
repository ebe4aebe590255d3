"""The second reckoning finds a share that is made of other counters' tickets."""

from pathlib import Path

from tests.evidence.figure import Run
from tests.evidence.recomputed import all_by_all, differing


def test_figures_are_what_the_raw_days_say(tmp_path: Path) -> None:
    assert differing(Run(1, 1, tmp_path)).failures == ()


def test_ratings_of_all_by_tickets_of_all_are_found_to_differ(tmp_path: Path) -> None:
    [miss] = differing(Run(1, 1, tmp_path), all_by_all).failures
    assert "tickets" in miss
