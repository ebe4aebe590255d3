"""The report's pages: made on the server, readable without scripts, on a phone and on paper."""

import hashlib
import hmac
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from sync.central.reports.overview import overview
from sync.central.service import Central
from sync.central.web import thai

COOKIE = "kiosk_reader"
_FONTS = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Language = Annotated[str, Query(alias="lang", pattern="^(th|en)$")]
Key = Annotated[str, Query(alias="key", max_length=100)]
Kept = Annotated[str, Cookie(alias=COOKIE, max_length=100)]
Now = Callable[[], datetime]
LATE = timedelta(days=1)
"""A terminal that beats every quarter of an hour is missing after so long."""


def page_words() -> dict[str, dict[str, str]]:
    text = (files("sync.central.web") / "words.toml").read_text("utf-8")
    return tomllib.loads(text)


def routes(central: Central, key: str, now: Now) -> APIRouter:
    """The pages of `central`, opened once with `key`."""
    router = APIRouter(include_in_schema=False)
    words = page_words()
    environment = Environment(
        loader=PackageLoader("sync.central.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    token = hashlib.sha256(b"kiosk reader\x00" + key.encode()).hexdigest()

    def may_read(cookie: str) -> bool:
        return hmac.compare_digest(cookie.encode(), token.encode())

    @router.get("/")
    def front() -> Response:
        return RedirectResponse(f"/report/{central.site}", 302)

    def opened(request: Request, site: str, lang: str, given: str, cookie: str) -> Response | None:
        """What is answered instead of a page: the key taken into a cookie, or a refusal."""
        if given and hmac.compare_digest(given.encode(), key.encode()):
            taken = RedirectResponse(f"{request.url.path}?lang={lang}", 303)
            secure = request.url.scheme == "https"
            taken.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure)
            return taken
        if site != central.site or not may_read(cookie):
            page = environment.from_string("<!doctype html><meta charset=utf-8><p>{{ text }}")
            return HTMLResponse(page.render(text=words[lang]["sign_in"]), 403, _HEADERS)
        return None

    @router.get("/report/{site}")
    def report(
        request: Request, site: str, lang: Language = "th", given: Key = "", cookie: Kept = ""
    ) -> Response:
        if refused := opened(request, site, lang, given, cookie):
            return refused
        today = now().astimezone().date()
        central.publish(today)
        page = _page(environment, "report.html", words[lang], central, lang)
        return HTMLResponse(page(view=overview(central, today)), 200, _HEADERS)

    @router.get("/fleet/{site}")
    def fleet(
        request: Request, site: str, lang: Language = "th", given: Key = "", cookie: Kept = ""
    ) -> Response:
        if refused := opened(request, site, lang, given, cookie):
            return refused
        page = _page(environment, "fleet.html", words[lang], central, lang)
        seen = central.fleet(now().astimezone().date())
        late = now() - LATE
        return HTMLResponse(page(fleet=seen, late=lambda at: at < late), 200, _HEADERS)

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        if name == "report.css":
            data = (files("sync.central.web") / "templates" / name).read_bytes()
            return Response(data, media_type="text/css; charset=utf-8")
        if name in _FONTS:
            data = (files("fontpkg_sarabun") / "files" / name).read_bytes()
            headers = {"Cache-Control": "max-age=31536000, immutable"}
            return Response(data, media_type="font/ttf", headers=headers)
        return Response(status_code=404)

    return router


def _page(
    environment: Environment, name: str, words: dict[str, str], central: Central, lang: str
) -> Callable[..., str]:
    """A template with what every page needs; call it with what this one shows."""
    return partial(
        environment.get_template(name).render,
        w=words,
        lang=lang,
        site=central.settings.name,
        num=lambda value: thai.number(value, lang),
        pct=lambda share: thai.number(share * 100, lang, 1),
        day=lambda value: thai.day(value, lang),
        moment=lambda value: thai.moment(value, lang),
    )
