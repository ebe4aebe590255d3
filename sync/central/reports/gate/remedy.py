"""What an officer's objections say of the results of a span, beside their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sync.central.disclosure import Block
from sync.central.objecting import (
    BlockKey,
    Objection,
    Phase,
    Standing,
    Verdict,
    object_until,
    round_closes,
    standing,
)
from sync.central.period import Period
from sync.central.reports.gate.effects import Effects
from sync.central.reports.gate.figures import trend_span
from sync.central.reports.gate.marks import Mark, mark
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction

Blocks = Sequence[tuple[int, Block]]
"""An officer's, each with the number of levels of its scale."""


@dataclass(frozen=True, slots=True)
class Remedy:
    standing: Standing
    mark: Mark | None
    marked_months: tuple[date, ...]
    """Months of the trend that an upheld objection concerns."""
    objections: tuple[Objection, ...]
    """The officer's, the newest first: all for the own eyes; for others those to these results
    whose words the officer wishes to stand with them."""
    of_block: Mapping[BlockKey, Objection]
    """The one that is about a block, withdrawn ones aside."""
    object_until: Mapping[BlockKey, date]
    """For the officer's own eyes: the last day to object to a block, where there is time."""
    of_closed_round: bool
    """Whether the period is a round that is told as a whole: it can be objected to as one."""


def remedy(
    t: Transaction,
    officer: str,
    period: Period,
    section: str | None,
    blocks: Blocks,
    settings: SiteSettings,
    today: date,
    *,
    own: bool,
    deffs: Effects,
) -> Remedy:
    """Of the blocks of a period that the viewer reads: those that closed in `section`, or all."""
    objections = t.objections.all(officer)
    live = [one for one in objections if one.phase is not Phase.WITHDRAWN]
    of_block = {key: one for one in live for key in one.blocks}
    stands = standing(objections, blocks, today)
    trend_blocks = t.blocks.of_officer(officer, *trend_span(period, today)) if live else []
    keys = {(levels, block.number) for levels, block in blocks}
    attached = [one for one in live if one.attached and keys & set(one.blocks)]
    return Remedy(
        standing=stands,
        mark=mark(stands, blocks, settings, deffs, period.last_day),
        marked_months=_marked_months(of_block, trend_blocks, section),
        objections=tuple(reversed(objections if own else attached)),
        of_block=of_block,
        object_until=_days(t, officer, blocks, settings, today, of_block) if own else {},
        of_closed_round=period.part in ("1", "2") and today > round_closes(period),
    )


def _marked_months(
    of_block: Mapping[BlockKey, Objection], blocks: Blocks, section: str | None
) -> tuple[date, ...]:
    closings = set()
    for levels, block in blocks:
        objection = of_block.get((levels, block.number))
        if objection is None or section not in (None, block.section):
            continue
        if objection.outcome is Verdict.UPHELD:
            closings.add(block.last_day.replace(day=1))
    return tuple(sorted(closings))


def _days(
    t: Transaction,
    officer: str,
    blocks: Blocks,
    settings: SiteSettings,
    today: date,
    of_block: Mapping[BlockKey, Objection],
) -> dict[BlockKey, date]:
    published = t.blocks.published(officer)
    days = {}
    for levels, block in blocks:
        key = (levels, block.number)
        if key not in of_block:
            days[key] = object_until(published[key], block, settings)
    return {key: day for key, day in days.items() if today <= day}
