"""The flags' rig counts a rule that sees stuffing everywhere as what it is."""

from pathlib import Path
from random import Random

import pytest

from kiosk.domain import flags
from tests.evidence.days import FIGURE, false_flags, flags_of, honest, stuffed_at_the_end
from tests.evidence.figure import Run


def test_a_rule_that_is_too_quick_is_found_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flags, "BURST_WITHIN", 1800.0)
    assert FIGURE.measure(Run(50, 1, tmp_path)).failures


def test_tickets_that_allow_for_no_family_are_found_to_accuse_the_honest(tmp_path: Path) -> None:
    measured = false_flags(Run(200, 1, tmp_path), lambda rated, served: rated > served)
    assert any("honest days" in miss for miss in measured.failures)


def test_a_day_that_nobody_looks_at_is_found_to_be_missed(tmp_path: Path) -> None:
    measured = false_flags(Run(50, 1, tmp_path), lambda _rated, _served: False)
    assert any("rated without citizens 0%" in miss for miss in measured.failures)


def test_a_stuffed_day_has_more_flags_than_an_honest_one() -> None:
    random = Random(1)
    assert flags_of(stuffed_at_the_end(random)) > flags_of(honest(random))


def test_a_terminal_that_forgets_at_each_sign_on_is_found_to_miss_forty_in_a_row(
    tmp_path: Path,
) -> None:
    measured = false_flags(Run(50, 1, tmp_path), forgets_at_sign_on=True)
    assert any("sign-on every five 0%" in miss for miss in measured.failures)
