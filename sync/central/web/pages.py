"""The report's pages: made on the server, readable without scripts, on a phone and on paper."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from kiosk.domain.wording import ReasonWords
from sync.central.reports import chart, gate
from sync.central.sitesettings import NamedService, SiteSettings
from sync.central.usecases.improvements import done_improvements
from sync.central.usecases.office_settings import read_settings
from sync.central.viewer import PUBLIC
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import (
    AnyVisitor,
    CutsReport,
    OfficeReport,
    OfficerReport,
    PublicReport,
    SectionReport,
    SignedIn,
    period_of,
)
from sync.central.web.objections import officer_response
from sync.central.web.parts import parts_of
from sync.central.web.rendering import language_of, page

router = APIRouter(include_in_schema=False)


@router.get("/public/{site}")
def public_page(request: Request, report: PublicReport, visitor: AnyVisitor) -> Response:
    """What everybody may read: the office as a whole, no names."""
    view, cuts = gate.office_and_cuts(report.central, PUBLIC, report.period, report.today)
    if cuts.elsewhere is not None and not request.query_params.get("period"):
        cuts = gate.cuts(report.central, PUBLIC, cuts.elsewhere, report.today)
    language = language_of(request)
    answer = page(
        request,
        "public.html",
        visitor.viewer,
        report.central,
        view=view,
        cuts=cuts,
        services=_names(view.settings.services, language),
        reason_names=_names(view.settings.reasons, language),
        done=done_improvements(report.central),
        chart=chart,
    )
    return answer if visitor.viewer.signed_in else for_everybody(request, answer, PUBLIC_SECONDS)


@router.get("/report/{site}")
def office_page(request: Request, report: OfficeReport) -> Response:
    view = gate.office(
        report.central, report.viewer, report.period, report.today, sections_seen=report.now
    )
    language = language_of(request)
    names = _names(view.settings.reasons, language)
    return page(
        request, "office.html", report.viewer, report.central, view=view, chart=chart, names=names
    )


@router.get("/section/{site}")
def section_page(request: Request, report: SectionReport, name: str = "") -> Response:
    view = gate.section(
        report.central, report.viewer, name, report.period, report.today, report.now
    )
    return page(request, "section.html", report.viewer, report.central, view=view, chart=chart)


@router.get("/officer/{site}/{officer}")
def officer_page(request: Request, report: OfficerReport, officer: str) -> Response:
    return officer_response(request, report, officer)


@router.get("/services/{site}")
def services_page(request: Request, report: CutsReport) -> Response:
    """Of the newest quarter whose tables are there, where nobody asked for another span."""
    view = gate.cuts(report.central, report.viewer, report.period, report.today)
    if view.elsewhere is not None and not request.query_params.get("period"):
        view = gate.cuts(report.central, report.viewer, view.elsewhere, report.today)
    language = language_of(request)
    services = _names(view.settings.services, language)
    return page(
        request,
        "cuts.html",
        report.viewer,
        report.central,
        view=view,
        chart=chart,
        services=services,
    )


@router.get("/city")
def city_page(
    request: Request,
    viewer: SignedIn,
    find: Annotated[str, Query(max_length=100)] = "",
    province: Annotated[str | None, Query(max_length=100)] = None,
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    home = parts_of(request).central
    period = period_of(request, read_settings(home).settings)
    chosen = gate.Chosen(text=find.strip(), province=province, page=number)
    view = gate.city(home, viewer, period, parts_of(request).today(), chosen)
    alike = SiteSettings()  # by which all offices are read
    asked = {"find": chosen.text or None, "province": province}
    return page(
        request,
        "city.html",
        viewer,
        view=view,
        period=period,
        settings=alike,
        chosen=chosen,
        keep={name: value for name, value in asked.items() if value is not None},
    )


def _names(rows: Iterable[NamedService | ReasonWords], language: str) -> dict[str, str]:
    """What the office calls each of these, by its id."""
    return {row.id: row.th if language == "th" else row.en for row in rows}
