"""Day reports on their way to central: the bytes never change, the state does."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from kiosk.store.schema import outbox

# Built once: building a statement takes longer than running it.
_ADD = insert(outbox)
_EVERYTHING = select(outbox).order_by(outbox.c.business_date, outbox.c.revision)
_IN_STATE = _EVERYTHING.where(outbox.c.state == bindparam("state"))
_COUNT = select(func.count()).select_from(outbox).where(outbox.c.state == bindparam("state"))
_SETTLE = (
    update(outbox)
    .where(outbox.c.business_date == bindparam("day"), outbox.c.revision == bindparam("number"))
    .values({name: bindparam(name) for name in ("state", "receipt", "receipt_proof")})
)
_NEWEST = (
    select(outbox)
    .where(outbox.c.business_date == bindparam("business_date"))
    .order_by(outbox.c.revision.desc())
    .limit(1)
)


class Delivery(StrEnum):
    DUE = "due"
    RECEIPTED = "receipted"
    PARKED = "parked"
    """Central refused it by name; a person has to look."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A day report in the outbox. `receipt` and its proof are central's bytes and signature."""

    day: date
    revision: int
    digest: str
    body: bytes
    state: Delivery
    receipt: bytes | None = None
    receipt_proof: str | None = None


class Outbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, parcel: Parcel) -> None:
        self._connection.execute(
            _ADD,
            {
                "business_date": parcel.day.isoformat(),
                "revision": parcel.revision,
                "digest": parcel.digest,
                "body": parcel.body,
                "state": parcel.state.value,
            },
        )

    def newest(self, day: date) -> Parcel | None:
        parcels = self._list(_NEWEST, business_date=day.isoformat())
        return parcels[0] if parcels else None

    def due(self) -> tuple[Parcel, ...]:
        return self._list(_IN_STATE, state=Delivery.DUE.value)

    def everything(self) -> tuple[Parcel, ...]:
        return self._list(_EVERYTHING)

    def days(self) -> tuple[date, ...]:
        """Every day that has a report, oldest first."""
        query = select(outbox.c.business_date).distinct().order_by(outbox.c.business_date)
        return tuple(date.fromisoformat(text) for text in self._connection.scalars(query))

    def count(self, state: Delivery) -> int:
        return self._connection.scalar(_COUNT, {"state": state.value}) or 0

    def settle(self, parcel: Parcel, state: Delivery, receipt: bytes, proof: str) -> None:
        """Keep central's receipt and what follows from it."""
        self._settle(parcel, state, receipt, proof)

    def reopen(self, parcel: Parcel) -> None:
        """Due again: central has lost it, and its receipt with it."""
        self._settle(parcel, Delivery.DUE, None, None)

    def _settle(
        self, parcel: Parcel, state: Delivery, receipt: bytes | None, proof: str | None
    ) -> None:
        which = {"day": parcel.day.isoformat(), "number": parcel.revision}
        outcome = {"state": state.value, "receipt": receipt, "receipt_proof": proof}
        self._connection.execute(_SETTLE, {**which, **outcome})

    def _list(self, query: "Select[tuple[object, ...]]", **fields: str) -> tuple[Parcel, ...]:
        return tuple(
            Parcel(
                day=date.fromisoformat(row.business_date),
                revision=row.revision,
                digest=row.digest,
                body=row.body,
                state=Delivery(row.state),
                receipt=row.receipt,
                receipt_proof=row.receipt_proof,
            )
            for row in self._connection.execute(query, fields)
        )
