"""What a stick carries between central and a terminal without a network: the same signed requests
and the same signed answers as over HTTP (WIRE.md, section 6). Pure: bytes in, values out.

Requests hold tallies of single days, so they are sealed to central (HPKE, RFC 9180): whoever finds
the stick learns no score. Answers hold none.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.fields import MAX_BODY, MAX_ROWS, VERSION, BadMessage, canonical, count, id_text, text
from sync.sealing import SUITE, sealing_key

TO_CENTRAL, FROM_CENTRAL = ".to-central", ".from-central"
MAX_BYTES = 64 << 20
"""Of a file on a stick: years of day reports."""
SEALED = b"kiosk-sealed-1\n"
BOX = "box"
"""Where a path would stand in what central signs: the key that requests are sealed to."""

_INFO = b"kiosk stick 1"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One signed request: its name follows `/v1/sites/SITE/terminals/TERMINAL/`."""

    method: str
    name: str
    nonce: str
    signature: str
    body: bytes = b""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Central's signed answer to the request of this method, name and nonce."""

    method: str
    name: str
    nonce: str
    status: int
    signature: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Outward:
    """What a terminal gives to the stick."""

    site: str
    terminal: str
    requests: tuple[Request, ...]

    def to_bytes(self, box: str = "") -> bytes:
        """Sealed to central's `box`; readable where none is known yet, which is for a first
        greeting only."""
        rows = [
            [r.method, r.name, r.nonce, r.signature, r.body.decode(), r.etag] for r in self.requests
        ]
        plain = canonical(
            {"v": VERSION, "site": self.site, "terminal": self.terminal, "requests": rows}
        )
        if not box:
            return plain
        return SEALED + SUITE.encrypt(plain, sealing_key(box), info=_INFO)

    @classmethod
    def parse(cls, found: bytes, box: X25519PrivateKey) -> "Outward":
        """BadMessage unless the bytes are whole, and sealed to this box or not at all."""
        if found.startswith(SEALED):
            try:
                found = SUITE.decrypt(found[len(SEALED) :], box, info=_INFO)
            except (InvalidTag, ValueError):
                raise BadMessage("damaged, or sealed for another central") from None
        read = _object(found, {"site", "terminal", "requests"})
        rows = _rows(read, "requests", 6, _request)
        return cls(id_text("site", read["site"]), id_text("terminal", read["terminal"]), rows)


@dataclass(frozen=True, slots=True)
class Homeward:
    """What central gives to the stick for one terminal. `box_signature`: by central's key."""

    site: str
    terminal: str
    box: str
    box_signature: str
    replies: tuple[Reply, ...]

    def to_bytes(self) -> bytes:
        rows = [
            [r.method, r.name, r.nonce, r.status, r.signature, r.body.decode()]
            for r in self.replies
        ]
        return canonical(
            {
                "v": VERSION,
                "site": self.site,
                "terminal": self.terminal,
                "box": self.box,
                "box_signature": self.box_signature,
                "replies": rows,
            }
        )

    @classmethod
    def parse(cls, found: bytes) -> "Homeward":
        """BadMessage unless the bytes are whole. Nothing of it is believed by that alone."""
        read = _object(found, {"site", "terminal", "box", "box_signature", "replies"})
        rows = _rows(read, "replies", 6, _reply)
        return cls(
            site=id_text("site", read["site"]),
            terminal=id_text("terminal", read["terminal"]),
            box=text("box", read["box"], 64),
            box_signature=text("box_signature", read["box_signature"], 200),
            replies=rows,
        )


def box_of(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """Central's key for sealed requests, made from the one it signs with (HKDF, RFC 5869)."""
    seed = HKDF(SHA256(), 32, salt=None, info=_INFO).derive(key.private_bytes_raw())
    return X25519PrivateKey.from_private_bytes(seed)


def _object(found: bytes, names: set[str]) -> dict[str, Any]:
    if len(found) > MAX_BYTES:
        raise BadMessage(f"more than {MAX_BYTES >> 20} MiB")
    try:
        read = json.loads(found)
    except (ValueError, RecursionError):
        raise BadMessage("damaged, or of something else") from None
    if not isinstance(read, dict) or read.pop("v", None) != VERSION or read.keys() != names:
        raise BadMessage("of another version, or of something else")
    return read


def _rows(
    read: dict[str, Any], name: str, width: int, parse: Callable[[list[Any]], T]
) -> tuple[T, ...]:
    rows = read[name]
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise BadMessage(f"{name}: a list of at most {MAX_ROWS} expected")
    if not all(isinstance(row, list) and len(row) == width for row in rows):
        raise BadMessage(f"{name}: rows of {width} expected")
    return tuple(parse(row) for row in rows)


def _request(row: list[Any]) -> Request:
    method, name, nonce, signature, body, etag = row
    head = _head(method, name, nonce)
    return Request(*head, text("signature", signature, 200), _body(body), text("etag", etag, 64))


def _reply(row: list[Any]) -> Reply:
    method, name, nonce, status, signature, body = row
    head = _head(method, name, nonce)
    signed = count("status", status, 599), text("signature", signature, 200)
    return Reply(*head, *signed, _body(body))


def _head(method: Any, name: Any, nonce: Any) -> tuple[str, str, str]:
    return text("method", method, 8), text("name", name, 64), text("nonce", nonce, 64)


def _body(body: Any) -> bytes:
    return text("body", body, MAX_BODY).encode()
