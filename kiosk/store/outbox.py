"""Day reports on their way to central: the bytes never change, the state does."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from kiosk.store.schema import outbox
from kiosk.store.statements import prepared

# Built once: building a statement takes longer than running it.
_ADD = prepared(insert(outbox))
_EVERYTHING = select(outbox).order_by(outbox.c.business_date, outbox.c.revision)
_IN_STATE = _EVERYTHING.where(outbox.c.state == bindparam("state"))
_ASIDE = _EVERYTHING.where(outbox.c.state.in_(("parked", "dropped")))
_LATER = outbox.alias("later")
_REPLACED = (
    select(_LATER.c.revision)
    .where(
        _LATER.c.business_date == outbox.c.business_date,
        _LATER.c.revision > outbox.c.revision,
        _LATER.c.state == "receipted",
    )
    .exists()
)
_PARKED = _EVERYTHING.where(outbox.c.state == "parked", ~_REPLACED)
_COUNT = select(func.count()).select_from(outbox).where(outbox.c.state == bindparam("state"))
_SETTLE = prepared(
    update(outbox)
    .where(outbox.c.business_date == bindparam("day"), outbox.c.revision == bindparam("number"))
    .values(
        {name: bindparam(name) for name in ("state", "receipt", "receipt_proof", "why", "words")}
    )
)
_NEWEST = prepared(
    select(outbox)
    .where(outbox.c.business_date == bindparam("business_date"))
    .order_by(outbox.c.revision.desc())
    .limit(1)
)


class Delivery(StrEnum):
    DUE = "due"
    RECEIPTED = "receipted"
    PARKED = "parked"
    """Refused by name, or not to be sent; a person has to look."""
    DROPPED = "dropped"
    """A person decided that it is not sent."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A day report in the outbox. `receipt` and its proof are central's bytes and signature.
    `why` it is parked or dropped, and in whose `words`; both empty for any other."""

    day: date
    revision: int
    digest: str
    body: bytes
    state: Delivery
    receipt: bytes | None = None
    receipt_proof: str | None = None
    why: str = ""
    words: str = ""


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
                "receipt": parcel.receipt,
                "receipt_proof": parcel.receipt_proof,
                "why": parcel.why,
                "words": parcel.words,
            },
        )

    def newest(self, day: date) -> Parcel | None:
        parcels = self._list(_NEWEST, business_date=day.isoformat())
        return parcels[0] if parcels else None

    def due(self) -> tuple[Parcel, ...]:
        return self._list(_IN_STATE, state=Delivery.DUE.value)

    def parked(self) -> tuple[Parcel, ...]:
        """Those that a person has to look at: central has no later revision of their day."""
        return self._list(_PARKED)

    def aside(self) -> tuple[Parcel, ...]:
        """Everything that is parked or dropped."""
        return self._list(_ASIDE)

    def everything(self) -> tuple[Parcel, ...]:
        return self._list(_EVERYTHING)

    def days(self) -> tuple[date, ...]:
        """Every day that has a report, oldest first."""
        query = select(outbox.c.business_date).distinct().order_by(outbox.c.business_date)
        return tuple(date.fromisoformat(text) for text in self._connection.scalars(query))

    def count(self, state: Delivery) -> int:
        return self._connection.scalar(_COUNT, {"state": state.value}) or 0

    def settle(
        self, parcel: Parcel, state: Delivery, receipt: bytes, proof: str, why: str = ""
    ) -> None:
        """Keep central's receipt and what follows from it."""
        settled = replace(
            parcel, state=state, receipt=receipt, receipt_proof=proof, why=why, words=""
        )
        self._put(settled)

    def reopen(self, parcel: Parcel) -> None:
        """Due again: central has lost it, and its receipt with it; or somebody sends it again."""
        due = replace(
            parcel, state=Delivery.DUE, receipt=None, receipt_proof=None, why="", words=""
        )
        self._put(due)

    def set_aside(self, parcel: Parcel, state: Delivery, why: str, words: str) -> None:
        """Not to be sent as it is: PARKED or DROPPED. A receipt that it has stays."""
        self._put(replace(parcel, state=state, why=why, words=words))

    def _put(self, parcel: Parcel) -> None:
        self._connection.execute(
            _SETTLE,
            {
                "day": parcel.day.isoformat(),
                "number": parcel.revision,
                "state": parcel.state.value,
                "receipt": parcel.receipt,
                "receipt_proof": parcel.receipt_proof,
                "why": parcel.why,
                "words": parcel.words,
            },
        )

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
                why=row.why,
                words=row.words,
            )
            for row in self._connection.execute(query, fields)
        )
