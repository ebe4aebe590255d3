"""What a stick carries between central and a terminal without a network: the same signed requests
and the same signed answers as over HTTP (WIRE.md, "On a stick"). Pure: bytes in, values out.

Requests hold tallies of single days, so they are sealed to central (HPKE, RFC 9180): who finds
the stick learns no score. Answers hold none.
"""

from typing import Annotated, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Meta

from sync.messages.message import Message, Row
from sync.messages.values import MAX_ROWS, Identifier, ShortText, Signature
from sync.protocol import MAX_BODY, BadMessage
from sync.sealing import SUITE, sealing_key

TO_CENTRAL, FROM_CENTRAL = ".to-central", ".from-central"
MAX_BYTES = 64 << 20
"""Of a file on a stick: years of day reports."""
SEALED = b"kiosk-sealed-1\n"
BOX = "box"
"""Where a path would stand in what central signs: the key that requests are sealed to."""

_INFO = b"kiosk stick 1"

Method = Annotated[str, Meta(max_length=8)]
Status = Annotated[int, Meta(ge=100, le=599)]
Body = Annotated[bytes, Meta(max_length=MAX_BODY)]
"""In base64, as JSON can't carry bytes."""


class Request(Row, frozen=True):
    """One signed request: its name follows `/v1/sites/SITE/terminals/TERMINAL/`."""

    method: Method
    name: ShortText
    nonce: ShortText
    signature: Signature
    body: Body
    etag: ShortText


class Reply(Row, frozen=True):
    """Central's signed answer to the request of this method, name and nonce."""

    method: Method
    name: ShortText
    nonce: ShortText
    status: Status
    signature: Signature
    body: Body


class Outward(Message, frozen=True):
    """What a terminal gives to the stick."""

    MAX_BYTES: ClassVar[int] = MAX_BYTES

    site: Identifier
    terminal: Identifier
    requests: Annotated[tuple[Request, ...], Meta(max_length=MAX_ROWS)]

    def sealed(self, box: str) -> bytes:
        """The bytes for the stick, sealed to central's `box`; readable where none is known yet,
        which is for a first greeting only."""
        if not box:
            return self.to_bytes()
        return SEALED + SUITE.encrypt(self.to_bytes(), sealing_key(box), info=_INFO)

    @classmethod
    def unsealed(cls, data: bytes, box: X25519PrivateKey) -> "Outward":
        """BadMessage unless the bytes are whole, and sealed to this box or not at all."""
        if not data.startswith(SEALED):
            return cls.parse(data)
        try:
            plain = SUITE.decrypt(data[len(SEALED) :], box, info=_INFO)
        except (InvalidTag, ValueError):
            raise BadMessage("damaged, or sealed for another central") from None
        return cls.parse(plain)


class Homeward(Message, frozen=True):
    """What central gives to the stick for one terminal. `box_signature`: by central's key.
    Nothing of it is believed because it can be read."""

    MAX_BYTES: ClassVar[int] = MAX_BYTES

    site: Identifier
    terminal: Identifier
    box: ShortText
    box_signature: Signature
    replies: Annotated[tuple[Reply, ...], Meta(max_length=MAX_ROWS)]


def box_of(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """Central's key for sealed requests, made from the one it signs with (HKDF, RFC 5869)."""
    seed = HKDF(SHA256(), 32, salt=None, info=_INFO).derive(key.private_bytes_raw())
    return X25519PrivateKey.from_private_bytes(seed)
