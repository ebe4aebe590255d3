"""What every page needs: who asks, in which language, for which site; and how a page is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from kiosk.domain.people import tidied
from kiosk.domain.refusal import Refusal
from sync.central import period as periods
from sync.central import thai
from sync.central.language import LANGUAGES, tables, words
from sync.central.period import Period
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import viewer_of
from sync.central.usecases.sites import find_site
from sync.central.viewer import CITY, PUBLIC, ROLES, Right, Viewer

COOKIE, LANGUAGE = "kiosk_session", "kiosk_language"
MAX_FORM, MAX_UPLOAD = 512 * 1024, 8 * 1024 * 1024
"""Bytes of a form's body, without and with a file."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # Not no-referrer: browsers then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

Now = Callable[[], datetime]


class PageError(Refusal):
    """What a person reads instead of a page, and its status."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it came, from our own page."""

    values: dict[str, str]
    several: dict[str, tuple[str, ...]]
    file: Upload | None = None

    def text(self, name: str, longest: int = 2000) -> str:
        """One field, outer spaces gone; PageError when it is longer than fits."""
        value = self.values.get(name, "").replace("\r\n", "\n").strip()
        if len(value) > longest or "\x00" in value:
            raise PageError(400, "text_too_long")
        return value

    def prose(self, name: str, longest: int) -> str:
        """One field of running text, without what no page or paper can show."""
        return tidied(self.text(name, longest)).strip()

    def number(self, name: str) -> int:
        value = self.text(name, 12)
        if not value.isascii() or not value.lstrip("-").isdigit():
            raise PageError(400, "no_number")
        return int(value)

    def day(self, name: str) -> date | None:
        value = self.text(name, 10)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise PageError(400, "no_day") from None


def log_change(central: Central, viewer: Viewer, what: str, now: datetime) -> None:
    """Who changed what, for the page of changes."""
    who = viewer.account if viewer.site != CITY else f"{viewer.account} (city)"
    with central.store.transaction(central.site) as t:
        t.accounts.log_change(who, what, now)


def last_month(today: date) -> Period:
    """The month that is over: what a monthly meeting speaks of."""
    return periods.before(periods.parse(f"{today:%Y-%m}"))


def problem_words(language: str, problem: Refusal) -> str:
    """What is refused, as a sentence of its own in the reader's language."""
    text = words(language).refusal(problem)
    return text[0].upper() + text[1:]


async def posted(request: Request) -> Posted:
    """The form in a request; PageError when it is too big, or comes from somebody else's page."""
    _refuse_foreign(request)
    limit = MAX_UPLOAD if "multipart" in request.headers.get("content-type", "") else MAX_FORM
    if int(request.headers.get("content-length") or limit + 1) > limit:
        raise PageError(413, "too_big")
    values: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    file = None
    try:
        async with request.form(max_files=1, max_fields=200, max_part_size=MAX_FORM) as form:
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    values[name] = value
                    several.setdefault(name, []).append(value)
                elif value.filename:
                    file = Upload(value.filename, await value.read())
    except (HTTPException, MultiPartException, ValueError):
        raise PageError(400, "bad_form") from None
    return Posted(values, {k: tuple(v) for k, v in several.items()}, file)


def _refuse_foreign(request: Request) -> None:
    """A form of another site must not act for who is signed in here. Browsers say whose it is:
    by Sec-Fetch-Site on TLS and this machine, else by Origin."""
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    if fetched is None:
        own = not origin or origin.split("://", 1)[-1] == request.url.netloc
    else:
        own = fetched in ("same-origin", "none")
    if not own:
        raise PageError(403, "foreign_form")


