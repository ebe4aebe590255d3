"""Who may try a PIN, and when: five free tries, then 15 s doubling, dead at fifteen.

A try is durable before the PIN is looked at, so that a power cut wins no guess; waits run on the
boot-time clock, and begin again after a restart. (ARCHITECTURE.md#pins-and-keys)
"""

from dataclasses import dataclass, replace

from kiosk import pin as pins
from kiosk.clock import Clock
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.pins import PinRecord


@dataclass(frozen=True, slots=True)
class PinRight:
    pass


@dataclass(frozen=True, slots=True)
class PinWrong:
    """Wrong PIN or nobody by that number: the same answer. `wait` seconds before the next try."""

    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class PinWait:
    """Not even looked at: `wait` seconds are left."""

    wait: float


@dataclass(frozen=True, slots=True)
class PinDead:
    """Too many tries; a supervisor has to unlock."""


PinAnswer = PinRight | PinWrong | PinWait | PinDead


class Lockout:
    """The PINs of one terminal. `pepper` lies beside the database; `boot_id` names this start of
    the machine."""

    def __init__(self, store: Store, clock: Clock, pepper: bytes, boot_id: str) -> None:
        self._store, self._clock, self._pepper, self._boot_id = store, clock, pepper, boot_id

    def check(self, owner: str, typed: str) -> PinAnswer:
        """Whether `typed` is the owner's PIN. The try is durable before the PIN is looked at."""
        now = self._clock.now()
        boot_ms = int(now.boot * 1000)
        with self._store.transaction() as t:
            stored = t.pins.of(owner)
            record = stored or self._record(hash="", boot_ms=boot_ms)
            if record.tries >= pins.DEAD_AT:
                return PinDead()
            wait = pins.wait_after(record.tries)
            if wait and record.boot_id != self._boot_id:
                # Nobody knows how many seconds ago another boot was: the wait starts again.
                t.pins.put(owner, replace(record, tried_boot_ms=boot_ms, boot_id=self._boot_id))
                t.witness(now, Kind.PIN_TRIED, {"owner": owner, "waits": "again"})
                return PinWait(wait)
            seconds = wait - (boot_ms - record.tried_boot_ms) / 1000
            if wait and seconds > 0:
                return PinWait(seconds)
            tries = record.tries + 1
            tried = replace(record, tries=tries, tried_boot_ms=boot_ms, boot_id=self._boot_id)
            t.pins.put(owner, tried)
            locks = tries in (pins.FREE_TRIES, pins.DEAD_AT)
            t.witness(now, Kind.PIN_LOCKED if locks else Kind.PIN_TRIED, {"owner": owner})
        hashed_for = stored.hashed_for or owner if stored else owner
        if stored and pins.matches(self._pepper, hashed_for, typed, stored.hash):
            with self._store.transaction() as t:
                t.pins.forgive(owner)
                t.witness(now, Kind.PIN_RIGHT, {"owner": owner})
            return PinRight()
        return PinDead() if tries >= pins.DEAD_AT else PinWrong(pins.wait_after(tries))

    def set_pin(self, owner: str, chosen: str | None = None, number: str = "") -> str:
        """Set a PIN (generated unless chosen) and return it; WeakPin when it is a weak one.
        This also unlocks. It is the PIN on this terminal until central issues another."""
        new = chosen if chosen is not None else pins.generate(number)
        pins.require_strong(new, number)
        now = self._clock.now()
        record = self._record(
            hash=pins.hash_pin(self._pepper, owner, new), boot_ms=int(now.boot * 1000)
        )
        with self._store.transaction() as t:
            former = t.pins.of(owner)
            issue = former.issue if former else 0
            t.pins.put(owner, replace(record, issue=issue))
            t.witness(now, Kind.PIN_SET, {"owner": owner})
        return new

    def _record(self, hash: str, boot_ms: int) -> PinRecord:
        """Of a PIN that nobody has tried yet."""
        return PinRecord(hash=hash, tries=0, tried_boot_ms=boot_ms, boot_id=self._boot_id)

    def unlock(self, owner: str) -> None:
        """Forgive failed tries (a supervisor's doing)."""
        with self._store.transaction() as t:
            t.pins.forgive(owner)
            t.witness(self._clock.now(), Kind.PIN_UNLOCKED, {"owner": owner})

    def lost_pins(self) -> tuple[str, ...]:
        """Who had a PIN of this terminal's own under a secret that is lost, and has no other."""
        with self._store.read() as snapshot:
            return snapshot.pins.lost()

    def has_pin(self, owner: str) -> bool:
        with self._store.read() as snapshot:
            record = snapshot.pins.of(owner)
        # Tries at a PIN that nobody has set leave a record too.
        return record is not None and bool(record.hash)
