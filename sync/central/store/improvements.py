"""The improvement log: what citizens said, and what the office did about it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from kiosk.domain.people import BadPerson, readable
from kiosk.domain.wording import MAX_SCREEN_TEXT
from sync.central.schema import improvements
from sync.central.store.faults import member
from sync.central.store.terminals import utc
from sync.central.store.versions import VersionedRoom

# Pages ask this: building a statement takes longer than running it.
_VERSIONS = (
    select(improvements)
    .where(improvements.c.site == bindparam("site"))
    .order_by(improvements.c.id, improvements.c.version)
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ImprovementStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Improvement:
    """A line of the improvement log: what was said, what was done, by whom, by when."""

    id: str
    said: str
    done: str = ""
    whom: str = ""
    due: date | None = None
    status: ImprovementStatus = ImprovementStatus.OPEN
    version: int = 0
    at: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class DoneLine:
    """A line that is done, and since which day."""

    day: date
    said: str
    done: str


class Improvements(VersionedRoom):
    def done(self) -> tuple[DoneLine, ...]:
        """Lines that are done, by the day on which each was marked so: an edit of its words later
        moves nothing."""
        lines: dict[str, DoneLine] = {}
        for row in self._connection.execute(_VERSIONS, {"site": self._site}):
            if row.status != ImprovementStatus.DONE.value:
                lines.pop(row.id, None)
                continue
            day = lines[row.id].day if row.id in lines else utc(row.at).astimezone().date()
            lines[row.id] = DoneLine(day=day, said=row.said, done=row.done)
        return tuple(sorted(lines.values(), key=lambda line: (line.day, line.said)))

    def all(self) -> tuple[Improvement, ...]:
        """The newest version of each line; open ones first, then by due day."""
        newest: dict[str, Improvement] = {}
        for row in self._connection.execute(_VERSIONS, {"site": self._site}):
            newest[row.id] = _improvement(row)
        return tuple(sorted(newest.values(), key=_reading_order))

    def earlier(self) -> dict[str, tuple[Improvement, ...]]:
        """The versions before the newest, newest first, by the line's id."""
        query = (
            select(improvements)
            .where(improvements.c.site == self._site)
            .order_by(improvements.c.id, improvements.c.version.desc())
        )
        versions: dict[str, list[Improvement]] = {}
        for row in self._connection.execute(query):
            versions.setdefault(row.id, []).append(_improvement(row))
        return {line: tuple(every[1:]) for line, every in versions.items() if len(every) > 1}

    def newest_done(self, most: int) -> tuple[Improvement, ...]:
        """The last `most` that were done and say what, the newest first, each text as one line.
        Leaves out what is long, or has characters that no screen shows."""
        done = [
            _in_one_line(improvement)
            for improvement in self.all()
            if improvement.status is ImprovementStatus.DONE
        ]
        newest_first = sorted(done, key=_time_of_change, reverse=True)
        return tuple(line for line in newest_first if _fits_a_screen(line))[:most]

    def append(self, improvement: Improvement, author: str, now: datetime) -> None:
        """Save what was edited from `improvement.version`; EditedMeanwhile when that is not the
        newest."""
        query = select(func.max(improvements.c.version)).where(
            improvements.c.site == self._site, improvements.c.id == improvement.id
        )
        newest = self._connection.scalar(query) or 0
        values: dict[str, object] = {
            "at": now,
            "author": author,
            "said": improvement.said,
            "done": improvement.done,
            "whom": improvement.whom,
            "due": improvement.due,
            "status": improvement.status.value,
        }
        key: dict[str, object] = {"id": improvement.id}
        self._append(improvements, improvement.version, newest, values, key)


def _improvement(row: Row[Any]) -> Improvement:
    return Improvement(
        id=row.id,
        said=row.said,
        done=row.done,
        whom=row.whom,
        due=row.due,
        status=member(ImprovementStatus, row.status, "improvements.status"),
        version=row.version,
        at=utc(row.at),
        author=row.author,
    )


def _reading_order(improvement: Improvement) -> tuple[bool, date, str]:
    is_over = improvement.status is not ImprovementStatus.OPEN
    return is_over, improvement.due or date.max, improvement.id


def _time_of_change(improvement: Improvement) -> tuple[datetime, str]:
    return improvement.at or _LONG_AGO, improvement.id


def _in_one_line(improvement: Improvement) -> Improvement:
    return replace(
        improvement,
        said=" ".join(improvement.said.split()),
        done=" ".join(improvement.done.split()),
    )


def _fits_a_screen(improvement: Improvement) -> bool:
    try:
        texts = [readable("text", text) for text in (improvement.said, improvement.done)]
    except BadPerson:
        return False
    return all(0 < len(text) <= MAX_SCREEN_TEXT for text in texts)
