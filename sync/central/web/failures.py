"""What is answered instead: a line of JSON to terminals, a page to people."""

import logging
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from kiosk.domain.refusal import Refusal
from sync.central.line import Busy
from sync.central.period import NoSuchPeriod
from sync.central.usecases.central import DatabaseDown, RowUnreadable
from sync.central.usecases.events import note_refusal
from sync.central.usecases.intake import RequestRefused
from sync.central.viewer import NotYours
from sync.central.web.dependencies import visitor_of
from sync.central.web.forms import posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, bare_page, page
from sync.central.web.terminal_api import error_response, terminal_api
from sync.messages import ErrorLine
from sync.protocol import BadMessage

_FIRST_PAGES = {"must_change": "/password", "must_enrol": "/second-factor"}
"""Where somebody goes before anything else."""
_METHODS = ("GET", "POST", "PUT")
"""Those that any of our paths takes; HEAD is answered wherever GET is."""
_SECRET = frozenset({"password", "old", "new", "again"})
"""Fields that come back to nobody."""
_LOG = logging.getLogger("kiosk.central")


def register_failures(app: FastAPI) -> None:
    """Answer each kind of failure as it should be."""
    for error, answer in (
        (RequestRefused, refused),
        (BadMessage, bad_message),
        (PageError, page_error),
        (NotYours, not_yours),
        (Busy, busy),
        (NoSuchPeriod, no_such_period),
        (RequestValidationError, invalid_request),
        (HTTPException, http_failure),
        (ClientDisconnect, disconnected),
        (DatabaseDown, database_down),
        (RowUnreadable, row_unreadable),
        (Exception, bug),
    ):
        app.exception_handler(error)(answer)


async def refused(request: Request, error: RequestRefused) -> Response:
    route = getattr(request.scope.get("route"), "path", "")
    _LOG.warning("refused %s %s: %d %s", request.method, route, error.status, error.text)
    if error.signed is not None:
        api = await terminal_api(request)
        return api.answer(error.signed, ErrorLine(error.text).to_bytes(), error.status)
    return error_response(error.status, error.text)


async def bad_message(_request: Request, error: BadMessage) -> Response:
    return error_response(400, str(error))


async def page_error(request: Request, error: PageError) -> Response:
    if error.key == "sign_in" and request.method == "POST":
        return await _text_given_back(request, error)
    return await run_in_threadpool(_message, request, error.status, error)


async def _text_given_back(request: Request, error: PageError) -> Response:
    """Whose session ended while they wrote: what they wrote comes back, and is sent once more from
    there, after they have signed in. Nothing is stored meanwhile."""
    try:
        form = await posted(request)
    except PageError:
        return await run_in_threadpool(_message, request, error.status, error)
    fields = [
        (name, text)
        for name, texts in form.several.items()
        for text in texts
        if name not in _SECRET
    ]
    return page(
        request,
        "session_ended.html",
        status=error.status,
        send_to=request.url.path,
        fields=fields,
        had_file=form.file is not None,
    )


def not_yours(request: Request, _error: NotYours) -> Response:
    visitor = visitor_of(request)
    if visitor.viewer.signed_in:
        parts = parts_of(request)
        note_refusal(parts.central, visitor.viewer, request.method, request.url.path, parts.now())
    return page(request, "message.html", visitor.viewer, status=403, refusal=Refusal("not_yours"))


def busy(request: Request, _error: Busy) -> Response:
    return _message(request, 503, Refusal("try_later"))


def no_such_period(request: Request, _error: NoSuchPeriod) -> Response:
    return _message(request, 400, Refusal("no_period"))


def invalid_request(request: Request, _error: RequestValidationError) -> Response:
    if _is_from_a_machine(request):
        return error_response(400, "a parameter or header is out of form")
    return _message(request, 400, Refusal("bad_form"))


async def out_of_form(scope: Scope, receive: Receive, send: Send) -> None:
    """What no request may hold reaches no page and no database."""
    request = Request(scope)
    if _is_from_a_machine(request):
        answer = error_response(400, "the path or a parameter is out of form")
    else:
        answer = bare_page(request, 400, "bad_form")
    await answer(scope, receive, send)


def http_failure(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        return _other_method(request)
    if _is_from_a_machine(request):
        return error_response(error.status_code, str(error.detail))
    refusal = Refusal("no_page" if error.status_code == 404 else "bad_form")
    return _message(request, error.status_code, refusal)


def _other_method(request: Request) -> Response:
    """405 with the methods that the path takes (RFC 9110, 15.5.6); to OPTIONS just these."""
    allowed = [method for method in _METHODS if _takes(request, method)]
    if "GET" in allowed:
        allowed.append("HEAD")
    headers = {"Allow": ", ".join((*allowed, "OPTIONS"))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    if _is_from_a_machine(request):
        answer = error_response(405, "the path takes another method")
    else:
        answer = _message(request, 405, Refusal("bad_form"))
    answer.headers.update(headers)
    return answer


def _takes(request: Request, method: str) -> bool:
    app: FastAPI = request.app
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in app.router.routes)


async def disconnected(_request: Request, _error: ClientDisconnect) -> Response:
    """Nobody reads this; without it each line that broke off would be a bug in the log."""
    return Response(status_code=400)


def database_down(request: Request, error: DatabaseDown) -> Response:
    _LOG.error("%s", error)
    if _is_from_a_machine(request):
        return error_response(503, "try again later")
    return bare_page(request, 503, "try_later")


def row_unreadable(request: Request, error: RowUnreadable) -> Response:
    """Which one, the log says: a page that everybody reads repeats nothing of it."""
    _LOG.error("%s", error)
    if _is_from_a_machine(request):
        return error_response(503, "a row of central's database can't be read; its log names it")
    return bare_page(request, 503, "row_unreadable")


def bug(request: Request, _error: Exception) -> Response:
    """The traceback goes to the server's log, never to the caller. The page is a bare one: the
    database may be what failed."""
    if _is_from_a_machine(request):
        return error_response(500, "central stumbled; its log says over what")
    return bare_page(request, 500, "stumbled")


def _is_from_a_machine(request: Request) -> bool:
    return request.url.path.startswith(("/v1/", "/healthz", "/readyz", "/metrics"))


def _message(request: Request, status: int, refusal: Refusal) -> Response:
    """One line and the way on; who is not signed in is sent to sign in."""
    if refusal.key == "sign_in" and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        address = urlencode({"next": request.url.path + query})
        return RedirectResponse(f"/sign-in?{address}", 303)
    if refusal.key in _FIRST_PAGES:
        return RedirectResponse(_FIRST_PAGES[refusal.key], 303)
    viewer = visitor_of(request).viewer
    return page(request, "message.html", viewer, status=status, refusal=refusal)
