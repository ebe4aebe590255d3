"""The power-cut rig loses what a careless terminal or a lying disk would lose."""

from pathlib import Path
from random import Random

import pytest

from kiosk.store.engine import Store, _raw
from kiosk.terminal import Terminal
from tests.evidence.powercut import GivingWay, Night, cuts
from tests.evidence.tracing import fail_at


class Hasty(Night):
    def open(self) -> tuple[Store, Terminal]:
        store, terminal = super().open()
        with _raw(store._engine) as raw:
            raw.execute("PRAGMA synchronous=NORMAL").fetchall()
        return store, terminal


class Few(Night):
    """Too few presses for a checkpoint: SQLite says nothing of a disk that fails there."""

    presses = 6


def test_a_commit_that_is_not_synced_is_lost(tmp_path: Path) -> None:
    assert any("lost: thanked" in wrong for wrong in cuts(Hasty(tmp_path), 100, Random(1)))


def test_a_disk_that_only_says_synced_loses(tmp_path: Path) -> None:
    assert list(cuts(Night(tmp_path), 100, Random(1), honest=False))


def test_what_gives_way_to_presses_loses_nothing_either(tmp_path: Path) -> None:
    assert list(cuts(GivingWay(tmp_path), 100, Random(1))) == []


def test_an_honest_disk_loses_nothing(tmp_path: Path) -> None:
    assert list(cuts(Night(tmp_path), 100, Random(1))) == []


@pytest.mark.parametrize("k", range(2, 8))
def test_what_a_disk_refused_once_leaves_no_gap_before_what_follows(tmp_path: Path, k: int) -> None:
    _, _, *fault = fail_at("fsync", k, "EIO", on=False)
    assert list(cuts(Few(tmp_path), 60, Random(k), *fault)) == []
