"""Days as people in Thailand type them: 2026-12-31, 31/12/2569, ๓๑/๑๒/๒๕๖๙."""

import re
from datetime import date

BUDDHIST_FROM = 2400
"""From here on a year is of the Buddhist era, 543 ahead: no office counts in both."""
YEARS = range(2000, 2200)
"""Of the common era, in which a day of ours can lie."""
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
)


def arabic(text: str) -> str:
    """Thai digits as the others."""
    return text.translate(_DIGITS)


def day_in(text: str) -> date:
    """The day that a text says, year first or day first, in either era and either digits.
    ValueError when it is none."""
    for form in _FORMS:
        if parts := form.fullmatch(arabic(text.strip())):
            year = int(parts["year"])
            if year >= BUDDHIST_FROM:
                year -= 543
            if year not in YEARS:
                raise ValueError(f"year {year}")
            return date(year, int(parts["month"]), int(parts["day"]))
    raise ValueError("day")
