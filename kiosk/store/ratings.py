"""Ratings, outcomes and reasons, and the sheets whose seals cover them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.scale import Score
from kiosk.domain.seal import Seal, outcome_entry, rating_entry, reason_entry
from kiosk.domain.tally import Tally
from kiosk.store.schema import outcomes, ratings, reasons, sheets

# The statements of a press are built once: building one takes longer than running it.
_ADD_RATING = insert(ratings)
_ADD_OUTCOME = insert(outcomes)
_ADD_REASON = insert(reasons)
_READ_SHEET = select(sheets.c.n, sheets.c.entries, sheets.c.seal).where(
    sheets.c.business_date == bindparam("business_date"), sheets.c.officer == bindparam("officer")
)
_PUT_SHEET = insert(sheets)
_WRITE_SHEET = _PUT_SHEET.on_conflict_do_update(
    index_elements=["business_date", "officer"],
    set_={name: _PUT_SHEET.excluded[name] for name in ("n", "entries", "seal")},
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is sealed together: one officer's business date. `n` counts its ratings."""

    day: date
    officer: OfficerId
    n: int = 0
    seal: Seal = Seal()  # noqa: RUF009  (a value, never changed)


class Ratings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rating: Rating) -> None:
        self._connection.execute(
            _ADD_RATING,
            {
                "id": rating.id,
                "business_date": rating.business_date.isoformat(),
                "half": rating.half.value,
                "officer": rating.officer,
                "service": rating.service,
                "counter": rating.counter,
                "score": int(rating.score),
                "levels": rating.levels,
                "channel": rating.channel.value,
            },
        )
        self._seal(rating.business_date, rating.officer, [rating_entry(rating)], n=1)

    def add_outcome(self, id: bytes, day: date, officer: OfficerId, outcome: Outcome) -> None:
        self._connection.execute(
            _ADD_OUTCOME,
            {
                "id": id,
                "business_date": day.isoformat(),
                "officer": officer,
                "outcome": outcome.value,
            },
        )
        self._seal(day, officer, [outcome_entry(id, day, officer, outcome)])

    def add_reasons(
        self, rating: RatingId, day: date, officer: OfficerId, chosen: tuple[ReasonId, ...]
    ) -> None:
        key = {"rating": rating, "business_date": day.isoformat(), "officer": officer}
        if chosen:
            self._connection.execute(_ADD_REASON, [{**key, "reason": reason} for reason in chosen])
        entries = [reason_entry(rating, day, officer, reason) for reason in chosen]
        self._seal(day, officer, entries)

    def has(self, day: date, officer: OfficerId, id: bytes) -> bool:
        """Whether there is a rating or an outcome with this id."""
        for table in (ratings, outcomes):
            query = select(table.c.id).where(
                table.c.business_date == day.isoformat(),
                table.c.officer == officer,
                table.c.id == id,
            )
            if self._connection.execute(query).first():
                return True
        return False

    def has_reasons(self, day: date, officer: OfficerId, rating: RatingId) -> bool:
        query = select(reasons.c.rating).where(
            reasons.c.business_date == day.isoformat(),
            reasons.c.officer == officer,
            reasons.c.rating == rating,
        )
        return self._connection.execute(query).first() is not None

    def days(self) -> tuple[date, ...]:
        """Every business date that has a sheet, oldest first."""
        query = select(sheets.c.business_date).distinct().order_by(sheets.c.business_date)
        return tuple(date.fromisoformat(text) for text in self._connection.scalars(query))

    def sheets(self, day: date) -> tuple[Sheet, ...]:
        query = (
            select(sheets)
            .where(sheets.c.business_date == day.isoformat())
            .order_by(sheets.c.officer)
        )
        return tuple(_sheet(row) for row in self._connection.execute(query))

    def all_sheets(self) -> dict[date, tuple[Sheet, ...]]:
        """Every sheet there is, by its day, oldest first."""
        query = select(sheets).order_by(sheets.c.business_date, sheets.c.officer)
        by_day: dict[date, list[Sheet]] = defaultdict(list)
        for row in self._connection.execute(query):
            sheet = _sheet(row)
            by_day[sheet.day].append(sheet)
        return {day: tuple(sheets_of_day) for day, sheets_of_day in by_day.items()}

    def count(self) -> int:
        """The number of all ratings, as the sheets say."""
        return self._connection.scalar(select(func.coalesce(func.sum(sheets.c.n), 0))) or 0

    def tally(self, day: date) -> Tally:
        """The whole day, counted."""
        tally = Tally.of(self._ratings_of(day))
        chosen = select(outcomes.c.officer, outcomes.c.outcome).where(
            outcomes.c.business_date == day.isoformat()
        )
        for officer, outcome in self._connection.execute(chosen):
            tally.outcomes[OfficerId(officer), Outcome(outcome)] += 1
        named = select(reasons.c.officer, reasons.c.reason).where(
            reasons.c.business_date == day.isoformat()
        )
        for officer, reason in self._connection.execute(named):
            tally.reasons[OfficerId(officer), ReasonId(reason)] += 1
        return tally

    def _ratings_of(self, day: date) -> Iterable[Rating]:
        query = select(ratings).where(ratings.c.business_date == day.isoformat())
        for row in self._connection.execute(query):
            yield Rating(
                id=RatingId(row.id),
                business_date=day,
                half=Half(row.half),
                officer=OfficerId(row.officer),
                service=ServiceId(row.service),
                counter=CounterId(row.counter),
                score=Score(row.score),
                levels=row.levels,
                channel=Channel(row.channel),
            )

    def _seal(self, day: date, officer: OfficerId, entries: list[bytes], n: int = 0) -> None:
        key = {"business_date": day.isoformat(), "officer": officer}
        row = self._connection.execute(_READ_SHEET, key).first()
        seal = Seal(row.entries, row.seal) if row else Seal()
        for entry in entries:
            seal = seal.add(entry)
        total = (row.n if row else 0) + n
        self._connection.execute(
            _WRITE_SHEET, {**key, "n": total, "entries": seal.entries, "seal": seal.state}
        )


def _sheet(row: Row[Any]) -> Sheet:
    return Sheet(
        day=date.fromisoformat(row.business_date),
        officer=OfficerId(row.officer),
        n=row.n,
        seal=Seal(row.entries, row.seal),
    )
