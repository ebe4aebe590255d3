"""What a button sends, learned from what it sent twice: what differs between two presses of one
button is a counter, what differs between two buttons is which button it is.

Each function gets the sightings of every button, at least two each, and gives one code a button.
CantLearn says why there is none.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from hardware.profiles.ascii_line import ANY_RUN
from hardware.profiles.hex_frame import (
    ANY,
    CHECKS,
    LEAST_KNOWN,
    Check,
    Frame,
    button_frames,
)
from kiosk.domain.refusal import Refusal

Sightings = Sequence[Sequence[str]]
Presses = Sequence[bytes]

MOST_SKIPPED = 3
"""Bytes at the beginning of a frame that its check may leave out."""
LEAST_CHECKED = 3
"""Different values that a check must have had, so that it holds by more than accident."""
COUNTER_BYTES = 4


class CantLearn(Refusal):
    """Why nothing can be learned from these presses."""


def alike(sightings: Sightings) -> tuple[str, ...]:
    """Each button sends the same each time."""
    if any(len(set(button)) > 1 for button in sightings):
        raise CantLearn("press_differs")
    return _different(tuple(button[0] for button in sightings))


def frames(sightings: Sightings) -> tuple[str, ...]:
    """Codes of profiles/hex_frame.py."""
    seen = [[bytes.fromhex(press) for press in button] for button in sightings]
    if any(len(set(map(len, button))) > 1 for button in seen):
        raise CantLearn("press_differs")
    of_size: dict[int, list[Presses]] = {}
    for button in seen:
        of_size.setdefault(len(button[0]), []).append(button)
    likenesses = {size: _Likeness(buttons) for size, buttons in of_size.items()}

    def codes_of(*, halves: bool) -> tuple[str, ...]:
        return tuple(likenesses[len(button[0])].code(button, halves=halves) for button in seen)

    codes = codes_of(halves=False)
    return _usable(codes if len(set(codes)) == len(codes) else codes_of(halves=True))


def _usable(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes, where each is one button's and noise is none."""
    if any(Frame.read(code).known < LEAST_KNOWN for code in _different(codes)):
        raise CantLearn("too_little_known")
    try:
        button_frames(codes)
    except ValueError:
        raise CantLearn("buttons_alike") from None
    return codes


def commands(sightings: Sightings) -> tuple[str, ...]:
    """Codes of profiles/jt905.py: command and data, a counter's bytes left open."""
    whole = [[press.replace(":", "") for press in button] for button in sightings]
    codes = []
    for button in whole:
        size = min(map(len, button)) // 2
        seen = [bytes.fromhex(press)[:size] for press in button]
        words = [
            f"{column[0]:02x}" if len(set(column)) == 1 else ANY
            for column in zip(*seen, strict=True)
        ]
        while words and words[-1] == ANY:
            words.pop()  # a code is the beginning of a frame's data
        codes.append(f"{''.join(words[:2])}:{''.join(words[2:])}")
    return _different(tuple(codes))


def lines(sightings: Sightings) -> tuple[str, ...]:
    """Codes of profiles/ascii_line.py: words and numbers, a counter's digits left open."""
    for pattern in (r"\d+", r"[0-9A-Za-z]+"):
        shapes = [set(_shapes(button, pattern)) for button in sightings]
        if all(len(shape) == 1 for shape in shapes):
            return _different(tuple(_line_codes(sightings, [*map(min, shapes)], pattern)))
    raise CantLearn("press_differs")


def _line_codes(sightings: Sightings, shapes: Sequence[str], pattern: str) -> Iterator[str]:
    """`shapes`: each button's line without what the pattern matches."""
    runs = [[re.findall(pattern, press) for press in button] for button in sightings]
    for button, shape in zip(runs, shapes, strict=True):
        first_presses = [
            other[0]
            for other, other_shape in zip(runs, shapes, strict=True)
            if other_shape == shape
        ]
        moves = _columns_that_differ(button)
        tells = _columns_that_differ(first_presses)
        # Beside a counter, a number that is every button's may be its higher part.
        counter = moves | (set(range(len(button[0]))) - tells if moves else set())
        yield shape.format(
            *(ANY_RUN if place in counter else run for place, run in enumerate(button[0]))
        )


def _columns_that_differ(rows: Sequence[Sequence[str]]) -> set[int]:
    columns = enumerate(zip(*rows, strict=True))
    return {place for place, column in columns if len(set(column)) > 1}


