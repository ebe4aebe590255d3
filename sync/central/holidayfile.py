"""Holidays from a file: a calendar (.ics, RFC 5545), a table, or a list with a day on each line.

Of a calendar these properties of each event are read: when it begins, when it ends or how long it
is, and what it is called. A library (icalendar) knows all of RFC 5545, with time zones and alarms;
for whole days that is not worth a dependency. What repeats itself is named and not taken: a
holiday moves, and a government names each year's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kiosk.domain.dates import arabic, day_in
from kiosk.domain.filetable import BadTable, csv_rows, is_workbook
from kiosk.domain.people import tidied
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line
from kiosk.domain.wording import MAX_HOLIDAYS
from sync.central.tablefile import file_table

COLUMNS = {
    "date": ("date", "start date", "วันที่", "วัน", "วันเดือนปี", "วัน เดือน ปี"),
    "name": ("name", "subject", "summary", "ชื่อ", "ชื่อวันหยุด", "วันหยุด", "รายการ"),
}
"""What each may be called."""
_CALENDAR = b"BEGIN:VCALENDAR"
_LONGEST_EVENT = 31
"""Days: no holiday is longer."""
_FOLDED = re.compile(r"\r?\n[ \t]")
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})[0-9]{2}(?P<utc>Z?))?"
)
_DURATION = re.compile(
    r"\+?P(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,4})D)?"
    r"(?:T(?:(?P<hours>[0-9]{1,4})H)?(?:(?P<minutes>[0-9]{1,4})M)?(?:(?P<seconds>[0-9]{1,4})S)?)?"
)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_LONGEST_NAME = 100


class BadHolidays(Refusals):
    """A file in which no holidays can be read, or not all; each problem names its line."""


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class HolidayFile:
    """In order, each day once. `repeated`: events that repeat themselves, and were not taken."""

    holidays: tuple[Holiday, ...]
    repeated: tuple[str, ...] = ()


def read_holidays(data: bytes) -> HolidayFile:
    """BadHolidays."""
    begins = data.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(_CALENDAR)]
    if begins.upper() == _CALENDAR:
        return _calendar(data)
    try:
        table = file_table(data, COLUMNS, ("date",))
    except BadTable as error:
        if is_workbook(data):
            raise BadHolidays(error.problems) from None
        return _listed(data)
    problems: list[Refusal] = []
    holidays: list[Holiday] = []
    for line, row in table.rows:
        try:
            holidays.append(Holiday(_day(table.cell(row, "date")), _named(table.cell(row, "name"))))
        except Refusal as error:
            problems.append(on_line(line, error))
    return _in_order(holidays, problems)


def _listed(data: bytes) -> HolidayFile:
    """A day on each line, with what it is called behind it or in the next cell."""
    try:
        rows = csv_rows(data)
    except BadTable as error:
        raise BadHolidays(error.problems) from None
    problems: list[Refusal] = []
    holidays: list[Holiday] = []
    for line, row in rows:
        cells = [cell for cell in (_as_seen(cell) for cell in row) if cell]
        try:
            day, behind = _day_before_words(cells[0])
            holidays.append(Holiday(day, _named(" ".join((behind, *cells[1:])))))
        except Refusal as error:
            problems.append(on_line(line, error))
    return _in_order(holidays, problems)


def _day_before_words(text: str) -> tuple[date, str]:
    """The day with which a text begins, as many words as it takes, and what is behind it."""
    words = text.split()
    for end in range(len(words), 0, -1):
        try:
            return day_in(" ".join(words[:end])), " ".join(words[end:])
        except ValueError:
            continue
    raise Refusal("no_such_day", day=excerpt(text))


def _day(text: str) -> date:
    try:
        return day_in(_as_seen(text))
    except ValueError:
        raise Refusal("no_such_day", day=excerpt(text)) from None


def _calendar(data: bytes) -> HolidayFile:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadHolidays([Refusal("not_utf8", byte=error.start)]) from None
    problems: list[Refusal] = []
    holidays: list[Holiday] = []
    repeated: list[str] = []
    for event in _events(_FOLDED.sub("", text).splitlines()):
        name = _named(_ESCAPED.sub(_plain_sign, event.get("SUMMARY", "")))
        if event.get("STATUS", "").upper() == "CANCELLED":
            continue
        if "RRULE" in event or "RDATE" in event:
            repeated.append(name or event.get("DTSTART", ""))
            continue
        try:
            holidays.extend(Holiday(day, name) for day in _days_of(event))
        except Refusal as error:
            problems.append(error)
    return _in_order(holidays, problems, repeated)


def _plain_sign(escaped: re.Match[str]) -> str:
    return escaped[1] if escaped[1] in "\\;," else " "


def _events(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The properties of each event, without their parameters; of what is within one, none."""
    event: dict[str, str] | None = None
    within = 0
    for line in lines:
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        begins_or_ends = (name, value.strip().upper())
        if begins_or_ends == ("BEGIN", "VEVENT"):
            event, within = {}, 0
        elif event is None:
            continue
        elif begins_or_ends == ("END", "VEVENT"):
            yield event
            event = None
        elif name == "BEGIN":
            within += 1
        elif name == "END":
            within -= 1
        elif not within:
            event.setdefault(name, value.strip())


