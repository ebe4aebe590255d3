"""How figures are written on the pages: Thai digits and the Buddhist era in Thai."""

import re
from datetime import date, datetime
from functools import lru_cache

from kiosk.domain.businessday import buddhist_year
from sync.central.language import words
from sync.central.period import Period

_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_LATIN = re.compile("[A-Za-z@]")
_PARTS = {"": "fiscal_year", "1": "first_half", "2": "second_half"}


# One page writes the same few hundred numbers and days over and over.
@lru_cache(maxsize=8192)
def number(value: float, language: str, decimals: int = 0) -> str:
    return digits(f"{value:,.{decimals}f}", language)


def digits(text: object, language: str) -> str:
    """Thai digits in Thai, except in addresses and codes: a word with a Latin letter stays as it
    is."""
    if language != "th":
        return str(text)
    if not _LATIN.search(str(text)):
        return str(text).translate(_DIGITS)
    words = re.split(r"(\s+)", str(text))
    return "".join(word if _LATIN.search(word) else word.translate(_DIGITS) for word in words)


def item(code: str, language: str) -> str:
    """The code of a row of the ITA report, as offices print it in Thai: I๒."""
    return code.translate(_DIGITS) if language == "th" else code


def named(code: str) -> str:
    """A span's code or a day, for the name of a paper's file: papers have the Buddhist year."""
    return re.sub("[0-9]{4}", lambda year: str(buddhist_year(int(year[0]))), code, count=1)


def moment(value: datetime, language: str) -> str:
    """A time of day with its date, in the office's time zone (`zone` in central.toml)."""
    local = value.astimezone()
    if language == "th":
        clock = f"{local:%H.%M}".translate(_DIGITS)
        return f"{day(local.date(), language)} {clock} น."
    return f"{day(local.date(), language)}, {local:%H:%M}"


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    name = _month_name(value.month, language)
    if language == "th":
        return f"{value.day} {name} {buddhist_year(value.year)}".translate(_DIGITS)
    return f"{value.day} {name} {value.year}"


def typed_day(value: date | str | None, language: str) -> str:
    """A day as it stands in a field: as people in Thailand type it, elsewhere as a browser's own
    field for days takes it. What is no day yet stays as it was typed."""
    if not isinstance(value, date):
        return value or ""
    if language == "th":
        return f"{value:%d/%m}/{buddhist_year(value.year)}"
    return value.isoformat()


@lru_cache(maxsize=1024)
def month(value: date, language: str) -> str:
    """A month and the last two digits of its year, as under a chart."""
    year = buddhist_year(value.year) if language == "th" else value.year
    return digits(f"{_month_name(value.month, language)} {year % 100:02}", language)


def span(period: Period, language: str, today: date | None = None) -> str:
    """A span as an office names it; `today`: one that is not over is marked so."""
    if today is not None and period.runs_on(today):
        return words(language).get("period.runs", period=span(period, language))
    if period.part == "month":
        name, year = _month_name(period.last_day.month, language), period.last_day.year
        return digits(f"{name} {buddhist_year(year) if language == 'th' else year}", language)
    year_words = f"{buddhist_year(period.fiscal_year)}"
    if language != "th":
        year_words = f"{period.fiscal_year} (B.E. {year_words})"
    key = _PARTS.get(period.part, "quarter")
    words_of_span = words(language).get(
        f"period.{key}", year=year_words, number=period.part.removeprefix("q")
    )
    return digits(words_of_span, language)


def _month_name(number: int, language: str) -> str:
    return words(language).get(f"short_month.{number}")
