"""The papers, for who may have each."""

from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central import itaform, thai
from sync.central import period as periods
from sync.central.objecting import may_read
from sync.central.papers import appraisal, ita, meetings, objections, posters, privacy
from sync.central.period import last_month
from sync.central.reports import gate
from sync.central.usecases.improvements import all_improvements
from sync.central.usecases.ita import NoSuchRound, read_ita_round, read_pictures
from sync.central.usecases.objections import NoSuchObjection
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.publishing import publish_and_read_settings
from sync.central.viewer import PUBLIC, NotYours, Right
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import (
    CurrentTime,
    ItaReport,
    Office,
    OfficerReport,
    PaperReader,
    PaperReport,
    PublicReport,
    Report,
    SectionReport,
    SignedIn,
    Today,
    office_of,
    period_of,
)
from sync.central.web.downloads import file_response
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_Maker = TypeVar("_Maker")


@router.get("/papers/{site}")
def papers_page(request: Request, reader: PaperReader, today: Today) -> Response:
    period = period_of(request, read_settings(reader.central).settings)
    return page(
        request,
        "papers.html",
        reader.viewer,
        reader.central,
        period=period,
        month_of=last_month(today),
        rounds=itaform.rounds(today, period.starts),
        sections=gate.section_members(reader.central, reader.viewer, period),
    )


@router.get("/paper/{site}/ita.{kind}")
def ita_paper(site: str, kind: str, report: ItaReport) -> Response:
    make = _one_of(kind, {"pdf": ita.pdf, "docx": ita.docx})
    try:
        ita_round = read_ita_round(report.central, report.period.code, report.today)
    except NoSuchRound:
        raise PageError(400, "ita_round") from None
    central, period = report.central, report.period
    round_report = ita.Report(
        office=_office(report),
        rows=ita_round.rows,
        sections=gate.sections_for_papers(central, report.viewer, period, report.today),
        pictures=read_pictures(central, period),
    )
    data = make(round_report, report.now)
    return file_response(data, f"ita-{site}-{thai.named(report.period.code)}", kind)


@router.get("/paper/{site}/officer.{kind}")
def officer_paper(kind: str, report: OfficerReport, officer: str = "") -> Response:
    make = _one_of(kind, {"pdf": appraisal.officer_pdf, "xlsx": appraisal.officer_xlsx})
    view = gate.officer(
        report.central, report.viewer, officer, report.period, report.today, report.now
    )
    data = make(view, report.central.settings.name, report.now)
    return file_response(
        data, f"officer-{view.officer.number}-{thai.named(report.period.code)}", kind
    )


@router.get("/paper/{site}/objection.{kind}")
def objection_paper(
    request: Request,
    site: str,
    kind: str,
    viewer: SignedIn,
    today: Today,
    now: CurrentTime,
    case: int,
) -> Response:
    """For its officer, and for who decides."""
    make = _one_of(kind, {"pdf": objections.objection_pdf})
    if not (viewer.is_officer(site, viewer.officer) or may_read(viewer, site)):
        raise NotYours(Right.DECIDE)
    central = office_of(request, site)
    try:
        view = gate.objection(central, viewer, case, today, now)
    except NoSuchObjection:
        raise PageError(404, "no_page") from None
    data = make(view, central.settings.name, now)
    return file_response(data, f"objection-{site}-{case}", kind)


@router.get("/paper/{site}/section.{kind}")
def section_paper(kind: str, report: SectionReport, name: str = "") -> Response:
    make = _one_of(kind, {"pdf": appraisal.section_pdf, "xlsx": appraisal.section_xlsx})
    view = gate.section(
        report.central, report.viewer, name, report.period, report.today, report.now
    )
    data = make(view, report.central.settings.name, report.now)
    return file_response(data, f"section-{thai.named(report.period.code)}", kind)


@router.get("/paper/{site}/meeting.{kind}")
def meeting_paper(site: str, kind: str, report: PaperReport) -> Response:
    make = _one_of(kind, {"pdf": meetings.meeting_pdf})
    office, cuts = gate.office_and_cuts(
        report.central, report.viewer, report.period, report.today, sections_seen=report.now
    )
    data = make(office, all_improvements(report.central), office.gaps, report.now, cuts)
    return file_response(data, f"meeting-{site}-{thai.named(report.period.code)}", kind)


@router.get("/paper/{site}/weekly.{kind}")
def weekly_paper(
    site: str, kind: str, reader: PaperReader, now: CurrentTime, today: Today
) -> Response:
    make = _one_of(kind, {"pdf": meetings.weekly_pdf})
    settings = publish_and_read_settings(reader.central, today)
    year = periods.year_of(today, settings.fiscal_year_starts)
    office = gate.office(reader.central, reader.viewer, year, today)
    data = make(office, all_improvements(reader.central), today, now)
    return file_response(data, f"weekly-{site}-{thai.named(str(today))}", kind)


@router.get("/paper/{site}/infographic.{kind}")
def infographic(request: Request, site: str, kind: str, report: PublicReport) -> Response:
    """For everybody: it is made to be posted."""
    office = _office(report)
    log = all_improvements(report.central)
    if kind == "png":
        data = posters.infographic_png(office, log, report.today)
    elif kind == "pdf":
        data = posters.infographic_pdf(office, log, report.now)
    else:
        raise PageError(404, "no_page")
    answer = file_response(data, f"infographic-{site}-{thai.named(report.period.code)}", kind)
    return for_everybody(request, answer, PUBLIC_SECONDS)


@router.get("/paper/{site}/privacy-notice.pdf")
def privacy_notice(site: str, office: Office, now: CurrentTime) -> Response:
    """For everybody: whom it concerns has to be told before an account is there."""
    settings = read_settings(office).settings
    data = privacy.notice_pdf(settings, office.settings.name, office.settings.url, now)
    return file_response(data, f"privacy-notice-{site}", "pdf")


@router.get("/paper/{site}/ropa.{kind}")
def record_of_processing(site: str, kind: str, reader: PaperReader, now: CurrentTime) -> Response:
    make = _one_of(kind, {"pdf": privacy.record_pdf, "xlsx": privacy.record_xlsx})
    data = make(read_settings(reader.central).settings, reader.central.settings.name, now)
    return file_response(data, f"ropa-{site}", kind)


def _office(report: Report) -> gate.OfficeView:
    """The office as a whole, as everybody reads it, for papers that leave the house."""
    return gate.office(report.central, PUBLIC, report.period, report.today)


def _one_of(kind: str, makers: dict[str, _Maker]) -> _Maker:
    if kind not in makers:
        raise PageError(404, "no_page")
    return makers[kind]
