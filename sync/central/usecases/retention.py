"""What was kept long enough goes, each night: see `retention.py` for how long, and why.

A run is one transaction for each office, and says by numbers in the record what it took away. A
trial run does the same and takes it back, so that it tells exactly what would go.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from sync.central import period as periods
from sync.central.disclosure import NONE, Counts, minus, plus
from sync.central.logbook import Kind, Log, Note, told
from sync.central.retention import Horizons, horizons
from sync.central.store.engine import Transaction
from sync.central.store.retention import FELL, SumKey
from sync.central.store.unclosed import EMPTIED_BEFORE
from sync.central.usecases.central import Central
from sync.central.usecases.events import empty_log
from sync.central.usecases.publishing import close_due, sums_by_day, sums_of_blocks
from sync.central.usecases.sign_in import SESSION_LONGEST
from sync.central.usecases.verification import fallen_between

__all__ = ["Removed", "empty_days", "remove_results", "retain"]

_ENTRIES = 1000
"""Log entries emptied in one step."""
_TRIES = timedelta(days=1)
_DAY = timedelta(days=1)
_AFTER_THE_NEWEST = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Removed:
    """How many of each went, or would go. `until`: up to which days."""

    until: Horizons
    reports: int = 0
    blocks: int = 0
    people: int = 0
    record: int = 0
    security: int = 0
    comments: int = 0
    tickets: int = 0
    photos: int = 0
    sessions: int = 0
    tokens: int = 0


class _TakenBack(Exception):
    """A trial run ends without a trace."""

    def __init__(self, removed: Removed) -> None:
        super().__init__("trial run")
        self.removed = removed


def retain(central: Central, now: datetime, *, trial: bool = False) -> Removed:
    """Remove what one office has kept long enough; with `trial`, only count it."""
    try:
        with central.store.transaction(central.site) as t:
            removed = _retain(t, now)
            if trial:
                raise _TakenBack(removed)
    except _TakenBack as trial_run:
        return trial_run.removed
    return removed


def _retain(t: Transaction, now: datetime) -> Removed:
    today = now.astimezone().date()
    t.people.lock_site()
    close_due(t, today)
    borne_out = _day_borne_out(t, today)
    until = horizons(t.settings.newest().settings, borne_out, _disputed(t, borne_out))
    t.sign_in_tries.forget(now - _TRIES)
    _discard_pictures(t, borne_out)
    reports = empty_days(t, until)
    blocks, people = remove_results(t, until.results)
    removed = Removed(
        until=until,
        reports=reports,
        blocks=blocks,
        people=people,
        comments=_remove_comments(t, until.comments),
        tickets=t.retention.remove_tickets(until.raw),
        photos=t.retention.remove_photos_of_retired(),
        sessions=len(t.accounts.drop_sessions(now - SESSION_LONGEST)),
        tokens=t.retention.remove_tokens(today),
        record=_empty_logs(t, Log.RECORD, _midnight(until.record), now),
        security=_empty_logs(t, Log.SECURITY, _security_before(t, now), now),
    )
    _log(t, removed, now)
    return removed


def _day_borne_out(t: Transaction, today: date) -> date:
    """Today; no later than some weeks after the newest day that a terminal has reported. What goes
    does not come back: this machine's clock alone, years ahead, must not decide it."""
    newest = max(t.days.newest_days().values(), default=today)
    return min(today, newest + _AFTER_THE_NEWEST)


def _discard_pictures(t: Transaction, today: date) -> None:
    """Let go of what was removed from ITA reports whose next round is over too."""
    starts = t.settings.newest().settings.fiscal_year_starts
    round_before = periods.before(periods.round_of(today, starts))
    t.ita_pictures.discard_removed(round_before.fiscal_year, int(round_before.part))


def _remove_comments(t: Transaction, until: date) -> int:
    """Remove old pools with what was made of them; how many comments."""
    removed = t.retention.remove_comments(until)
    t.pools.remove_empty()
    return removed


def _disputed(t: Transaction, today: date) -> date:
    """The oldest last day of a block whose objection can still end in another way."""
    days = [date.max]
    for objection in t.objections.all():
        if objection.open(today):
            of_officer = t.blocks.of(objection.officer)
            days += [
                block.last_day
                for levels, number in objection.blocks
                for block in of_officer.get(levels, ())
                if block.number == number
            ]
    return min(days)


# --- raw days ----------------------------------------------------------------------------------


