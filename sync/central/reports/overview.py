"""The office, its sections and officers: figures from whole published blocks, nothing else."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kiosk.domain.people import Officer
from sync.central.disclosure import Block, total, week_end
from sync.central.measures import Result, points_of, result, satisfied_of
from sync.central.service import Central
from sync.central.store.days import Scaled


@dataclass(frozen=True, slots=True)
class Row:
    """One officer, section or office. `suppressed` counts presses that were not scored, `flagged`
    signs of stuffing on ratings that were. A section
    without a name holds who belongs to none, and who is not `on_roster`: known by id alone."""

    name: str
    detail: str
    result: Result
    suppressed: int
    flagged: int
    first_day: date | None
    last_day: date | None
    on_roster: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    row: Row
    officers: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    office: Row
    sections: tuple[Section, ...]
    gaps: Counter[str]
    """Gaps up to the last closed week, by kind."""
    next_close: date
    """When the next block can close at the earliest (a Sunday)."""


Owned = list[tuple[int, Block]]
"""Blocks with the levels of their scale."""


def overview(central: Central, today: date) -> Overview:
    """What may be shown of the site on `today`. Officers stand by section and number: no league."""
    last_closed = week_end(today) - timedelta(days=7)
    with central.store.transaction(central.site) as t:
        officers = t.people.everyone()
        blocks = t.days.blocks()
        gaps = t.days.gaps(last_closed)
    own = _by_officer(blocks)
    shown = [o for o in officers if not o.retired or o.id in own]
    members: dict[str, list[tuple[Row, Owned]]] = {}
    for o in shown:
        blocks_of = own.get(o.id, [])
        members.setdefault(o.section, []).append((_officer_row(o, blocks_of), blocks_of))
    for stranger in sorted(own.keys() - {o.id for o in officers}):
        row = replace(_row(stranger, "", own[stranger]), on_roster=False)
        members.setdefault("", []).append((row, own[stranger]))
    sections = []
    for name in sorted(members, key=lambda name: (not name, name)):
        everything = [pair for _, pairs in members[name] for pair in pairs]
        rows = tuple(row for row, _ in members[name])
        sections.append(Section(_row(name, "", everything), rows))
    everything = [pair for pairs in own.values() for pair in pairs]
    office = _row(central.settings.name, "", everything)
    return Overview(office, tuple(sections), gaps, week_end(today))


def _by_officer(blocks: dict[Scaled, list[Block]]) -> dict[str, Owned]:
    own: dict[str, Owned] = {}
    for whose, published in blocks.items():
        own.setdefault(whose.officer, []).extend((whose.levels, block) for block in published)
    return own


def _officer_row(officer: Officer, own: Owned) -> Row:
    detail = " · ".join(part for part in (officer.number, officer.position) if part)
    return _row(officer.name, detail, own)


def _row(name: str, detail: str, own: Owned) -> Row:
    n = satisfied = 0
    points = 0.0
    for levels in {levels for levels, _ in own}:
        counts = total(block for scale, block in own if scale == levels)
        n += sum(counts)
        satisfied += satisfied_of(levels, counts)
        points += points_of(levels, counts)
    return Row(
        name,
        detail,
        result(n, satisfied, points),
        sum(block.suppressed for _, block in own),
        sum(block.flagged for _, block in own),
        min((block.first_day for _, block in own), default=None),
        max((block.last_day for _, block in own), default=None),
    )
