"""An input that is not accepted: a key and values, no sentence.

Whoever prints it says it in the reader's language (`kiosk/language.py`). Each key stands in the
table `refusal` of every language's file.
"""

from collections.abc import Iterable

MAX_EXCERPT = 40
"""Characters of a wrong input that its refusal repeats."""


class Refusal(ValueError):
    """`key` names what is wrong; `values` fill in the sentence.

    The value `field` is the id of a field, which has a label in each language. A value may be a
    refusal itself: what is wrong on a line, in a row.
    """

    def __init__(self, key: str, **values: "str | int | Refusal") -> None:
        self.key, self.values = key, values
        written = ", ".join(f"{name}={value!r}" for name, value in values.items())
        super().__init__(f"{key} ({written})" if written else key)

    @property
    def problems(self) -> "tuple[Refusal, ...]":
        return (self,)


class Refusals(Refusal):
    """Several refusals at once, such as every wrong line of a file."""

    def __init__(self, problems: Iterable[Refusal]) -> None:
        self._problems = tuple(problems)
        super().__init__("several")
        self.args = ("; ".join(map(str, self._problems)),)

    @property
    def problems(self) -> tuple[Refusal, ...]:
        return self._problems


def on_line(line: int, problem: Refusal) -> Refusal:
    """What is wrong on a line of a file."""
    return Refusal("line", line=line, problem=problem)


def excerpt(text: object, most: int = MAX_EXCERPT) -> str:
    """The beginning of a wrong input, with escapes for what a screen can't show."""
    return repr(str(text)[:most])[1:-1]
