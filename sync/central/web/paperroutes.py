"""The papers and the open data, for who may have each."""

from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central import itaform
from sync.central import period as periods
from sync.central.papers import appraisal, ita, meetings, posters, statistics
from sync.central.reports import gate
from sync.central.store.office import Improvement
from sync.central.usecases.central import Central
from sync.central.usecases.ita import read_ita_round
from sync.central.usecases.people import all_officers
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import PUBLIC, Right
from sync.central.web.desk import Desk, PageError, last_month

_Maker = TypeVar("_Maker")
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/papers/{site}")
    def papers(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.PAPERS)
        members: dict[str, list[object]] = {}
        for one in all_officers(central):
            if viewer.may_read_section(site, str(one.section)) and not one.retired:
                members.setdefault(str(one.section), []).append(one)
        sections = [
            {"name": name, "officers": found}
            for name, found in sorted(members.items(), key=lambda item: (not item[0], item[0]))
        ]
        period = desk.period(request, central)
        return desk.page(
            request,
            "papers.html",
            viewer,
            central,
            period=period,
            month_of=last_month(desk.today()),
            rounds=itaform.rounds(desk.today(), period.starts),
            sections=sections,
        )

    @router.get("/paper/{site}/ita.{kind}")
    def ita_report(request: Request, site: str, kind: str) -> Response:
        central, viewer = desk.reader(request, site, Right.EDIT_PAPERS)
        make = _one_of(kind, {"pdf": ita.pdf, "docx": ita.docx})
        period = desk.period(request, central)
        if period.part not in ("1", "2"):
            raise PageError(400, "ita_round")
        publish_due(central, desk.today())
        office = gate.office(central, viewer, period, desk.today())
        rows = read_ita_round(central, period.code, desk.today()).rows
        return _file(make(office, rows, desk.now()), f"ita-{site}-{period.code}", kind)

    @router.get("/paper/{site}/officer.{kind}")
    def officer(request: Request, site: str, kind: str, officer: str = "") -> Response:
        central, viewer = desk.reader(request, site, Right.OFFICER)
        make = _one_of(kind, {"pdf": appraisal.officer_pdf, "xlsx": appraisal.officer_xlsx})
        publish_due(central, desk.today())
        period = desk.period(request, central)
        view = gate.officer(central, viewer, officer, period, desk.today(), desk.now())
        data = make(view, central.settings.name, desk.now())
        return _file(data, f"officer-{officer}-{period.code}", kind)

    @router.get("/paper/{site}/section.{kind}")
    def section(request: Request, site: str, kind: str, name: str = "") -> Response:
        central, viewer = desk.reader(request, site, Right.SECTION)
        make = _one_of(kind, {"pdf": appraisal.section_pdf, "xlsx": appraisal.section_xlsx})
        publish_due(central, desk.today())
        period = desk.period(request, central)
        view = gate.section(central, viewer, name, period, desk.today(), desk.now())
        return _file(make(view, central.settings.name, desk.now()), f"section-{period.code}", kind)

    @router.get("/paper/{site}/meeting.{kind}")
    def meeting(request: Request, site: str, kind: str) -> Response:
        central, viewer = desk.reader(request, site, Right.PAPERS)
        _one_of(kind, {"pdf": meetings.meeting_pdf})
        publish_due(central, desk.today())
        period, today = desk.period(request, central), desk.today()
        office = gate.office(central, viewer, period, today, sections_seen=desk.now())
        data = meetings.meeting_pdf(office, _log(central), office.gaps, desk.now())
        return _file(data, f"meeting-{site}-{period.code}", kind)

    @router.get("/paper/{site}/weekly.{kind}")
    def weekly(request: Request, site: str, kind: str) -> Response:
        central, viewer = desk.reader(request, site, Right.PAPERS)
        _one_of(kind, {"pdf": meetings.weekly_pdf})
        publish_due(central, desk.today())
        year = periods.year_of(desk.today(), desk.year_starts(central))
        office = gate.office(central, viewer, year, desk.today())
        data = meetings.weekly_pdf(office, _log(central), desk.today(), desk.now())
        return _file(data, f"weekly-{site}-{desk.today()}", kind)

    @router.get("/paper/{site}/infographic.{kind}")
    def infographic(request: Request, site: str, kind: str) -> Response:
        """For everybody: it is made to be posted."""
        central = desk.site(site)
        publish_due(central, desk.today())
        period = desk.period(request, central)
        office = gate.office(central, PUBLIC, period, desk.today())
        if _one_of(kind, {"png": True, "pdf": False}):
            data = posters.infographic_png(office, _log(central))
        else:
            data = posters.infographic_pdf(office, _log(central), desk.now())
        return _file(data, f"infographic-{site}-{period.code}", kind)

    @router.get("/data/{site}/statistics.{kind}")
    def data(request: Request, site: str, kind: str) -> Response:
        """Open data: for everybody."""
        central = desk.site(site)
        publish_due(central, desk.today())
        period = desk.period(request, central)
        office = gate.office(central, PUBLIC, period, desk.today())
        rows = statistics.rows(site, office, gate.cuts(central, PUBLIC, period, desk.today()))
        if kind == "csv":
            made = statistics.as_csv(rows)
        elif kind == "json":
            made = statistics.as_json(rows, office, desk.now())
        elif kind == "xlsx":
            made = statistics.as_xlsx(rows, office, desk.now())
        else:
            raise PageError(404, "no_page")
        return _file(made, f"statistics-{site}-{period.code}", kind)

    @router.get("/data/{site}/dictionary.csv")
    def dictionary(request: Request, site: str) -> Response:
        """What the open data's columns hold: for everybody."""
        central = desk.site(site)
        with central.store.transaction(site) as t:
            licence = t.office.settings().settings.licence
        return _file(statistics.dictionary(licence), f"dictionary-{site}", "csv")

    return router


def _one_of(kind: str, makers: dict[str, _Maker]) -> _Maker:
    if kind not in makers:
        raise PageError(404, "no_page")
    return makers[kind]


def _log(central: Central) -> tuple[Improvement, ...]:
    with central.store.transaction(central.site) as t:
        return t.office.improvements()


def _file(data: bytes, name: str, kind: str) -> Response:
    show = "inline" if kind in ("pdf", "png") else "attachment"
    headers = {
        "Content-Disposition": f'{show}; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=_TYPES[kind], headers=headers)
