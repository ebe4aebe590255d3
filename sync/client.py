"""The only HTTP client: one request to central, and in one line why it got no answer."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx2 as httpx
import msgspec
import stamina

from sync.messages import ErrorLine
from sync.protocol import MAX_BODY
from sync.proxies import BadProxy, proxy_of

TIMEOUT = 20.0
"""Seconds for each step of a request."""
ATTEMPTS = 3
UNSAID, SHORTEST = 30.0, 5.0
"""Seconds to wait where the answer names none that can be read, and at the least."""
WRONG_TIME = (9, 10)
WRONG_NAME = (62, 64)
"""OpenSSL's numbers for what it has against a certificate: before its time or after it, of another
name or address (x509_vfy.h)."""
E = TypeVar("E", bound=BaseException)
_LATER = (
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)
"""Also what a proxy says while central's machine starts."""


class SyncFailed(Exception):
    """The run ended early; nothing is lost, what was due stays due. One line."""


class Unreachable(SyncFailed):
    """No answer from central."""


class TryLater(SyncFailed):
    """Asked to come again, after so many seconds."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


class CentralRefused(SyncFailed):
    """Central itself said no to one request, under its signature: trying again changes nothing."""

    def __init__(self, text: str, status: int, reason: str) -> None:
        super().__init__(text)
        self.status, self.reason = status, reason

    @classmethod
    def of(cls, what: str, status: int, answer: bytes) -> "CentralRefused":
        """`what`: the request's method and name."""
        reason = ErrorLine.words(answer) or "no reason given"
        text = f"central answered {status} to {what}: {reason}"
        if status == httpx.codes.FORBIDDEN:  # it refuses who asks, whatever is asked
            text = f"central says: {reason}"
        return cls(text, status, reason)


class NotCentral(SyncFailed):
    """Something answered that is not our central: a captive portal, a proxy, another server."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Seen:
    """What central says to anybody. `certificate_end`: None where it is reached without TLS."""

    version: str
    certificate_end: datetime | None


class Answered(NamedTuple):
    """What one request came to. `certificate_end`: None without TLS."""

    status: int
    body: bytes
    headers: httpx.Headers
    certificate_end: datetime | None


class _Health(msgspec.Struct):
    version: str


def look_at(url: str, ca: str, proxy: str = "") -> Seen:
    """Ask central how it is, once; SyncFailed."""
    with client_of(url, ca, proxy=proxy) as client:
        try:
            with client.stream("GET", "/healthz") as response:
                answer, end = _read(response, url), _certificate_end(response)
        except httpx.HTTPError as error:
            raise _unreachable(url, error) from None
    try:
        health = msgspec.json.decode(answer, type=_Health)
    except msgspec.DecodeError:
        raise NotCentral(not_central(url, response.status_code)) from None
    return Seen(health.version, end)


def client_of(
    url: str,
    ca: str,
    transport: httpx.BaseTransport | None = None,
    proxy: str = "",
    context: ssl.SSLContext | None = None,
) -> httpx.Client:
    """A client for central at `url`: over `transport`, or the network. `ca`: the file of a private
    authority; `proxy`: of the settings; "": what the environment says; `context`: another belief
    than in the system's authorities, or in the one of `ca`. SyncFailed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SyncFailed(f"{url}: write central's address as https://name")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise SyncFailed(f"{url}: central is at no path: write https://{parts.netloc}")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise SyncFailed(f"{url}: only https:// is safe beyond this machine")
    try:
        https = parts.scheme == "https"
        verify = (context or believing(ca)) if https else False
        way = _through(proxy_of(url, proxy), ca)
    except (OSError, ssl.SSLError) as error:
        raise SyncFailed(f"{ca}: the certificate authority can't be read: {error}") from None
    except BadProxy as error:
        raise SyncFailed(str(error)) from None
    return httpx.Client(
        base_url=url,
        proxy=way,
        timeout=TIMEOUT,
        verify=verify,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )


