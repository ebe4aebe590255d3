"""How a terminal comes to belong to central."""

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.store.state import Enrolment
from sync.client import NotCentral, SyncFailed, client_of, moved, send
from sync.messages import Enrol, Enrolled, ErrorLine
from sync.protocol import BadMessage
from sync.signing import public_key, public_text

_UNKNOWN_REQUEST = (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED)


class CodeRefused(SyncFailed):
    """The one-time code is not one of central's, or no longer."""


class OtherRelease(NotCentral):
    """A central answered that does not know this request: one of the two is older."""


def enrol(url: str, code: str, key: Ed25519PrivateKey, ca: str = "", proxy: str = "") -> Enrolment:
    """Use a one-time code at central; the terminal's identity. SyncFailed when it is refused."""
    url = url.rstrip("/")
    message = Enrol(code=code.strip().upper(), public_key=public_text(key))
    with client_of(url, ca, proxy=proxy) as client:
        status, answer, headers, _ = send(client, "POST", "/v1/enrol", message.to_bytes(), {})
    if status == httpx.codes.FORBIDDEN:
        raise CodeRefused("the code is wrong, used or older than 10 minutes; ask for a new one")
    if status in _UNKNOWN_REQUEST and ErrorLine.words(answer):
        raise OtherRelease(f"{url} is of another release; update the older of the two", status)
    stranger = NotCentral(
        f"{url} answered {status}, but not as a central report does{moved(headers)}"
    )
    if status != httpx.codes.OK:
        raise stranger
    try:
        enrolled = Enrolled.parse(answer)
        public_key(enrolled.central_key)
        if enrolled.publisher_key:
            public_key(enrolled.publisher_key)
    except BadMessage:
        raise stranger from None
    return Enrolment(
        url=url,
        site=enrolled.site,
        terminal=enrolled.terminal,
        counter=enrolled.counter,
        central_key=enrolled.central_key,
        publisher_key=enrolled.publisher_key,
    )
