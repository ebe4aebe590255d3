"""Secrets that the database holds and only this central opens: encrypted under a key made from
`central.key`, which lies outside the database and is backed up with it."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.central.usecases.central import Central

_NONCE_BYTES = 12


class NotOurs(Exception):
    """It was sealed for another owner, or under another `central.key`."""


def seal(central: Central, purpose: bytes, owner: bytes, secret: bytes) -> str:
    """`secret`, to be opened for the same purpose and owner alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    hidden = _cipher(central, purpose).encrypt(nonce, secret, owner)
    return urlsafe_b64encode(nonce + hidden).decode()


def unseal(central: Central, purpose: bytes, owner: bytes, sealed: str) -> bytes:
    """NotOurs."""
    try:
        data = urlsafe_b64decode(sealed.encode())
        nonce, hidden = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        return _cipher(central, purpose).decrypt(nonce, hidden, owner)
    except (InvalidTag, NoBase64, ValueError):
        raise NotOurs from None


def _cipher(central: Central, purpose: bytes) -> AESGCM:
    key = central.key.private_bytes_raw()
    return AESGCM(hmac.digest(key, purpose, "sha256"))
