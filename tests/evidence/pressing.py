"""A terminal whose panel presses on through a failing disk, as presenter and panel would do it."""

from collections.abc import Callable
from pathlib import Path

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Encounter, Press, SignOn, Tick, step
from kiosk.domain.rating import Channel
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.state import Mark
from kiosk.store.verify import Wrong, verify
from kiosk.terminal import Terminal
from tests.support.builders import SOMYING, FakeClock, duty_of, rating_id
from tests.support.entries import RATING_IDS

RULES = Rules()


class Pressing:
    """Counts what was thanked for. A press that failed is sent again before the next one."""

    def __init__(self, store: Store, terminal: Terminal) -> None:
        self.store, self.terminal = store, terminal
        self.thanked: list[bytes] = []
        self._clock = FakeClock()
        self._state, effects = step(Encounter(), SignOn(duty_of()), self._clock.now(), RULES)
        self.terminal.carry_out(effects)
        self._pressed = 0
        self._waiting = 0
        self._mend: Callable[[], None] | None = None

    def press(self) -> None:
        """A citizen presses; the panel keeps it until it is told."""
        self._waiting += 1
        while self._waiting and self._send():
            self._waiting -= 1

    def stop(self) -> None:
        """The program ends; it is started again at the next press."""
        self.store.close()
        self._mend = self._start

    def _start(self) -> None:
        self.store, self.terminal = DataFolder(self.store.path.parent).open(self._clock)

    def _send(self) -> bool:
        self._clock.pass_seconds(10)
        try:
            if self._mend is not None:
                self._mend()
                self._mend = None
            self._state, _ = step(self._state, Tick(), self._clock.now(), RULES)
            press = Press(score=Score(4), channel=Channel.PANEL, id=rating_id())
            after, effects = step(self._state, press, self._clock.now(), RULES)
            self.terminal.carry_out(effects, Mark(device="rig", boot="1", seq=self._pressed + 1))
        except StoreFailed:
            self._mend = self._mend or self.terminal.repair
            return False
        self._state = after
        self._pressed += 1
        self.thanked.append(press.id)
        return True

    def wrong(self) -> list[str]:
        """What does not hold now. Closes the store."""
        found = []
        if self._waiting:
            found.append(f"{self._waiting} presses still wait")
        told = verify(self.store)
        if isinstance(told, Wrong):
            found.append(f"verify: {told.what}")
        with self.store.read() as snapshot:
            cursor = snapshot.cursor()
            kept = {id_ for (id_,) in cursor.execute(RATING_IDS)}
        self.store.close()
        if len(kept) != self._pressed:
            found.append(f"{len(kept)} ratings of {self._pressed} presses")
        return found


def new_terminal(folder: Path) -> Pressing:
    """A terminal in a folder of its own, with somebody on duty."""
    DataFolder(folder).create()
    store, terminal = DataFolder(folder).open(FakeClock())
    terminal.add_officers([SOMYING])
    terminal.reserve_ballast()
    return Pressing(store, terminal)
