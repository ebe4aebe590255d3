"""Service statistics for open data: a row for the office and each service, three formats.

Office-wide, thresholds and rounding as on the page; a dictionary says what each column holds.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sync.central import thai
from sync.central.language import LANGUAGES, in_thai, tables
from sync.central.papers.csvtable import csv_table
from sync.central.papers.spreadsheet import Cell, Sheet, workbook
from sync.central.period import parse
from sync.central.reports.gate import CUT_STEP, CutRow, CutsView, Figure, OfficeView

_TYPES = {
    "site": "text",
    "period": "text",
    "period_over": "yes / no",
    "first_day": "ISO 8601 date",
    "last_day": "ISO 8601 date",
    "channel": "text",
    "service": "text",
    "service_name": "text",
    "n": "integer",
    "n_rounded_to": "integer",
    "rate": "number",
    "low": "number",
    "high": "number",
    "bound": "text",
    "not_rated_of_100": "integer",
    "order": "text",
}
"""Of each column, in their order."""
COLUMNS = tuple(_TYPES)
_CODED = ("period_over", "channel", "bound", "order")
"""Columns whose values have words of their own."""
_RATES = ("rate", "low", "high")
"""Columns that are of those who rated."""


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """A line of the open data. None: too few ratings to publish."""

    site: str
    period: str
    period_over: str
    first_day: str
    last_day: str
    channel: str
    service: str
    service_name: str
    n: int | None
    n_rounded_to: int
    rate: float | None
    low: float | None
    high: float | None
    bound: str
    not_rated_of_100: int | None
    order: str


def rows(site: str, office: OfficeView, cuts: CutsView) -> tuple[StatisticsRow, ...]:
    """The office, then each service of the published quarters, then the online questionnaire."""
    services: list[StatisticsRow] = []
    if cuts.days is not None:
        names = {service.id: service.th for service in office.settings.services}
        for row in cuts.tables["service"]:
            services.append(_service(site, office, cuts.days, row, names.get(row.what, "")))
    counters = _whole(site, office, office.figure, "counter")
    every = (counters, *services, _whole(site, office, office.online, "online"))
    over = "no" if office.is_running else "yes"
    return tuple(replace(row, period_over=over) for row in every)


def _service(
    site: str, office: OfficeView, days: tuple[date, date], row: CutRow, name: str
) -> StatisticsRow:
    low, high = row.ends or (None, None)
    return StatisticsRow(
        site=site,
        period=office.period.code,
        period_over="",
        first_day=str(days[0]),
        last_day=str(days[1]),
        channel="counter",
        service=row.what,
        service_name=name,
        n=row.n,
        n_rounded_to=CUT_STEP,
        rate=_decimals(row.per_cent, row.places),
        low=_decimals(low, row.places),
        high=_decimals(high, row.places),
        bound=row.bound,
        not_rated_of_100=None,
        order=office.figure.order,
    )


def _whole(site: str, office: OfficeView, figure: Figure, channel: str) -> StatisticsRow:
    result = figure.result
    low, high = result.ends or (None, None)
    response = figure.response
    return StatisticsRow(
        site=site,
        period=office.period.code,
        period_over="",
        first_day=str(figure.first_day or ""),
        last_day=str(figure.last_day or ""),
        channel=channel,
        service="",
        service_name="",
        n=result.n or None,
        n_rounded_to=1,
        rate=_decimals(result.per_cent, result.places),
        low=_decimals(low, result.places),
        high=_decimals(high, result.places),
        bound=result.bound,
        not_rated_of_100=response.of_100_not if response and response.is_of_most else None,
        order=figure.order,
    )


def _decimals(value: float | None, places: int) -> float | None:
    """With the decimals that it was rounded to: none that say nothing."""
    return value if value is None or places else int(value)


def as_csv(rows: Sequence[StatisticsRow]) -> bytes:
    return csv_table(COLUMNS, [_cells(row) for row in rows])


def dictionary(licence: str) -> bytes:
    """What each column of the CSV holds, as CSV; the licence in the last line."""
    rows = [*described_columns(), ("licence", licence, licence, "text")]
    return csv_table(("column", "th", "en", "type"), rows)


def described_columns() -> list[tuple[str, str, str, str]]:
    """Each column: its name, what it holds in Thai and in English, its type."""
    thai, english = (tables(code)["open_data_column"] for code in LANGUAGES)
    thai_whose, english_whose = (tables(code)["common"]["of_raters"] for code in LANGUAGES)
    rows = []
    for name, kind in _TYPES.items():
        in_thai_words, in_english_words = thai[name], english[name]
        if name in _RATES:
            in_thai_words += f" ({thai_whose})"
            in_english_words += f" ({english_whose})"
        rows.append((name, in_thai_words, in_english_words, kind))
    return rows


def as_json(rows: Sequence[StatisticsRow], office: OfficeView, now: datetime) -> bytes:
    document = {
        "title": in_thai("open_data.title", office=office.name),
        "publisher": office.name,
        "licence": office.settings.licence,
        "oit": office.settings.oit_numbers,
        "made": now.isoformat(timespec="seconds"),
        "dictionary": [
            {"name": name, "th": thai, "en": english, "type": kind}
            for name, thai, english, kind in described_columns()
        ],
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def as_xlsx(rows: Sequence[StatisticsRow], office: OfficeView, now: datetime) -> bytes:
    """For a person: the columns of the CSV in Thai, and its values in words."""
    about = (
        (in_thai("common.site"), office.name),
        (in_thai("common.licence"), office.settings.licence),
        (in_thai("open_data.oit"), office.settings.oit_numbers),
    )
    titles = {name: in_thai(f"open_data_title.{name}") for name in COLUMNS}
    data = Sheet(
        name=in_thai("open_data.data"),
        about=about,
        head=tuple(titles.values()),
        rows=[_cells_in_words(row, office.settings.fiscal_year_starts) for row in rows],
    )
    heads = ("title_here", "column", "meaning", "meaning_in_english", "type")
    dictionary = Sheet(
        name=in_thai("open_data.dictionary"),
        about=(),
        head=[in_thai(f"open_data.{head}") for head in heads],
        rows=[(titles[described[0]], *described) for described in described_columns()],
    )
    return workbook(in_thai("open_data.book"), (data, dictionary), now)


def _cells(row: StatisticsRow) -> list[Cell]:
    return list(asdict(row).values())


def _cells_in_words(row: StatisticsRow, year_starts: int) -> list[Cell]:
    written: dict[str, Cell] = {
        "period": thai.span(parse(row.period, year_starts), "th"),
        "first_day": date.fromisoformat(row.first_day) if row.first_day else None,
        "last_day": date.fromisoformat(row.last_day) if row.last_day else None,
    }
    for name in _CODED:
        code = getattr(row, name).replace(" ", "_")
        written[name] = in_thai(f"open_data_value.{code}") if code else ""
    return list((asdict(row) | written).values())
