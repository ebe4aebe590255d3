"""What machines ask of the server itself: whether it lives, whether it is ready, its figures.

Neither answer waits for a request's thread or connection: a herd of terminals must not look like a
server that died.
"""

import asyncio
import hmac
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from kiosk import release
from sync.central.usecases.central import DatabaseError
from sync.central.web.metrics import TEXT_FORMAT
from sync.central.web.rendering import HEADERS, PageError

router = APIRouter(include_in_schema=False)

_FRESH_SECONDS = 1.0
"""So long an answer of the database is good for everybody who asks."""
_PATIENCE = 3.0
"""Seconds: a balancer asks again after some."""
_LOG = logging.getLogger("kiosk.central")


class Readiness:
    """Whether the database takes writes. One look at a time, on a thread of its own: a look that
    hangs holds neither requests nor the server's end."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._begin = threading.Lock()
        self._newest: Future[str] = Future()
        self._newest.set_result("")
        self._looked_at = float("-inf")
        self._said = ""

    async def fault(self) -> str:
        """Why not; "" where it is ready."""
        try:
            answer = asyncio.shield(asyncio.wrap_future(self._look_now()))
            fault = await asyncio.wait_for(answer, _PATIENCE)
        except TimeoutError:
            fault = "the database does not answer"
        if fault != self._said:
            self._said = fault
            _LOG.warning("not ready: %s", fault) if fault else _LOG.info("ready again")
        return fault

    def _look_now(self) -> "Future[str]":
        with self._begin:
            fresh = monotonic() - self._looked_at < _FRESH_SECONDS
            if self._newest.done() and not fresh:
                self._newest = Future()
                threading.Thread(target=self._work, args=(self._newest,), daemon=True).start()
            return self._newest

    def _work(self, answer: "Future[str]") -> None:
        fault = ""
        try:
            self._look()
        except DatabaseError as error:
            fault = str(error)
        except Exception as error:
            fault = repr(error)
            raise
        finally:
            self._looked_at = monotonic()
            answer.set_result(fault)


@router.get("/healthz", include_in_schema=True)
async def health() -> JSONResponse:
    """Whether the server answers. It asks no database: `/readyz` does."""
    return JSONResponse({"status": "ok", "version": release.version()}, headers=HEADERS)


@router.get("/readyz", include_in_schema=True)
async def ready(request: Request) -> JSONResponse:
    """Whether the database answers, takes writes and is of this version; 503 where not. The log
    says why."""
    readiness: Readiness = request.app.state.readiness
    if await readiness.fault():
        return JSONResponse({"status": "not ready"}, 503, headers=HEADERS)
    return JSONResponse({"status": "ready"}, headers=HEADERS)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus, for who shows the token; 404 where the office has set none."""
    figures = request.app.state.metrics
    if not figures.token:
        raise PageError(404, "no_page")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(token.encode(), figures.token.encode()):
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer", **HEADERS})
    text = await run_in_threadpool(figures.text)
    return Response(text, headers=HEADERS, media_type=TEXT_FORMAT)
