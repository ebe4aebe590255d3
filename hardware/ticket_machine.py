"""A ticket machine on a pseudo-terminal: calls, ends services, repeats what is not heard."""

from itertools import count
from pathlib import Path

from hardware.pty_line import PtyLine
from hardware.tickets import TicketMessage, Verb

SAY_AGAIN = 1.0
"""Seconds until a line that was not answered is said again."""


class TicketMachine:
    """Times are seconds of the caller's clock. Lines go out one after the other, each until it is
    answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[TicketMessage] = []
        """What the terminal has answered, oldest first."""
        self._line = PtyLine(path)
        self._numbers = count(1)
        self._at_counter = ""
        self._unheard: list[TicketMessage] = []
        self._said_at = float("-inf")
        self._answer = bytearray()

    @property
    def plugged(self) -> bool:
        return self._line.plugged

    @property
    def waiting(self) -> int:
        """Lines that the terminal has not answered."""
        return len(self._unheard)

    def fileno(self) -> int:
        return self._line.fileno()

    def plug(self) -> None:
        if not self.plugged:
            self._line.plug()

    def unplug(self) -> None:
        self._line.unplug()

    def call(self) -> None:
        """Call the next ticket: A001, A002, ..."""
        self._at_counter = f"A{next(self._numbers):03}"
        self.say(TicketMessage(Verb.CALL, self._at_counter))

    def end(self) -> None:
        """End the service of the ticket at the counter; with none there, a line without one."""
        self.say(TicketMessage(Verb.END, self._at_counter))
        self._at_counter = ""

    def absent(self) -> None:
        self.say(TicketMessage(Verb.ABSENT, self._at_counter))
        self._at_counter = ""

    def say(self, told: TicketMessage) -> None:
        self._unheard.append(told)
        if len(self._unheard) == 1:
            self._said_at = float("-inf")

    def readable(self) -> None:
        """Bytes from the terminal are there."""
        self._answer += self._line.read()
        *lines, rest = bytes(self._answer).split(b"\n")
        self._answer = bytearray(rest[-64:])
        for line in lines:
            if self._unheard and line + b"\n" == self._unheard[0].answer():
                self.heard.append(self._unheard.pop(0))
                self._said_at = float("-inf")

    def tick(self, now: float) -> None:
        if self._unheard and now - self._said_at >= SAY_AGAIN:
            self._said_at = now
            self._line.write(self._unheard[0].line())
