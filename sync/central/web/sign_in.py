"""Signing in and out, the fonts, the style sheet and the face in a browser's tab."""

import asyncio
from datetime import datetime
from importlib.resources import files
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from sync.central.faces import svg
from sync.central.usecases.sign_in import (
    CODE,
    Locked,
    NotSignedIn,
    check_code,
    sign_in,
    sign_out,
    write_failure,
)
from sync.central.usecases.sites import find_site, offered_sites
from sync.central.viewer import CITY, Right, Viewer
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.cookies import cookie_name, over_tls
from sync.central.web.dependencies import (
    COOKIE,
    AnyVisitor,
    CurrentTime,
    browser_of,
    session_of,
    sign_in_response,
    source_of,
)
from sync.central.web.forms import Form
from sync.central.web.identity import VOUCHED, end_of_session
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

MAX_ACCOUNT, MAX_CODE = 64, 64
"""Characters of what is typed."""
_MOST_FIND = 100
"""Characters of an office's name."""
LEAST_SECONDS = 0.15
"""What a refusal takes: several times its work. The work is the same whether the name is somebody's
or not; what differs, its line in the log, is written after the answer. Nobody's turn waits for it.
"""
_YEAR_SECONDS = 31_536_000
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
    asked = request.query_params
    return _sign_in_page(request, 200, there=asked.get("next", ""), find=asked.get("find", ""))


@router.post("/sign-in")
async def post_sign_in(request: Request, form: Form, now: CurrentTime) -> Response:
    """Waits in line, without a thread, until the password's turn comes."""
    parts = parts_of(request)
    account, password = form.text("account", MAX_ACCOUNT), form.values.get("password", "")
    there, site = form.text("next", 300), form.text("site", 32)
    sites = await run_in_threadpool(_sites, request, site)
    async with parts.sign_ins.turn(source_of(request), account):
        answered_from = monotonic() + LEAST_SECONDS
        try:
            opened = await run_in_threadpool(
                sign_in, parts.central, sites, account, password, now, browser_of(request)
            )
        except NotSignedIn as error:
            problem = error
        else:
            path = _own_path(there) or "/"
            if opened.stage == CODE:
                return sign_in_response(request, opened, "/sign-in/code")
            return sign_in_response(request, opened, path)
    await asyncio.sleep(answered_from - monotonic())
    until = problem.until if isinstance(problem, Locked) else None
    answer = await run_in_threadpool(
        _sign_in_page,
        request,
        429 if until else 403,
        until=until,
        account=account,
        there=there,
        find="" if site == CITY else site,
    )
    if problem.failure is not None:
        answer.background = BackgroundTask(write_failure, parts.central, problem.failure, now)
    return answer


@router.get("/sign-in/code")
def code_page(request: Request) -> Response:
    return _code_page(request, 200)


@router.post("/sign-in/code")
def post_code(request: Request, form: Form, now: CurrentTime) -> Response:
    """The second factor, or a recovery code, of who has just given the password."""
    site, token = session_of(request)
    code = form.text("code", MAX_CODE)
    central = parts_of(request).central
    try:
        opened = check_code(central, site, token, code, now, browser_of(request))
    except Locked as locked:
        return _code_page(request, 429, until=locked.until)
    except NotSignedIn:
        return _code_page(request, 403)
    return sign_in_response(request, opened, "/")


@router.post("/sign-out")
def post_sign_out(request: Request, form: Form, now: CurrentTime) -> Response:
    site, token = session_of(request)
    if token:
        sign_out(parts_of(request).central, site, token, now)
    answer = _signed_out(request)
    answer.delete_cookie(
        cookie_name(request, COOKIE), secure=over_tls(request), httponly=True, samesite="lax"
    )
    answer.delete_cookie(VOUCHED, path="/sign-out", secure=over_tls(request))
    # Not "cookies": the language stays.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _signed_out(request: Request) -> Response:
    """On to the provider, where its session ends too. Not by a redirect: the page's policy lets a
    form go nowhere else."""
    address = end_of_session(request)
    if not address:
        return RedirectResponse("/sign-in", 303)
    answer = page(request, "signed_out.html", address=address)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


@router.get("/static/{name}")
def static_file(request: Request, name: str) -> Response:
    if name == "report.css":
        data = (files("sync.central.web") / "templates" / name).read_bytes()
        style = Response(data, media_type="text/css; charset=utf-8")
        return for_everybody(request, style, PUBLIC_SECONDS)
    if name == "face.svg":
        face = Response(svg(5, 5), media_type="image/svg+xml")
        return for_everybody(request, face, PUBLIC_SECONDS)
    if name in _FONTS:
        data = (files("fontpkg_sarabun") / "files" / name).read_bytes()
        return for_everybody(request, Response(data, media_type="font/ttf"), _YEAR_SECONDS)
    raise PageError(404, "no_page")


def _sites(request: Request, chosen: str) -> tuple[str, ...]:
    """Where the account may be. Who chose no office may be of this one, or of the city."""
    central = parts_of(request).central
    is_known = chosen == CITY or (chosen and find_site(central, chosen) is not None)
    return (chosen,) if is_known else (central.site, CITY)


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
    until: datetime | None = None,
    account: str = "",
    there: str = "",
    find: str = "",
) -> Response:
    """403: this was no account or not its password. `until`: when the next try is looked at."""
    parts = parts_of(request)
    return page(
        request,
        "sign_in.html",
        status=status,
        wrong=status == 403,
        until=until,
        account=account,
        there=_own_path(there),
        offered=offered_sites(parts.central, find.strip()[:_MOST_FIND]),
        find=find[:_MOST_FIND],
        identity=parts.identity is not None,
    )


def _code_page(request: Request, status: int, until: datetime | None = None) -> Response:
    return page(request, "code.html", status=status, wrong=status == 403, until=until)


def _own_path(path: str) -> str:
    """A path of this server, or nothing: nobody is sent elsewhere after signing in."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else ""
