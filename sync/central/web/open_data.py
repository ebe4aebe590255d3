"""The open data: for everybody and for every web page, and described for people and machines."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from kiosk import release
from sync.central import period as periods
from sync.central import thai
from sync.central.papers import datapackage, statistics
from sync.central.period import Period
from sync.central.reports import gate
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.publishing import publish_and_read_settings
from sync.central.viewer import PUBLIC
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import AnyVisitor, CurrentTime, Office, Today
from sync.central.web.downloads import file_response
from sync.central.web.openapi import PERIOD_PARAMETER, downloads, error_pages
from sync.central.web.rendering import PageError, page

router = APIRouter(tags=["open data"])

_KINDS = ("csv", "json", "xlsx")
Kind = Annotated[str, Path(json_schema_extra={"enum": list(_KINDS)})]
_MOST_SPANS = 12
"""Of one file."""
_QUARTERS_SHOWN = 8
_ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Nothing of the open data depends on who asks, so any web page may read them."""


@router.get(
    "/data/{site}/statistics.{kind}",
    openapi_extra={"parameters": [PERIOD_PARAMETER]},
    responses={**downloads(*_KINDS), **error_pages(400, 404, 503)},
)
def open_data(
    request: Request, site: str, kind: Kind, central: Office, today: Today, now: CurrentTime
) -> Response:
    """What was published of one period or several: the office, each service, the online
    questionnaire."""
    settings = publish_and_read_settings(central, today)
    spans = _spans_asked(request, settings, today)
    rows: list[statistics.StatisticsRow] = []
    for span in spans:
        office, cuts = gate.office_and_cuts(central, PUBLIC, span, today)
        rows += statistics.rows(site, office, cuts)
    if kind == "csv":
        data = statistics.as_csv(rows)
    elif kind == "json":
        data = statistics.as_json(rows, office, now)
    elif kind == "xlsx":
        data = statistics.as_xlsx(rows, office, now)
    else:
        raise PageError(404, "no_page")
    named = "-".join(thai.named(x.code) if kind == "xlsx" else x.code for x in spans)
    answer = file_response(data, f"statistics-{site}-{named}", kind)
    # JSON and Excel say when they were made.
    about = (release.version(), kind, office.name, office.settings, rows)
    return _for_any_page(request, answer, repr(about).encode())


@router.get("/data/{site}/dictionary.csv", responses={**downloads("csv"), **error_pages(404, 503)})
def dictionary(request: Request, site: str, central: Office) -> Response:
    """What the open data's columns hold."""
    licence = read_settings(central).settings.licence
    answer = file_response(statistics.dictionary(licence), f"dictionary-{site}", "csv")
    return _for_any_page(request, answer)


@router.get("/data/{site}/datapackage.json", include_in_schema=False)
def data_package(request: Request, site: str, central: Office, today: Today) -> Response:
    """The data set as a Data Package (Frictionless)."""
    settings = read_settings(central).settings
    data = datapackage.package(
        site,
        central.settings.name,
        settings,
        central.settings.url.rstrip("/"),
        _spans_shown(settings, today),
    )
    return _for_any_page(request, Response(data, media_type="application/json"))


@router.get("/data/{site}", include_in_schema=False)
def description(
    request: Request, site: str, central: Office, today: Today, visitor: AnyVisitor
) -> Response:
    """What the open data are, for people."""
    settings = read_settings(central).settings
    spans = _spans_shown(settings, today)
    address = f"{central.settings.url.rstrip('/')}/data/{site}"
    answer = page(
        request,
        "open_data.html",
        visitor.viewer,
        central,
        spans=spans,
        several=",".join(span.code for span in spans[1:3]) or spans[0].code,
        columns=statistics.described_columns(),
        catalogue=datapackage.catalogue(central.settings.name, settings, address),
    )
    return answer if visitor.viewer.signed_in else for_everybody(request, answer, PUBLIC_SECONDS)


def addresses() -> dict[str, str]:
    """The path of each, by what it has: `page` is the one for people."""
    paths = [route.path for route in router.routes if isinstance(route, APIRoute)]
    names = (path.partition("{site}")[2].strip("/").partition(".")[0] for path in paths)
    return {name or "page": path for name, path in zip(names, paths, strict=True)}


def _spans_asked(request: Request, settings: SiteSettings, today: Today) -> tuple[Period, ...]:
    """The spans named, each once; the running fiscal year where none is. NoSuchPeriod."""
    codes = request.query_params.get("period", "").split(",")
    if codes == [""]:
        return (periods.year_of(today, settings.fiscal_year_starts),)
    if len(codes) > _MOST_SPANS:
        raise PageError(400, "bad_form")
    unique = dict.fromkeys(codes)
    return tuple(periods.parse(code, settings.fiscal_year_starts) for code in unique)


def _spans_shown(settings: SiteSettings, today: Today) -> list[Period]:
    """The running year, then the newest quarters that are over."""
    starts = settings.fiscal_year_starts
    over = [
        span
        for span in periods.choices(today, starts)
        if span.part[:1] == "q" and span.last_day < today
    ]
    newest_first = sorted(over, key=lambda span: span.last_day, reverse=True)
    return [periods.year_of(today, starts), *newest_first[:_QUARTERS_SHOWN]]


def _for_any_page(request: Request, answer: Response, version: bytes | None = None) -> Response:
    cached = for_everybody(request, answer, PUBLIC_SECONDS, version)
    cached.headers.update(_ANY_PAGE)
    return cached
