"""Officers' objections to their published results, and what people decided about each."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BindParameter, bindparam, select

from sync.central.schema import objections, verdicts
from sync.central.store.room import Room
from sync.central.store.terminals import utc


class Verdict(StrEnum):
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Decision:
    decider: str
    verdict: Verdict
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """An officer's objection to one published block. The result stays; it is marked."""

    officer: str
    levels: int
    number: int
    at: datetime
    words: str
    decisions: tuple[Decision, ...] = ()

    @property
    def outcome(self) -> Verdict | None:
        """What two different people agree on."""
        for verdict in Verdict:
            if sum(decision.verdict is verdict for decision in self.decisions) >= 2:
                return verdict
        return None


# Pages ask these: building a statement takes longer than running it.
_SITE: BindParameter[str] = bindparam("site")
_VERDICTS = select(verdicts).where(verdicts.c.site == _SITE).order_by(verdicts.c.at)
_VERDICTS_OF = _VERDICTS.where(verdicts.c.officer == bindparam("officer"))
_OBJECTIONS = select(objections).where(objections.c.site == _SITE).order_by(objections.c.at)
_OBJECTIONS_OF = _OBJECTIONS.where(objections.c.officer == bindparam("officer"))


class Objections(Room):
    def add(self, objection: Objection) -> bool:
        """Store an objection; False when this block has one already."""
        row = {
            "site": self._site,
            "officer": objection.officer,
            "levels": objection.levels,
            "number": objection.number,
            "at": objection.at,
            "words": objection.words,
        }
        insert = self._insert(objections).values(row).on_conflict_do_nothing()
        return self._connection.execute(insert.returning(objections.c.at)).first() is not None

    def decide(self, objection: Objection, decision: Decision) -> None:
        """Store one person's verdict; a second by the same person changes nothing."""
        row = {
            "site": self._site,
            "officer": objection.officer,
            "levels": objection.levels,
            "number": objection.number,
            "decider": decision.decider,
            "verdict": decision.verdict.value,
            "note": decision.note,
            "at": decision.at,
        }
        self._connection.execute(self._insert(verdicts).values(row).on_conflict_do_nothing())

    def all(self, officer: str = "") -> tuple[Objection, ...]:
        """Objections with what was decided, oldest first; of one officer, or of everybody."""
        asked = {"site": self._site, "officer": officer}
        verdict_query = _VERDICTS_OF if officer else _VERDICTS
        objection_query = _OBJECTIONS_OF if officer else _OBJECTIONS
        decisions: dict[tuple[str, int, int], list[Decision]] = defaultdict(list)
        for row in self._connection.execute(verdict_query, asked):
            decision = Decision(
                decider=row.decider, verdict=Verdict(row.verdict), note=row.note, at=utc(row.at)
            )
            decisions[row.officer, row.levels, row.number].append(decision)
        return tuple(
            Objection(
                officer=row.officer,
                levels=row.levels,
                number=row.number,
                at=utc(row.at),
                words=row.words,
                decisions=tuple(decisions[row.officer, row.levels, row.number]),
            )
            for row in self._connection.execute(objection_query, asked)
        )