def empty_days(t: Transaction, until: Horizons) -> int:
    """Empty raw days whose ratings stand in blocks; how many reports. What stands in none waits,
    until results as old would go too."""
    t.retention.release_days(until.results)
    open_days = t.retention.held_days(until.raw)
    waiting = t.unclosed.waiting()
    for officer in t.retention.raw_officers(until.raw):
        # What waits is no reason any more for days that go with their results.
        since = max(waiting.get(officer, date.max), until.results + _DAY)
        _empty_days_of(t, officer, until.raw, open_days, since)
    _keep_what_fell(t, until.raw, open_days)
    return t.retention.empty_reports(until.raw, open_days)


def _keep_what_fell(t: Transaction, until: date, held: set[date]) -> None:
    """Remember by how much corrected reports fell, before their earlier revisions go: blocks may
    have that much more than the days, and nothing is wrong."""
    for terminal, day in t.days.revised():
        current = t.days.report(terminal, day)
        if day > until or day in held or current is None or not current.body:
            continue
        bodies = [*(earlier.body for earlier in t.days.earlier(terminal, day)), current.body]
        for before, after in pairwise(bodies):
            for whose, counts in fallen_between(before, after).items():
                if any(counts):
                    t.retention.add_sums(whose.officer, {(whose.levels, FELL): counts})


def _empty_days_of(
    t: Transaction, officer: str, until: date, held: set[date], waits_since: date
) -> None:
    blocks = t.blocks.of(officer)
    ends = {levels: of_scale[-1].last_day for levels, of_scale in blocks.items()}
    if not ends:
        return
    raw = t.unclosed.raw_days(officer)
    beyond = {rated.day for rated in raw.rated if rated.day > ends.get(rated.levels, date.min)}
    last = min(until, max(ends.values()), waits_since - _DAY)
    by_day = sums_by_day(raw, blocks)
    days = {
        day
        for day in {*by_day, *raw.beside}
        if EMPTIED_BEFORE < day <= last and day not in held | beyond
    }
    t.retention.add_sums(officer, _sum(by_day.get(day, {}).items() for day in days))
    t.retention.empty_rows(officer, days)


def _sum(parts: Iterable[Iterable[tuple[SumKey, Counts]]]) -> dict[SumKey, Counts]:
    sums: dict[SumKey, Counts] = defaultdict(lambda: NONE)
    for part in parts:
        for key, counts in part:
            sums[key] = plus(sums[key], counts)
    return dict(sums)


# --- results -----------------------------------------------------------------------------------


def remove_results(t: Transaction, until: date) -> tuple[int, int]:
    """Remove whole rounds of results, and who left and has none any more; how many of each."""
    if not t.retention.has_results(until):
        return 0, 0
    owners = t.retention.officers_with_results(until)
    for officer in owners:
        old = {
            levels: [block for block in of_scale if block.last_day <= until]
            for levels, of_scale in t.blocks.of(officer).items()
        }
        sums = sums_of_blocks(old, t.retention.cuts_until(officer, until), officer)
        less = {key: minus(NONE, counts) for key, counts in sums.items()}
        t.retention.add_sums(officer, less)
    blocks = t.retention.remove_results(until)
    for officer in owners:
        if not t.blocks.of(officer):
            t.retention.drop_sums(officer)
    return blocks, t.retention.forget_people(owners)


# --- logs --------------------------------------------------------------------------------------


def _empty_logs(t: Transaction, log: Log, before: datetime, now: datetime) -> int:
    emptied = 0
    while count := empty_log(t, log, before, _ENTRIES, now):
        emptied += count
    return emptied


def _security_before(t: Transaction, now: datetime) -> datetime:
    return now - timedelta(days=t.settings.newest().settings.security_days)


def _midnight(day: date) -> datetime:
    """The end of a day, wherever it ends first."""
    return datetime.combine(day, time(), UTC)


def _log(t: Transaction, removed: Removed, now: datetime) -> None:
    """What went, by numbers: last in the transaction."""
    lines = []
    if removed.reports:
        day = removed.until.raw.isoformat()
        lines.append(told("days_emptied", day=day, n=removed.reports))
    if removed.blocks:
        day = removed.until.results.isoformat()
        lines.append(told("results_removed", day=day, n=removed.blocks, people=removed.people))
    if removed.comments or removed.tickets or removed.photos:
        lines.append(
            told(
                "others_removed",
                comments=removed.comments,
                tickets=removed.tickets,
                photos=removed.photos,
            )
        )
    t.logs.append(Log.RECORD, [Note(kind=Kind.REMOVED, what=what) for what in lines], now)
