"""Signing in and out, one's own password, the fonts and the style sheet."""

from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.passwords import WeakPassword
from sync.central.usecases.sign_in import (
    Locked,
    NotSignedIn,
    Strangers,
    change_password,
    sign_in,
    sign_out,
)
from sync.central.usecases.sites import all_sites
from sync.central.viewer import CITY, Right, Viewer
from sync.central.web.desk import COOKIE, Desk, PageError, Posted, posted

_FONTS = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")

Form = Annotated[Posted, Depends(posted)]


def front_page(desk: Desk, viewer: Viewer) -> str:
    """Where somebody's work begins."""
    if viewer.of_city:
        return "/city"
    site = viewer.site or desk.home.site
    for right, page in (
        (Right.OFFICE, "report"),
        (Right.COMMENTS, "comments"),
        (Right.TALLY, "tally"),
        (Right.FLEET, "fleet"),
    ):
        if viewer.has(site, right):
            return f"/{page}/{site}"
    return f"/public/{site}"


def routes(desk: Desk, *, identity: bool) -> APIRouter:
    """`identity`: whether an identity provider is set up, so that its button is shown."""
    router = APIRouter(include_in_schema=False)
    strangers = Strangers()

    @router.get("/")
    def front(request: Request) -> Response:
        return RedirectResponse(front_page(desk, desk.seen(request)[0]), 303)

    @router.get("/sign-in")
    def ask(request: Request) -> Response:
        return _sign_in_page(request, 200)

    def _sign_in_page(request: Request, status: int, **said: object) -> Response:
        values: dict[str, Any] = {
            "wrong": False,
            "until": None,
            "account": "",
            **said,
        }
        there = _own(request.query_params.get("next", ""))
        sites = all_sites(desk.home)
        values |= {"there": there, "sites": sites, "identity": identity}
        return desk.page(request, "sign_in.html", status=status, **values)

    @router.post("/sign-in")
    def sign_in_form(request: Request, form: Form) -> Response:
        account, password = form.text("account", 64), form.values.get("password", "")
        chosen = form.text("site", 32)
        # A central of one office shows no choice: the city's accounts sign in there too.
        sites = (chosen,) if chosen else (desk.home.site, CITY)
        for site in sites:
            # Who is unknown at the last of them is unknown.
            who = strangers if site == sites[-1] else None
            try:
                token = sign_in(desk.home, site, account, password, desk.now(), who)
            except Locked as locked:
                return _sign_in_page(request, 429, until=locked.until, account=account)
            except NotSignedIn:
                continue
            return desk.signed_in(request, site, token, _own(form.text("next", 300)) or "/")
        return _sign_in_page(request, 403, wrong=True, account=account)

    @router.post("/sign-out")
    def end_session(request: Request, form: Form) -> Response:
        site, _, token = request.cookies.get(COOKIE, "").partition(".")
        if token:
            sign_out(desk.home, CITY if site == "~" else site, token)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/password")
    def password_page(request: Request) -> Response:
        viewer, must_change = desk.seen(request)
        if not viewer.signed_in:
            raise PageError(401, "sign_in")
        return desk.page(request, "password.html", viewer, first=must_change, said="")

    @router.post("/password")
    def password(request: Request, form: Form) -> Response:
        viewer, must_change = desk.seen(request)
        if not viewer.signed_in:
            raise PageError(401, "sign_in")
        old, new = form.values.get("old", ""), form.values.get("new", "")
        said = ""
        if new != form.values.get("again", ""):
            said = "not_the_same"
        else:
            try:
                change_password(desk.home, viewer, old, new, desk.now())
            except WeakPassword:
                said = "weak_password"
            except NotSignedIn:
                said = "wrong_old"
        if said:
            return desk.page(
                request, "password.html", viewer, status=400, first=must_change, said=said
            )
        token = sign_in(desk.home, viewer.site, viewer.account, new, desk.now())
        return desk.signed_in(request, viewer.site, token, "/")

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        if name == "report.css":
            data = (files("sync.central.web") / "templates" / name).read_bytes()
            return Response(data, media_type="text/css; charset=utf-8")
        if name in _FONTS:
            data = (files("fontpkg_sarabun") / "files" / name).read_bytes()
            headers = {"Cache-Control": "max-age=31536000, immutable"}
            return Response(data, media_type="font/ttf", headers=headers)
        raise PageError(404, "no_page")

    return router


def _own(path: str) -> str:
    """A path of this server, or nothing: nobody is sent elsewhere after signing in."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine else ""
