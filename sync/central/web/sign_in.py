"""Signing in and out, one's own password, the fonts and the style sheet."""

from datetime import datetime
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.usecases.sign_in import (
    Locked,
    NotSignedIn,
    WeakPassword,
    change_password,
    sign_in,
    sign_out,
)
from sync.central.usecases.sites import all_sites
from sync.central.viewer import CITY, Right, Viewer
from sync.central.web.cookies import cookie_name, over_tls
from sync.central.web.dependencies import (
    COOKIE,
    AnyVisitor,
    CurrentTime,
    session_of,
    sign_in_response,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_FONTS = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
_FIRST_PAGES = (
    (Right.OFFICE, "report"),
    (Right.COMMENTS, "comments"),
    (Right.TALLY, "tally"),
    (Right.FLEET, "fleet"),
)
"""Where somebody's work begins: the first page whose right they have."""


@router.get("/")
def front_page(request: Request, visitor: AnyVisitor) -> Response:
    home = parts_of(request).central.site
    return RedirectResponse(_first_page(visitor.viewer, home), 303)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    return _sign_in_page(request, 200)


@router.post("/sign-in")
def post_sign_in(request: Request, form: Form, now: CurrentTime) -> Response:
    parts = parts_of(request)
    account, password = form.text("account", 64), form.values.get("password", "")
    chosen = form.text("site", 32)
    # A central of one office shows no choice: the city's accounts sign in there too.
    sites = (chosen,) if chosen else (parts.central.site, CITY)
    for site in sites:
        # Who is unknown at the last of them is unknown.
        strangers = parts.strangers if site == sites[-1] else None
        try:
            token = sign_in(parts.central, site, account, password, now, strangers)
        except Locked as locked:
            return _sign_in_page(request, 429, until=locked.until, account=account)
        except NotSignedIn:
            continue
        return sign_in_response(request, site, token, _own_path(form.text("next", 300)) or "/")
    return _sign_in_page(request, 403, wrong=True, account=account)


@router.post("/sign-out")
def post_sign_out(request: Request, form: Form) -> Response:
    site, token = session_of(request)
    if token:
        sign_out(parts_of(request).central, site, token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(
        cookie_name(request, COOKIE), secure=over_tls(request), httponly=True, samesite="lax"
    )
    return answer


@router.get("/password")
def password_page(request: Request, visitor: AnyVisitor) -> Response:
    if not visitor.viewer.signed_in:
        raise PageError(401, "sign_in")
    return page(request, "password.html", visitor.viewer, first=visitor.must_change, said="")


@router.post("/password")
def post_password(request: Request, form: Form, visitor: AnyVisitor, now: CurrentTime) -> Response:
    viewer = visitor.viewer
    if not viewer.signed_in:
        raise PageError(401, "sign_in")
    central = parts_of(request).central
    problem = _change_password(request, viewer, form, now)
    if problem:
        return page(
            request,
            "password.html",
            viewer,
            status=400,
            first=visitor.must_change,
            said=problem,
        )
    password = form.values.get("new", "")
    token = sign_in(central, viewer.site, viewer.account, password, now)
    return sign_in_response(request, viewer.site, token, "/")


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    if name == "report.css":
        data = (files("sync.central.web") / "templates" / name).read_bytes()
        return Response(data, media_type="text/css; charset=utf-8")
    if name in _FONTS:
        data = (files("fontpkg_sarabun") / "files" / name).read_bytes()
        headers = {"Cache-Control": "max-age=31536000, immutable"}
        return Response(data, media_type="font/ttf", headers=headers)
    raise PageError(404, "no_page")


def _first_page(viewer: Viewer, home: str) -> str:
    if viewer.of_city:
        return "/city"
    site = viewer.site or home
    for right, name in _FIRST_PAGES:
        if viewer.has(site, right):
            return f"/{name}/{site}"
    return f"/public/{site}"


def _sign_in_page(
    request: Request,
    status: int,
    *,
    wrong: bool = False,
    until: datetime | None = None,
    account: str = "",
) -> Response:
    """`wrong`: this was no account or not its password; `until`: when the next try is looked at."""
    parts = parts_of(request)
    return page(
        request,
        "sign_in.html",
        status=status,
        wrong=wrong,
        until=until,
        account=account,
        there=_own_path(request.query_params.get("next", "")),
        sites=all_sites(parts.central),
        identity=parts.identity is not None,
    )


def _change_password(request: Request, viewer: Viewer, form: Posted, now: datetime) -> str:
    """Change the password as the form says; the key of what is wrong, empty when it is done."""
    old, new = form.values.get("old", ""), form.values.get("new", "")
    if new != form.values.get("again", ""):
        return "not_the_same"
    try:
        change_password(parts_of(request).central, viewer, old, new, now)
    except WeakPassword:
        return "weak_password"
    except NotSignedIn:
        return "wrong_old"
    return ""


def _own_path(path: str) -> str:
    """A path of this server, or nothing: nobody is sent elsewhere after signing in."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else ""
