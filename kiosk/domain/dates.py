"""Days as people in Thailand write them: 2026-12-31, 31/12/2569, ๓๑ ธ.ค. ๒๕๖๙, 31 December 2026."""

import re
from datetime import date

BUDDHIST_FROM = 2400
"""From here on a year is of the Buddhist era, 543 ahead: no office counts in both."""
YEARS = range(2000, 2200)
"""Of the common era, in which a day of ours can lie."""
_BUDDHIST_ERA = 543
_CENTURY = 2500
"""Of the Buddhist era, to which two digits behind a Thai month belong."""
_LONGEST = 60
"""Letters of a day in words."""
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
)
_IN_WORDS = re.compile(
    r"(?:วัน?[ก-๙]+?ที่\s*|[A-Za-z]+,\s*)?(?:ที่\s*)?"
    r"(?P<day>\d{1,2})\s*(?P<month>[ก-๙.]+?|[A-Za-z]+\.?),?\s*(?:พ\.ศ\.|ค\.ศ\.)?\s*"
    r"(?P<year>\d{4}|\d{2})"
)
_THAI = """มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน
กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"""
_THAI_SHORT = "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค"
_ENGLISH = """january february march april may june
july august september october november december"""
_MONTHS = {
    **{name: month for month, name in enumerate(_THAI.split(), 1)},
    **{name: month for month, name in enumerate(_THAI_SHORT.split(), 1)},
    **{name: month for month, name in enumerate(_ENGLISH.split(), 1)},
    **{name[:3]: month for month, name in enumerate(_ENGLISH.split(), 1)},
}


def arabic(text: str) -> str:
    """Thai digits as the others."""
    return text.translate(_DIGITS)


def day_in(text: str) -> date:
    """The day that a text says, year first or day first, in figures or with its month in words, in
    either era and either digits. ValueError when it is none."""
    written = arabic(text.strip())
    for form in _FORMS:
        if parts := form.fullmatch(written):
            return _day(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    parts = _IN_WORDS.fullmatch(written[:_LONGEST])
    if parts is None or len(written) > _LONGEST:
        raise ValueError("day")
    month = _MONTHS.get(parts["month"].replace(".", "").lower())
    if month is None:
        raise ValueError("month")
    year = int(parts["year"])
    if year < 100:
        if not "ก" <= parts["month"][0] <= "๙":
            raise ValueError("year")
        year += _CENTURY
    return _day(year, month, int(parts["day"]))


def _day(year: int, month: int, day: int) -> date:
    if year >= BUDDHIST_FROM:
        year -= _BUDDHIST_ERA
    if year not in YEARS:
        raise ValueError(f"year {year}")
    return date(year, month, day)
