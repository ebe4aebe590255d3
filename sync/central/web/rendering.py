"""How a page is made: in the reader's language, with the same headers everywhere."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Context, Macro

from kiosk.domain.refusal import Refusal
from sync.central import period as periods
from sync.central import thai
from sync.central.carewords import care_words
from sync.central.change import beside_target
from sync.central.conditionwords import condition_words
from sync.central.handbook import article_of_page
from sync.central.language import LANGUAGES, tables, words
from sync.central.logwords import log_words
from sync.central.reports.chart import drawn_ends
from sync.central.reports.gate import orders_differ
from sync.central.usecases.central import Central
from sync.central.usecases.objections import read_notices
from sync.central.usecases.office_settings import office_name
from sync.central.viewer import CITY, PUBLIC, ROLES, Right, Viewer
from sync.central.web.cookies import cookie_name, over_tls
from sync.central.web.menu import menu
from sync.central.web.parts import parts_of

LANGUAGE_COOKIE = "kiosk_language"
_YEAR_SECONDS = 31_536_000
HEADERS = {"Cache-Control": "no-store"}
"""Beside those of every answer (`edge.HEADERS`)."""


class PageError(Refusal):
    """What a person reads instead of a page, and its status."""

    def __init__(self, status: int, key: str, **values: str) -> None:
        super().__init__(key, **values)
        self.status = status


class _Calls(Context):
    """A page calls hundreds of macros and functions. Jinja asks each of them twice whether it takes
    the context; of ours only macros do."""

    def call(self, called: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        if type(called) is Macro:
            return called(self.eval_ctx, *args, **named)
        return called(*args, **named)


class _Templates(Environment):
    context_class = _Calls


def templates() -> Environment:
    """The pages' templates; a value that a template misses is an error."""
    environment = _Templates(
        loader=PackageLoader("sync.central.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = _as_sentence
    return environment


def _as_sentence(text: str) -> str:
    """With a capital at its start, where the script has them."""
    return text[:1].upper() + text[1:]


def problem_words(language: str, problem: Refusal) -> str:
    """What is refused, as a sentence of its own in the reader's language."""
    return _as_sentence(words(language).refusal(problem))


def language_of(request: Request) -> str:
    """The language asked for now, else the one asked for last, else Thai."""
    for code in (
        request.query_params.get("lang"),
        request.cookies.get(cookie_name(request, LANGUAGE_COOKIE)),
    ):
        if code in LANGUAGES:
            return str(code)
    return "th"


def page(
    request: Request,
    template: str,
    viewer: Viewer = PUBLIC,
    central: Central | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    """`template` in the reader's language; `central`: the office it speaks of."""
    language = language_of(request)
    text = render(
        request,
        template,
        **_frame(request, viewer, central or parts_of(request).central),
        **formats(language),
        **values,
    )
    answer = HTMLResponse(text, status, HEADERS)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            cookie_name(request, LANGUAGE_COOKIE),
            language,
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=over_tls(request),
        )
    return answer


def render(request: Request, template: str, **values: Any) -> str:
    """`template` with these values, and the words of the reader's language."""
    language = language_of(request)
    page_template = parts_of(request).templates.get_template(template)
    return page_template.render(w=tables(language), lang=language, **values)


def fragment(request: Request, template: str, **values: Any) -> str:
    """A part of a page, in the reader's language."""
    return render(request, template, **formats(language_of(request)), **values)


def bare_page(request: Request, status: int, key: str) -> Response:
    """One line, made without the database."""
    refusals = tables(language_of(request))["refusal"]
    line = parts_of(request).templates.from_string(
        "<!doctype html><meta charset=utf-8><p>{{ text }}"
    )
    return HTMLResponse(line.render(text=refusals[key]), status, HEADERS)


def _frame(request: Request, viewer: Viewer, central: Central) -> dict[str, Any]:
    """What every page says around its own matter: who reads, where, and the way elsewhere."""
    language = language_of(request)
    other_language = "en" if language == "th" else "th"
    today: date = parts_of(request).today()
    return {
        "viewer": viewer,
        "R": Right,
        "ROLES": ROLES,
        "CITY": CITY,
        "here": central.site,
        "site": office_name(central, language),
        "path": request.url.path,
        "menu": partial(menu, parts_of(request).pages, viewer, central.site, words(language).get),
        "help": article_of_page(request.url.path),
        "switch": "?" + urlencode({**request.query_params, "lang": other_language}),
        "today": today,
        "span": partial(thai.span, language=language, today=today),
        "choices": partial(periods.choices, today),
        "objection_notices": partial(read_notices, central, viewer, today),
    }


def formats(language: str) -> dict[str, Any]:
    """How words, numbers, days and refusals are written in a language."""
    return {
        "say": words(language).get,
        "condition_words": partial(condition_words, language),
        "orders_differ": orders_differ,
        "beside_target": beside_target,
        "num": partial(thai.number, language=language),
        "pct": partial(_percent, language),
        "place": _place,
        "drawn_ends": drawn_ends,
        "day": partial(thai.day, language=language),
        "typed_day": partial(thai.typed_day, language=language),
        "moment": partial(thai.moment, language=language),
        "month": partial(thai.month, language=language),
        "digits": partial(thai.digits, language=language),
        "item": partial(thai.item, language=language),
        "quote": partial(quote, safe=""),
        "problem_words": partial(problem_words, language),
        "log_words": partial(log_words, language),
        "care_words": partial(care_words, language),
    }


def _place(share: float) -> str:
    """A share of 0 to 1 as a place in a drawing, in per cent. Long tables ask it of every row."""
    return f"{share * 100:.2f}%"


def _percent(language: str, share: float) -> str:
    return thai.number(share * 100, language, 1)
