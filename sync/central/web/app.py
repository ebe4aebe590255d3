"""Puts the terminals' requests and people's pages together into one application."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from kiosk import release
from sync.central.fairline import FairLine
from sync.central.passwords import WORKERS
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import all_terminals
from sync.central.viewer import Right
from sync.central.web import (
    accounts,
    audit,
    fullcopy,
    identity,
    improvements,
    ita,
    logs,
    my_account,
    objections,
    officer_accounts,
    open_data,
    pages,
    papers,
    pins,
    questionnaire,
    recordings,
    retention,
    roster,
    sign_in,
    site_settings,
    terminal_api,
    terminals,
)
from sync.central.web.accesslog import AccessLog
from sync.central.web.dependencies import SignedIn
from sync.central.web.edge import add_edge
from sync.central.web.failures import out_of_form, register_failures
from sync.central.web.identity_provider import CodeFlow, provider
from sync.central.web.openapi import publish_openapi
from sync.central.web.parts import MinuteLimit, Parts, parts_of
from sync.central.web.rendering import HEADERS, templates
from sync.central.web.terminal_api import Elsewhere, Now, TerminalApi, utc_now

MAX_WRONG_TOKENS = 120
"""A minute, from everybody together."""
MAX_SIGN_INS = 512
"""That wait; each holds a connection, no thread and no memory to speak of."""
_ROOMS = (
    sign_in,
    my_account,
    pages,
    fullcopy,
    audit,
    logs,
    improvements,
    ita,
    objections,
    retention,
    roster,
    terminals,
    accounts,
    officer_accounts,
    site_settings,
    recordings,
    pins,
    questionnaire,
    open_data,
    papers,
)

router = APIRouter()


def create_app(
    central: Central, now: Now = utc_now, elsewhere: Elsewhere = run_in_threadpool
) -> FastAPI:
    """The whole server on one `central`; terminals' requests ask the database `elsewhere`: on other
    threads, so that one slow answer holds nobody else up. SettingsError when its identity provider
    is half set."""
    app = FastAPI(
        title="Central report",
        version=release.version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Such a redirect would name the address in the Host header: anybody's.
        redirect_slashes=False,
    )
    identity_provider = provider(central.settings)
    app.state.parts = Parts(
        central=central,
        clock=now,
        templates=templates(),
        identity=CodeFlow(identity_provider) if identity_provider else None,
        sign_ins=FairLine(WORKERS, MAX_SIGN_INS),
        wrong_tokens=MinuteLimit(MAX_WRONG_TOKENS),
    )
    app.state.terminal_api = TerminalApi(central, now, elsewhere)
    app.include_router(terminal_api.router)
    for room in _ROOMS:
        app.include_router(room.router)
    if identity_provider is not None:
        app.include_router(identity.router)
    app.include_router(router)
    register_failures(app)
    add_edge(app, central.settings, out_of_form)
    app.add_middleware(AccessLog)
    publish_openapi(app)
    return app


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, viewer: SignedIn) -> Response:
    """The terminals' API and the open data, for IT: a stranger needs no map of them."""
    viewer.require(viewer.site, Right.RUN)
    app: FastAPI = request.app
    return JSONResponse(app.openapi(), headers=HEADERS)


@router.get("/healthz")
def health(request: Request) -> dict[str, str]:
    """Whether the database answers."""
    all_terminals(parts_of(request).central)
    return {"status": "ok", "version": release.version()}