def _days_of(event: dict[str, str]) -> list[date]:
    """Every day of an event, up to the moment at which it ends."""
    begins = _moment(event.get("DTSTART") or event.get("SUMMARY", ""))
    first = begins.date()
    if "DTEND" in event:
        ends = _moment(event["DTEND"])
    else:
        ends = begins + min(_length(event.get("DURATION", "")), timedelta(days=_LONGEST_EVENT + 1))
    # An event that ends at midnight has nothing of the day that begins then.
    whole = (ends.date() - first).days
    days = max(1, whole if ends.time() == time() else whole + 1)
    if days > _LONGEST_EVENT:
        raise Refusal("holiday_long", day=str(first), most=_LONGEST_EVENT)
    return [first + timedelta(days=n) for n in range(days)]


def _moment(text: str) -> datetime:
    """On the office's calendar and clock; midnight where only a day is named."""
    parts = _MOMENT.fullmatch(arabic(text))
    if parts is None:
        raise Refusal("no_such_day", day=excerpt(text))
    day = _day(f"{parts['year']}-{parts['month']}-{parts['day']}")
    try:
        clock = time(int(parts["hour"] or 0), int(parts["minute"] or 0))
    except ValueError:
        raise Refusal("no_such_day", day=excerpt(text)) from None
    moment = datetime.combine(day, clock)
    if not parts["utc"]:
        return moment
    return moment.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)


def _length(text: str) -> timedelta:
    """Of a DURATION, such as P3D; none where there is none."""
    if not text:
        return timedelta()
    parts = _DURATION.fullmatch(text.upper())
    if parts is None:
        raise Refusal("no_such_day", day=excerpt(text))
    return timedelta(**{unit: int(many or 0) for unit, many in parts.groupdict().items()})


def _named(text: str) -> str:
    return _as_seen(text)[:_LONGEST_NAME]


def _as_seen(text: str) -> str:
    """A text without signs that nobody sees: they come along with what is pasted."""
    return "".join(c for c in tidied(text) if unicodedata.category(c) != "Cf").strip()


def _in_order(
    holidays: Iterable[Holiday], problems: list[Refusal], repeated: Iterable[str] = ()
) -> HolidayFile:
    by_day: dict[date, Holiday] = {}
    for one in holidays:
        earlier = by_day.get(one.day)
        if earlier is None or not earlier.name:
            by_day[one.day] = one
    if problems:
        raise BadHolidays(problems)
    if not by_day:
        raise BadHolidays([Refusal("no_holidays")])
    if len(by_day) > MAX_HOLIDAYS:
        raise BadHolidays([Refusal("too_many_holidays", most=MAX_HOLIDAYS)])
    return HolidayFile(
        holidays=tuple(by_day[day] for day in sorted(by_day)), repeated=tuple(repeated)
    )
