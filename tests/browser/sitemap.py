"""Every page that each reader comes to by links, and every form there: read once in a run."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import reduce
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2 as httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from lxml import html

from tests.support.central_routes import routes_of

_ALIKE = {"lang", "period", "round"}
"""Parts of a query that show the same page of another time."""


_PAGES = {"group"}
"""Parts of a path that are pages of their own, and not one page about different things."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to send a form: what one of its buttons does."""

    action: str
    """The route that takes it."""
    deed: str
    fields: tuple[str, ...]
    place: int
    """Among the forms of the page that are posted."""
    button: int
    """Among its own buttons."""

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """Forms of one kind are one form about different things; what follows a deed's colon is a
        row of a form."""
        deed, of_a_row, _ = self.deed.partition(":")
        return self.action, deed, () if of_a_row else self.fields


@dataclass(frozen=True, slots=True)
class Stop:
    """A page, as one of the readers comes to it."""

    reader: str
    kind: str
    """Its route and the names in its query."""
    path: str
    forms: tuple[Form, ...]


def stops(
    client: httpx.Client, reader: str, app: FastAPI, starts: tuple[str, ...]
) -> Iterator[Stop]:
    """From the addresses that somebody knows on, one page of each kind."""
    gets, posts = finder(app, "GET", _PAGES), finder(app, "POST")
    waiting, kinds, asked = [*starts], set[str](), set[str]()
    while waiting:
        link = waiting.pop(0)
        if (asked_for := _kind(link, gets)) in asked:
            continue
        asked.add(asked_for)
        answer = client.get(link, follow_redirects=True)
        path = answer.url.raw_path.decode()
        kind = _kind(path, gets)
        if kind in kinds or not answer.headers["content-type"].startswith("text/html"):
            continue
        kinds.add(kind)
        assert answer.status_code == 200, (reader, path, answer.status_code)
        tree = html.fromstring(answer.text)
        yield Stop(reader=reader, kind=kind, path=path, forms=forms_in(tree, path, posts))
        links = {path_of(urljoin(path, str(one))): None for one in tree.xpath("//a/@href")}
        waiting += [one for one in links if one.startswith("/") and not _is_file(one)]


def forms_in(tree: html.HtmlElement, path: str, route_of: Callable[[str], str]) -> tuple[Form, ...]:
    """The posted forms of a page, a button at a time."""
    posted = [form for form in tree.forms if form.method == "POST"]
    return tuple(
        Form(
            action=route_of(urlsplit(urljoin(path, form.get("action") or "")).path),
            deed=_deed(form, button),
            fields=tuple(
                sorted({str(name) for name in form.fields if not name.startswith("answer ")})
            ),
            place=place,
            button=number,
        )
        for place, form in enumerate(posted)
        for number, button in enumerate(form.xpath(".//button"))
        if button.get("aria-hidden") != "true"
    )


def _deed(form: html.HtmlElement, button: html.HtmlElement) -> str:
    if button.get("name") == "do":
        return str(button.get("value"))
    hidden = str(form.xpath("string(.//input[@name='do']/@value)"))
    return hidden or str(button.get("name") or "")


def finder(app: FastAPI, method: str, as_they_are: Collection[str] = ()) -> Callable[[str], str]:
    """The route that takes a path by `method`, with some of its parts `as_they_are`; "": none."""
    routes: list[APIRoute] = [r for r in routes_of(app) if method in (r.methods or ())]

    def route_of(path: str) -> str:
        for route in routes:
            if match := route.path_regex.match(path):
                parts = match.groupdict().items()
                named = ((f"{{{name}}}", value) for name, value in parts if name in as_they_are)
                return reduce(lambda text, part: text.replace(*part), named, route.path)
        return ""

    return route_of


def path_of(link: str) -> str:
    """A link of the report's own as a path; "" of another."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _kind(path: str, route_of: Callable[[str], str]) -> str:
    parts = urlsplit(path)
    names = sorted({name for name, _ in parse_qsl(parts.query)} - _ALIKE)
    return " ".join([route_of(parts.path), *names])


def _is_file(link: str) -> bool:
    """Papers and tables are made by programs of their own; pages only link them."""
    return "." in urlsplit(link).path.rsplit("/", 1)[-1] or link.startswith("/paper/")
