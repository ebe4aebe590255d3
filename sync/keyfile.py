"""The terminal's private key: an Ed25519 key in a file only its owner can read."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.files import write_whole

FILE_NAME = "terminal.key"


class KeyUnusable(Exception):
    """The key file is missing, unreadable, open to others or no Ed25519 key; one line."""


def write_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Write `key` to `path`, mode 0600, whole or not at all; an older file is replaced."""
    write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def read_key(path: Path) -> Ed25519PrivateKey:
    try:
        if path.stat().st_mode & 0o077:
            raise KeyUnusable(f"{path}: others can read it; run `chmod 600 {path}`")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyUnusable(f"{path}: not found; enrol this terminal again") from None
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnusable(f"{path}: can't be read: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path}: is not an Ed25519 key; enrol this terminal again")
    return key
