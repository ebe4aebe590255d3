"""Puts the door and the pages together into one application."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

import kiosk
from sync.central.service import Central
from sync.central.store.engine import DatabaseDown
from sync.central.web import api, pages
from sync.fields import BadMessage

_LOG = logging.getLogger("kiosk.central")


def create_app(central: Central, reader_key: str, now: api.Now = api.utc_now) -> FastAPI:
    """The whole server on one `central`; `reader_key` opens the pages."""
    app = FastAPI(title="Central report", version=kiosk.__version__, docs_url=None, redoc_url=None)
    app.include_router(api.routes(central, now))
    app.include_router(pages.routes(central, reader_key, now))

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Whether the database answers."""
        central.terminals()
        return {"status": "ok", "version": kiosk.__version__}

    @app.exception_handler(api.Refusal)
    def refused(_request: Request, error: api.Refusal) -> Response:
        return api.error_response(error.status, error.text)

    @app.exception_handler(BadMessage)
    def bad_message(_request: Request, error: BadMessage) -> Response:
        return api.error_response(400, str(error))

    @app.exception_handler(RequestValidationError)
    def bad_request(_request: Request, _error: RequestValidationError) -> Response:
        return api.error_response(400, "a parameter or header is out of form")

    @app.exception_handler(HTTPException)
    def other(_request: Request, error: HTTPException) -> Response:
        return api.error_response(error.status_code, str(error.detail))

    @app.exception_handler(DatabaseDown)
    def down(_request: Request, error: DatabaseDown) -> Response:
        _LOG.error("%s", error)
        return api.error_response(503, "try again later")

    @app.exception_handler(Exception)
    def bug(_request: Request, _error: Exception) -> Response:
        """The traceback goes to the server's log, never to the caller."""
        return api.error_response(500, "central stumbled; its log says over what")

    return app
