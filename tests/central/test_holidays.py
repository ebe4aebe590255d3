"""Holidays from a calendar, a table or a list: shown first, then saved."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from sync.central.cli import app
from sync.central.holidayfile import BadHolidays, Holiday, read_holidays
from sync.central.language import in_english
from sync.central.usecases.central import Central
from sync.central.usecases.office_settings import read_settings
from sync.central.viewer import ROLES
from tests.support.central import signed_in
from tests.support.page_forms import filled_form

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NEW_YEAR = Holiday(date(2027, 1, 1), "วันขึ้นปีใหม่")
SONGKRAN = [Holiday(date(2027, 4, day), "วันสงกรานต์") for day in (13, 14, 15)]


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


FIRST = "DTSTART;VALUE=DATE:{year}0101\nDTEND;VALUE=DATE:{year}0102\nSUMMARY:วันขึ้นปีใหม่"
LONG = "DTSTART;VALUE=DATE:20270413\nDTEND;VALUE=DATE:20270416\nSUMMARY:วัน\n สงกรานต์"
"""Its summary is folded."""


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(("ที่", "วันที่", "ชื่อวันหยุด"))
    for number, one in enumerate((NEW_YEAR, *SONGKRAN)):
        book.worksheets[0].append((number, one.day, one.name))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        calendar(FIRST.format(year=2027), LONG),
        calendar(FIRST.format(year=2570), LONG),
        b"\xef\xbb\xbf" + calendar(LONG, FIRST.format(year=2027)).replace(b"\r\n", b"\n"),
        workbook(),
        "วันที่,วันหยุด\n1/1/2570,วันขึ้นปีใหม่\n๑๓ เม.ย. ๒๕๗๐,วันสงกรานต์\n"
        "14/4/2570,วันสงกรานต์\n2027-04-15,วันสงกรานต์\n".encode("cp874"),
        "๑ มกราคม ๒๕๗๐ วันขึ้นปีใหม่\n13/4/2570 วันสงกรานต์\n\n"
        "14 เม.ย. 2570  วันสงกรานต์\n15 Apr 2027\tวันสงกรานต์\n".encode(),
        "\u200b\n1/1/2570 วันขึ้นปีใหม่\n\u2060,\u200b\n\u200b13/4/2570 วันสงกรานต์\n\xa0\n"
        "14/4/2570\u200b วันสงกรานต์\u200b\n15/4/2570,วันสงกรานต์\n\ufeff\n".encode(),
        "วันที่,วันหยุด\n\u200b,\u2060\n\u200b1/1/2570,วันขึ้นปีใหม่\n13/4/2570,วันสงกรานต์\n"
        "14/4/2570,วันสงกรานต์\n15/4/2570,วันสงกรานต์\n\u200b\n".encode(),
    ],
    ids=[
        *("calendar", "Buddhist calendar", "calendar of a phone", "workbook", "CSV", "list"),
        *("list with signs that nobody sees", "CSV with signs that nobody sees"),
    ],
)
def test_the_same_holidays_in_every_kind_of_file(data: bytes) -> None:
    assert read_holidays(data).holidays == (NEW_YEAR, *SONGKRAN)


def test_a_day_in_a_calendar_is_the_offices_and_what_repeats_itself_is_named() -> None:
    brought = read_holidays(
        calendar(
            "DTSTART:20261231T170000Z\nDTEND:20270101T170000Z\nSUMMARY:ปีใหม่\\, สากล",
            "DTSTART;VALUE=DATE:20270506\nRRULE:FREQ=YEARLY\nSUMMARY:ทุกปี",
            "DTSTART;VALUE=DATE:20270507\nSTATUS:CANCELLED\nSUMMARY:ยกเลิก",
            "BEGIN:VALARM\nDTSTART:19700101\nSUMMARY:x\nEND:VALARM\nDTSTART:20270508",
        )
    )
    assert brought.repeated == ("ทุกปี",)
    assert brought.holidays == (
        Holiday(date(2027, 1, 1), "ปีใหม่, สากล"),
        Holiday(date(2027, 5, 8)),
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no day was found"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no day was found"),
        (calendar("DTSTART:nonsense"), "nonsense: there is no such day"),
        (calendar("DTSTART:20270101\nDTEND:20280101"), "the event of 2027-01-01 is longer"),
        (calendar("SUMMARY:x"), "x: there is no such day"),
        ("1/1/2570 ปีใหม่\n30/2/2570 x\n".encode(), "line 2: 30/2/2570 x: there is no such day"),
        (b"PK\x03\x04rubbish", "this workbook can't be read"),
        (b"\n".join(b"2027-01-01" for _ in range(3)) + b"\nx", "line 4: x: there is no such"),
        ("\n".join(f"{y}-01-{d}" for y in range(2027, 2042) for d in range(1, 31)).encode(),
         "at most 400 holidays"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_holidays_is_refused_in_one_line(data: bytes, problem: str) -> None:
    with pytest.raises(BadHolidays) as refused:
        read_holidays(data)
    assert in_english(refused.value.problems[0]).startswith(problem)


def holidays(central: Central) -> list[date]:
    return sorted(read_settings(central).settings.holidays)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:20270413\nDURATION:P3D",
        "DTSTART:20270413T090000\nDTEND:20270415T163000",
        "DTSTART:20270413T000000\nDTEND:20270416T000000",
        "DTSTART:20270413T090000\nDURATION:P2DT7H30M",
    ],
)
def test_an_event_of_a_calendar_has_its_last_day(event: str) -> None:
    days = [one.day for one in read_holidays(calendar(event)).holidays]
    assert days == [date(2027, 4, day) for day in (13, 14, 15)]


def test_a_page_shows_what_a_file_changes_and_then_changes_it(central: Central) -> None:
    """What the office has between the file's days stays, unless it is to go."""
    it = signed_in(central, ROLES["it"], now=NOW)
    page = "/holidays/dindaeng"
    listed = it.post(page, data={"days": "1/1/2570\n6/4/2570 จักรี\n15/4/2570\n5/12/2570"}).text
    assert holidays(central) == []
    assert it.post(page, data=filled_form(listed, do="save")).status_code == 303
    assert len(holidays(central)) == 4
    file = {"file": ("วันหยุด.ics", calendar(FIRST.format(year=2570), LONG))}
    shown = it.post(page, files=file).text
    for words in ("วันใหม่ ๒ วัน", "มีอยู่แล้ว ๒ วัน", "ไม่มีในไฟล์ ๑ วัน", "๖ เม.ย. ๒๕๗๐"):
        assert words in shown, words
    form = filled_form(shown, do="save")
    assert form["absent"] == ["keep"]
    assert it.post(page, data={**form, "absent": "remove"}).status_code == 303
    kept = [NEW_YEAR.day, *(one.day for one in SONGKRAN), date(2027, 12, 5)]
    assert holidays(central) == kept
    stale = it.post(page, data={**form, "days": "2/2/2570"})
    assert stale.status_code == 400, "the settings were saved meanwhile"
    assert holidays(central) == kept
    refused = it.post(page, data={"days": "๓๐ ก.พ. ๒๕๗๐"})
    assert (refused.status_code, "๓๐ ก.พ. ๒๕๗๐</textarea>" in refused.text) == (400, True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "central"
    assert CliRunner().invoke(app, ["--data", str(folder), "init"]).exit_code == 0
    return folder


def test_a_command_does_the_same(folder: Path, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["--data", str(folder), "holidays", *words]).output

    file = tmp_path / "days.ics"
    file.write_bytes(calendar(FIRST.format(year=2570), LONG))
    assert "new\t2027-01-01\tวันขึ้นปีใหม่" in run("import", str(file), "--preview")
    assert "No holidays yet" in run("list")
    run("import", str(file))
    assert run("list").splitlines() == [str(one.day) for one in (NEW_YEAR, *SONGKRAN)]
    file.write_text("1 ม.ค. 2570\n15 เม.ย. 2570\n")
    assert "not in the file\t2027-04-13" in run("import", str(file), "--preview")
    run("import", str(file), "--remove-absent")
    assert run("list").splitlines() == ["2027-01-01", "2027-04-15"]
    file.write_text("1 ม.ค.\n")
    assert "nothing was imported" in run("import", str(file))
