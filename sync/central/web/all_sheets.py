"""All appraisal sheets at once: a page that grows while they are made, and the ZIP at its end.

A page without scripts shows how far it is by what has come of it: each sheet adds a line, and only
the last one shows. Who closes the page ends the work.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from kiosk.domain.people import Officer
from kiosk.domain.refusal import Refusal
from sync.central.line import Busy
from sync.central.papers import appraisal
from sync.central.papers.allsheets import SheetFile, SheetShelf
from sync.central.papers.typesetting import NoPaper
from sync.central.reports import gate
from sync.central.web.dependencies import CurrentTime, PaperReader, PaperReport, Reader, Report
from sync.central.web.downloads import MEDIA_TYPES
from sync.central.web.rendering import (
    HEADERS,
    PageError,
    fragment,
    language_of,
    page,
    problem_words,
)

router = APIRouter(include_in_schema=False)
_LOG = logging.getLogger("kiosk.central.papers")
_HERE = "<!-- sheets -->"
"""Where the lines of the sheets come, in the page."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet to be made: an officer's, or where there is none the whole section's."""

    section: str
    officer: Officer | None


@router.get("/paper/{site}/sheets")
def sheets_page(request: Request, report: PaperReport) -> Response:
    members = gate.section_members(report.central, report.viewer, report.period)
    to_make = [
        _Sheet(section, officer)
        for section, officers in members.items()
        for officer in (None, *officers)
    ]
    whole = page(request, "sheets.html", report.viewer, report.central, period=report.period)
    before, _, after = bytes(whole.body).decode().partition(_HERE)
    lines = _lines(request, report, to_make)
    return StreamingResponse(
        _all_of(before, lines, after), media_type="text/html; charset=utf-8", headers=HEADERS
    )


@router.get("/paper/{site}/sheets/{token}.zip")
def sheets_zip(site: str, token: str, reader: PaperReader, now: CurrentTime) -> Response:
    path = _shelf(reader).found(token, now)
    if path is None:
        raise PageError(404, "no_page")
    name = f"sheets-{site}.zip"
    return FileResponse(path, media_type=MEDIA_TYPES["zip"], filename=name, headers=HEADERS)


def _shelf(reader: Report | Reader) -> SheetShelf:
    """Of this account with these rights: whoever has others now finds nothing of before."""
    viewer, central = reader.viewer, reader.central
    roles = sorted(role.id for role in viewer.roles)
    whose = "\n".join((viewer.site, viewer.account, viewer.section, *roles))
    return SheetShelf(central.settings.folder, central.site, whose)


def _all_of(before: str, lines: Iterator[str], after: str) -> Iterator[str]:
    yield before
    yield from lines
    yield after


def _lines(request: Request, report: Report, to_make: list[_Sheet]) -> Iterator[str]:
    """A line for each sheet, and a last one: where the file is, or why there is none."""
    total = len(to_make)
    try:
        with _shelf(report).writing(report.now) as archive:
            for number, sheet in enumerate(to_make, 1):
                archive.add(_made(report, sheet))
                name = sheet.officer.name if sheet.officer else sheet.section
                yield fragment(request, "sheets_line.html", number=number, total=total, name=name)
            token = archive.finish()
    except (Busy, NoPaper, OSError) as error:
        _LOG.warning("not all sheets could be made: %s", str(error) or type(error).__name__)
        problem = problem_words(language_of(request), Refusal("try_later"))
        yield fragment(request, "sheets_line.html", total=total, problem=problem)
        return
    address = f"/paper/{report.central.site}/sheets/{token}.zip"
    yield fragment(request, "sheets_line.html", total=total, address=address)


def _made(report: Report, sheet: _Sheet) -> SheetFile:
    central, viewer, period = report.central, report.viewer, report.period
    office = central.settings.name
    if sheet.officer is None:
        section = gate.section(central, viewer, sheet.section, period, report.today, report.now)
        data = appraisal.section_pdf(section, office, report.now)
        return SheetFile(folder=sheet.section, name=f"0 {sheet.section}", data=data)
    officer = str(sheet.officer.id)
    view = gate.officer(central, viewer, officer, period, report.today, report.now)
    data = appraisal.officer_pdf(view, office, report.now)
    name = f"{sheet.officer.number} {sheet.officer.name}"
    return SheetFile(folder=sheet.section, name=name, data=data)
