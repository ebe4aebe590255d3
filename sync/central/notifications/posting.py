"""One POST over HTTPS: the certificate checked, no redirect followed, through the office's proxy.

`http.client`, for its socket can be ended from beside: requests has no limit for a whole answer.
"""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import unquote, urlsplit

from sync.central.notifications.sending import (
    LONGEST_SECONDS,
    STEP_SECONDS,
    NotSent,
    ended_after,
    fault_of,
    secured,
    trusted,
)
from sync.proxies import BadProxy, name_of_proxy, proxy_of

_READ = 4096
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Line:
    """How an address is reached. `proxy`: the setting of central.toml."""

    address: str
    authority: str = ""
    proxy: str = ""
    step: float = STEP_SECONDS
    longest: float = LONGEST_SECONDS

    def post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status and the beginning of the answer; NotSent."""
        parts = urlsplit(self.address)
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        connection = self._connection(parts.hostname or "", parts.port or 443)
        try:
            with ended_after(self.longest, connection):
                connection.request("POST", target, body, dict(headers))
                answer = connection.getresponse()
                return answer.status, answer.read(_READ).decode("utf-8", "replace")
        except OSError as error:
            if str(error).startswith("Tunnel connection failed"):
                raise NotSent("proxy", words=str(error), all_of_it=True) from None
            raise fault_of(error) from None
        except (HTTPException, ValueError) as error:
            # Never what came: an address may be another machine's, which is not to be read by it.
            raise NotSent("garbage", words=type(error).__name__, all_of_it=True) from None
        finally:
            connection.close()

    def _connection(self, host: str, port: int) -> "_Https":
        context = trusted(self.authority)
        try:
            proxy = proxy_of(self.address, self.proxy)
            if not proxy:
                return _Https(host, port, timeout=self.step, context=context, far=host)
            parts = urlsplit(proxy)
            if parts.scheme != "http":
                raise BadProxy(name_of_proxy(proxy))
        except BadProxy:
            raise NotSent("proxy", all_of_it=True) from None
        near, gate = parts.hostname or "", parts.port or 80
        through = _Https(near, gate, timeout=self.step, context=context, far=host)
        through.set_tunnel(host, port, _known_by(parts.username, parts.password))
        return through


class _Https(HTTPConnection):
    """Has its socket before the handshake, so that it can be ended in it."""

    default_port = 443

    def __init__(
        self, host: str, port: int, *, timeout: float, context: ssl.SSLContext, far: str
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._context, self._far = context, far

    def connect(self) -> None:
        super().connect()
        tls = secured(self.sock, self._context, self._far)
        self.sock = tls
        tls.do_handshake()


def _known_by(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    words = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": "Basic " + base64.b64encode(words).decode()}
