"""Service statistics for open data: a row for the office and each service, three formats.

Office-wide, thresholds and rounding as on the page; a dictionary says what each column holds.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sync.central.papers.spreadsheet import Sheet, workbook
from sync.central.reports.gate import CutRow, CutsView, Figure, OfficeView

DICTIONARY = (
    ("site", "รหัสหน่วยงาน", "Office, short id", "text"),
    ("period", "ช่วงเวลา", "Period: fiscal year by the Christian year of its end", "text"),
    ("first_day", "วันแรกของข้อมูล", "First day of the published weeks", "ISO 8601 date"),
    ("last_day", "วันสุดท้ายของข้อมูล", "Last day of the published weeks", "ISO 8601 date"),
    ("channel", "ช่องทาง: counter = ช่องบริการ, online = ออนไลน์", "counter or online", "text"),
    ("service", "รหัสงานบริการ (ว่าง = ทุกงาน)", "Service, short id; empty: all", "text"),
    ("service_name", "ชื่องานบริการ", "Name of the service, Thai", "text"),
    ("n", "จำนวนการประเมิน (รายงานบริการปัดหลักละ ๕)", "Ratings; rounded to 5 by service", "integer"),
    ("rate", "ร้อยละความพึงพอใจ", "Satisfaction rate, per cent (top two levels)", "number"),
    ("low", "ขอบล่างช่วงความเชื่อมั่น ๙๕%", "Lower end of the 95 % Wilson interval", "number"),
    ("high", "ขอบบนช่วงความเชื่อมั่น ๙๕%", "Upper end", "number"),
    ("bound", "at least / at most เมื่อทุกคนตอบตรงกัน", "rate is a bound where all agree", "text"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """A line of the open data. None: too few ratings to publish."""

    site: str
    period: str
    first_day: str
    last_day: str
    channel: str
    service: str
    service_name: str
    n: int | None
    rate: float | None
    low: float | None
    high: float | None
    bound: str


def rows(site: str, office: OfficeView, cuts: CutsView) -> tuple[StatisticsRow, ...]:
    """The office, then each service of the published quarters, then the online questionnaire."""
    services: list[StatisticsRow] = []
    quarters = cuts.quarters
    if quarters is not None and quarters[0] >= office.period.first_day:
        names = {service.id: service.th for service in office.settings.services}
        for row in cuts.tables["service"]:
            services.append(_service(site, office, quarters, row, names.get(row.what, "")))
    counters = _whole(site, office, office.figure, "counter")
    return (counters, *services, _whole(site, office, office.online, "online"))


def _service(
    site: str, office: OfficeView, quarters: tuple[date, date], row: CutRow, name: str
) -> StatisticsRow:
    interval = row.interval
    return StatisticsRow(
        site=site,
        period=office.period.code,
        first_day=str(quarters[0]),
        last_day=str(quarters[1]),
        channel="counter",
        service=row.what,
        service_name=name,
        n=row.n,
        rate=None if row.rate is None else round(row.rate * 100, 1),
        low=round(interval.low * 100) if interval else None,
        high=round(interval.high * 100) if interval else None,
        bound=row.bound,
    )


def _whole(site: str, office: OfficeView, figure: Figure, channel: str) -> StatisticsRow:
    result, interval = figure.result, figure.result.interval
    return StatisticsRow(
        site=site,
        period=office.period.code,
        first_day=str(figure.first_day or ""),
        last_day=str(figure.last_day or ""),
        channel=channel,
        service="",
        service_name="",
        n=result.n or None,
        rate=None if result.rate is None else round(result.rate * 100, 1),
        low=round(interval.low * 100, 1) if interval else None,
        high=round(interval.high * 100, 1) if interval else None,
        bound=result.bound,
    )


def as_csv(rows: Sequence[StatisticsRow]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads Thai; no cell begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    names = [name for name, *_ in DICTIONARY]
    writer.writerow(names)
    for row in rows:
        values = asdict(row)
        writer.writerow([safe_cell(values[name]) for name in names])
    return text.getvalue().encode("utf-8-sig")


def dictionary(licence: str) -> bytes:
    """What each column of the CSV holds, as CSV; the licence in the last line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("column", "th", "en", "type"))
    writer.writerows(DICTIONARY)
    writer.writerow(("licence", safe_cell(licence), safe_cell(licence), "text"))
    return text.getvalue().encode("utf-8-sig")


def safe_cell(value: object) -> str:
    """A cell's text, which begins no formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_json(rows: Sequence[StatisticsRow], office: OfficeView, now: datetime) -> bytes:
    document = {
        "title": f"สถิติความพึงพอใจต่อการให้บริการ {office.name}",
        "publisher": office.name,
        "licence": office.settings.licence,
        "oit": office.settings.oit_numbers,
        "made": now.isoformat(timespec="seconds"),
        "dictionary": [
            {"name": name, "th": th, "en": en, "type": kind} for name, th, en, kind in DICTIONARY
        ],
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def as_xlsx(rows: Sequence[StatisticsRow], office: OfficeView, now: datetime) -> bytes:
    names = [name for name, *_ in DICTIONARY]
    data = [[asdict(row)[name] for name in names] for row in rows]
    about = (
        ("หน่วยงาน", office.name),
        ("สัญญาอนุญาต", office.settings.licence),
        ("ข้อ OIT", office.settings.oit_numbers),
    )
    head = ("ชื่อคอลัมน์", "ความหมาย", "Meaning", "ชนิด")
    return workbook(
        "สถิติการให้บริการ",
        (
            Sheet(name="ข้อมูล", about=about, head=names, rows=data),
            Sheet(name="คำอธิบายข้อมูล", about=(), head=head, rows=DICTIONARY),
        ),
        now,
    )
