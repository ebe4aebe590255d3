"""The application's edge: what no request may hold, what every answer says, HEAD as GET.

It stands around every route, so that a new page or file has these by itself.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central.settings import CentralSettings

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no database, page or log line takes: control characters, and halves of characters."""
_ESCAPED_CONTROLS = re.compile(
    rb"%(?:0[0-8bcBCefEF]|1[0-9a-fA-F]|7[fF])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
"""The same in a query, as it came."""
_YEAR_SECONDS = 31_536_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer: browsers then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, whatever made it."""
STRICT_TRANSPORT = f"max-age={_YEAR_SECONDS}; includeSubDomains"
Sent = tuple[tuple[bytes, bytes], ...]
"""Headers as they are sent."""


def _sent(headers: dict[str, str]) -> Sent:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


def has_controls(text: str) -> bool:
    """Whether a text holds what no database, page or log line takes."""
    return _CONTROLS.search(text) is not None


def is_secure(settings: CentralSettings, scheme: str) -> bool:
    """Whether people reach the report over TLS: here, or at a proxy in front."""
    return scheme == "https" or settings.url.startswith("https://")


class Edge:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, settings: CentralSettings, refuse: ASGIApp) -> None:
        self._app, self._settings, self._refuse = app, settings, refuse
        self._always = _sent(HEADERS)
        self._over_tls = _sent({**HEADERS, "Strict-Transport-Security": STRICT_TRANSPORT})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = _Answer(send, self._headers(scope), without_body=scope["method"] == "HEAD")
        app = self._refuse if _is_out_of_form(scope) else self._app
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await app(scope, receive, answering.send)

    def _headers(self, scope: Scope) -> Sent:
        return self._over_tls if is_secure(self._settings, scope["scheme"]) else self._always


class _Answer:
    """Completes the headers of one answer."""

    def __init__(self, send: Send, headers: Sent, *, without_body: bool) -> None:
        self._send, self._headers, self._without_body = send, headers, without_body

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            own: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            names = {name.lower() for name, _ in own}
            missing = (header for header in self._headers if header[0] not in names)
            message = {**message, "headers": [*own, *missing]}
        elif self._without_body:
            message = {**message, "body": b""}
        await self._send(message)


def _is_out_of_form(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    if {b"content-length", b"transfer-encoding"} <= names:
        return True  # a proxy in front may find another end of this request than we do
    query: bytes = scope.get("query_string", b"")
    return has_controls(scope["path"]) or _ESCAPED_CONTROLS.search(query) is not None


def add_edge(
    app: FastAPI, settings: CentralSettings, refuse: Callable[..., Awaitable[Any]]
) -> None:
    """Put the edge around `app`; `refuse` answers what no request may hold."""
    app.add_middleware(Edge, settings=settings, refuse=refuse)
