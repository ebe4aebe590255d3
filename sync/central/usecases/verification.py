"""Whether what central has agrees with itself."""

from datetime import date

from sync.central.logbook import Log, LogEnd, entry_digest
from sync.central.store.days import Days
from sync.central.store.logs import Logs
from sync.central.usecases.central import Central
from sync.messages import DayReport
from sync.protocol import BadMessage, chained, digest


def first_disagreement(central: Central) -> str | None:
    """The first day whose bytes, digest, header and rows disagree; None: all agree."""
    try:
        with central.store.read(central.site) as t:
            stored_days = t.days.every_day()
            strangers = t.days.unknown_sites()
            sums_agree = t.blocks.rollup_agrees()
    except ValueError as error:
        return f"a date that can't be: {error}"
    if not sums_agree:
        return "the months' sums differ from the published blocks"
    if strangers:
        return f"rows of a site that is not known here: {strangers[0]}"
    for terminal, day in stored_days:
        # A look for each day: one long look would keep the database from tidying up.
        with central.store.read(central.site) as t:
            wrong = _wrong_with(central, t.days, terminal, day)
        if wrong:
            return f"{terminal} {day}: {wrong}"
    with central.store.read(central.site) as t:
        forgotten = t.unclosed.forgotten()
    if forgotten:
        return f"ratings of {forgotten} stand in no block and wait for none"
    return first_wrong_entry(central, central.site)


def first_wrong_entry(central: Central, site: str) -> str | None:
    """The first entry of a site's logs that does not follow from the one before, a log that lacks
    its end, a guard that is missing; None: all agree."""
    try:
        with central.store.read(site) as t:
            if guard := t.logs.missing_guard():
                return f"logs: the guard {guard} is missing"
            emptied = t.logs.told_emptied()
            heads = t.logs.heads()
            for log in Log:
                if wrong := _wrong_log(t.logs, site, log, heads[log], emptied):
                    return f"log {log.value}: {wrong}"
    except ValueError as error:
        return f"logs: an entry that can't be: {error}"
    return None


def _wrong_log(logs: Logs, site: str, log: Log, head: LogEnd, emptied: int) -> str:
    """`emptied`: up to which security event the record says that they are."""
    seq, previous = 0, ""
    for entry in logs.every(log):
        seq += 1
        if entry.seq != seq:
            return f"entry {seq} is missing"
        if entry.emptied:
            if log is not Log.SECURITY or seq > emptied:
                return f"entry {seq} is emptied, and the record does not say so"
        elif entry.digest != entry_digest(site, log, seq, entry.at, entry.note):
            return f"entry {seq} was changed"
        if entry.hash != chained(previous, entry.digest):
            return f"entry {seq} does not follow from the one before"
        previous = entry.hash
    if (seq, previous) != (head.seq, head.hash):
        return f"entry {seq} is its last, and its head says {head.seq}"
    if log is Log.SECURITY and head.emptied != emptied:
        return f"its head says it is emptied up to {head.emptied}, the record up to {emptied}"
    return ""


def _wrong_with(central: Central, days: Days, terminal: str, day: date) -> str:
    stored = days.report(terminal, day)
    if stored is None:
        return "has rows but no day report"
    if digest(stored.body) != stored.digest:
        return "bytes differ from their digest"
    try:
        report = DayReport.parse(stored.body)
    except BadMessage as error:
        return f"is no day report: {error}"
    if (report.site, report.terminal, report.date) != (central.site, terminal, day):
        return "the report is another day's or terminal's"
    if report.revision != stored.revision:
        return "the header differs from the report"
    return "" if days.rows_agree(report) else "its rows do not add up to the report"
