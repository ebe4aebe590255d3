"""Signatures of requests and answers (Ed25519), and how public keys travel."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol import VERSION, BadMessage, digest

SIGNATURE_HEADER = "Kiosk-Signature"
NONCE_HEADER = "Kiosk-Nonce"


_P = 2**255 - 19
_WITHOUT_SIGN = 2**255 - 1
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER = frozenset({0, 1, _P - 1, _P, _P + 1, _ORDER_8, _P - _ORDER_8})
"""The y of every point of order 8 or less, in each spelling: signatures by such a key verify
without a private half (RFC 8032 leaves it to the reader to refuse them)."""


class BadSignature(ValueError):
    """A signature that is missing, malformed or not by the expected key."""


def public_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """A public key as it travels: 32 raw bytes in base64."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return base64.b64encode(public.public_bytes_raw()).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """The key in `text`; BadMessage when it is none, or one for which anybody can sign."""
    try:
        raw = base64.b64decode(text, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, binascii.Error):
        raise BadMessage("public key: 32 bytes in base64 expected") from None
    if int.from_bytes(raw, "little") & _WITHOUT_SIGN in _SMALL_ORDER:
        raise BadMessage("public key: a key for which anybody can sign")
    return key


def sign_request(key: Ed25519PrivateKey, method: str, path: str, nonce: str, body: bytes) -> str:
    return _sign(key, _request_text(method, path, nonce, body))


def check_request(
    key: Ed25519PublicKey, signature: str, method: str, path: str, nonce: str, body: bytes
) -> None:
    """BadSignature unless the terminal's key signed exactly this request."""
    _check(key, signature, _request_text(method, path, nonce, body))


def sign_answer(key: Ed25519PrivateKey, status: int, path: str, nonce: str, body: bytes) -> str:
    return _sign(key, _answer_text(status, path, nonce, body))


def check_answer(
    key: Ed25519PublicKey, signature: str, status: int, path: str, nonce: str, body: bytes
) -> None:
    """BadSignature unless central's key signed exactly this answer to this nonce."""
    _check(key, signature, _answer_text(status, path, nonce, body))


def prove_key(key: Ed25519PrivateKey, path: str, nonce: str) -> str:
    """Shows to who asks at `path`, in the run of this nonce, that one has this key."""
    return _sign(key, _proof_text(public_text(key), path, nonce))


def check_key(text: str, proof: str, path: str, nonce: str) -> None:
    """BadSignature unless who sent the public key in `text` has its other half too; BadMessage."""
    _check(public_key(text), proof, _proof_text(text, path, nonce))


def _proof_text(text: str, path: str, nonce: str) -> bytes:
    return f"kiosk-key-{VERSION}\n{path}\n{nonce}\n{text}".encode()


def _request_text(method: str, path: str, nonce: str, body: bytes) -> bytes:
    return f"kiosk-request-{VERSION}\n{method}\n{path}\n{nonce}\n{digest(body)}".encode()


def _answer_text(status: int, path: str, nonce: str, body: bytes) -> bytes:
    return f"kiosk-answer-{VERSION}\n{status}\n{path}\n{nonce}\n{digest(body)}".encode()


def signature_text(key: Ed25519PrivateKey, text: bytes) -> str:
    """A signature as it travels."""
    return _sign(key, text)


def decoded_signature(signature: str) -> bytes:
    """ValueError for what is none."""
    return base64.b64decode(signature, validate=True)


def _sign(key: Ed25519PrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text)).decode()


def _check(key: Ed25519PublicKey, signature: str, text: bytes) -> None:
    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            raise BadSignature("the signature is not written as base64 writes it")
        key.verify(raw, text)
    except (InvalidSignature, ValueError, binascii.Error):
        raise BadSignature("the signature does not match") from None