def _shapes(button: Sequence[str], pattern: str) -> Iterator[str]:
    """The lines without what the pattern matches."""
    for press in button:
        yield re.sub(pattern, "{}", press.replace("{", "{{").replace("}", "}}"))


def _different(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(codes)) < len(codes):
        raise CantLearn("buttons_alike")
    return codes


class _Likeness:
    """What the frames of buttons have in common, where all have one size."""

    def __init__(self, buttons: Sequence[Presses]) -> None:
        self._buttons = buttons
        self._presses = [press for button in buttons for press in button]
        self._size = len(self._presses[0])
        places = range(self._size)
        moving = {place for place in places if len({press[place] for press in self._presses}) > 1}
        counts = {place for place in places if any(_moves(button, place) for button in buttons)}
        alone = {place for place in moving - counts if self._tells(place)}
        self._check = self._check_of(moving) if counts else None
        self._checked = self._check.places(self._presses[0]) if self._check else frozenset()
        self._telling = (alone or moving - counts) - self._checked
        self._open = counts - self._checked
        self._open |= self._higher_parts()

    def code(self, button: Presses, *, halves: bool = False) -> str:
        """One button's. `halves`: a byte may be a counter and the button at once."""
        return " ".join(self._words(button, halves=halves))

    def _words(self, button: Presses, *, halves: bool) -> Iterator[str]:
        for place in range(self._size):
            if self._check and place == self._check.place:
                yield self._check.code
            elif place in self._checked:
                continue
            elif place in self._open:
                yield self._half(place, button) if halves else ANY
            else:
                yield f"{button[0][place]:02X}"

    def _check_of(self, moving: set[int]) -> Check | None:
        check = _check(self._presses, moving)
        if check and check.name == "sum" and _may_be_longer(check, self._presses):
            return None
        return check

    def _tells(self, place: int) -> bool:
        """Whether the byte at `place` alone tells every button from every other."""
        return len({button[0][place] for button in self._buttons}) == len(self._buttons)

    def _half(self, place: int, button: Presses) -> str:
        """A byte of which one half may be a counter and the other the button."""
        word = ""
        for half in (0, 1):
            digits = [{f"{press[place]:02X}"[half] for press in other} for other in self._buttons]
            own = {f"{press[place]:02X}"[half] for press in button}
            is_fixed = all(len(seen) == 1 for seen in digits)
            differ = not any(one & other for one, other in combinations(digits, 2))
            word += own.pop() if is_fixed and differ else "?"
        return word

    def _higher_parts(self) -> set[int]:
        """Bytes beside a counter that may belong to it although they have not moved yet."""
        return {
            beside
            for place in self._open
            for step in (-1, 1)
            for beside in self._beside(place, step)
        }

    def _beside(self, place: int, step: int) -> Iterator[int]:
        """The next byte, and further ones while they are zero. The first byte starts a frame, and
        the last ends it."""
        for distance in range(1, COUNTER_BYTES):
            beside = place + step * distance
            is_taken = beside in self._telling or beside in self._checked
            if is_taken or not 0 < beside < self._size - 1:
                return
            if distance > 1 and beside not in self._open and self._presses[0][beside]:
                return
            yield beside


def _moves(button: Presses, place: int) -> bool:
    return len({press[place] for press in button}) > 1


def _check(presses: Sequence[bytes], moving: set[int]) -> Check | None:
    """The check that all presses have: the longest kind first, as near to the end as it is."""
    size = len(presses[0])
    for name in CHECKS:
        for place in range(size - 1, 0, -1):
            for skip in range(min(MOST_SKIPPED + 1, place)):
                check = Check(name, place, skip)
                if _is_proved(check, presses, moving):
                    return check
    return None


def _may_be_longer(check: Check, presses: Sequence[bytes]) -> bool:
    """Whether the byte before a sum may be its higher part, which has not moved yet."""
    longer = Check("sum16", check.place - 1, check.skip)
    return longer.place > check.skip and all(map(longer.holds, presses))


def _is_proved(check: Check, presses: Sequence[bytes], moving: set[int]) -> bool:
    """Whether every press has it, and each of its bytes has moved with what is before it."""
    values = {check.of(press) for press in presses}
    places = set(range(check.place, check.place + len(next(iter(values)))))
    if not places <= moving or not moving & set(range(check.skip, check.place)):
        return False
    return len(values) >= LEAST_CHECKED and all(map(check.holds, presses))
