"""A clerk who answers the panel wizard by pressing a simulated panel's buttons, on a clock that
runs as fast as the wizard looks at its ports."""

import select
from collections.abc import Sequence

from hardware.port import Port
from hardware.sim_command import Simulated

PAUSE = 0.4
"""Seconds before a clerk has read a question and pressed."""
STEP = 0.02
ARRIVAL = 0.2
"""Seconds of the real clock in which bytes come over a pseudo-terminal."""


class Clerk:
    """Drives a simulated panel and does what the wizard says; `keys`: in the order of the
    questions."""

    def __init__(self, panel: Simulated, keys: list[int]) -> None:
        self.panel, self._keys = panel, keys
        self.lines: list[str] = []
        self._now = 1000.0
        self._pressed: list[int] = []
        """The buttons that were given a score, in order."""
        self._due: list[tuple[float, int]] = []
        self._again = False
        panel.start(self._now)

    def say(self, line: str) -> None:
        self.lines.append(line)
        if "Press any one" in line:
            self._again = True
            self._due.append((self._now, self._keys[0]))
        elif line.startswith("Found"):
            self._again = False
            self._due.clear()
        elif line.startswith("Press the button") and (key := self._asked(line)):
            self._due.append((self._now + PAUSE, key))
        elif line.startswith("To prove it") and self._pressed:
            self._due.append((self._now + PAUSE, self._pressed.pop(0)))

    def look(self, ports: Sequence[Port]) -> float:
        """The wizard waits a moment for its ports; the clerk and the panel go on meanwhile."""
        self._now += STEP
        readable, _, _ = select.select([self.panel], [], [], 0.0005)
        if readable:
            self.panel.readable(self._now)
        self.panel.tick(self._now)
        due, self._due = self._due, [later for later in self._due if later[0] > self._now]
        for at, key in due:
            if at <= self._now:
                self.panel.press(key, self._now)
                self._due += [(self._now + 0.3, key)] if self._again else []
                select.select(ports, [], [], ARRIVAL)
        return self._now

    def stop(self) -> None:
        self.panel.unplug()

    def _asked(self, line: str) -> int | None:
        """The button to press: the next, or the same once more."""
        if "once more" in line:
            return self._pressed[-1]
        if not self._keys:
            return None
        key = self._keys.pop(0)
        if key not in self._pressed:
            self._pressed.append(key)
        return key
