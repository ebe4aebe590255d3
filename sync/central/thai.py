"""How figures are written on the pages: Thai digits and the Buddhist era in Thai."""

from datetime import date, datetime
from functools import lru_cache

from kiosk.domain.businessday import buddhist_year
from sync.central.period import Period

_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_MONTHS = {
    "th": tuple("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()),  # noqa: SIM905
    "en": tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),  # noqa: SIM905
}


# One page writes the same few hundred numbers and days over and over.
@lru_cache(maxsize=8192)
def number(value: float, language: str, decimals: int = 0) -> str:
    return digits(f"{value:,.{decimals}f}", language)


def digits(text: object, language: str) -> str:
    """Thai digits in Thai. Not for addresses."""
    return str(text).translate(_DIGITS) if language == "th" else str(text)


def moment(value: datetime, language: str) -> str:
    """A time of day with its date, by the server's own clock zone."""
    local = value.astimezone()
    clock = f"{local:%H:%M}"
    if language == "th":
        return f"{day(local.date(), language)} {clock.translate(_DIGITS)} น."
    return f"{day(local.date(), language)}, {clock}"


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    name = _MONTHS[language][value.month - 1]
    if language == "th":
        return f"{value.day} {name} {buddhist_year(value.year)}".translate(_DIGITS)
    return f"{value.day} {name} {value.year}"


@lru_cache(maxsize=1024)
def month(value: date, language: str) -> str:
    """A month and the last two digits of its year, as under a chart."""
    year = buddhist_year(value.year) if language == "th" else value.year
    return digits(f"{_MONTHS[language][value.month - 1]} {year % 100:02}", language)


def span(period: Period, language: str) -> str:
    """A span as an office names it."""
    part = period.part
    if part == "month":
        name, year = _MONTHS[language][period.last_day.month - 1], period.last_day.year
        return digits(f"{name} {buddhist_year(year) if language == 'th' else year}", language)
    if language == "th":
        whole = f"ปีงบประมาณ {buddhist_year(period.fiscal_year)}"
        named = {"": "", "1": " รอบ 6 เดือนแรก", "2": " รอบ 6 เดือนหลัง"}
        return digits(whole + named.get(part, f" ไตรมาส {part[1:]}"), language)
    whole = f"Fiscal year {period.fiscal_year} (B.E. {buddhist_year(period.fiscal_year)})"
    named = {"": "", "1": ", first half", "2": ", second half"}
    return whole + named.get(part, f", quarter {part[1:]}")
