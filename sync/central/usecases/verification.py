"""Whether what central has agrees with itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sync.central.disclosure import NONE, Counts, Scaled, beyond, first_out_of_line, plus
from sync.central.logbook import Entry, Kind, Log, LogEnd, entry_digest, read_told
from sync.central.sitesettings import RAW_MONTHS, RECORD_YEARS, SECURITY_DAYS
from sync.central.store.days import StoredReport, line_rows
from sync.central.store.engine import Transaction
from sync.central.store.logbreaks import LogBreak
from sync.central.store.logs import Emptied, Logs
from sync.central.store.recorded import RecordedDay
from sync.central.store.unclosed import Unclosed
from sync.central.usecases.central import Central
from sync.central.usecases.loghistory import break_words
from sync.central.usecases.objectionrecord import wrong_objection
from sync.messages import DayReport
from sync.protocol import BadMessage, chained, digest

_LOG_FLOORS = {
    Log.RECORD: timedelta(days=365 * RECORD_YEARS[0]),
    Log.SECURITY: timedelta(days=SECURITY_DAYS[0]),
}
"""No office may empty what is newer."""
_DAYS_A_LOOK = 200
"""So many days of a terminal are read at once: one look for all would keep the database from
tidying up, and one for each would ask for every day by itself."""


@dataclass(frozen=True, slots=True)
class Excess:
    """What an officer's published blocks have, and the days do not: two people let corrected
    reports count after it was published. Later blocks leave it out, level by level."""

    whose: Scaled
    counts: Counts

    def __str__(self) -> str:
        levels = ", ".join(f"{n} of level {level}" for level, n in enumerate(self.counts, 1) if n)
        return (
            f"{self.whose.officer}: published blocks have {levels} that corrected days do not; "
            "two people let them count, and later blocks leave it out"
        )


def first_disagreement(
    central: Central, *, is_first: bool = True, say: Callable[[int], None] = lambda _days: None
) -> str | None:
    """The first day whose bytes, digest, header and rows disagree, an earlier revision that is not
    as it came, a block that no days bear out; None: all agree. `is_first`: of all offices that are
    looked at; rows of a site that nobody set up are looked for once, in all there is. `say`: told
    how many more days are verified."""
    try:
        with central.store.read(central.site) as t:
            every_day = t.recorded.every_day()
            strangers = t.recorded.unknown_sites() if is_first else []
            sums_agree = t.month_sums.agree()
            cuts_agree = t.quarter_cuts.agree(t.unclosed.closed())
            out_of_line = _out_of_line(t.unclosed)
    except ValueError as error:
        return f"a date that can't be: {error}"
    if not sums_agree:
        return "the months' sums differ from the published blocks"
    if not cuts_agree:
        return "the quarters' tables differ from the published blocks"
    if out_of_line:
        return out_of_line
    if strangers:
        return f"rows of a site that is not known here: {strangers[0]}"
    fell = _fell_in_emptied(central)
    for terminal, days in _spans(every_day):
        if wrong := _wrong_in_span(central, terminal, days, fell):
            return wrong
        say(len(days))
    with central.store.read(central.site) as t:
        forgotten = t.unclosed.forgotten()
        wrong_blocks = _wrong_blocks(t.unclosed, fell)
        wrong_emptied = _wrong_emptied(t)
    if forgotten:
        return f"ratings of {forgotten} stand in no block and wait for none"
    wrong_rows = wrong_blocks or wrong_emptied
    return wrong_rows or first_wrong_entry(central, central.site) or wrong_objection(central)


def _spans(every_day: Iterable[tuple[str, date]]) -> Iterator[tuple[str, list[date]]]:
    """A terminal's days in order, some at a time."""
    for terminal, its in groupby(every_day, itemgetter(0)):
        days = [day for _, day in its]
        for first in range(0, len(days), _DAYS_A_LOOK):
            yield terminal, days[first : first + _DAYS_A_LOOK]


def _wrong_in_span(central: Central, terminal: str, days: Sequence[date], fell: "Fallen") -> str:
    """What is wrong with a terminal's days, which are in order."""
    try:
        with central.store.read(central.site) as t:
            recorded = t.recorded.days(terminal, days[0], days[-1])
    except ValueError as error:
        return f"{terminal} {days[0]}: a date that can't be: {error}"
    for day in days:
        of_day = recorded.get(day, RecordedDay())
        if wrong := _wrong_with(central, of_day) or _wrong_before(central, of_day, fell):
            return f"{terminal} {day}: {wrong}"
    return ""


def emptied_days(central: Central) -> tuple[int, date | None]:
    """How many day reports were kept long enough, and up to which day: their rows can't be
    recomputed, only that results on them still add up."""
    with central.store.read(central.site) as t:
        return t.retention.emptied_reports()


