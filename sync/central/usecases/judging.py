"""What a day report must not pass without two people: see `sync.central.ingest.Why`."""

from sync.central.ingest import Why, fallen, impossible, most_ratings, opening_time, too_early
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal
from sync.messages import DayReport

_SATURDAY = 5


def is_impossible(terminal: KnownTerminal, report: DayReport) -> bool:
    """Whether a first report may need a judgement, by a look that asks no database."""
    early = too_early(report.date, terminal.enrolled)
    return early or terminal.generation > 1 or bool(impossible(report, most_ratings()))


def doubt(
    t: Transaction, terminal: KnownTerminal, report: DayReport, before: DayReport | None
) -> tuple[Why, str] | None:
    """Why a report is not taken without two people, and what of it; None: it flows. `before`: the
    day as it is stored."""
    settings = t.settings.newest().settings
    if too_early(report.date, terminal.enrolled):
        return Why.EARLY, f"enrolled on {terminal.enrolled.date()}"
    if wrong := impossible(report, most_ratings(opening_time(settings.opening_hours))):
        return Why.AMOUNT, wrong
    if strangers := report.counters() - t.terminals.counters():
        return Why.COUNTER, ", ".join(sorted(strangers))
    others = [g.terminal for g in t.terminals.generations(terminal.name)]
    others.remove(terminal.terminal)
    if other := t.days.of_any(others, report.date):
        return Why.TWICE, other
    working_day = report.date.weekday() < _SATURDAY and report.date not in settings.holidays
    what = fallen(before, report, working_day=working_day) if before is not None else ""
    return (Why.FELL, what) if what else None
