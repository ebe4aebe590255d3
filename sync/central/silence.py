"""Whether beats of a terminal are missing. Pure."""

from datetime import date, datetime, time, timedelta

from kiosk.domain.businessday import is_working_day

SILENT = timedelta(minutes=50)
"""In office hours already after so long: three beats in a row."""
OPENS, CLOSES = time(8, 30), time(16, 30)
"""Hours of government offices; a terminal is switched on by then."""


def is_silent(now: datetime, holidays: frozenset[date], seen: datetime) -> bool:
    """Whether beats of a terminal are missing while the office works."""
    local = now.astimezone()
    opened_at = local.replace(hour=OPENS.hour, minute=OPENS.minute, second=0, microsecond=0)
    works = is_working_day(local.date(), holidays) and local.time() < CLOSES
    return works and now - max(seen, opened_at) > SILENT