def published_excess(central: Central) -> tuple[Excess, ...]:
    """What was published, and two people have let days count since that do not have it."""
    with central.store.read(central.site) as t:
        both = t.unclosed.published_and_raw()
    excesses = []
    for whose, (published, raw) in sorted(both.items(), key=_name_of):
        more = beyond(published, raw)
        if any(more):
            excesses.append(Excess(whose, more))
    return tuple(excesses)


Fallen = defaultdict[Scaled, Counts]
"""By how much revisions of days had less of an officer's ratings than those before."""


def _out_of_line(unclosed: Unclosed) -> str | None:
    """Which block's days were not made by closing it: they say in which round it counts."""
    for whose, its in groupby(unclosed.days_of_blocks(), itemgetter(0)):
        if block := first_out_of_line(days for _, days in its):
            days = f"{block.first_day} to {block.last_day}"
            return f"{whose.officer}: the days of block {block.number} ({days}) can't be"
    return None


def _wrong_blocks(unclosed: Unclosed, fell: Mapping[Scaled, Counts]) -> str | None:
    """Which officer's published blocks the days do not bear out, nor what they had before."""
    waiting = unclosed.waiting()
    for whose, (published, raw) in sorted(unclosed.published_and_raw().items(), key=_name_of):
        if published != raw and whose.officer not in waiting:
            return f"{whose.officer}: published blocks differ from the days, and none is waited for"
        if any(beyond(beyond(published, raw), fell.get(whose, NONE))):
            return f"{whose.officer}: published blocks have ratings that the days never had"
    return None


def _name_of(item: tuple[Scaled, object]) -> tuple[str, int]:
    return item[0].officer, item[0].levels


def _wrong_before(central: Central, day: RecordedDay, fell: Fallen) -> str:
    """What is wrong with the revisions that a day's report replaced, each of which names the one
    before by its digest."""
    stored = day.report
    if stored is None or not stored.body:
        return ""
    by_digest = {earlier.digest: earlier for earlier in day.earlier}
    while stored.replaced:
        earlier = by_digest.pop(stored.replaced, None)
        if earlier is None or earlier.revision >= stored.revision:
            return f"the revision before revision {stored.revision} is missing"
        report = _checked_report(central, earlier)
        if isinstance(report, str):
            return f"revision {earlier.revision}: {report}"
        _add_fallen(earlier.body, stored.body, fell)
        stored = earlier
    for earlier in by_digest.values():
        return f"revision {earlier.revision} was replaced by none"
    return ""


def _wrong_emptied(t: Transaction) -> str | None:
    """Whether day reports are emptied that the record does not tell of, or that are too new."""
    count, newest = t.retention.emptied_reports()
    entry = t.logs.told_removed("days_emptied")
    if not count or newest is None or (entry is None and t.logs.told_emptied().upto[Log.RECORD]):
        return None  # what told of it was kept long enough itself
    if entry is None:
        return f"day reports up to {newest} are emptied, and the record does not say so"
    _, values = read_told(entry.note.what)
    if newest > date.fromisoformat(str(values["day"])):
        return f"day reports up to {newest} are emptied, and the record does not say so"
    if newest > entry.at.date() - timedelta(days=30 * RAW_MONTHS[0]):
        return f"day reports up to {newest} are emptied, and were not old enough"
    return None


def _fell_in_emptied(central: Central) -> "Fallen":
    fell: Fallen = defaultdict(lambda: NONE)
    with central.store.read(central.site) as t:
        fell.update(t.retention.fallen())
    return fell


def _add_fallen(before: bytes, after: bytes, fell: Fallen) -> None:
    for whose, counts in fallen_between(before, after).items():
        fell[whose] = plus(fell[whose], counts)


def fallen_between(before: bytes, after: bytes) -> dict[Scaled, Counts]:
    """What a report has less than the revision before it, by officer and scale."""
    now = _ratings(after)
    return {
        whose: beyond(counts, now.get(whose, NONE)) for whose, counts in _ratings(before).items()
    }


def _ratings(body: bytes) -> dict[Scaled, Counts]:
    """A report's ratings by officer and scale."""
    sums: dict[Scaled, Counts] = {}
    for officer, _, _, _, _, levels, n1, n2, n3, n4, n5 in line_rows(DayReport.parse(body)):
        whose = Scaled(str(officer), int(levels))
        counts = (int(n1), int(n2), int(n3), int(n4), int(n5))
        sums[whose] = plus(sums.get(whose, NONE), counts)
    return sums


def first_wrong_entry(central: Central, site: str) -> str | None:
    """The first entry of a site's logs that does not follow from the one before, a log that lacks
    its end, a guard that is missing; None: all agree."""
    try:
        with central.store.read(site) as t:
            return _wrong_with_logs(t, site) or None
    except ValueError as error:
        return f"logs: an entry that can't be: {error}"


