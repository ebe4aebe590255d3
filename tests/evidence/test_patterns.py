"""The patterns' rig counts a rule that accuses the quick, and one that sees nobody, as what they
are."""

from pathlib import Path

from tests.evidence.figure import Run
from tests.evidence.patterns import by_counted_flags, by_nothing, seen_patterns


def test_a_count_of_flags_is_found_to_accuse_the_quick(tmp_path: Path) -> None:
    measured = seen_patterns(Run(14, 1, tmp_path), by_counted_flags)
    assert any("honest officer-months" in miss for miss in measured.failures)


def test_a_rule_that_sees_nobody_is_found_to_miss_the_cheats(tmp_path: Path) -> None:
    measured = seen_patterns(Run(4, 1, tmp_path), by_nothing)
    assert any("friend_at_lunch: only 0% seen" in miss for miss in measured.failures)
