"""PINs that central issues, on their way to a terminal."""

from typing import Annotated

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import MAX_ROWS, Identifier, SealedText, Seconds, ShortText


class TerminalPin(Row, frozen=True, order=True):
    """An officer's PIN as a terminal has it: the newest issue that it took, and whether the officer
    has set another one at the terminal itself since."""

    officer: Identifier
    issue: Seconds
    own: bool


class PinStatus(Message, frozen=True):
    """Which issued PINs a terminal has, and a fresh key (X25519, raw, base64) that others may be
    sealed to."""

    key: ShortText
    pins: Annotated[tuple[TerminalPin, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("pins", (pin.officer for pin in self.pins))


class IssuedPin(Row, frozen=True):
    """One officer's PIN of issue `issue` (a later one has a higher number): what checks it, sealed
    (`sync.sealing`); "" where the terminal has it, or gets it the next time it asks."""

    officer: Identifier
    issue: Seconds
    sealed: SealedText


class IssuedPins(Message, frozen=True):
    """Every officer who has a PIN from central. A terminal drops its issued PIN of any other."""

    pins: Annotated[tuple[IssuedPin, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("pins", (pin.officer for pin in self.pins))
