"""What a handler asks for: who reads, of which office, for which period, and the time."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import IDENTIFIER
from sync.central import period as periods
from sync.central.period import Period
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_and_read_settings
from sync.central.usecases.sign_in import ENROL, Opened, viewer_of
from sync.central.usecases.sites import city_of, find_site
from sync.central.viewer import CITY, PUBLIC, Right, Viewer
from sync.central.web.cookies import cookie_name, over_tls
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError

COOKIE = "kiosk_session"
"""The session's cookie, on plain HTTP; over TLS it begins with `__Host-`."""
_MAX_SITE = 32
"""Characters."""
_TOKEN = re.compile("[A-Za-z0-9_-]{1,100}")
_CITY_IN_COOKIE = "~"
"""Stands for CITY, which no cookie may hold."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks. `first`: what comes before anything else is shown: "password" is to be changed,
    ENROL a second factor, or nothing."""

    viewer: Viewer
    first: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in who has a right in an office, and that office."""

    viewer: Viewer
    central: Central


@dataclass(frozen=True, slots=True)
class Report:
    """What the pages with figures are about. Every block that could be closed by `today` is."""

    viewer: Viewer
    """PUBLIC where everybody may read."""
    central: Central
    period: Period
    now: datetime
    today: date


class ReaderWith:
    """The dependency of a page that asks for a right in the office of its path."""

    def __init__(self, right: Right, *or_one_of: Right) -> None:
        self.rights = (right, *or_one_of)

    def __call__(self, request: Request, site: str) -> Reader:
        # The right first: whoever has none can't learn which offices there are.
        viewer = viewer_signed_in(request)
        right, *others = self.rights
        if not any(viewer.has(site, other) for other in others):
            viewer.require(site, right)
        return Reader(viewer, office_of(request, site))


class CityReaderWith:
    """The dependency of a page about the city's own accounts."""

    def __init__(self, right: Right) -> None:
        self._right = right

    def __call__(self, request: Request) -> Reader:
        viewer = viewer_signed_in(request)
        viewer.require(CITY, self._right)
        return Reader(viewer, city_of(parts_of(request).central))


class ReportWith:
    """The dependency of a page with figures that asks for a right in the office of its path."""

    def __init__(self, right: Right) -> None:
        self._reader_with = ReaderWith(right)
        self.rights = self._reader_with.rights

    def __call__(self, request: Request, site: str) -> Report:
        reader = self._reader_with(request, site)
        return _report(request, reader.viewer, reader.central)


def public_report(request: Request, site: str) -> Report:
    """The dependency of a page with figures for everybody."""
    return _report(request, PUBLIC, office_of(request, site))


async def current_time(request: Request) -> datetime:
    return parts_of(request).now()


async def current_day(request: Request) -> date:
    return parts_of(request).today()


def visitor_of(request: Request) -> Visitor:
    """Whoever asks: PUBLIC when nobody is signed in."""
    site, token = session_of(request)
    if not token:
        return Visitor(PUBLIC)
    parts = parts_of(request)
    signed_in = viewer_of(parts.central, site, token, parts.now())
    if signed_in is None:
        return Visitor(PUBLIC)
    return Visitor(*signed_in)


def viewer_signed_in(request: Request) -> Viewer:
    """Who asks; PageError where somebody must sign in or change a first password."""
    visitor = visitor_of(request)
    if not visitor.viewer.signed_in:
        raise PageError(401, "sign_in")
    if visitor.first:
        raise PageError(401, "must_enrol" if visitor.first == ENROL else "must_change")
    return visitor.viewer


def office_of(request: Request, site: str) -> Central:
    """The office that the path names; PageError when there is none."""
    home = parts_of(request).central
    central = find_site(home, site) if len(site) <= _MAX_SITE else None
    if central is None:
        raise PageError(404, "no_page")
    return central


def period_of(request: Request, settings: SiteSettings) -> Period:
    """The span asked for, else the office's running fiscal year; NoSuchPeriod."""
    code, starts = request.query_params.get("period", ""), settings.fiscal_year_starts
    if code:
        return periods.parse(code, starts)
    return periods.year_of(parts_of(request).today(), starts)


