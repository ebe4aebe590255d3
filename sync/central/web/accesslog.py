"""A line for each request, where IT asks for the finest log.

It names the route, never the address: an address may hold a token, or the officer whose page it is.
"""

import logging
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("kiosk.central.access")


class AccessLog:
    """Around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _LOG.isEnabledFor(logging.DEBUG):
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "(no page)")
            milliseconds = (perf_counter() - began) * 1000
            _LOG.debug("%s %s %d %.0f ms", scope["method"], route, status, milliseconds)
