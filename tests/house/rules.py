"""How a rule of the house fails."""


def hold(rule: str, offences: dict[str, list[str]]) -> None:
    """Fail where anything breaks `rule`. `offences`: what is wrong, by place."""
    lines = [f"{place}: {'; '.join(offences[place])}" for place in sorted(offences)]
    assert not offences, "\n".join([rule, *lines])
