"""The rig of the three hands sees what each would do where nothing stood against it."""

from pathlib import Path
from random import Random

import pytest

from sync.central.usecases import day_reports
from sync.messages import Answer
from tests.evidence.figure import Figure, Run
from tests.evidence.office_hands import FIGURES, by_copy, by_it, by_machine


@pytest.mark.parametrize("figure", FIGURES, ids=("it", "machine", "copy"))
def test_each_hand_gets_nowhere(tmp_path: Path, figure: Figure) -> None:
    assert figure.measure(Run(size=10, seed=5, folder=tmp_path)).failures == ()


def test_it_and_a_director_together_are_seen(tmp_path: Path) -> None:
    """What two people of different roles confirm does count."""
    [failure, *_] = by_it(tmp_path / "o", Random(9), 15, ("director",))
    assert "other days count" in failure or "PINs" in failure


def test_a_central_that_looks_at_revisions_alone_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def agrees(*_: object, **__: object) -> tuple[Answer, str]:
        return Answer.STORED, ""

    monkeypatch.setattr(day_reports, "doubt", lambda *_: None)
    monkeypatch.setattr(day_reports, "judge_sheets", agrees)
    assert any("lost something" in wrong for wrong in by_machine(tmp_path / "o", Random(5), 12))


def test_a_copy_of_the_whole_machine_is_seen(tmp_path: Path) -> None:
    assert list(by_copy(tmp_path / "o", Random(5), 30, with_journal=True))
