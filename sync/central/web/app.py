"""Puts the door and the pages together into one application."""

import logging

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

import kiosk
from sync.central.line import Busy
from sync.central.period import NoSuchPeriod
from sync.central.store.engine import DatabaseDown
from sync.central.usecases.central import Central
from sync.central.usecases.intake import RequestRefused
from sync.central.usecases.terminals import all_terminals
from sync.central.viewer import NotYours
from sync.central.web import (
    door,
    form,
    identity,
    keeping,
    pages,
    paperroutes,
    pins,
    terminal_api,
    work,
)
from sync.central.web.desk import Desk, PageError
from sync.central.web.openapi import publish_openapi
from sync.central.web.terminal_api import Elsewhere, Now, TerminalApi, error_response, utc_now
from sync.protocol import BadMessage

_LOG = logging.getLogger("kiosk.central")


def create_app(
    central: Central, now: Now = utc_now, elsewhere: Elsewhere = run_in_threadpool
) -> FastAPI:
    """The whole server on one `central`; terminals' requests ask the database `elsewhere`: on other
    threads, so that one slow answer holds nobody else up. SettingsError when its identity provider
    is half set."""
    app = FastAPI(title="Central report", version=kiosk.__version__, docs_url=None, redoc_url=None)
    desk, provider = Desk(central, now), identity.provider(central.settings)
    app.state.terminal_api = TerminalApi(central, now, elsewhere)
    app.include_router(terminal_api.router)
    app.include_router(door.routes(desk, identity=provider is not None))
    for room in (pages, work, keeping, pins, form, paperroutes):
        app.include_router(room.routes(desk))
    if provider is not None:
        app.include_router(identity.routes(desk, provider))

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Whether the database answers."""
        all_terminals(central)
        return {"status": "ok", "version": kiosk.__version__}

    _failures(app, desk)
    publish_openapi(app)
    return app


def _failures(app: FastAPI, desk: Desk) -> None:
    """What is answered instead: a line of JSON to terminals, a page to people."""

    def answer(request: Request, status: int, text: str, word: str) -> Response:
        if request.url.path.startswith(("/v1/", "/healthz")):
            return error_response(status, text)
        return desk.error(request, status, word)

    @app.exception_handler(RequestRefused)
    async def refused(_request: Request, error: RequestRefused) -> Response:
        return error_response(error.status, error.text)

    @app.exception_handler(PageError)
    def page(request: Request, error: PageError) -> Response:
        return desk.error(request, error.status, error.key)

    @app.exception_handler(NotYours)
    def not_yours(request: Request, _error: NotYours) -> Response:
        return desk.error(request, 403, "not_yours")

    @app.exception_handler(Busy)
    def busy(request: Request, _error: Busy) -> Response:
        return desk.error(request, 503, "try_later")

    @app.exception_handler(NoSuchPeriod)
    def no_period(request: Request, _error: NoSuchPeriod) -> Response:
        return desk.error(request, 400, "no_period")

    @app.exception_handler(BadMessage)
    async def bad_message(_request: Request, error: BadMessage) -> Response:
        return error_response(400, str(error))

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, _error: RequestValidationError) -> Response:
        return answer(request, 400, "a parameter or header is out of form", "bad_form")

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        word = "no_page" if error.status_code == 404 else "bad_form"
        return answer(request, error.status_code, str(error.detail), word)

    @app.exception_handler(ClientDisconnect)
    async def hung_up(_request: Request, _error: ClientDisconnect) -> Response:
        """Nobody reads this; without it each line that broke off would be a bug in the log."""
        return Response(status_code=400)

    @app.exception_handler(DatabaseDown)
    def down(request: Request, error: DatabaseDown) -> Response:
        _LOG.error("%s", error)
        return _plain(request, 503, "try again later", "try_later")

    @app.exception_handler(Exception)
    def bug(request: Request, _error: Exception) -> Response:
        """The traceback goes to the server's log, never to the caller."""
        return _plain(request, 500, "central stumbled; its log says over what", "stumbled")

    def _plain(request: Request, status: int, text: str, word: str) -> Response:
        # The page itself needs the database, which may be what failed.
        if request.url.path.startswith(("/v1/", "/healthz")):
            return error_response(status, text)
        return desk.bare(request, status, word)
