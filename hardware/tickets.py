"""The messages of a ticket machine: a text line when a citizen is called or a service ends.

Pure: bytes to words and back; the same words come over a serial line and over HTTP (TICKETS.md).
Knows nothing of ratings. A ticket's number only shows that a line is repeated; nobody stores it.
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
    """One line. `ticket` may be empty: then a repeat can't be recognised."""

    verb: Verb
    ticket: str = ""

    def line(self) -> bytes:
        return f"{self.verb} {self.ticket}".rstrip().encode() + b"\n"

    def answer(self) -> bytes:
        """What the machine gets once the line is stored; until then it repeats the line."""
        return b"OK " + self.line()


def parse(line: bytes) -> TicketMessage | None:
    """The line without its end; None when it is none of ours."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return None
    verb, ticket = match[1], match[2] or b""
    return TicketMessage(Verb(verb.decode()), ticket.decode())


class TicketReader:
    """Feed bytes in any pieces; get whole lines. Holds at most MAX_LINE bytes."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False
        self.unknown = 0
        """Lines that were none of ours: noise, or a machine set up for something else."""

    def feed(self, data: bytes) -> list[TicketMessage]:
        messages: list[TicketMessage] = []
        for byte in data:
            if byte != ord("\n"):
                self._add(byte)
                continue
            line, too_long = bytes(self._line), self._too_long
            self.forget()
            message = None if too_long else parse(line)
            is_blank = not too_long and not line.strip()
            if message is not None:
                messages.append(message)
            elif not is_blank:
                self.unknown += 1
        return messages

    def forget(self) -> None:
        """The line was cut: its end will not come."""
        self._line.clear()
        self._too_long = False

    def _add(self, byte: int) -> None:
        if len(self._line) + 1 >= MAX_LINE:
            self._too_long = True
        else:
            self._line.append(byte)
