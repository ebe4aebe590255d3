"""The rig of the logs notices each hand, and needs the terminal for some of them."""

from pathlib import Path
from random import Random

import pytest

from tests.evidence.figure import Run
from tests.evidence.logcutting import (
    HANDS,
    Hand,
    Scene,
    buried,
    change,
    cut,
    cut_logs,
    rewrite,
    tried,
)


@pytest.mark.parametrize("hand", HANDS)
def test_each_hand_is_noticed(tmp_path: Path, hand: Hand) -> None:
    assert tried(tmp_path / "t", Random(1), hand, Scene.beat)


@pytest.mark.parametrize("hand", [cut, rewrite])
def test_without_a_witness_who_recomputes_the_chain_is_not_noticed(
    tmp_path: Path, hand: Hand
) -> None:
    """The chain alone is no proof against who may write it: terminals are."""
    assert not tried(tmp_path / "t", Random(1), hand, lambda _: None)


def test_a_careless_hand_is_noticed_by_the_chain_alone(tmp_path: Path) -> None:
    assert tried(tmp_path / "t", Random(1), change, lambda _: None)


def test_without_pages_an_entry_is_buried(tmp_path: Path) -> None:
    assert buried(tmp_path / "one", 205, pages=1)
    assert not buried(tmp_path / "all", 205)


def test_who_leaves_the_logs_alone_is_not_accused(tmp_path: Path) -> None:
    assert not tried(tmp_path / "t", Random(1), lambda *_: None, Scene.beat)


def test_the_figure_is_met(tmp_path: Path) -> None:
    assert cut_logs(Run(size=6, seed=3, folder=tmp_path)).failures == ()