def believing(ca: str = "", certificate: str = "") -> ssl.SSLContext:
    """Belief in the authorities of file `ca` or in one `certificate` (PEM), also where that is
    central's own and no authority's; else in the system's."""
    context = ssl.create_default_context(cafile=ca or None, cadata=certificate or None)
    if ca or certificate:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _through(way: str, ca: str) -> httpx.Proxy | None:
    """A proxy at https:// is believed by the system's authorities, and by the office's own."""
    if not way:
        return None
    if not way.startswith("https://"):
        return httpx.Proxy(way)
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(ca)
    return httpx.Proxy(way, ssl_context=context)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def send(
    client: httpx.Client, method: str, path: str, body: bytes, headers: dict[str, str]
) -> Answered:
    """One request, tried a few times; at most MAX_BODY bytes of the answer are read."""
    url = str(client.base_url)
    if body:
        headers = headers | {"Content-Type": "application/json"}
    try:
        for attempt in stamina.retry_context(on=_may_pass, attempts=ATTEMPTS, timeout=3 * TIMEOUT):
            with attempt, client.stream(method, path, content=body, headers=headers) as response:
                answer = _read(response, url)
                if response.status_code in _LATER:
                    raise _try_later(url, response.status_code, answer, response.headers)
                return Answered(
                    status=response.status_code,
                    body=answer,
                    headers=response.headers,
                    certificate_end=_certificate_end(response),
                )
    except httpx.HTTPError as error:
        raise _unreachable(url, error) from None
    raise AssertionError("retry_context ends by returning or raising")


def _certificate_end(response: httpx.Response) -> datetime | None:
    """When the certificate ends that was shown on this line; None without TLS."""
    stream = response.extensions.get("network_stream")
    line = stream.get_extra_info("ssl_object") if stream else None
    end = (line.getpeercert() or {}).get("notAfter") if line else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if end else None


def _read(response: httpx.Response, url: str) -> bytes:
    answer = bytearray()
    for piece in response.iter_bytes():
        answer += piece
        if len(answer) > MAX_BODY:
            raise NotCentral(not_central(url, response.status_code))
    return bytes(answer)


def _unreachable(url: str, error: httpx.HTTPError) -> Unreachable:
    if trouble := cause_of(error, ssl.SSLCertVerificationError):
        return Unreachable(
            f"{url}: its certificate is not believed: {trouble.verify_message.rstrip('.')}; "
            f"{_remedy(trouble.verify_code)}"
        )
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            f"{url}: the office's proxy gives no way through: {error}; see `proxy` under [sync] in "
            "the settings, and HTTPS_PROXY"
        )
    return Unreachable(f"{url}: no answer: {error or type(error).__name__}")


def _try_later(url: str, status: int, answer: bytes, headers: httpx.Headers) -> TryLater:
    seconds = _seconds(headers)
    reason = ErrorLine.words(answer) or "no reason given"
    return TryLater(f"{url} answered {status}, come again later: {reason}", seconds)


def _seconds(headers: httpx.Headers) -> float:
    """How long `Retry-After` asks to stay away: seconds, or a date (RFC 9110, 10.2.3) that is read
    against the answer's own, as the clocks of the two may differ."""
    retry_after = headers.get("Retry-After", "").strip()
    if retry_after.isascii() and retry_after.isdigit():
        return max(float(retry_after), SHORTEST)
    try:
        then = parsedate_to_datetime(retry_after)
        now = parsedate_to_datetime(headers["Date"])
        return max((then - now).total_seconds(), SHORTEST)
    except (KeyError, ValueError, TypeError, OverflowError):
        return UNSAID


def _may_pass(error: Exception) -> bool:
    """Whether another try can do better."""
    unfit = cause_of(error, ssl.SSLCertVerificationError)
    return isinstance(error, httpx.TransportError) and unfit is None


def _remedy(verify_code: int) -> str:
    """What a person does about a certificate that is not believed."""
    if verify_code in WRONG_TIME:
        return "renew it at central, where this machine's clock is right"
    if verify_code in WRONG_NAME:
        return "name central as its certificate does, or have it made for this name"
    return (
        "the office's own authority is named by `ca` under [sync] in the settings, also of a proxy "
        "at https://; `kiosk central-address URL --ca FILE` puts it there"
    )


def cause_of(error: BaseException | None, kind: type[E]) -> E | None:
    """The error of a `kind` that led to `error`."""
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


_ANOTHER_SERVER = "a sign-in page of the network, or another server"
_GUESSES: dict[int, str] = {
    httpx.codes.CONTENT_TOO_LARGE: "a proxy takes no body of this size: have it take 1 MiB",
    httpx.codes.PROXY_AUTHENTICATION_REQUIRED: "a proxy asks who this is; see `proxy` under [sync]",
}


def moved(headers: httpx.Headers) -> str:
    """Where a redirection points to, as a remedy; "" where it names no address."""
    address = headers.get("Location", "")
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        return ""
    return f"; it points to https://{parts.netloc.rpartition('@')[2]}: use that address"


def not_central(url: str, status: int, answer: bytes = b"") -> str:
    """What answered without central's signature says of itself, or what it may be."""
    words = ErrorLine.words(answer)
    guess = f"it says “{words}”" if words else _GUESSES.get(status, _ANOTHER_SERVER)
    return f"{url} answered {status}, but without central's signature: {guess}"
