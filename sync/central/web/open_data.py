"""The open data: for everybody, and described for machines."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from kiosk import release
from sync.central.papers import statistics
from sync.central.reports import gate
from sync.central.usecases.office_settings import read_settings
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import Office, PublicReport
from sync.central.web.downloads import file_response
from sync.central.web.openapi import PERIOD_PARAMETER, downloads, error_pages
from sync.central.web.rendering import PageError

router = APIRouter(tags=["open data"])

_KINDS = ("csv", "json", "xlsx")
Kind = Annotated[str, Path(json_schema_extra={"enum": list(_KINDS)})]


@router.get(
    "/data/{site}/statistics.{kind}",
    openapi_extra={"parameters": [PERIOD_PARAMETER]},
    responses={**downloads(*_KINDS), **error_pages(400, 404, 503)},
)
def open_data(request: Request, site: str, kind: Kind, report: PublicReport) -> Response:
    """What was published of a period: the office, each service, the online questionnaire."""
    office = gate.office(report.central, report.viewer, report.period, report.today)
    cuts = gate.cuts(report.central, report.viewer, report.period, report.today)
    rows = statistics.rows(site, office, cuts, report.today)
    if kind == "csv":
        data = statistics.as_csv(rows)
    elif kind == "json":
        data = statistics.as_json(rows, office, report.now)
    elif kind == "xlsx":
        data = statistics.as_xlsx(rows, office, report.now)
    else:
        raise PageError(404, "no_page")
    answer = file_response(data, f"statistics-{site}-{report.period.code}", kind)
    # JSON and Excel say when they were made.
    about = (release.version(), kind, office.name, office.settings, rows)
    return for_everybody(request, answer, PUBLIC_SECONDS, repr(about).encode())


@router.get("/data/{site}/dictionary.csv", responses={**downloads("csv"), **error_pages(404, 503)})
def dictionary(request: Request, site: str, central: Office) -> Response:
    """What the open data's columns hold."""
    licence = read_settings(central).settings.licence
    answer = file_response(statistics.dictionary(licence), f"dictionary-{site}", "csv")
    return for_everybody(request, answer, PUBLIC_SECONDS)
