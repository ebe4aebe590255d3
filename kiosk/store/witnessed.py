"""What central was shown of sheets that are not reported yet: only ever one sum for each sheet, and
the steps that central has not answered. The single random parts of a sum are stored nowhere."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from kiosk.store.schema import witness_answers, witness_steps, witnessed_sheets
from kiosk.store.statements import prepared, upsert

_SHEETS = select(witnessed_sheets).order_by(
    witnessed_sheets.c.business_date, witnessed_sheets.c.officer
)
_SHEETS_OF = prepared(_SHEETS.where(witnessed_sheets.c.business_date == bindparam("business_date")))
_PUT = upsert(witnessed_sheets)
_DROP = prepared(
    delete(witnessed_sheets).where(witnessed_sheets.c.business_date == bindparam("day"))
)
_ADD_STEP = prepared(insert(witness_steps))
_DROP_STEPS = prepared(
    delete(witness_steps).where(
        witness_steps.c.business_date == bindparam("day"),
        witness_steps.c.officer == bindparam("whose"),
        witness_steps.c.number <= bindparam("steps"),
    )
)
_PUT_ANSWER = upsert(witness_answers)
_DROP_ANSWERS = prepared(
    delete(witness_answers).where(witness_answers.c.business_date < bindparam("before"))
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet as the steps so far show it. `counts`: what they commit to, by name; `opening`
    opens their product, `point`. `finished`: the last half-day whose rest was taken up, "all": the
    day is over. `history`: how often it began anew."""

    day: date
    officer: str
    steps: int
    counts: Counter[str]
    opening: bytes
    point: bytes
    finished: str = ""
    history: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that central has not answered: its bytes go out again and again as they are."""

    day: date
    officer: str
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """Central's signed answer to the steps of a sheet."""

    body: bytes
    nonce: str
    signature: str


class Witnessed:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sheets(self, day: date | None = None) -> tuple[Shown, ...]:
        """Those of a day, or all, in the order of days and officers."""
        if day is None:
            rows = self._connection.execute(_SHEETS)
        else:
            rows = self._connection.execute(_SHEETS_OF, {"business_date": day.isoformat()})
        return tuple(map(_shown, rows))

    def put(self, sheets: Iterable[Shown]) -> None:
        rows = [
            {
                "business_date": sheet.day.isoformat(),
                "officer": sheet.officer,
                "steps": sheet.steps,
                "counts": json.dumps(sheet.counts, sort_keys=True),
                "opening": sheet.opening,
                "point": sheet.point,
                "finished": sheet.finished,
                "history": sheet.history,
            }
            for sheet in sheets
        ]
        if rows:
            self._connection.execute(_PUT, rows)

    def drop(self, day: date) -> None:
        """Central has the day's report, and with it what opens its sheets."""
        self._connection.execute(_DROP, {"day": day.isoformat()})

    def forget(self) -> None:
        """This terminal is another one to central now: it was shown nothing."""
        for table in (witnessed_sheets, witness_steps, witness_answers):
            self._connection.execute(delete(table))

    # --- steps under way -----------------------------------------------------------------------

    def pending(self) -> tuple[Pending, ...]:
        """The steps that central has not answered, the oldest first."""
        c = witness_steps.c
        query = select(witness_steps).order_by(c.business_date, c.number, c.officer)
        return tuple(
            Pending(
                day=date.fromisoformat(row.business_date),
                officer=row.officer,
                number=row.number,
                body=row.body,
            )
            for row in self._connection.execute(query)
        )

    def add_steps(self, steps: Iterable[Pending]) -> None:
        rows = [
            {
                "business_date": step.day.isoformat(),
                "officer": step.officer,
                "number": step.number,
                "body": step.body,
            }
            for step in steps
        ]
        if rows:
            self._connection.execute(_ADD_STEP, rows)

    def answered(self, steps: Mapping[tuple[date, str], int], answer: ShownAnswer) -> None:
        """Central has so many steps of these sheets, each named by day and officer."""
        keys = [(day.isoformat(), officer, count) for (day, officer), count in steps.items()]
        if not keys:
            return
        self._connection.execute(
            _DROP_STEPS,
            [{"day": day, "whose": officer, "steps": count} for day, officer, count in keys],
        )
        self._connection.execute(
            _PUT_ANSWER,
            [
                {
                    "business_date": day,
                    "officer": officer,
                    "body": answer.body,
                    "nonce": answer.nonce,
                    "signature": answer.signature,
                }
                for day, officer, _ in keys
            ],
        )

    def answers(self, days: set[date]) -> tuple[ShownAnswer, ...]:
        """Central's answers about these days, each once."""
        c = witness_answers.c
        query = (
            select(c.body, c.nonce, c.signature)
            .where(c.business_date.in_(sorted(day.isoformat() for day in days)))
            .distinct()
            .order_by(c.body)
        )
        return tuple(ShownAnswer(*row) for row in self._connection.execute(query))

    def drop_answers(self, before: date) -> None:
        self._connection.execute(_DROP_ANSWERS, {"before": before.isoformat()})


def _shown(row: Row[tuple[object, ...]]) -> Shown:
    return Shown(
        day=date.fromisoformat(row.business_date),
        officer=row.officer,
        steps=row.steps,
        counts=Counter(json.loads(row.counts)),
        opening=row.opening,
        point=row.point,
        finished=row.finished,
        history=row.history,
    )