class Desk:
    """Makes the pages of one central."""

    def __init__(self, central: Central, now: Now) -> None:
        self.home, self.now = central, now
        self.environment = Environment(
            loader=PackageLoader("sync.central.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    # --- who -------------------------------------------------------------------------------

    def seen(self, request: Request) -> tuple[Viewer, bool]:
        """Who asks, and whether the password must be changed before anything else."""
        site, _, token = request.cookies.get(COOKIE, "").partition(".")
        site = CITY if site == "~" else site
        if not token or len(token) > 100 or len(site) > 32:
            return PUBLIC, False
        return viewer_of(self.home, site, token, self.now()) or (PUBLIC, False)

    def viewer(self, request: Request) -> Viewer:
        """Who asks; PageError where somebody must sign in or change a first password."""
        viewer, must_change = self.seen(request)
        if not viewer.signed_in:
            raise PageError(401, "sign_in")
        if must_change:
            raise PageError(401, "must_change")
        return viewer

    def reader(self, request: Request, site: str, right: Right) -> tuple[Central, Viewer]:
        """The site asked for and who asks, who has `right` there. An unknown site is NotYours."""
        viewer = self.viewer(request)
        viewer.require(site, right)
        return self.site(site), viewer

    def site(self, site: str) -> Central:
        found = find_site(self.home, site) if len(site) <= 32 else None
        if found is None:
            raise PageError(404, "no_page")
        return found

    def signed_in(self, request: Request, site: str, token: str, to: str) -> Response:
        answer = RedirectResponse(to, 303)
        kept = f"{'~' if site == CITY else site}.{token}"
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, kept, httponly=True, samesite="lax", secure=secure)
        return answer

    # --- pages -----------------------------------------------------------------------------

    def today(self) -> date:
        return self.now().astimezone().date()

    def year_starts(self, central: Central) -> int:
        """The month in which an office's fiscal year begins."""
        with central.store.transaction(central.site) as t:
            return t.office.settings().settings.fiscal_year_starts

    def period(self, request: Request, central: Central) -> Period:
        """The span asked for, else the office's running fiscal year."""
        code, starts = request.query_params.get("period", ""), self.year_starts(central)
        return periods.parse(code, starts) if code else periods.year_of(self.today(), starts)

    def language(self, request: Request) -> str:
        for given in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
            if given in LANGUAGES:
                return str(given)
        return "th"

    def page(
        self,
        request: Request,
        template: str,
        viewer: Viewer = PUBLIC,
        central: Central | None = None,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """`template` in the reader's language."""
        lang = self.language(request)
        here = central or self.home
        text = self.environment.get_template(template).render(
            w=tables(lang),
            say=words(lang).get,
            lang=lang,
            viewer=viewer,
            R=Right,
            ROLES=ROLES,
            CITY=CITY,
            here=here.site,
            site=here.settings.name,
            path=request.url.path,
            switch="?"
            + urlencode({**request.query_params, "lang": "en" if lang == "th" else "th"}),
            today=self.today(),
            choices=partial(periods.choices, self.today()),
            num=partial(thai.number, language=lang),
            pct=lambda share: thai.number(share * 100, lang, 1),
            day=partial(thai.day, language=lang),
            moment=partial(thai.moment, language=lang),
            month=partial(thai.month, language=lang),
            span=partial(thai.span, language=lang),
            digits=partial(thai.digits, language=lang),
            quote=partial(quote, safe=""),
            problem_words=partial(problem_words, lang),
            **values,
        )
        answer = HTMLResponse(text, status, HEADERS)
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(LANGUAGE, lang, max_age=31_536_000, httponly=True, samesite="lax")
        return answer

    def error(self, request: Request, status: int, word: str) -> Response:
        """One line and the way on; who is not signed in is shown the door."""
        if word == "sign_in" and request.method == "GET":
            there = request.url.path + ("?" + request.url.query if request.url.query else "")
            return RedirectResponse("/sign-in?" + urlencode({"next": there}), 303)
        if word == "must_change":
            return RedirectResponse("/password", 303)
        return self.page(request, "message.html", self.seen(request)[0], status=status, word=word)

    def bare(self, request: Request, status: int, word: str) -> Response:
        """One line, made without the database."""
        refusals = tables(self.language(request))["refusal"]
        page = self.environment.from_string("<!doctype html><meta charset=utf-8><p>{{ text }}")
        return HTMLResponse(page.render(text=refusals[word]), status, HEADERS)
