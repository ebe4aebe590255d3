"""The first look at central, before a terminal belongs to it: whether its address can be reached,
whether the clocks agree, and whether its certificate is the one that a person was shown.

Each trouble is a Refusal with its remedy, as a person stands before the screen."""

import re
import socket
import ssl
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2 as httpx

from kiosk.domain.refusal import Refusal, excerpt
from sync.client import WRONG_NAME, WRONG_TIME, believing, cause_of, client_of
from sync.fingerprint import fingerprint_of, plain_fingerprint
from sync.thaikeys import on_us_keys

_PAGE = "/healthz"
"""Central answers it, and briefly, to whoever asks."""
PATIENCE = 8.0
"""Seconds for each step: a person waits."""
CLOCKS_DIFFER = timedelta(hours=1)
"""More than this, and one of the two has a wrong zone, day or year."""
_CODE = re.compile(r"[2-9A-Za-z]{5}-?[2-9A-Za-z]{5}")


class Network(NamedTuple):
    """What the settings say of the way to central: the file of an authority, a proxy."""

    ca: str = ""
    proxy: str = ""


class Invitation(NamedTuple):
    """What central's page shows as a code to scan, and `kiosk setup` takes as its words.
    `fingerprint`: of central's certificate; "" where no terminal needs to be told."""

    address: str
    code: str
    fingerprint: str = ""

    @classmethod
    def read(cls, text: str) -> "Invitation | None":
        """The invitation in a text that was scanned, also through a keyboard that is set to Thai;
        None where it is none."""
        text = on_us_keys(text)
        words = text[max(text.lower().rfind("http"), 0) :].split()
        if len(words) not in (2, 3) or not _CODE.fullmatch(words[1]):
            return None
        fingerprint = plain_fingerprint(words[2]) if len(words) == 3 else ""
        if len(words) == 3 and not fingerprint:
            return None
        try:
            return cls(central_address(words[0]), plain_code(words[1]), fingerprint)
        except Refusal:
            return None


def central_address(typed: str) -> str:
    """Central's address as it was meant; Refusal. Without a scheme it is https://, and one that was
    typed behind that which the screen shows already is one, also with a stroke too few; a path of
    central's pages is left away."""
    text = re.sub(r"^(?:https?:/*)+(?=https?:/)", "", typed.strip())
    text = re.sub(r"^(https?):(?:/+|$|(?=[^/\d]))", r"\1://", text)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refusal("address_form", text=excerpt(typed)) from None
    if parts.scheme not in ("http", "https") or not host or " " in text or parts.username:
        raise Refusal("address_form", text=excerpt(typed))
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
        raise Refusal("address_form", text=excerpt(typed))
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise Refusal("address_not_https", text=excerpt(typed))
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}:{port}" if port else f"{parts.scheme}://{name}"


def plain_code(typed: str) -> str:
    """A one-time code as central writes it, however it was typed."""
    signs = re.sub(r"[^0-9A-Za-z]", "", typed).upper()
    return f"{signs[:5]}-{signs[5:]}" if len(signs) > 5 else signs


def look(address: str, network: Network, fingerprint: str, now: datetime) -> str:
    """Whether central can be reached and believed, from here and now. "": as it is; else its
    certificate (PEM), which is the one with that `fingerprint`. Refusal, of
    which `certificate_unknown` has a fingerprint to compare."""
    try:
        _require_same_time(_ask(address, network, believing(network.ca)), now)
    except httpx.HTTPError as error:
        if not cause_of(error, ssl.SSLCertVerificationError):
            raise _unreachable(address, error) from None
    else:
        return ""
    certificate = _shown_certificate(address, network, now)
    digest = fingerprint_of(certificate)
    if not fingerprint:
        raise Refusal("certificate_unknown", fingerprint=digest)
    if digest != fingerprint:
        raise Refusal("certificate_other")
    return certificate


def _ask(address: str, network: Network, context: ssl.SSLContext) -> httpx.Response:
    with client_of(address, "", proxy=network.proxy, context=context) as client:
        return client.get(_PAGE, timeout=PATIENCE)


def _shown_certificate(address: str, network: Network, now: datetime) -> str:
    """The certificate of whoever answers, once everything but its authority is right; Refusal."""
    credulous = ssl.create_default_context()
    credulous.check_hostname, credulous.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            client_of(address, "", proxy=network.proxy, context=credulous) as client,
            client.stream("GET", _PAGE, timeout=PATIENCE) as response,
        ):
            line = response.extensions["network_stream"].get_extra_info("ssl_object")
            presented = ssl.DER_cert_to_PEM_cert(line.getpeercert(True))
        _require_same_time(response, now)
        _ask(address, network, believing(certificate=presented))
    except httpx.HTTPError as error:
        trouble = cause_of(error, ssl.SSLCertVerificationError)
        if trouble is None:
            raise _unreachable(address, error) from None
        raise _unfit(address, trouble, now) from None
    return presented


def _unfit(address: str, trouble: ssl.SSLCertVerificationError, now: datetime) -> Refusal:
    """What is wrong with a certificate besides that nobody vouches for it."""
    if trouble.verify_code in WRONG_TIME:
        return Refusal("certificate_time", time=f"{now:%Y-%m-%d %H:%M}")
    if trouble.verify_code in WRONG_NAME:
        return Refusal("certificate_name", host=urlsplit(address).hostname or "")
    return Refusal("certificate_unfit", error=trouble.verify_message)


def _require_same_time(response: httpx.Response, now: datetime) -> None:
    """A terminal with a wrong clock has wrong days."""
    try:
        there = parsedate_to_datetime(response.headers["Date"]).astimezone(now.tzinfo)
    except (KeyError, ValueError, TypeError):
        return
    if abs(there - now) > CLOCKS_DIFFER:
        here, other = f"{now:%Y-%m-%d %H:%M}", f"{there:%Y-%m-%d %H:%M}"
        raise Refusal("clocks_differ", here=here, there=other)


def _unreachable(address: str, error: httpx.HTTPError) -> Refusal:
    """Why nobody answers, as far as the network says."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if cause_of(error, socket.gaierror):
        return Refusal("no_such_host", host=parts.hostname or "")
    if cause_of(error, ConnectionRefusedError):
        return Refusal("port_refused", host=parts.hostname or "", port=str(port))
    if cause_of(error, ssl.SSLError) or isinstance(error, httpx.RemoteProtocolError):
        return Refusal("port_not_tls", port=str(port))
    return Refusal("no_network")
