"""A clerk who answers the panel wizard by pressing a simulated panel's buttons."""

import select
import threading
from time import monotonic

from hardware.sim_command import Simulated

PAUSE = 0.4
"""Seconds before a clerk has read a question and pressed."""


class Clerk:
    """Drives a simulated panel and does what the wizard says; `keys`: in the order of the
    questions. Their own thread, as a clerk has."""

    def __init__(self, panel: Simulated, keys: list[int]) -> None:
        self.panel, self._keys = panel, keys
        self.lines: list[str] = []
        self._due: list[tuple[float, int]] = []
        self._again = False
        self._at_hand = threading.Lock()
        self._ended = threading.Event()
        panel.start(monotonic())
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def say(self, line: str) -> None:
        self.lines.append(line)
        with self._at_hand:
            if "Press any one" in line:
                self._again = True
                self._due.append((monotonic(), self._keys[0]))
            elif line.startswith("Found"):
                self._again = False
                self._due.clear()
            elif line.startswith("Press the button") and self._keys:
                self._due.append((monotonic() + PAUSE, self._keys.pop(0)))

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(10)
        self.panel.unplug()

    def _live(self) -> None:
        while not self._ended.is_set():
            select.select([self.panel], [], [], 0.02)
            now = monotonic()
            self.panel.readable(now)
            self.panel.tick(now)
            with self._at_hand:
                due, self._due = self._due, [later for later in self._due if later[0] > now]
                for at, key in due:
                    if at <= now:
                        self.panel.press(key, now)
                        self._due += [(now + 0.3, key)] if self._again else []
