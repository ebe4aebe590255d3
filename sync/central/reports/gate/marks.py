"""The mark beside a figure that an upheld objection concerns: how many weeks, why, and the figure
without them.

Both figures are sums of whole blocks, and so is their difference: ten ratings or more. Counts by
level are never given twice: their difference could be a level of fewer than three.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sync.central.disclosure import Block
from sync.central.objecting import BlockKey, Ground, Objection, Standing, standing
from sync.central.period import Period
from sync.central.reports.gate.effects import Effects
from sync.central.reports.gate.figures import Figure, figure
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum, sums_of


@dataclass(frozen=True, slots=True)
class Mark:
    """`without`: the figure without the weeks that upheld objections concern."""

    weeks: int
    grounds: tuple[Ground, ...]
    without: Figure


def mark(
    stands: Standing,
    blocks: Sequence[tuple[int, Block]],
    settings: SiteSettings,
    deffs: Effects,
    last: date,
) -> Mark | None:
    """None where no upheld objection concerns one of these blocks, of a span that ends with
    `last`."""
    if not stands.blocks:
        return None
    sums = sums_without(blocks, stands.blocks)
    without = figure(sums, settings, deffs.beside(sums, last))
    return Mark(
        weeks=stands.weeks, grounds=stands.grounds, without=replace(without, level_counts=())
    )


def sums_without(blocks: Iterable[tuple[int, Block]], concerned: frozenset[BlockKey]) -> list[Sum]:
    """The sums of these blocks but those that upheld objections concern."""
    return sums_of(
        (levels, block) for levels, block in blocks if (levels, block.number) not in concerned
    )


def standings(
    t: Transaction, period: Period, section: str, today: date
) -> dict[str, tuple[Standing, list[tuple[int, Block]]]]:
    """How the objections of each officer stand that has one, with the officer's blocks of a period
    that closed in a section."""
    by_officer: dict[str, list[Objection]] = {}
    for objection in t.objections.all():
        by_officer.setdefault(objection.officer, []).append(objection)
    answer = {}
    for officer, objections in by_officer.items():
        every_block = t.blocks.of_officer(officer, period.first_day, period.last_day)
        blocks = [(levels, block) for levels, block in every_block if block.section == section]
        answer[officer] = (standing(objections, blocks, today), blocks)
    return answer
