"""What central was shown of sheets that are not reported yet: only ever one sum for each sheet, and
the steps that central has not answered. The single random parts of a sum are stored nowhere."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from kiosk.store.schema import witness_answers, witness_steps, witnessed_sheets


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
        c = witnessed_sheets.c
        query = select(witnessed_sheets).order_by(c.business_date, c.officer)
        if day is not None:
            query = query.where(c.business_date == day.isoformat())
        return tuple(_shown(row) for row in self._connection.execute(query))

    def put(self, shown: Shown) -> None:
        values = {
            "steps": shown.steps,
            "counts": json.dumps(shown.counts, sort_keys=True),
            "opening": shown.opening,
            "point": shown.point,
            "finished": shown.finished,
            "history": shown.history,
        }
        self._connection.execute(
            insert(witnessed_sheets)
            .values(business_date=shown.day.isoformat(), officer=shown.officer, **values)
            .on_conflict_do_update(index_elements=["business_date", "officer"], set_=values)
        )

    def drop(self, day: date) -> None:
        """Central has the day's report, and with it what opens its sheets."""
        c = witnessed_sheets.c
        self._connection.execute(delete(witnessed_sheets).where(c.business_date == day.isoformat()))

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

    def add_step(self, step: Pending) -> None:
        self._connection.execute(
            insert(witness_steps).values(
                business_date=step.day.isoformat(),
                officer=step.officer,
                number=step.number,
                body=step.body,
            )
        )

    def answered(self, day: date, officer: str, steps: int, answer: ShownAnswer) -> None:
        """Central has so many steps of a sheet."""
        s = witness_steps.c
        key = {"business_date": day.isoformat(), "officer": officer}
        self._connection.execute(
            delete(witness_steps).where(
                s.business_date == key["business_date"], s.officer == officer, s.number <= steps
            )
        )
        values = {"body": answer.body, "nonce": answer.nonce, "signature": answer.signature}
        self._connection.execute(
            insert(witness_answers)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=["business_date", "officer"], set_=values)
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
        c = witness_answers.c
        self._connection.execute(
            delete(witness_answers).where(c.business_date < before.isoformat())
        )


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
