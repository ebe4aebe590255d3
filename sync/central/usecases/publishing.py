"""Closes blocks: of whom something came in, from where that officer's blocks end.

Reading on from there is enough while blocks have everything up to their end. Where something came
late, or an officer has ratings on several scales, everything is read again; the result is the same
(tested).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from kiosk.clock import plausible
from sync.central.disclosure import (
    NONE,
    Beside,
    Block,
    Counts,
    DayCount,
    minus,
    next_blocks,
    plus,
    told_at,
    total,
    week_end,
)
from sync.central.sitesettings import SiteSettings
from sync.central.store.days import Scaled
from sync.central.store.engine import Transaction
from sync.central.store.unclosed import ONLINE, Cut, Known
from sync.central.usecases.central import Central

CutKey = tuple[int, Cut]
"""A scale and a cut of the ratings on it; scale 0: a reason, told whatever the scale."""


@dataclass(slots=True)
class _Shown:
    """What an officer's blocks have. `whole`: all of it, beside all that is known; else the
    blocks' ends alone, and what is known after them."""

    blocks: dict[int, list[Block]]
    cuts: dict[CutKey, Counts] = field(default_factory=dict)
    whole: bool = False

    def end(self, levels: int) -> date:
        """The last day that is in a block on a scale."""
        found = self.blocks.get(levels)
        return found[-1].last_day if found else date.min


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
        settings = t.office.settings().settings
    if due:
        _publish(central, today)
    return settings


def _publish(central: Central, today: date) -> int:
    week = _last_week_end(today)
    with central.store.transaction(central.site) as t:
        # Two at once could each close blocks on what only one of them has seen.
        t.people.hold_site()
        if not t.unclosed.due(week):
            return 0
        due, ends = t.unclosed.take(), t.unclosed.ends()
        added = 0
        for officer, since in sorted(due.items()):
            added += _close(t, officer, since, ends.get(officer, {}), today)
        t.form.close_pool()
        t.unclosed.done(week)
    return added


def _last_week_end(today: date) -> date:
    """The last Sunday that is over."""
    return week_end(today) - timedelta(days=7)


def _close(
    t: Transaction,
    officer: str,
    since: date,
    ends: Mapping[int, tuple[int, date]],
    today: date,
) -> int:
    known, shown = _read(t, officer, since, ends)
    added = 0
    waiting: list[date] = []
    for levels, days in sorted(_days(known, shown).items()):
        whose, before = Scaled(officer, levels), shown.blocks.get(levels, [])
        fresh = next_blocks(before, days, today)
        t.days.publish(whose, fresh)
        for block in fresh:
            if officer != ONLINE:
                t.published.roll_up(levels, block)
            if today <= told_at(block.last_day):
                cuts = _new_cuts(known, shown, levels, block.last_day)
                t.published.freeze_cuts(whose, block, cuts)
        if fresh and today > told_at(fresh[-1].last_day):
            # Its quarter's tables are out: what it has of them waits for the next block.
            waiting.append(fresh[-1].last_day)
        shown.blocks[levels] = [*before, *fresh]
        added += len(fresh)
    open_since = min((*_open(known, shown), *waiting), default=None)
    if open_since is not None:
        t.unclosed.keep(officer, open_since)
    return added


def _read(
    t: Transaction, officer: str, since: date, ends: Mapping[int, tuple[int, date]]
) -> tuple[Known, _Shown]:
    """What is known of an officer and what of it is shown: after the last block where blocks hold
    everything up to there, else all of it."""
    if len(ends) == 1:
        [(levels, (number, last))] = ends.items()
        if since > last:
            known = t.unclosed.known(officer, after=last)
            if {rated.levels for rated in known.rated} <= {levels}:
                return known, _Shown(
                    {levels: [Block(number=number, first_day=last, last_day=last, counts=NONE)]}
                )
    cuts: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    if ends:
        for (levels, cut), counts in t.unclosed.cuts_of(officer).items():
            any_scale = cut[0] == "reason" and officer != ONLINE
            key = (0 if any_scale else levels, cut)
            cuts[key] = plus(cuts[key], counts)
    blocks = t.unclosed.blocks_of(officer) if ends else {}
    return t.unclosed.known(officer), _Shown(blocks, dict(cuts), whole=True)


def _days(known: Known, shown: _Shown) -> dict[int, list[DayCount]]:
    """What is known by scale and day. A day on which nobody rated counts with the scale of the
    nearest day that has ratings."""
    counts: dict[tuple[date, int], Counts] = defaultdict(lambda: NONE)
    for rated in known.rated:
        key = (rated.day, rated.levels)
        counts[key] = plus(counts[key], rated.counts)
    beside = dict(known.beside)
    found: dict[int, list[DayCount]] = defaultdict(list)
    for (day, levels), n in sorted(counts.items()):
        found[levels].append(DayCount(day, n, beside.pop(day, Beside())))
    # Where only what comes after the last block was read, its scale is the only one.
    scales = list(counts) or [(shown.end(levels), levels) for levels in shown.blocks]
    for day, told in sorted(beside.items()) if scales else ():
        _, levels = min(scales, key=lambda scale: (abs(scale[0] - day), scale))
        found[levels].append(DayCount(day, NONE, told))
    return found


def _cuts(known: Known) -> Iterator[tuple[date, CutKey, Counts]]:
    for rated in known.rated:
        for cut in rated.cuts:
            yield rated.day, (rated.levels, cut), rated.counts
    for named in known.named:
        yield named.day, (named.levels or 0, named.cut), named.counts


def _new_cuts(known: Known, shown: _Shown, levels: int, until: date) -> dict[Cut, Counts]:
    """What is known of each cut up to a day and in no earlier block: shown from now on."""
    sums: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    for day, key, counts in _cuts(known):
        if day <= until and key[0] in (0, levels):
            sums[key] = plus(sums[key], counts)
    fresh: dict[Cut, Counts] = {}
    for key, counts in sums.items():
        before = shown.cuts.get(key, NONE)
        a, b, c, d, e = (max(0, n) for n in minus(counts, before))
        if a or b or c or d or e:
            fresh[key[1]] = (a, b, c, d, e)
            shown.cuts[key] = plus(before, fresh[key[1]])
    return fresh


def _open(known: Known, shown: _Shown) -> Iterator[date]:
    """Days of which something stands in no block: those after the blocks' ends, and an end up to
    which blocks hold something else than what is known."""
    last = max((shown.end(levels) for levels in shown.blocks), default=date.min)
    for rated in known.rated:
        if rated.day > shown.end(rated.levels):
            yield rated.day
    yield from (day for day in known.beside if day > last)
    yield from (named.day for named in known.named if named.day > last)
    if shown.whole and not _agree(known, shown, last):
        yield last


def _agree(known: Known, shown: _Shown, last: date) -> bool:
    """Whether blocks hold exactly what is known up to their ends."""
    days = _days(known, shown)
    for levels, done in shown.blocks.items():
        closed = [day for day in days.get(levels, ()) if day.day <= shown.end(levels)]
        counts = NONE
        for day in closed:
            counts = plus(counts, day.counts)
        told = sum((day.beside for day in closed), Beside())
        if counts != total(done) or told != sum((block.beside for block in done), Beside()):
            return False
    sums: dict[CutKey, Counts] = defaultdict(lambda: NONE)
    for at, key, counts in _cuts(known):
        if at <= (shown.end(key[0]) if key[0] else last):
            sums[key] = plus(sums[key], counts)
    return {key: n for key, n in sums.items() if any(n)} == shown.cuts
