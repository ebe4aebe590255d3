"""A terminal whose panel presses on through a failing disk, as presenter and panel would do it."""

from pathlib import Path

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Encounter, Phase, Press, Record, SignOn, Tick, step
from kiosk.domain.rating import Channel
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from kiosk.store.engine import StoreFailed
from kiosk.store.state import Mark
from kiosk.store.verify import Wrong, verify
from tests.builders import SOMYING, FakeClock, duty_of, rating_id

RULES = Rules()


class Pressing:
    """Counts what was thanked for. A press that failed is sent again before the next one."""

    def __init__(self, folder: Path) -> None:
        self._folder = DataFolder(folder)
        self._folder.create()
        self._clock = FakeClock()
        self._store, self._terminal = self._folder.open(self._clock)
        self._terminal.add_officers([SOMYING])
        self._terminal.keep_ballast()
        self._state, effects = step(Encounter(), SignOn(duty_of()), self._clock.now(), RULES)
        self._terminal.carry_out(effects)
        self._thanked: list[bytes] = []
        self._pressed = 0
        self._waiting = 0
        self._well = self._open = True

    def press(self) -> None:
        """A citizen presses; the panel keeps it until it is told."""
        self._waiting += 1
        while self._waiting and self._send():
            self._waiting -= 1

    def _send(self) -> bool:
        self._clock.pass_seconds(10)
        if not self._well:
            try:
                self._get_well()
            except StoreFailed:
                return False
            self._well = True
        self._state, _ = step(self._state, Tick(), self._clock.now(), RULES)
        press = Press(Score(4), Channel.PANEL, rating_id())
        after, effects = step(self._state, press, self._clock.now(), RULES)
        try:
            self._terminal.carry_out(effects, Mark("rig", "1", self._pressed + 1))
        except StoreFailed:
            self._well = False
            return False
        self._state = after
        self._pressed += 1
        if after.phase is Phase.THANKS and any(isinstance(e, Record) for e in effects):
            self._thanked.append(press.id)
        return True

    def stop(self) -> None:
        """The program ends; it is started again at the next press."""
        self._store.close()
        self._well = self._open = False

    def _get_well(self) -> None:
        if self._open:
            self._terminal.repair()
            return
        self._store, self._terminal = self._folder.open(self._clock)
        self._open = True

    def wrong(self) -> list[str]:
        """What does not hold now. Closes the store."""
        found = []
        if self._waiting:
            found.append(f"{self._waiting} presses still wait")
        told = verify(self._store)
        if isinstance(told, Wrong):
            found.append(f"verify: {told.what}")
        with self._store.reading() as cursor:
            kept = {id_ for (id_,) in cursor.execute("SELECT id FROM ratings")}
        self._store.close()
        if len(kept) != self._pressed:
            found.append(f"{len(kept)} ratings of {self._pressed} presses")
        return found
