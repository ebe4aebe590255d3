"""Closes blocks: of whom something came in, from where that officer's blocks end.

Reading on from there is enough while blocks have everything up to their end. Where something came
late, or an officer has ratings on several scales, everything is read again; the result is the same
(tested).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from kiosk.clock import plausible
from sync.central.disclosure import (
    BESIDE,
    NONE,
    ONLINE,
    Beside,
    Block,
    Counts,
    Cut,
    DayCount,
    Scaled,
    beyond,
    next_blocks,
    plus,
    publication_day,
    quarter_of,
    total,
    total_beside,
    week_end,
)
from sync.central.sitesettings import SiteSettings
from sync.central.store.blocks import BlockEnd
from sync.central.store.engine import Transaction
from sync.central.store.retention import SCORE, SumKey
from sync.central.store.unclosed import RawDays
from sync.central.usecases.central import Central, once_more
from sync.central.usecases.rounds import freeze_rounds

CutKey = tuple[int, Cut]
"""A scale and a cut of the ratings on it; scale 0: a reason, counted whatever the scale."""


@dataclass(slots=True)
class _Published:
    """What an officer's blocks have. `whole`: every block, to compare with all raw days; else
    the blocks' ends alone, to read on from there."""

    blocks: dict[int, list[Block]]
    cuts: dict[CutKey, Counts] = field(default_factory=dict)
    whole: bool = False

    def end(self, levels: int) -> date:
        """The last day that is in a block on a scale."""
        blocks = self.blocks.get(levels)
        return blocks[-1].last_day if blocks else date.min


def publish_due(central: Central, today: date) -> int:
    """Close every block that can be closed by `today`; how many. Doing it again adds none, and
    costs one look when nothing came in and no week ended since. On a day that can't be (the
    server's clock is wrong) none: a closed block never changes."""
    if not plausible(today):
        return 0
    with central.store.read(central.site) as t:
        due = t.unclosed.due(_last_week_end(today))
    return _publish(central, today) if due else 0


def publish_and_read_settings(central: Central, today: date) -> SiteSettings:
    """Close every block that can be closed, as `publish_due` does; the settings by which the
    office's figures are read."""
    with central.store.read(central.site) as t:
        due = plausible(today) and t.unclosed.due(_last_week_end(today))
        settings = t.settings.newest().settings
    if due:
        _publish(central, today)
    return settings


def _publish(central: Central, today: date) -> int:
    def close() -> int:
        with central.store.transaction(central.site) as t:
            return close_due(t, today)

    return once_more(close)


def close_due(t: Transaction, today: date) -> int:
    """As `publish_due`, within a transaction: for what decides whose a result is, such as an
    officer's move to another section, after which blocks close there."""
    week = _last_week_end(today)
    if not plausible(today):
        return 0
    # Two at once could each close blocks on what only one of them has seen.
    t.people.lock_site()
    if not t.unclosed.due(week):
        return 0
    due, ends = t.unclosed.take(), t.blocks.ends()
    sections = {str(officer.id): str(officer.section) for officer in t.people.everyone()}
    frozen = t.quarter_cuts.frozen()
    added = 0
    for officer, since in sorted(due.items()):
        closing = _Closing(
            officer=officer, section=sections.get(officer, ""), today=today, frozen=frozen
        )
        added += _close(t, closing, since, ends.get(officer, {}))
    t.questionnaire.close_pool(week)
    t.tickets.freeze(week)
    t.quarter_cuts.freeze(week)
    t.unclosed.closed_up_to(week)
    freeze_rounds(t, today)
    return added


def _last_week_end(today: date) -> date:
    """The last Sunday that is over."""
    return week_end(today) - timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Closing:
    """Whose blocks are closed, in which section they are now, and when. `frozen`: the last days of
    quarters whose tables stand, whatever the clock says now."""

    officer: str
    section: str
    today: date
    frozen: frozenset[date]

    def tables_are_out(self, day: date) -> bool:
        """Whether the tables of the quarter that a day is in are published."""
        return self.today > publication_day(day) or quarter_of(day)[1] in self.frozen


