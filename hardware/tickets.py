"""What a ticket machine says: one text line for each citizen called and each service that ended.

Pure: bytes to words and back; the same words come over a serial line and over HTTP (TICKETS.md).
Knows nothing of ratings. A ticket's number only tells a repeated line; nobody keeps it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_LINE = 64
"""Bytes of a line with its end; what is longer is no line of ours."""
_LINE = re.compile(rb"(CALL|END|ABSENT)(?: ([A-Za-z0-9-]{1,16}))?")


class Verb(StrEnum):
    CALL = "CALL"
    """The next citizen was called."""
    END = "END"
    """The citizen's service ended."""
    ABSENT = "ABSENT"
    """Nobody came to the last call."""


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One line. `ticket` may be empty: then a repeat can't be told from news."""

    verb: Verb
    ticket: str = ""

    def line(self) -> bytes:
        return f"{self.verb} {self.ticket}".rstrip().encode() + b"\n"

    def answer(self) -> bytes:
        """What the machine hears once the line is kept; until then it says it again."""
        return b"OK " + self.line()


def parse(line: bytes) -> TicketMessage | None:
    """The line without its end; None when it is none of ours."""
    found = _LINE.fullmatch(line.strip())
    return TicketMessage(Verb(found[1].decode()), (found[2] or b"").decode()) if found else None


class TicketReader:
    """Feed bytes in any pieces; get whole lines. Holds at most MAX_LINE bytes."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._drowning = False
        self.unknown = 0
        """Lines that were none of ours: noise, or a machine set up for something else."""

    def feed(self, data: bytes) -> list[TicketMessage]:
        told = []
        for byte in data:
            if byte != 0x0A:
                self._hold(byte)
                continue
            found = None if self._drowning else parse(bytes(self._held))
            blank = not self._drowning and not self._held.strip()
            self._held.clear()
            self._drowning = False
            if found is not None:
                told.append(found)
            elif not blank:
                self.unknown += 1
        return told

    def forget(self) -> None:
        """The line was cut: what is held will not be ended."""
        self._held.clear()
        self._drowning = False

    def _hold(self, byte: int) -> None:
        if len(self._held) + 1 >= MAX_LINE:
            self._drowning = True
        else:
            self._held.append(byte)
