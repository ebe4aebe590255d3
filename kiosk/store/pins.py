"""PIN hashes and the tries against them. A try is written before the PIN is checked."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from kiosk import pin
from kiosk.store.schema import pin_secret, pins
from kiosk.store.statements import prepared, upsert

_PUT = upsert(pins)
_PUT_SECRET = upsert(pin_secret)
_DROP = prepared(delete(pins).where(pins.c.owner == bindparam("whose")))


@dataclass(frozen=True, slots=True)
class PinRecord:
    """`tries` failed since the last success; the last at `tried_boot_ms` of boot `boot_id`.
    `issue`: the last PIN of this owner that central issued (0: none) and this one came after.
    `hashed_for`: the owner whose id is mixed into the hash, where that was another id of the same
    person; else empty."""

    hash: str
    tries: int
    tried_boot_ms: int
    boot_id: str
    issue: int = 0
    hashed_for: str = ""


class Pins:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner: str) -> PinRecord | None:
        row = self._connection.execute(select(pins).where(pins.c.owner == owner)).first()
        return _record(row) if row else None

    def issued(self) -> dict[str, PinRecord]:
        """Those of owners whom central issued a PIN, by owner."""
        query = select(pins).where(pins.c.issue > 0).order_by(pins.c.owner)
        return {row.owner: _record(row) for row in self._connection.execute(query)}

    def put(self, owner: str, record: PinRecord) -> None:
        self._connection.execute(
            _PUT,
            {
                "owner": owner,
                "hash": record.hash,
                "tries": record.tries,
                "tried_boot_ms": record.tried_boot_ms,
                "boot_id": record.boot_id,
                "issue": record.issue,
                "hashed_for": record.hashed_for,
            },
        )

    def forgive(self, owner: str) -> None:
        self._connection.execute(update(pins).where(pins.c.owner == owner).values(tries=0))

    def move(self, before: str, owner: str) -> None:
        """A person has another id from now on: the PIN and its failed tries go along, unless there
        is a PIN under that id already."""
        record = self.of(before)
        if record is not None and self.of(owner) is None:
            hashed_for = record.hashed_for or before
            self.put(owner, replace(record, issue=0, hashed_for=hashed_for))
        self.drop(before)

    def drop(self, owner: str) -> None:
        self._connection.execute(_DROP, {"whose": owner})

    def lost(self) -> tuple[str, ...]:
        """Owners whose PIN was lost, and who have no other yet."""
        query = select(pins.c.owner).where(pins.c.hash == "").order_by(pins.c.owner)
        return tuple(self._connection.scalars(query))

    def secret(self) -> str:
        """Fingerprint of the pepper with which these PINs were made; "": nobody has said."""
        return self._connection.execute(select(pin_secret.c.fingerprint)).scalar() or ""

    def put_secret(self, fingerprint: str) -> None:
        self._connection.execute(_PUT_SECRET, {"id": 1, "fingerprint": fingerprint})

    def lose_all(self, fingerprint: str) -> tuple[str, ...]:
        """No PIN is right any more: from now on they are made with another pepper. Those that
        central issued come again. The owners of the others: each keeps the issue that it came
        after, so that an earlier one of central does not take its place."""
        self._connection.execute(delete(pins).where(pins.c.hash.startswith(pin.ISSUED)))
        query = select(pins.c.owner).where(pins.c.hash != "").order_by(pins.c.owner)
        owners = tuple(self._connection.scalars(query))
        self._connection.execute(update(pins).values(hash="", tries=0))
        self.put_secret(fingerprint)
        return owners


def _record(row: Row[Any]) -> PinRecord:
    return PinRecord(
        hash=row.hash,
        tries=row.tries,
        tried_boot_ms=row.tried_boot_ms,
        boot_id=row.boot_id,
        issue=row.issue,
        hashed_for=row.hashed_for,
    )
