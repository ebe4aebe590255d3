"""A proxy in front: what it says of the browser's address, scheme and host, where it is trusted.

uvicorn's own middleware reads X-Forwarded-For and X-Forwarded-Proto; X-Forwarded-Host it does not.
"""

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

Network = IPv4Network | IPv6Network
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_LOG = logging.getLogger("kiosk.central")


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between; ValueError names the one that is none."""
    return tuple(ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def behind(app: ASGIApp, trusted: Sequence[Network]) -> ASGIApp:
    """`app` as it is behind a proxy at one of these addresses."""
    if not trusted:
        return _Unexpected(app)
    addresses = [str(network) for network in trusted]
    # uvicorn has types of its own for the same three things.
    with_address: ASGIApp = ProxyHeadersMiddleware(app, addresses)  # type: ignore[arg-type,assignment]
    return _Host(with_address, trusted)


class _Host:
    """Takes the host that the browser asked for from a proxy that writes its own."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_from(scope, self._trusted):
            hosts = Headers(scope=scope).getlist("x-forwarded-host")
            host = hosts[-1].rpartition(",")[2].strip() if hosts else ""
            if _HOST.fullmatch(host):
                scope = {**scope, "headers": list(scope["headers"])}
                MutableHeaders(scope=scope)["host"] = host
        await self._app(scope, receive, send)


class _Unexpected:
    """Says once what is wrong where a proxy stands in front and was not named."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._said = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._said and scope["type"] == "http" and scope["client"]:
            names = {name for name, _ in scope["headers"]}
            if names & {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"}:
                self._said = True
                peer = scope["client"][0]
                _LOG.warning(
                    "requests come through a proxy at %s that is not believed: all of them count "
                    "as its own; start with --behind-proxy %s",
                    peer,
                    peer,
                )
        await self._app(scope, receive, send)


def _is_from(scope: Scope, trusted: Sequence[Network]) -> bool:
    try:
        peer = ip_address(scope["client"][0])
    except (TypeError, ValueError):
        return False
    return any(peer in network for network in trusted)
