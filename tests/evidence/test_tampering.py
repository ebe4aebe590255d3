"""The tampering rig finds what a verify that looks away would let pass."""

from pathlib import Path
from random import Random

import pytest

from tests.evidence.tampering import CentralFile, Subject, TerminalFile, _flip, put_back


class LooksAway(TerminalFile):
    """A verify that always agrees."""

    def first_wrong(self) -> str | None:
        return None


class PointsElsewhere(TerminalFile):
    """A verify that knows something is wrong, and not where."""

    def first_wrong(self) -> str | None:
        return "sheet of 101 on 2020-01-01: its entries differ from its seal"


def test_an_answer_that_names_another_place_does_not_count(tmp_path: Path) -> None:
    subject, random = PointsElsewhere(tmp_path / "t"), Random(1)
    assert not all(subject.finds(subject.draw(random)) for _ in range(10))


def test_a_change_that_no_check_sees_is_reported(tmp_path: Path) -> None:
    subject, random = LooksAway(tmp_path / "t"), Random(1)
    assert not all(subject.finds(subject.draw(random)) for _ in range(10))


@pytest.mark.parametrize("kind", [TerminalFile, CentralFile])
def test_an_untouched_file_is_not_accused(tmp_path: Path, kind: type[Subject]) -> None:
    subject = kind(tmp_path / "t")
    subject.database.write_bytes(subject.whole.read_bytes())
    assert subject.first_wrong() is None


def test_earlier_revisions_and_logs_of_central_are_watched(tmp_path: Path) -> None:
    subject, random = CentralFile(tmp_path / "c"), Random(1)
    for table in ("earlier_reports", "log_entries", "log_heads"):
        cells = [cell for cell in subject._cells if cell[0] == table]
        assert cells
        for cell in random.sample(cells, 4):
            assert subject.finds(_flip(*cell, random))


def test_an_older_copy_is_seen(tmp_path: Path) -> None:
    assert list(put_back(tmp_path / "older")) == []
