"""The far end of the plain families: a bought or home-made panel on a pseudo-terminal.

The same handling as SimulatedPanel, without what such panels lack: nothing is stored, numbered or
acknowledged. A press is down for HOLD, as a finger's is, so that a polled panel can be asked.
"""

import os
from pathlib import Path

from hardware.codec import FarEnd
from hardware.pty_line import PtyLine
from hardware.simulator import Fault, without_middle

HOLD = 0.15


class SimulatedPlainPanel:
    """One panel. Times are seconds of the caller's clock."""

    def __init__(self, path: Path, device: str, far_end: FarEnd) -> None:
        self.path, self.device = path, device
        self.keys = far_end.keys
        self.fault = Fault.NONE
        self.acknowledged: list[int] = []
        """Always empty: no such panel gets an acknowledgement."""
        self._far_end = far_end
        self._line = PtyLine(path)
        self._started = 0.0
        self._messages = 0
        self._release_at: dict[int, float] = {}

    def start(self, now: float) -> None:
        self._started = now
        self.plug()

    @property
    def plugged(self) -> bool:
        return self._line.plugged

    @property
    def lamp(self) -> bool:
        return self._far_end.lamp

    def plug(self) -> None:
        """FileExistsError when something that is no link is at the path."""
        if not self.plugged:
            self._line.plug()

    def unplug(self) -> None:
        self._line.unplug()

    def fileno(self) -> int:
        return self._line.fileno()

    def press(self, key: int, now: float) -> None:
        self.key_down(key, now)
        if self.fault is not Fault.STUCK_KEY:
            self._release_at[key] = now + HOLD

    def key_down(self, key: int, now: float) -> None:
        """ValueError for a key that is not there."""
        if not 1 <= key <= self.keys:
            raise ValueError(f"key {key}: this panel has keys 1 to {self.keys}")
        self.send(self._far_end.down(key, self._ms(now)))

    def key_up(self, key: int, now: float) -> None:
        self.send(self._far_end.up(key, self._ms(now)))

    def readable(self, now: float) -> None:
        """Bytes from the host are there."""
        self.send(self._far_end.answer(self._line.read()))

    def tick(self, now: float) -> None:
        """Fingers come up; call at least ten times a second."""
        for key in [key for key, at in self._release_at.items() if now >= at]:
            del self._release_at[key]
            self.key_up(key, now)

    def status(self, now: float) -> str:
        return f"lamp {'on' if self.lamp else 'off'}"

    def send(self, data: bytes) -> None:
        """Put bytes on the line, as the fault has it."""
        if not data or self.fault is Fault.SILENCE:
            return
        self._messages += 1
        if self.fault is Fault.GARBAGE:
            data = bytes(byte | 0x80 for byte in os.urandom(7)) + data
        if self.fault is Fault.LOST_BYTES and self._messages % 3 == 0:
            data = without_middle(data)
        self._line.write(data)

    def _ms(self, now: float) -> int:
        return int((now - self._started) * 1000)
