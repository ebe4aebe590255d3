"""What does not follow a rule yet: lists that only get shorter."""

import tomllib
from pathlib import Path

LISTS = Path("tests/house/shrinking.toml")


def excused_from(rule: str) -> frozenset[str]:
    lists = tomllib.loads(LISTS.read_text("utf-8"))
    return frozenset(lists.get(rule, {}).get("excused", []))


def hold(rule: str, offences: dict[str, list[str]]) -> None:
    """Fail for what breaks `rule` and is not excused, and for an excuse that nothing needs.

    `offences` are lists of what is wrong, by the place that is excused as a whole."""
    excused = excused_from(rule)
    fresh = [f"{place}: {'; '.join(offences[place])}" for place in sorted({*offences} - excused)]
    assert not fresh, "\n".join([rule, *fresh])
    needless = sorted(excused - {*offences})
    assert not needless, "\n".join([f"clean now: take off {LISTS}, {rule}", *needless])