def session_of(request: Request) -> tuple[str, str]:
    """Site and token of the session that the browser says it has; two empty texts: none."""
    site, _, token = request.cookies.get(cookie_name(request, COOKIE), "").partition(".")
    if not _TOKEN.fullmatch(token) or len(site) > _MAX_SITE:
        return "", ""
    if site == _CITY_IN_COOKIE:
        return CITY, token
    return (site, token) if IDENTIFIER.fullmatch(site) else ("", "")


def sign_in_response(request: Request, opened: Opened, path: str) -> Response:
    """Open the session in the browser, and send it on to `path`."""
    return with_session(request, opened, RedirectResponse(path, 303))


def with_session(request: Request, opened: Opened, answer: Response) -> Response:
    """The answer, which opens the session in the browser."""
    answer.set_cookie(
        cookie_name(request, COOKIE),
        f"{_CITY_IN_COOKIE if opened.site == CITY else opened.site}.{opened.token}",
        httponly=True,
        samesite="lax",
        secure=over_tls(request),
    )
    return answer


def browser_of(request: Request) -> str:
    """What a browser says it is, for its owner's list of sessions."""
    return request.headers.get("user-agent", "")


def source_of(request: Request) -> str:
    """Where a request comes from: an address, or the network of one that has a whole network."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if ":" in host else host


def _report(request: Request, viewer: Viewer, central: Central) -> Report:
    parts = parts_of(request)
    today = parts.today()
    settings = publish_and_read_settings(central, today)
    return Report(
        viewer=viewer,
        central=central,
        period=period_of(request, settings),
        now=parts.now(),
        today=today,
    )


CurrentTime = Annotated[datetime, Depends(current_time)]
Today = Annotated[date, Depends(current_day)]
AnyVisitor = Annotated[Visitor, Depends(visitor_of)]
SignedIn = Annotated[Viewer, Depends(viewer_signed_in)]
Office = Annotated[Central, Depends(office_of)]
PublicReport = Annotated[Report, Depends(public_report)]
OfficeReport = Annotated[Report, Depends(ReportWith(Right.OFFICE))]
SectionReport = Annotated[Report, Depends(ReportWith(Right.SECTION))]
OfficerReport = Annotated[Report, Depends(ReportWith(Right.OFFICER))]
CutsReport = Annotated[Report, Depends(ReportWith(Right.CUTS))]
PaperReport = Annotated[Report, Depends(ReportWith(Right.PAPERS))]
ItaReport = Annotated[Report, Depends(ReportWith(Right.EDIT_PAPERS))]
PaperReader = Annotated[Reader, Depends(ReaderWith(Right.PAPERS))]
ItaEditor = Annotated[Reader, Depends(ReaderWith(Right.EDIT_PAPERS))]
ImprovementReader = Annotated[Reader, Depends(ReaderWith(Right.OFFICE, Right.IMPROVE))]
ImprovementEditor = Annotated[Reader, Depends(ReaderWith(Right.IMPROVE))]
ObjectionReader = Annotated[Reader, Depends(ReaderWith(Right.DECIDE, Right.APPEAL))]
CommentReader = Annotated[Reader, Depends(ReaderWith(Right.COMMENTS))]
TallyReader = Annotated[Reader, Depends(ReaderWith(Right.TALLY))]
FleetReader = Annotated[Reader, Depends(ReaderWith(Right.FLEET))]
Administrator = Annotated[Reader, Depends(ReaderWith(Right.RUN))]
PinIssuer = Annotated[Reader, Depends(ReaderWith(Right.PINS))]
ChangesReader = Annotated[Reader, Depends(ReaderWith(Right.CHANGES))]
EventsReader = Annotated[Reader, Depends(ReaderWith(Right.EVENTS))]
LogReader = Annotated[Reader, Depends(ReaderWith(Right.LOGS))]
CityChangesReader = Annotated[Reader, Depends(CityReaderWith(Right.CHANGES))]
CityEventsReader = Annotated[Reader, Depends(CityReaderWith(Right.EVENTS))]
CityLogReader = Annotated[Reader, Depends(CityReaderWith(Right.LOGS))]
