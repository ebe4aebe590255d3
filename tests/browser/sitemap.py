"""Every page that each reader comes to by links, and every form there: read once in a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2 as httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from lxml import html

from tests.support.central_routes import routes_of

_ALIKE = {"lang", "period", "round"}
"""Parts of a query that show the same page of another time."""


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
        """Forms of one kind are one form about different things."""
        return self.action, self.deed, self.fields


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
    gets, posts = (finder(app, method) for method in ("GET", "POST"))
    waiting, kinds = [*starts], set[str]()
    while waiting:
        answer = client.get(waiting.pop(0), follow_redirects=True)
        path = answer.url.raw_path.decode()
        kind = _kind(path, gets)
        if kind in kinds or not answer.headers["content-type"].startswith("text/html"):
            continue
        kinds.add(kind)
        assert answer.status_code == 200, (reader, path, answer.status_code)
        tree = html.fromstring(answer.text)
        yield Stop(reader=reader, kind=kind, path=path, forms=forms_in(tree, path, posts))
        links = {path_of(urljoin(path, str(link))): None for link in tree.xpath("//a/@href")}
        waiting += [
            link
            for link in links
            if link.startswith("/") and not _is_file(link) and _kind(link, gets) not in kinds
        ]


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
    )


def _deed(form: html.HtmlElement, button: html.HtmlElement) -> str:
    if button.get("name") == "do":
        return str(button.get("value"))
    hidden = str(form.xpath("string(.//input[@name='do']/@value)"))
    return hidden or str(button.get("name") or "")


def finder(app: FastAPI, method: str) -> Callable[[str], str]:
    """The route that takes a path by `method`; "": none does."""
    routes: list[APIRoute] = [r for r in routes_of(app) if method in (r.methods or ())]
    return lambda path: next((r.path for r in routes if r.path_regex.match(path)), "")


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
