"""Puts the terminals' requests and people's pages together into one application."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from kiosk import release
from sync.central.fairline import FairLine
from sync.central.passwords import WORKERS
from sync.central.usecases.central import Central
from sync.central.viewer import Right
from sync.central.web import (
    accounts,
    all_sheets,
    audit,
    comments,
    fullcopy,
    handbook,
    holidays,
    identity,
    improvements,
    ita,
    logs,
    my_account,
    notifications,
    objections,
    officer_accounts,
    open_data,
    page_tables,
    pages,
    papers,
    pins,
    probes,
    questionnaire,
    recordings,
    releases,
    retention,
    roster,
    sign_in,
    site_settings,
    terminal_api,
    terminals,
    wellknown,
)
from sync.central.web.access import guarded_pages
from sync.central.web.accesslog import AccessLog
from sync.central.web.dependencies import SignedIn
from sync.central.web.edge import add_edge
from sync.central.web.failures import out_of_form, register_failures
from sync.central.web.identity_provider import CodeFlow, provider
from sync.central.web.metrics import Metrics, Timed
from sync.central.web.openapi import publish_openapi
from sync.central.web.parts import MinuteLimit, Parts
from sync.central.web.probes import Readiness
from sync.central.web.rendering import HEADERS, templates
from sync.central.web.terminal_api import Elsewhere, Now, TerminalApi, utc_now

MAX_WRONG_TOKENS = 120
"""A minute, from everybody together."""
MAX_SIGN_INS = 512
"""That wait; each holds a connection, no thread and no memory to speak of."""
ROOMS = (
    sign_in,
    my_account,
    pages,
    page_tables,
    fullcopy,
    audit,
    logs,
    comments,
    improvements,
    holidays,
    ita,
    objections,
    retention,
    roster,
    terminals,
    accounts,
    officer_accounts,
    site_settings,
    recordings,
    notifications,
    releases,
    pins,
    questionnaire,
    open_data,
    papers,
    all_sheets,
    handbook,
    probes,
    wellknown,
)
GUARDED = guarded_pages(route for room in ROOMS for route in room.router.routes)
"""Every page of one office that is not for everybody."""

router = APIRouter()


def create_app(
    central: Central,
    now: Now = utc_now,
    elsewhere: Elsewhere = run_in_threadpool,
    workers: int = 1,
    certificate: Path | None = None,
) -> FastAPI:
    """The whole server on one `central`; terminals' requests ask the database `elsewhere`: on other
    threads, so that one slow answer holds nobody else up. `workers`: processes of this machine that
    serve, and share what it has. `certificate`: the file of the one that is shown. SettingsError
    when its identity provider is half set."""
    app = FastAPI(
        title="Central report",
        version=release.version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Tried before all others.
        routes=terminal_api.often.routes,
        # Whatever is measured is in `Metrics`.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # Such a redirect would name the address in the Host header: anybody's.
        redirect_slashes=False,
    )
    identity_provider = provider(central.settings)
    parts = app.state.parts = Parts(
        central=central,
        clock=now,
        templates=templates(),
        pages=GUARDED,
        identity=CodeFlow(identity_provider) if identity_provider else None,
        sign_ins=FairLine(max(1, WORKERS // workers), MAX_SIGN_INS),
        wrong_tokens=MinuteLimit(MAX_WRONG_TOKENS),
        certificate=certificate,
    )
    api = app.state.terminal_api = TerminalApi(central, now, elsewhere)
    app.state.readiness = Readiness(central.store.look)
    app.state.metrics = Metrics(
        central,
        now,
        {
            "sign-in": parts.sign_ins.waiting,
            "hello": api.greetings.waiting,
            "day": api.reports.waiting,
        },
    )
    app.include_router(terminal_api.router)
    for room in ROOMS:
        app.include_router(room.router)
    if identity_provider is not None:
        app.include_router(identity.router)
    app.include_router(router)
    register_failures(app)
    add_edge(app, central.settings, out_of_form)
    app.add_middleware(AccessLog)
    app.add_middleware(Timed, metrics=app.state.metrics)
    publish_openapi(app)
    return app


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, viewer: SignedIn) -> Response:
    """The terminals' API and the open data, for IT: a stranger needs no map of them."""
    viewer.require(viewer.site, Right.RUN)
    app: FastAPI = request.app
    return JSONResponse(app.openapi(), headers=HEADERS)
