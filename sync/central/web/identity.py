"""The pages between which the browser visits the office's identity provider."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.usecases.sign_in import NotSignedIn, sign_in_anywhere_as
from sync.central.web.cookies import cookie_name, over_tls
from sync.central.web.dependencies import CurrentTime, browser_of, sign_in_response
from sync.central.web.identity_provider import CodeFlow, NotVouched
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError

router = APIRouter(include_in_schema=False)

COOKIE = "kiosk_identity"
VOUCHED = "kiosk_vouched"
"""In the browser of who was let in by the provider: its session ends with ours."""
_COOKIE_SECONDS = 600
_LOG = logging.getLogger("kiosk.central")


@router.get("/identity/start")
def start(request: Request) -> Response:
    try:
        url, secrets = _flow(request).start()
    except NotVouched as error:
        _LOG.error("identity provider: %s", error)
        raise PageError(503, "try_later") from None
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        _cookie(request),
        secrets,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=over_tls(request),
        path="/identity",
    )
    return answer


@router.get("/identity/back")
def back(request: Request, now: CurrentTime) -> Response:
    try:
        subject = _flow(request).finish(
            request.url.query, request.cookies.get(_cookie(request), "")
        )
    except NotVouched as error:
        _LOG.warning("identity provider: %s", error)
        raise PageError(403, "identity_refused") from None
    central = parts_of(request).central
    try:
        opened = sign_in_anywhere_as(central, subject, now, browser_of(request))
    except NotSignedIn:
        raise PageError(403, "identity_unknown") from None
    answer = sign_in_response(request, opened, "/")
    answer.delete_cookie(_cookie(request), path="/identity", secure=over_tls(request))
    answer.set_cookie(
        VOUCHED, "1", httponly=True, samesite="lax", secure=over_tls(request), path="/sign-out"
    )
    return answer


def end_of_session(request: Request) -> str:
    """Where the provider's session ends, of who came in by it; else ""."""
    flow = parts_of(request).identity
    if flow is None or VOUCHED not in request.cookies:
        return ""
    try:
        return flow.end()
    except NotVouched as error:
        _LOG.error("identity provider: %s", error)
        return ""


def _cookie(request: Request) -> str:
    # Its path is not /, so that it can't begin with __Host-.
    return cookie_name(request, COOKIE, "__Secure-")


def _flow(request: Request) -> CodeFlow:
    """These pages are there only where a provider is set."""
    flow = parts_of(request).identity
    if flow is None:
        raise PageError(404, "no_page")
    return flow
