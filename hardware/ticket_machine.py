"""A ticket machine on a pseudo-terminal: calls, ends services, repeats what is not answered."""

from itertools import count
from pathlib import Path

from hardware.pty_line import PtyLine
from hardware.tickets import TicketMessage, Verb

REPEAT_AFTER = 1.0
"""Seconds until a line that was not answered is repeated."""


class TicketMachine:
    """Times are seconds of the caller's clock. Lines go out one after the other, each until it is
    answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answered: list[TicketMessage] = []
        """What the terminal has answered, oldest first."""
        self._line = PtyLine(path)
        self._numbers = count(1)
        self._at_counter = ""
        self._unanswered: list[TicketMessage] = []
        self._sent_at = float("-inf")
        self._answer = bytearray()

    @property
    def plugged(self) -> bool:
        return self._line.plugged

    @property
    def waiting(self) -> int:
        """Lines that the terminal has not answered."""
        return len(self._unanswered)

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

    def say(self, message: TicketMessage) -> None:
        self._unanswered.append(message)
        if len(self._unanswered) == 1:
            self._sent_at = float("-inf")

    def readable(self) -> None:
        """Bytes from the terminal are there."""
        self._answer += self._line.read()
        *lines, rest = bytes(self._answer).split(b"\n")
        self._answer = bytearray(rest[-64:])
        for line in lines:
            if self._unanswered and line + b"\n" == self._unanswered[0].answer():
                self.answered.append(self._unanswered.pop(0))
                self._sent_at = float("-inf")

    def tick(self, now: float) -> None:
        if self._unanswered and now - self._sent_at >= REPEAT_AFTER:
            self._sent_at = now
            self._line.write(self._unanswered[0].line())