def _close(t: Transaction, closing: _Closing, since: date, ends: Mapping[int, BlockEnd]) -> int:
    """Close what can be closed of one officer; how many blocks."""
    officer, today = closing.officer, closing.today
    raw, published = _read(t, officer, since, ends)
    added = 0
    waiting: list[date] = []
    for levels, days in sorted(_days(raw, published).items()):
        whose, before = Scaled(officer, levels), published.blocks.get(levels, [])
        fresh = [
            replace(block, section=closing.section) for block in next_blocks(before, days, today)
        ]
        t.blocks.publish(whose, fresh, today)
        for block in fresh:
            if not closing.tables_are_out(block.last_day):
                cuts = _new_cuts(raw, published, levels, block.last_day)
                t.blocks.freeze_cuts(whose, block, cuts)
        if fresh and closing.tables_are_out(fresh[-1].last_day):
            # Its quarter's tables are out: what it has of them waits for the next block.
            waiting.append(fresh[-1].last_day)
        published.blocks[levels] = [*before, *fresh]
        added += len(fresh)
    open_since = min((*_open_days(raw, published), *waiting), default=None)
    if open_since is not None:
        t.unclosed.put_back(officer, open_since)
    return added


def _read(
    t: Transaction, officer: str, since: date, ends: Mapping[int, BlockEnd]
) -> tuple[RawDays, _Published]:
    """The raw days of an officer and what of them is published: those after the last block where
    blocks have everything up to there, else all."""
    if not ends:
        return t.unclosed.raw_days(officer), _Published({}, whole=True)
    after_the_last = _read_after_the_last(t, officer, since, ends)
    if after_the_last is not None:
        return after_the_last
    published = _Published(t.blocks.of(officer), _published_cuts(t, officer), whole=True)
    return t.unclosed.raw_days(officer), published


def _read_after_the_last(
    t: Transaction, officer: str, since: date, ends: Mapping[int, BlockEnd]
) -> tuple[RawDays, _Published] | None:
    """The raw days after the last block; None where that is not enough: something came late, or
    on several scales."""
    if len(ends) > 1:
        return None
    [(levels, end)] = ends.items()
    if since <= end.last_day:
        return None
    raw = t.unclosed.raw_days(officer, after=end.last_day)
    if not {rated.levels for rated in raw.rated} <= {levels}:
        return None
    return raw, _Published({levels: [_empty_block(end)]})


def _published_cuts(t: Transaction, officer: str) -> dict[CutKey, Counts]:
    cuts: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    for (levels, cut), counts in t.blocks.cuts_of(officer).items():
        any_scale = cut[0] == "reason" and officer != ONLINE
        key = (0 if any_scale else levels, cut)
        cuts[key] = plus(cuts[key], counts)
    return dict(cuts)


def _empty_block(end: BlockEnd) -> Block:
    """A block to read on from: what it has was published and is not read again."""
    day = end.last_day
    return Block(number=end.number, first_day=day, last_day=day, counts=NONE)


def _days(raw: RawDays, published: _Published) -> dict[int, list[DayCount]]:
    """Raw days by scale. A day on which nobody rated counts with the scale of the nearest day
    that has ratings."""
    counts: dict[tuple[date, int], Counts] = defaultdict(lambda: NONE)
    for rated in raw.rated:
        key = (rated.day, rated.levels)
        counts[key] = plus(counts[key], rated.counts)
    beside = dict(raw.beside)
    days: dict[int, list[DayCount]] = defaultdict(list)
    for (day, levels), n in sorted(counts.items()):
        days[levels].append(DayCount(day, n, beside.pop(day, Beside())))
    # Where only what comes after the last block was read, its scale is the only one.
    scales = list(counts) or [(published.end(levels), levels) for levels in published.blocks]
    if not scales:
        return days
    for day, day_beside in sorted(beside.items()):
        _, levels = min(scales, key=partial(_distance, day))
        days[levels].append(DayCount(day, NONE, day_beside))
    return days


def _distance(day: date, scale: tuple[date, int]) -> tuple[timedelta, tuple[date, int]]:
    """How far a day with ratings is, and which: of two as near, the earlier."""
    return abs(scale[0] - day), scale


