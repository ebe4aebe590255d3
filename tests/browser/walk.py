"""Every page that somebody comes to by links: one of each route."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Response

_LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.href)"
_FILE = re.compile(r"\.[a-z]+$")


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the walk, in the window `page`."""

    route: str
    path: str
    page: Page


def walk(
    context: BrowserContext, route_of: Callable[[str], str], complain: Callable[[str], None]
) -> Iterator[Stop]:
    """From the front page on. `route_of`: of a path; "" where no route takes it."""
    page = context.new_page()
    page.on("console", lambda message: complain(f"{page.url}: {message.text}"))
    waiting, routes = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if route in routes:
            continue
        routes.add(route)
        answer = _opened(page, path)
        if answer is None:
            continue
        if answer.status != 200:
            complain(f"{path}: {answer.status}")
        links = page.evaluate(_LINKS)
        waiting += [_path(link) for link in links if link.startswith(_origin(page.url))]
        yield Stop(route=route, path=path, page=page)


def _opened(page: Page, path: str) -> Response | None:
    """The answer; None where it is a file."""
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in str(error):
            return None
        raise
    assert answer is not None
    is_page = answer.header_value("content-type") or ""
    return answer if is_page.startswith("text/html") else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _path(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")
