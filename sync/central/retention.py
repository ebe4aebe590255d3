"""How long each kind of data is kept, and why. Pure: one table, and the days that follow from it.

Sources: Personal Data Protection Act B.E. 2562, sections 23 (3), 37 (3) and 39; Computer-Related
Crime Act B.E. 2550, section 26; Regulation of the Office of the Prime Minister on Records B.E.
2526, rule 57. (?) in a reason's words marks what the office settles with its protection officer.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sync.central import period as periods
from sync.central.disclosure import quarter_of, week_end
from sync.central.sitesettings import (
    BACKUP_DAYS,
    COMMENTS_MONTHS,
    RAW_MONTHS,
    RECORD_YEARS,
    RESULTS_YEARS,
    SECURITY_DAYS,
    SiteSettings,
)

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a kind of data is kept. `id`: its words are in the table `kept`. `setting`: the
    office's own; "" where nobody sets it, and its words say how long."""

    id: str
    setting: str = ""
    unit: Unit = Unit.DAYS
    bounds: tuple[int, int] = (0, 0)

    def length(self, settings: SiteSettings) -> int:
        """In `unit`, as the office has it."""
        length: int = getattr(settings, self.setting)
        return length


KEPT = (
    Keeping(id="results", setting="results_years", unit=Unit.YEARS, bounds=RESULTS_YEARS),
    Keeping(id="raw", setting="raw_months", unit=Unit.MONTHS, bounds=RAW_MONTHS),
    Keeping(id="record", setting="record_years", unit=Unit.YEARS, bounds=RECORD_YEARS),
    Keeping(id="security", setting="security_days", unit=Unit.DAYS, bounds=SECURITY_DAYS),
    Keeping(id="comments", setting="comments_months", unit=Unit.MONTHS, bounds=COMMENTS_MONTHS),
    Keeping(id="backups", setting="backup_days", unit=Unit.DAYS, bounds=BACKUP_DAYS),
    Keeping(id="objections"),
    Keeping(id="tickets"),
    Keeping(id="sessions"),
    Keeping(id="tokens"),
    Keeping(id="retired"),
    Keeping(id="people"),
    Keeping(id="notifications"),
    Keeping(id="witness"),
    Keeping(id="office_records"),
    Keeping(id="terminals"),
)
"""Every kind of data that central keeps, what people can set first."""


@dataclass(frozen=True, slots=True)
class Horizons:
    """Up to which day each kind goes, as `today` is; all days inclusive."""

    raw: date
    """The end of a week."""
    results: date
    """The end of a round, and of a quarter."""
    record: date
    comments: date


def horizons(settings: SiteSettings, today: date, disputed: date = date.max) -> Horizons:
    """What is as old as the office says. Raw days never stay longer than the results on them.
    `disputed`: the first day whose results people still decide on; its round stays."""
    oldest = min(_months_before(today, 12 * settings.results_years), disputed)
    results = _round_before(oldest, settings)
    raw = week_end(_months_before(today, settings.raw_months)) - _WEEK
    return Horizons(
        raw=max(raw, week_end(results)),
        results=results,
        record=_months_before(today, 12 * settings.record_years),
        comments=_months_before(today, settings.comments_months),
    )


def _round_before(day: date, settings: SiteSettings) -> date:
    """The end of the last round that was over on a day, or of the last quarter before it: tables
    are told by whole quarters, and no part of one may go."""
    end = periods.round_of(day, settings.fiscal_year_starts).first_day - _DAY
    first, last = quarter_of(end)
    return end if end == last else first - _DAY


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 - months, 12)
    year = max(day.year + years, 1)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
