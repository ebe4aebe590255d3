"""Whether what central has agrees with itself."""

from datetime import date

from sync.central.store.days import Days
from sync.central.usecases.central import Central
from sync.messages import DayReport
from sync.protocol import BadMessage, digest


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
    return f"ratings of {forgotten} stand in no block and wait for none" if forgotten else None


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
