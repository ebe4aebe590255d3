"""A mark names what somebody is shown before they agree to it. A form carries it, a command names
it; where something else stands by then, nothing is done."""

import hashlib
import json

from kiosk.domain.refusal import Refusal

_LENGTH = 16
"""Hexadecimal digits: 64 bits. Who proposes could make two proposals of one mark with 2**32
tries, and would have to show both within one second."""


class ChangedSinceShown(Refusal):
    """What was agreed to is not what stands now."""

    def __init__(self) -> None:
        super().__init__("changed_since_shown")


def mark_of(kind: str, *facts: object) -> str:
    """The same for the same facts alone. Times and dates are facts by their text."""
    text = json.dumps([kind, *facts], default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def require_mark(mark: str, standing: str) -> None:
    """ChangedSinceShown unless what was shown is what stands."""
    if mark != standing:
        raise ChangedSinceShown
