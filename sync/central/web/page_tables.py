"""Each table of a page as CSV, for who may read the page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central.papers.pagetables import CUTS, OFFICE, OFFICER, SECTION, PageTable
from sync.central.reports import gate
from sync.central.web.dependencies import CutsReport, OfficeReport, OfficerReport, SectionReport
from sync.central.web.downloads import file_response
from sync.central.web.rendering import PageError, language_of

router = APIRouter(include_in_schema=False)


@router.get("/table/{site}/office/{table}.csv")
def office_table(request: Request, report: OfficeReport, table: str) -> Response:
    make = OFFICE.get(table)
    if make is None:
        raise PageError(404, "no_page")
    view = gate.office(
        report.central, report.viewer, report.period, report.today, sections_seen=report.now
    )
    return _file(request, make(view, language_of(request)), f"{table}-{report.period.code}")


@router.get("/table/{site}/section/{table}.csv")
def section_table(request: Request, report: SectionReport, table: str, name: str = "") -> Response:
    make = SECTION.get(table)
    if make is None:
        raise PageError(404, "no_page")
    view = gate.section(
        report.central, report.viewer, name, report.period, report.today, report.now
    )
    return _file(request, make(view, language_of(request)), f"{table}-{report.period.code}")


@router.get("/table/{site}/officer/{table}.csv")
def officer_table(
    request: Request, report: OfficerReport, table: str, officer: str = ""
) -> Response:
    make = OFFICER.get(table)
    if make is None:
        raise PageError(404, "no_page")
    view = gate.officer(
        report.central, report.viewer, officer, report.period, report.today, report.now
    )
    name = f"{table}-{view.officer.number}-{report.period.code}"
    return _file(request, make(view, language_of(request)), name)


@router.get("/table/{site}/services/{table}.csv")
def services_table(request: Request, report: CutsReport, table: str) -> Response:
    make = CUTS.get(table)
    if make is None:
        raise PageError(404, "no_page")
    view = gate.cuts(report.central, report.viewer, report.period, report.today)
    return _file(request, make(view, language_of(request)), f"{table}-{report.period.code}")


def _file(request: Request, table: PageTable, name: str) -> Response:
    return file_response(table.csv(language_of(request)), name, "csv")
