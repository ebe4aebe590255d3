"""What is said beside the setting for reasons is what citizens lose; a page without a way for the
next citizen loses more, and the rig sees it."""

from pathlib import Path

from tests.evidence.figure import Run
from tests.evidence.reasons_page import FIGURE, by_setting


def test_a_page_that_lets_nobody_through_is_found_to_lose_more_than_is_said(tmp_path: Path) -> None:
    run = Run(4, 1, tmp_path)
    assert not FIGURE.measure(run).failures
    assert any("always" in miss for miss in by_setting(run, may_ask_next=False).failures)
