"""One's own account: the password, the second factor, the sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from sync.central.usecases.second_factors import (
    WrongCode,
    begin_enrolment,
    enrol_factor,
    opened_secret,
    read_factor,
    renew_codes,
)
from sync.central.usecases.sign_in import (
    ENROL,
    Locked,
    NotSignedIn,
    WeakPassword,
    change_password,
    check_password,
    end_session,
    has_password,
    own_sessions,
    require_code,
    session_id,
)
from sync.central.viewer import Viewer
from sync.central.web.dependencies import (
    AnyVisitor,
    CurrentTime,
    SignedIn,
    Visitor,
    browser_of,
    session_of,
    sign_in_response,
    source_of,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.qr import svg_path
from sync.central.web.rendering import PageError, page
from sync.central.web.sign_in import MAX_CODE

router = APIRouter(include_in_schema=False)


@router.get("/my-account")
def account_page(request: Request, viewer: SignedIn, now: CurrentTime) -> Response:
    return _account_page(request, viewer, now)


@router.post("/my-account")
def post_account(request: Request, form: Form, viewer: SignedIn, now: CurrentTime) -> Response:
    """End a session, or make new recovery codes: with the password once more, where there is one
    (who comes from the identity provider has none here)."""
    central = parts_of(request).central
    problem = None
    if has_password(central, viewer):
        problem = _wrong_password(request, viewer, form, now)
    if problem is not None:
        return _account_page(request, viewer, now, problem)
    if form.text("do", 20) == "codes":
        if read_factor(central, viewer) is None:
            raise PageError(400, "bad_form")
        return _codes_page(request, viewer, renew_codes(central, viewer, now))
    end_session(central, viewer, form.text("session", 64), now)
    return RedirectResponse("/my-account", 303)


@router.get("/password")
def password_page(request: Request, visitor: AnyVisitor) -> Response:
    return _password_page(request, _signed_in(visitor))


@router.post("/password")
async def post_password(
    request: Request, form: Form, visitor: AnyVisitor, now: CurrentTime
) -> Response:
    parts, viewer = parts_of(request), _signed_in(visitor).viewer
    old, new = form.values.get("old", ""), form.values.get("new", "")
    problem: Refusal
    if new != form.values.get("again", ""):
        return await run_in_threadpool(_password_page, request, visitor, Refusal("not_the_same"))
    async with parts.sign_ins.turn(source_of(request), viewer.account):
        try:
            opened = await run_in_threadpool(
                change_password, parts.central, viewer, old, new, now, browser_of(request)
            )
        except WeakPassword as error:
            problem = error
        except Locked:
            problem = Refusal("wait_first")
        except NotSignedIn:
            problem = Refusal("wrong_old")
        else:
            return sign_in_response(request, opened, "/")
    return await run_in_threadpool(_password_page, request, visitor, problem)


@router.get("/second-factor")
def factor_page(request: Request, visitor: AnyVisitor) -> Response:
    viewer = _signed_in(visitor).viewer
    if visitor.first == "password":
        raise PageError(401, "must_change")
    _, token = session_of(request)
    enrolment = begin_enrolment(parts_of(request).central, viewer, session_id(token))
    return _factor_page(request, visitor, enrolment=enrolment)


@router.post("/second-factor")
def post_factor(request: Request, form: Form, visitor: AnyVisitor, now: CurrentTime) -> Response:
    """Take a second factor into use: with its first code, and, but right after signing in, with the
    password once more and a code of the one before."""
    viewer, central = _signed_in(visitor).viewer, parts_of(request).central
    if visitor.first == "password":
        raise PageError(401, "must_change")
    sealed = form.text("sealed", 200)
    try:
        enrolment = opened_secret(central, viewer, sealed)
    except WrongCode:
        raise PageError(400, "bad_form") from None
    problem = None
    if visitor.first != ENROL:
        problem = _wrong_password(request, viewer, form, now)
        if problem is None and read_factor(central, viewer) is not None:
            problem = _wrong_code(request, viewer, form.text("before", MAX_CODE), now)
    if problem is None:
        _, token = session_of(request)
        code = form.text("code", MAX_CODE)
        try:
            codes = enrol_factor(central, viewer, sealed, code, session_id(token), now)
        except WrongCode:
            problem = Refusal("wrong_code")
        else:
            return _codes_page(request, viewer, codes)
    return _factor_page(request, visitor, problem, enrolment=enrolment)


def _signed_in(visitor: Visitor) -> Visitor:
    if not visitor.viewer.signed_in:
        raise PageError(401, "sign_in")
    return visitor


def _wrong_password(
    request: Request, viewer: Viewer, form: Posted, now: datetime
) -> Refusal | None:
    try:
        check_password(parts_of(request).central, viewer, form.values.get("password", ""), now)
    except Locked:
        return Refusal("wait_first")
    except NotSignedIn:
        return Refusal("wrong_old")
    return None


def _wrong_code(request: Request, viewer: Viewer, code: str, now: datetime) -> Refusal | None:
    try:
        require_code(parts_of(request).central, viewer, code, now)
    except Locked:
        return Refusal("wait_first")
    except NotSignedIn:
        return Refusal("wrong_code")
    return None


def _account_page(
    request: Request, viewer: Viewer, now: datetime, problem: Refusal | None = None
) -> Response:
    central = parts_of(request).central
    _, token = session_of(request)
    return page(
        request,
        "my_account.html",
        viewer,
        status=400 if problem else 200,
        sessions=own_sessions(central, viewer, now),
        this_session=session_id(token),
        factor=read_factor(central, viewer),
        has_password=has_password(central, viewer),
        problem=problem,
    )


def _password_page(request: Request, visitor: Visitor, problem: Refusal | None = None) -> Response:
    return page(
        request,
        "password.html",
        visitor.viewer,
        status=400 if problem else 200,
        first=visitor.first == "password",
        problem=problem,
    )


def _factor_page(
    request: Request, visitor: Visitor, problem: Refusal | None = None, **values: Any
) -> Response:
    central = parts_of(request).central
    path, size = svg_path(values["enrolment"].address)
    return page(
        request,
        "second_factor.html",
        visitor.viewer,
        status=400 if problem else 200,
        first=visitor.first == ENROL,
        factor=read_factor(central, visitor.viewer),
        problem=problem,
        path_of_code=path,
        size=size,
        **values,
    )


def _codes_page(request: Request, viewer: Viewer, codes: Sequence[str]) -> Response:
    """The recovery codes: the only time that anybody sees them."""
    return page(request, "recovery_codes.html", viewer, codes=codes)
