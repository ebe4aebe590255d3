"""Ratings, outcomes and reasons, and the sheets whose seals cover them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.scale import Score
from kiosk.domain.seal import Seal, outcome_entry, rating_entry, reason_entry
from kiosk.domain.tally import Tally
from kiosk.store.schema import (
    fresh_outcomes,
    fresh_ratings,
    fresh_reasons,
    outcomes,
    ratings,
    reasons,
    sheets,
)
from kiosk.store.statements import upsert

_ADD_RATING = insert(fresh_ratings)
_ADD_OUTCOME = insert(fresh_outcomes)
_ADD_REASON = insert(fresh_reasons)
_READ_SHEET = select(sheets.c.n, sheets.c.entries, sheets.c.seal).where(
    sheets.c.business_date == bindparam("business_date"), sheets.c.officer == bindparam("officer")
)
_WRITE_SHEET = upsert(sheets)


def _both(settled: Table, fresh: Table, *names: str) -> CompoundSelect[Any]:
    """These columns of a day's rows, settled and fresh."""
    return union_all(
        *(
            select(*(table.c[name] for name in names)).where(
                table.c.business_date == bindparam("business_date")
            )
            for table in (settled, fresh)
        )
    )


HalfDay = tuple[date, Half]


class RowKind(Enum):
    """Of rows that a press writes."""

    RATINGS = auto()
    OUTCOMES = auto()
    REASONS = auto()


_MADE_BY = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql > '' ORDER BY type"
"""What made a table, then what made its triggers."""
_STAYING = "staying"
"""A table in memory, of what is written again."""
_TABLES = {
    RowKind.RATINGS: (ratings, fresh_ratings),
    RowKind.OUTCOMES: (outcomes, fresh_outcomes),
    RowKind.REASONS: (reasons, fresh_reasons),
}
"""The final table of each, and the one that a press writes to."""
_RATINGS_OF = _both(ratings, fresh_ratings, *ratings.c.keys())
_OUTCOMES_OF = _both(outcomes, fresh_outcomes, "officer", "outcome")
_REASONS_OF = _both(reasons, fresh_reasons, "officer", "reason")


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

    def add_outcome(
        self, id: bytes, day: date, half: Half, officer: OfficerId, outcome: Outcome
    ) -> None:
        self._connection.execute(
            _ADD_OUTCOME,
            {
                "id": id,
                "business_date": day.isoformat(),
                "officer": officer,
                "outcome": outcome.value,
                "half": half.value,
            },
        )
        self._seal(day, officer, [outcome_entry(id, day, officer, outcome)])

    def add_reasons(
        self,
        rating: RatingId,
        day: date,
        officer: OfficerId,
        chosen: tuple[ReasonId, ...],
    ) -> None:
        key = {"rating": rating, "business_date": day.isoformat(), "officer": officer}
        if chosen:
            self._connection.execute(_ADD_REASON, [{**key, "reason": reason} for reason in chosen])
        entries = [reason_entry(rating, day, officer, reason) for reason in chosen]
        self._seal(day, officer, entries)

    def has(self, day: date, officer: OfficerId, id: bytes) -> bool:
        """Whether there is a rating or an outcome with this id."""
        for table in (fresh_ratings, fresh_outcomes, ratings, outcomes):
            query = select(table.c.id).where(
                table.c.business_date == day.isoformat(),
                table.c.officer == officer,
                table.c.id == id,
            )
            if self._connection.execute(query).first():
                return True
        return False

    def has_reasons(self, day: date, officer: OfficerId, rating: RatingId) -> bool:
        for table in (fresh_reasons, reasons):
            query = select(table.c.rating).where(
                table.c.business_date == day.isoformat(),
                table.c.officer == officer,
                table.c.rating == rating,
            )
            if self._connection.execute(query).first():
                return True
        return False

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
        on = {"business_date": day.isoformat()}
        for officer, outcome in self._connection.execute(_OUTCOMES_OF, on):
            tally.outcomes[OfficerId(officer), Outcome(outcome)] += 1
        for officer, reason in self._connection.execute(_REASONS_OF, on):
            tally.reasons[OfficerId(officer), ReasonId(reason)] += 1
        return tally

    def _ratings_of(self, day: date) -> Iterable[Rating]:
        for row in self._connection.execute(_RATINGS_OF, {"business_date": day.isoformat()}):
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

    def settle(self, current: HalfDay, kinds: Iterable[RowKind] = RowKind) -> None:
        """Let the rows forget the order in which they came. SQLite fills a page from its end, so
        that a row's place tells when it was written, whatever its key is. Rows of every half-day
        but `current` move to their final tables; those of `current` are written again. Both in the
        order of their random keys. Reasons stay for the whole day: one that came after noon for a
        rating from before would tell that the rating came just before. A table is dropped and made
        again with its guards: what was deleted row by row would leave its old places behind. So is
        an empty one: SQLite counts it, and would count the quarters in which anything came.
        `kinds`: of which rows, each for itself."""
        for kind in kinds:
            settled, fresh = _TABLES[kind]
            self._settle(settled, fresh, current)

    def _settle(self, settled: Table, fresh: Table, current: HalfDay) -> None:
        driver: Any = self._connection.connection.driver_connection
        run = driver.execute  # SQLAlchemy's way round would take as long again
        names = ", ".join(settled.c.keys())
        own = ", ".join(fresh.c.keys())
        key = ", ".join(column.name for column in fresh.primary_key.columns)
        stays = "business_date = ?" + (" AND half = ?" if "half" in fresh.c else "")
        half = (current[1].value,) if "half" in fresh.c else ()
        values = (current[0].isoformat(), *half)
        moving = f"FROM {fresh.name} WHERE NOT ({stays}) ORDER BY {key}"
        run(f"INSERT INTO {settled.name} ({names}) SELECT {names} {moving}", values)
        staying = f"SELECT {own} FROM {fresh.name} WHERE {stays} ORDER BY {key}"
        run(f"CREATE TEMP TABLE {_STAYING} AS {staying}", values)
        (table,), *guards = run(_MADE_BY, (fresh.name,)).fetchall()
        run(f"DROP TABLE {fresh.name}")
        run(table)
        run(f"INSERT INTO {fresh.name} ({own}) SELECT {own} FROM temp.{_STAYING} ORDER BY {key}")
        for (guard,) in guards:  # last: each would look at every row that is written again
            run(guard)
        run(f"DROP TABLE temp.{_STAYING}")

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
