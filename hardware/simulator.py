"""The far end: a panel that speaks our own protocol over a pseudo-terminal, with named faults.

No thread: the caller watches `fileno()` and calls `readable` and `tick`, as an event loop does.
"""

import os
from collections import deque
from enum import StrEnum
from pathlib import Path

from hardware.codec import (
    Acknowledge,
    Forget,
    FromPanel,
    Heartbeat,
    Hello,
    KeyDown,
    KeyUp,
    WhoAreYou,
)
from hardware.profiles.own import VERSION, OwnPanelCodec, encode_panel
from hardware.pty_line import PtyLine

RESEND = 0.2
HEARTBEAT = 2.0
LAMP = 1.0
"""Seconds the lamp stays green after an acknowledgement."""
KEEPS = 32
"""Presses stored until acknowledged; further ones are refused with a red lamp on real panels."""


class Fault(StrEnum):
    NONE = "none"
    GARBAGE = "garbage"
    """Noise before every line."""
    LOST_BYTES = "lost-bytes"
    """Every third line loses a byte."""
    STUCK_KEY = "stuck-key"
    """Keys go down and don't come up."""
    SILENCE = "silence"
    """Nothing is sent at all."""
    WRONG_VERSION = "wrong-version"
    """Says hello as version 9.0."""


def without_middle(data: bytes) -> bytes:
    """The bytes after the line has lost one of them."""
    middle = len(data) // 2
    return data[:middle] + data[middle + 1 :]


class SimulatedPanel:
    """One panel. Times are seconds of the caller's clock."""

    def __init__(self, path: Path, device: str = "SIM-5", keys: int = 5) -> None:
        self.path = path
        self.device, self.keys = device, keys
        self.fault = Fault.NONE
        self.boot = ""
        self.acknowledged: list[int] = []
        """Sequence numbers acknowledged since the start."""
        self.late: list[int] = []
        """Those that came too late, for which no lamp lit."""
        self.lamp_until = 0.0
        self._line = PtyLine(path)
        self._seq = 0
        self._lines = 0
        self._waiting: deque[KeyDown] = deque()
        self._keys_down: set[int] = set()
        self._sent_at = self._beat_at = float("-inf")
        self._started = 0.0
        self._codec = OwnPanelCodec()

    # --- power and plug ------------------------------------------------------------------------

    def start(self, now: float) -> None:
        """Power on: a new boot id, nothing remembered; plugged in."""
        self.boot = os.urandom(4).hex()
        self._seq, self._started = 0, now
        self._waiting.clear()
        self._keys_down.clear()
        self.plug()

    @property
    def plugged(self) -> bool:
        return self._line.plugged

    def plug(self) -> None:
        """Plug the cable in (again). Presses waiting are still there. FileExistsError when
        something that is no link is at the path."""
        if self.plugged:
            return
        self._line.plug()
        self._codec = OwnPanelCodec()
        self._sent_at = self._beat_at = float("-inf")

    def unplug(self) -> None:
        """Pull the cable: the host sees its line end."""
        self._line.unplug()

    def fileno(self) -> int:
        return self._line.fileno()

    # --- what a finger does --------------------------------------------------------------------

    def press(self, key: int, now: float) -> None:
        """Press and release."""
        self.key_down(key, now)
        if self.fault is not Fault.STUCK_KEY:
            self.key_up(key, now)

    def key_down(self, key: int, now: float) -> None:
        if not 1 <= key <= self.keys:
            raise ValueError(f"key {key}: this panel has keys 1 to {self.keys}")
        self._keys_down.add(key)
        if len(self._waiting) < KEEPS:
            self._seq += 1
            self._waiting.append(KeyDown(boot=self.boot, seq=self._seq, key=key, ms=self._ms(now)))
            if len(self._waiting) == 1:
                self._resend(now)

    def key_up(self, key: int, now: float) -> None:
        self._keys_down.discard(key)
        self._send(KeyUp(self.boot, key, self._ms(now)))

    @property
    def waiting(self) -> int:
        """Presses not acknowledged yet."""
        return len(self._waiting)

    def lamp(self, now: float) -> bool:
        return now < self.lamp_until

    def status(self, now: float) -> str:
        return f"waiting {self.waiting}, lamp {'green' if self.lamp(now) else 'off'}"

    # --- the line ------------------------------------------------------------------------------

    def readable(self, now: float) -> None:
        """Bytes from the host are there."""
        for message in self._codec.feed(self._line.read()):
            if isinstance(message, WhoAreYou):
                self._hello()
                self._beat(now)  # its time: without it the host can't tell how old a press is
                self._resend(now)
            elif isinstance(message, Acknowledge | Forget):
                self._answered(message, now)

    def tick(self, now: float) -> None:
        """Heartbeat and resend; call at least ten times a second."""
        if now - self._beat_at >= HEARTBEAT:
            self._beat(now)
        if self._waiting and now - self._sent_at >= RESEND:
            self._resend(now)

    def _answered(self, message: Acknowledge | Forget, now: float) -> None:
        waiting = self._waiting
        if waiting and (message.boot, message.seq) == (self.boot, waiting[0].seq):
            waiting.popleft()
            if isinstance(message, Acknowledge):
                self.acknowledged.append(message.seq)
                self.lamp_until = now + LAMP
            else:
                self.late.append(message.seq)
            self._resend(now)

    def _beat(self, now: float) -> None:
        self._beat_at = now
        self._send(Heartbeat(self.boot, self._ms(now), tuple(sorted(self._keys_down))))

    def _hello(self) -> None:
        version = "9.0" if self.fault is Fault.WRONG_VERSION else VERSION
        self._send(
            Hello(
                version=version,
                device=self.device,
                boot=self.boot,
                firmware="sim-1",
                keys=self.keys,
            )
        )

    def _resend(self, now: float) -> None:
        if self._waiting:
            self._sent_at = now
            self._send(self._waiting[0])

    def _send(self, message: FromPanel) -> None:
        if not self.plugged or self.fault is Fault.SILENCE:
            return
        data = encode_panel(message)
        self._lines += 1
        if self.fault is Fault.GARBAGE:
            data = os.urandom(7).replace(b"$", b"#") + b"\x00\xff*" + data
        if self.fault is Fault.LOST_BYTES and self._lines % 3 == 0:
            data = without_middle(data)
        self._line.write(data)

    def _ms(self, now: float) -> int:
        return int((now - self._started) * 1000) % 2**32