def _wrong_with_logs(t: Transaction, site: str) -> str:
    if guard := t.logs.missing_guard():
        return f"logs: the guard {guard} is missing"
    if stray := t.logs.stray():
        return stray
    emptied = t.logs.told_emptied()
    heads = t.logs.heads()
    for log in Log:
        if wrong := _wrong_log(t.logs, site, log, heads[log], emptied):
            return f"log {log.value}: {wrong}"
    if not heads[Log.RECORD].seq and t.accounts.all():
        return "log record: has no entry, though accounts were made"
    return _wrong_settlement(t.logs, t.log_breaks.all())


def _wrong_settlement(logs: Logs, breaks: Iterable[LogBreak]) -> str:
    """The first log break that people are said to have settled, and the record does not say so: a
    row alone would quieten the terminals that have seen another log."""
    settled = [one for one in breaks if one.settled is not None]
    if not settled:
        return ""
    record = list(logs.every(Log.RECORD))
    # What the record is emptied of, it can't say any more.
    emptied_until = max((entry.at for entry in record if entry.emptied), default=None)
    raised, agreed = _told_of_breaks(record)
    for one in settled:
        agreement = (one.settled_by, one.settled)
        is_told = (one.terminal, break_words(one)) in raised and agreement in agreed
        if not is_told and (emptied_until is None or one.at > emptied_until):
            return (
                f"log {one.log}: it does not go on from what {one.terminal} has seen, and the "
                "record does not say that two people settled it"
            )
    return ""


def _told_of_breaks(
    record: Iterable[Entry],
) -> tuple[set[tuple[str, str]], set[tuple[str, datetime]]]:
    """What the record says: of which terminal a break was raised, and in which words; who agreed
    to settle some, and when."""
    alarms = [entry for entry in record if entry.note.kind == Kind.ALARM]
    raised = {(entry.note.whom, entry.note.what) for entry in alarms}
    agreed = {
        (entry.note.who, entry.at)
        for entry in alarms
        if read_told(entry.note.what)[0] == "breaks_settled"
    }
    return raised, agreed


def _wrong_log(logs: Logs, site: str, log: Log, head: LogEnd, emptied: Emptied) -> str:
    """`emptied`: up to which entry the record says that they are."""
    seq, previous = 0, ""
    for entry in logs.every(log):
        seq += 1
        if entry.seq != seq:
            return f"entry {seq} is missing"
        if wrong := _wrong_entry(site, log, entry, previous, emptied):
            return f"entry {seq} {wrong}"
        previous = entry.hash
    if (seq, previous) != (head.seq, head.hash):
        return f"entry {seq} is its last, and its head says {head.seq}"
    of_record = emptied.upto[log]
    if head.emptied != of_record:
        return f"its head says it is emptied up to {head.emptied}, the record up to {of_record}"
    return ""


def _wrong_entry(site: str, log: Log, entry: Entry, previous: str, emptied: Emptied) -> str:
    """`previous`: the hash of the entry before."""
    if entry.emptied:
        if wrong := _wrong_emptying(log, entry, emptied):
            return wrong
    elif entry.digest != entry_digest(site, log, entry.seq, entry.at, entry.note):
        return "was changed"
    if entry.hash != chained(previous, entry.digest):
        return "does not follow from the one before"
    return ""


def _wrong_emptying(log: Log, entry: Entry, emptied: Emptied) -> str:
    """What is wrong with an entry that has lost its words."""
    if entry.seq > emptied.upto[log] or emptied.at is None:
        return "is emptied, and the record does not say so"
    too_new = entry.at > emptied.at - _LOG_FLOORS[log]
    return "is emptied before its time" if too_new else ""


def _wrong_with(central: Central, day: RecordedDay) -> str:
    stored = day.report
    if stored is None:
        return "has rows but no day report"
    if not stored.body:
        return ""  # emptied: see `_wrong_emptied`
    report = _checked_report(central, stored)
    if isinstance(report, str):
        return report
    return "" if day.rows_agree(report) else "its rows do not add up to the report"


def _checked_report(central: Central, stored: StoredReport) -> DayReport | str:
    """A report, or what is wrong with its bytes beside its header."""
    if digest(stored.body) != stored.digest:
        return "bytes differ from their digest"
    try:
        report = DayReport.parse(stored.body)
    except BadMessage as error:
        return f"is no day report: {error}"
    its = (central.site, stored.terminal, stored.date)
    if (report.site, report.terminal, report.date) != its:
        return "the report is another day's or terminal's"
    if report.revision != stored.revision:
        return "the header differs from the report"
    return report
