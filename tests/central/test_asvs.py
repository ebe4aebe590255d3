"""Central's table of OWASP ASVS 5: a state for each requirement, and a test or a reason."""

import re
from collections import Counter
from pathlib import Path

PAGE = Path("sync/central/ASVS.md")
STATES = {"met", "not met", "not applicable"}


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_requirement_stands_once_and_has_a_test_or_a_reason() -> None:
    numbers: Counter[str] = Counter()
    for requirements, what, state, why in rows():
        numbers.update(requirements.split(", "))
        assert what, requirements
        assert state in STATES, requirements
        assert (state == "met") == bool(re.search(r"`tests/[\w/]+\.py::test_\w+`", why)), (
            requirements
        )
        assert why, requirements
    assert [number for number, count in numbers.items() if count > 1] == []
    assert {int(number.split(".")[0]) for number in numbers} == set(range(1, 18))


def test_the_page_says_how_many_are_met() -> None:
    states: Counter[str] = Counter()
    for requirements, _, state, _ in rows():
        states[state] += len(requirements.split(", "))
    said = re.search(
        r"Of\s+(\d+) requirements (\d+) are met and have a test, (\d+) are not met, and (\d+)",
        PAGE.read_text("utf-8"),
    )
    assert said is not None
    counts = [states.total(), *(states[one] for one in ("met", "not met", "not applicable"))]
    assert [int(number) for number in said.groups()] == counts
