"""The publisher's key, and how it goes on with another one: each signs the next."""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.messages.updates import NextPublisher
from sync.protocol import BadMessage
from sync.signing import decoded_signature, public_key, signature_text


def hand_over(before: Ed25519PrivateKey, public: str) -> NextPublisher:
    """Who has the key of now names the next one."""
    return NextPublisher(public_key=public, proof=signature_text(before, _text(public)))


def followed(trusted: str, publishers: Iterable[NextPublisher]) -> str:
    """The newest key that the trusted one leads to, step by step. What it does not lead to is not
    believed."""
    for step in publishers:
        if _leads(trusted, step):
            trusted = step.public_key
    return trusted


def _leads(trusted: str, step: NextPublisher) -> bool:
    try:
        public_key(step.public_key)
        proof = decoded_signature(step.proof)
        public_key(trusted).verify(proof, _text(step.public_key))
    except (BadMessage, InvalidSignature, ValueError):
        return False
    return step.public_key != trusted


def _text(public: str) -> bytes:
    return f"kiosk-publisher-1\n{public}".encode()
