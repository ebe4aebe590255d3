"""Sealing to a key: HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, ChaCha20-Poly1305. Requests
are signed by the terminal and answers by central, which is what the base mode leaves open.

What checks a PIN goes from central to one terminal sealed to a key that the terminal made for this
one request, so that nobody else can open it, and nobody later.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kiosk.pin import BadVerifier, Verifier
from sync.protocol import BadMessage

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def sealing_text(key: X25519PrivateKey) -> str:
    """The public half as it travels: 32 raw bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sealing_key(text: str) -> X25519PublicKey:
    """The key in `text`; BadMessage when it is none."""
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise BadMessage("key: an X25519 key, 32 bytes in base64, expected") from None


def seal(
    public: str, site: str, terminal: str, officer: str, issue: int, verifier: Verifier
) -> str:
    """`verifier` for the holder of `public`, in base64; BadMessage when that is no key."""
    info = _info(site, terminal, officer, issue)
    key = sealing_key(public)
    try:
        sealed = SUITE.encrypt(verifier.to_bytes(), key, info=info)
    except ValueError:  # a key of a small order
        raise BadMessage("key: can't be sealed to") from None
    return base64.b64encode(sealed).decode()


def unseal(
    key: X25519PrivateKey, site: str, terminal: str, officer: str, issue: int, sealed: str
) -> Verifier:
    """BadMessage unless it was sealed to `key`, for this terminal and this issue."""
    try:
        data = base64.b64decode(sealed, validate=True)
        return Verifier.parse(SUITE.decrypt(data, key, info=_info(site, terminal, officer, issue)))
    except BadVerifier as error:
        raise BadMessage(f"pins: {error}") from None
    except (InvalidTag, ValueError, binascii.Error):
        raise BadMessage("pins: one is sealed to another key") from None


def _info(site: str, terminal: str, officer: str, issue: int) -> bytes:
    return "\n".join(("kiosk-pin-1", site, terminal, officer, str(issue))).encode()
