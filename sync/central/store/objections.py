"""Officers' objections to their published results: which blocks, and every step since."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select

from sync.central.objecting import BlockKey, Deed, Ground, Objection, Step, Verdict
from sync.central.schema import objection_blocks, objection_steps, objections
from sync.central.store.faults import gone, member
from sync.central.store.room import Room
from sync.central.store.terminals import utc

# Pages ask these: building a statement takes longer than running it.
_SITE: BindParameter[str] = bindparam("site")
_OFFICER: BindParameter[str] = bindparam("officer")
_CASES = select(objections).where(objections.c.site == _SITE).order_by(objections.c.case)
_CASES_OF = _CASES.where(objections.c.officer == _OFFICER)
_OF_OFFICER = select(objections.c.case).where(
    objections.c.site == _SITE, objections.c.officer == _OFFICER
)
_b, _s = objection_blocks.c, objection_steps.c
_BLOCKS = select(objection_blocks).where(_b.site == _SITE).order_by(_b.case, _b.levels, _b.number)
_BLOCKS_OF = _BLOCKS.where(_b.case.in_(_OF_OFFICER))
_STEPS = select(objection_steps).where(_s.site == _SITE).order_by(_s.case, _s.step)
_STEPS_OF = _STEPS.where(_s.case.in_(_OF_OFFICER))


class Objections(Room):
    def next_case(self) -> int:
        """A number that no objection of the site has."""
        newest = select(func.max(objections.c.case)).where(objections.c.site == self._site)
        return (self._connection.scalar(newest) or 0) + 1

    def add(self, objection: Objection) -> None:
        """Store a new objection with its steps."""
        key = {"site": self._site, "case": objection.case}
        row = {**key, "officer": objection.officer, "period": objection.period}
        self._connection.execute(objections.insert(), [row])
        blocks = [{**key, "levels": levels, "number": n} for levels, n in objection.blocks]
        self._connection.execute(objection_blocks.insert(), blocks)
        self._put_steps(objection.case, enumerate(objection.steps, 1))

    def append(self, objection: Objection, step: Step) -> None:
        """Store one more step. Whoever does so has locked the site."""
        self._put_steps(objection.case, [(len(objection.steps) + 1, step)])

    def get(self, case: int) -> Objection | None:
        return next((one for one in self.all() if one.case == case), None)

    def all(self, officer: str = "") -> tuple[Objection, ...]:
        """Objections with their steps, oldest first; of one officer, or of everybody."""
        asked = {"site": self._site, "officer": officer}
        cases = list(self._connection.execute(_CASES_OF if officer else _CASES, asked))
        if not cases:
            return ()
        blocks: dict[int, list[BlockKey]] = defaultdict(list)
        for row in self._connection.execute(_BLOCKS_OF if officer else _BLOCKS, asked):
            blocks[row.case].append((row.levels, row.number))
        steps: dict[int, list[Step]] = defaultdict(list)
        for row in self._connection.execute(_STEPS_OF if officer else _STEPS, asked):
            steps[row.case].append(_step(row))
        for row in cases:
            if row.case not in steps:
                raise gone(f"the objection_steps of objection {row.case}")
        return tuple(
            Objection(
                case=row.case,
                officer=row.officer,
                period=row.period,
                blocks=tuple(blocks[row.case]),
                steps=tuple(steps[row.case]),
            )
            for row in cases
        )

    def _put_steps(self, case: int, numbered: Iterable[tuple[int, Step]]) -> None:
        rows = [
            {
                "site": self._site,
                "case": case,
                "step": number,
                "deed": step.deed.value,
                "at": step.at,
                "who": step.who,
                "name": step.name,
                "roles": step.roles,
                "words": step.words,
                "verdict": step.verdict.value if step.verdict else "",
                "ground": step.ground.value if step.ground else "",
                "until": step.until,
            }
            for number, step in numbered
        ]
        self._connection.execute(objection_steps.insert(), rows)


def _step(row: Row[Any]) -> Step:
    return Step(
        deed=member(Deed, row.deed, "objection_steps.deed"),
        at=utc(row.at),
        who=row.who,
        name=row.name,
        roles=row.roles,
        words=row.words,
        verdict=member(Verdict, row.verdict, "objection_steps.verdict") if row.verdict else None,
        ground=member(Ground, row.ground, "objection_steps.ground") if row.ground else None,
        until=row.until,
    )