def _cuts(raw: RawDays) -> Iterator[tuple[date, CutKey, Counts]]:
    for rated in raw.rated:
        for cut in rated.cuts:
            yield rated.day, (rated.levels, cut), rated.counts
    for named in raw.named:
        yield named.day, (named.levels or 0, named.cut), named.counts


def _new_cuts(raw: RawDays, published: _Published, levels: int, until: date) -> dict[Cut, Counts]:
    """What the raw days have of each cut up to a day, and no earlier block: published from now
    on."""
    sums: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    for day, key, counts in _cuts(raw):
        if day <= until and key[0] in (0, levels):
            sums[key] = plus(sums[key], counts)
    fresh: dict[Cut, Counts] = {}
    for key, counts in sums.items():
        before = published.cuts.get(key, NONE)
        more = beyond(counts, before)
        if any(more):
            fresh[key[1]] = more
            published.cuts[key] = plus(before, more)
    return fresh


def _open_days(raw: RawDays, published: _Published) -> Iterator[date]:
    """Days of which something stands in no block: those after the blocks' ends, and an end up to
    which blocks have something else than the raw days."""
    last = max((published.end(levels) for levels in published.blocks), default=date.min)
    for rated in raw.rated:
        if rated.day > published.end(rated.levels):
            yield rated.day
    yield from (day for day in raw.beside if day > last)
    yield from (named.day for named in raw.named if named.day > last)
    if published.whole and not _agree(raw, published, last):
        yield last


def _agree(raw: RawDays, published: _Published, last: date) -> bool:
    """Whether blocks have exactly what the raw days have up to the blocks' ends."""
    days = _days(raw, published)
    for levels, blocks in published.blocks.items():
        counts, beside = _sum_until(published.end(levels), days.get(levels, ()))
        if counts != total(blocks) or beside != total_beside(blocks):
            return False
    return _cuts_until(raw, published, last) == published.cuts


def _sum_until(end: date, days: Iterable[DayCount]) -> tuple[Counts, Beside]:
    counts, beside = NONE, Beside()
    for day in days:
        if day.day <= end:
            counts = plus(counts, day.counts)
            beside += day.beside
    return counts, beside


def _cuts_until(raw: RawDays, published: _Published, last: date) -> dict[CutKey, Counts]:
    """What the raw days have of each cut up to its scale's last block; of reasons up to `last`."""
    sums: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    for day, key, counts in _cuts(raw):
        levels, _ = key
        if day <= (published.end(levels) if levels else last):
            sums[key] = plus(sums[key], counts)
    return {key: counts for key, counts in sums.items() if any(counts)}


def sums_by_day(raw: RawDays, blocks: dict[int, list[Block]]) -> dict[date, dict[SumKey, Counts]]:
    """What each raw day has: ratings and what is beside them by scale, and every cut."""
    days: dict[date, dict[SumKey, Counts]] = defaultdict(dict)
    for levels, of_scale in _days(raw, _Published(blocks)).items():
        for day in of_scale:
            _add(days[day.day], (levels, SCORE), day.counts)
            for name in BESIDE:
                number = (getattr(day.beside, name), 0, 0, 0, 0)
                _add(days[day.day], (levels, ("beside", name)), number)
    for day_of_cut, key, counts in _cuts(raw):
        _add(days[day_of_cut], key, counts)
    return days


def sums_of_blocks(
    blocks: Mapping[int, Iterable[Block]], cuts: Mapping[tuple[int, Cut], Counts], officer: str
) -> dict[SumKey, Counts]:
    """What blocks have, under the same keys."""
    sums: dict[SumKey, Counts] = {}
    for levels, of_scale in blocks.items():
        for block in of_scale:
            _add(sums, (levels, SCORE), block.counts)
            for name in BESIDE:
                _add(sums, (levels, ("beside", name)), (getattr(block.beside, name), 0, 0, 0, 0))
    for (levels, cut), counts in cuts.items():
        any_scale = cut[0] == "reason" and officer != ONLINE
        _add(sums, (0 if any_scale else levels, cut), counts)
    return sums


def _add(sums: dict[SumKey, Counts], key: SumKey, counts: Counts) -> None:
    if any(counts):
        sums[key] = plus(sums.get(key, NONE), counts)
