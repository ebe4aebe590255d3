"""The report's pages: made on the server, readable without scripts, on a phone and on paper."""

from datetime import date as Date  # noqa: N812  (a query parameter is called date)
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central.reports import chart, gate
from sync.central.reports.daytally import TallyRow, rows
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.audit import read_tally
from sync.central.usecases.central import Central
from sync.central.usecases.people import all_officers
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminals import read_fleet
from sync.central.viewer import PUBLIC, NotYours, Right, Viewer
from sync.central.web.desk import HEADERS, Desk, PageError

LATE = timedelta(days=1)
"""A terminal that beats every quarter of an hour is missing after so long."""


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/public/{site}")
    def public(request: Request, site: str) -> Response:
        """What everybody may read: the office as a whole, no names."""
        central = desk.site(site)
        publish_due(central, desk.today())
        view = gate.office(central, PUBLIC, desk.period(request, central), desk.today())
        shown = desk.seen(request)[0]
        return desk.page(request, "public.html", shown, central, view=view, chart=chart)

    @router.get("/report/{site}")
    def office(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.OFFICE)
        publish_due(central, desk.today())
        period, today = desk.period(request, central), desk.today()
        view = gate.office(central, viewer, period, today, sections_seen=desk.now())
        names = {
            r.id: r.th if desk.language(request) == "th" else r.en for r in view.settings.reasons
        }
        return desk.page(
            request, "office.html", viewer, central, view=view, chart=chart, names=names
        )

    @router.get("/section/{site}")
    def section(request: Request, site: str, name: str = "") -> Response:
        central, viewer = desk.reader(request, site, Right.SECTION)
        publish_due(central, desk.today())
        period, today = desk.period(request, central), desk.today()
        view = gate.section(central, viewer, name, period, today, desk.now())
        return desk.page(request, "section.html", viewer, central, view=view, chart=chart)

    @router.get("/officer/{site}/{officer}")
    def officer(request: Request, site: str, officer: str) -> Response:
        central, viewer = desk.reader(request, site, Right.OFFICER)
        publish_due(central, desk.today())
        period, today = desk.period(request, central), desk.today()
        view = gate.officer(central, viewer, officer, period, today, desk.now())
        with central.store.transaction(site) as t:
            photo = t.office.has_photo(officer)
        return desk.page(
            request, "officer.html", viewer, central, view=view, chart=chart, photo=photo
        )

    @router.get("/photo/{site}/{officer}")
    def photo(request: Request, site: str, officer: str) -> Response:
        """An officer's photo: for who may read that officer, and who keeps the roster."""
        viewer = desk.viewer(request)
        central = desk.site(site)
        found = next((o for o in all_officers(central) if o.id == officer), None)
        section = str(found.section) if found else ""
        if not viewer.has(site, Right.RUN) and not viewer.may_read_officer(site, officer, section):
            raise NotYours(Right.OFFICER)
        with central.store.transaction(site) as t:
            jpeg = t.office.photo(officer)
        if jpeg is None:
            raise PageError(404, "no_page")
        return Response(jpeg, media_type="image/jpeg", headers=HEADERS)

    @router.get("/services/{site}")
    def cuts(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.CUTS)
        publish_due(central, desk.today())
        view = gate.cuts(central, viewer, desk.period(request, central), desk.today())
        thai = desk.language(request) == "th"
        services = {x.id: x.th if thai else x.en for x in view.settings.services}
        return desk.page(request, "cuts.html", viewer, central, view=view, services=services)

    @router.get("/city")
    def city(request: Request) -> Response:
        viewer = desk.viewer(request)
        period = desk.period(request, desk.home)
        found = gate.city(desk.home, viewer, period)
        floor = SiteSettings()  # by which all offices are read alike
        return desk.page(request, "city.html", viewer, rows=found, period=period, settings=floor)

    @router.get("/fleet/{site}")
    def fleet(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.FLEET)
        return fleet_page(desk, request, central, viewer)

    @router.get("/tally/{site}")
    def tally(request: Request, site: str, date: str = "") -> Response:
        """A day's raw counts: the audit role's, each read logged before it is shown."""
        central, viewer = desk.reader(request, site, Right.TALLY)
        try:
            wanted = Date.fromisoformat(date) if date else None
        except ValueError:
            raise PageError(400, "no_day") from None
        shown: tuple[TallyRow, ...] = ()
        if wanted is not None:
            shown = rows(read_tally(central, wanted, viewer.account, desk.now())[0])
        with central.store.transaction(site) as t:
            reads = t.tallies.reads()[-50:]
        return desk.page(
            request, "tally.html", viewer, central, rows=shown, wanted=wanted, reads=reads
        )

    @router.get("/changes/{site}")
    def changes(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.CHANGES)
        with central.store.transaction(site) as t:
            found = t.accounts.changes()
        return desk.page(request, "changes.html", viewer, central, changes=found)

    return router


def fleet_page(
    desk: Desk, request: Request, central: Central, viewer: Viewer, code: str = ""
) -> Response:
    """How the terminals are; `code`: a one-time code that was just made."""
    late = desk.now() - LATE
    return desk.page(
        request,
        "fleet.html",
        viewer,
        central,
        fleet=read_fleet(central, desk.today()),
        late=lambda at: at < late,
        code=code,
        url=central.settings.url,
    )
