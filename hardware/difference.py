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
    if any(len({len(press) for press in button}) > 1 for button in seen):
        raise CantLearn("press_differs")
    sizes = {len(button[0]) for button in seen}
    codes = [
        _frame_code(button, [other for other in seen if len(other[0]) == len(button[0])])
        for button in seen
    ]
    if len(set(codes)) < len(codes) and len(sizes) == 1:
        codes = [_frame_code(button, seen, halves=True) for button in seen]
    _different(tuple(codes))
    if any(Frame.read(code).known < LEAST_KNOWN for code in codes):
        raise CantLearn("too_little_known")
    try:
        button_frames(codes)
    except ValueError:
        raise CantLearn("buttons_alike") from None
    return tuple(codes)


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
    pattern = r"\d+"
    if any(len(set(_shapes(button, pattern))) > 1 for button in sightings):
        pattern = r"[0-9A-Za-z]+"
    shapes = [set(_shapes(button, pattern)) for button in sightings]
    if any(len(shape) > 1 for shape in shapes):
        raise CantLearn("press_differs")
    codes = []
    for button, (shape,) in zip(sightings, shapes, strict=True):
        columns = list(zip(*(re.findall(pattern, press) for press in button), strict=True))
        counts = any(len(set(column)) > 1 for column in columns)
        same_shape = [
            re.findall(pattern, other[0])
            for other, other_shape in zip(sightings, shapes, strict=True)
            if other_shape == {shape}
        ]
        tells = [len(set(column)) > 1 for column in zip(*same_shape, strict=True)]
        parts = [
            # Beside a counter, a number that is every button's may be its higher part.
            ANY_RUN if len(set(column)) > 1 or (counts and not tells[place]) else column[0]
            for place, column in enumerate(columns)
        ]
        codes.append(shape.format(*parts))
    return _different(tuple(codes))


def _shapes(button: Sequence[str], pattern: str) -> Iterator[str]:
    """The lines without what the pattern matches."""
    for press in button:
        yield re.sub(pattern, "{}", press.replace("{", "{{").replace("}", "}}"))


def _different(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(codes)) < len(codes):
        raise CantLearn("buttons_alike")
    return codes


def _frame_code(
    button: Sequence[bytes], buttons: Sequence[Sequence[bytes]], *, halves: bool = False
) -> str:
    """One button's code. `buttons`: all of that size, this one among them."""
    size = len(button[0])
    presses = [press for other in buttons for press in other]
    counts = {
        place
        for place in range(size)
        if any(len({press[place] for press in other}) > 1 for other in buttons)
    }
    tells = {place for place in range(size) if place not in counts and _tells(buttons, place)}
    if not tells:
        tells = {
            place
            for place in range(size)
            if place not in counts and len({press[place] for press in presses}) > 1
        }
    moving = {place for place in range(size) if len({press[place] for press in presses}) > 1}
    check = _check(presses, moving) if counts else None
    if check and check.name == "sum" and _may_be_longer(check, presses):
        check = None
    checked = set(range(check.place, check.place + len(check.of(presses[0])))) if check else set()
    tells -= checked
    open_places = counts - checked
    open_places |= _higher_parts(open_places, tells | checked, presses)
    words: list[str] = []
    for place in range(size):
        if check and place == check.place:
            words.append(check.code)
        elif place in checked:
            continue
        elif place in open_places:
            words.append(_half(place, button, buttons) if halves else ANY)
        else:
            words.append(f"{button[0][place]:02X}")
    return " ".join(words)


def _tells(buttons: Sequence[Sequence[bytes]], place: int) -> bool:
    """Whether the byte at `place` alone tells every button from every other."""
    return len({button[0][place] for button in buttons}) == len(buttons) > 1


def _half(place: int, button: Sequence[bytes], buttons: Sequence[Sequence[bytes]]) -> str:
    """A byte of which one half may be a counter and the other the button."""
    word = ""
    for half in (0, 1):
        digits = [{f"{press[place]:02X}"[half] for press in other} for other in buttons]
        own = {f"{press[place]:02X}"[half] for press in button}
        fixed = all(len(seen) == 1 for seen in digits)
        differ = not any(one & other for one, other in combinations(digits, 2))
        word += own.pop() if fixed and differ else "?"
    return word


def _higher_parts(open_places: set[int], kept: set[int], presses: Sequence[bytes]) -> set[int]:
    """Bytes beside a counter that may belong to it although they have not moved yet: the next one,
    and further ones while they are zero. The first byte starts a frame, and the last ends it."""
    found: set[int] = set()
    for place in open_places:
        for step in (-1, 1):
            for distance in range(1, COUNTER_BYTES):
                beside = place + step * distance
                inside = 0 < beside < len(presses[0]) - 1
                if not inside or beside in kept:
                    break
                if beside not in open_places and distance > 1 and presses[0][beside]:
                    break
                found.add(beside)
    return found - open_places


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
