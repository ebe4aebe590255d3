"""The terminal's private key: an Ed25519 key in a file only its owner can read. Beside it the next
one, until central knows it, and the one before."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.files import sync_folder, write_whole

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


@dataclass(frozen=True, slots=True)
class Renewal:
    """A key that this terminal is to go on with. It lies beside the one of now: whatever breaks off
    between the two ends, one of them opens a run."""

    path: Path | None
    """Of the key of now; None: it is the key of now, that central has forgotten."""
    key: Ed25519PrivateKey

    @classmethod
    def again(cls, key: Ed25519PrivateKey) -> "Renewal":
        return cls(None, key)

    def finish(self) -> None:
        """Central knows it: it takes the place of the one of now, which stays beside it for a
        central that is put back from a backup."""
        if self.path is None or not _next(self.path).exists():
            return
        write_whole(_before(self.path), self.path.read_bytes())
        # A heartbeat beside a sync may have been faster.
        with contextlib.suppress(FileNotFoundError):
            os.replace(_next(self.path), self.path)
        sync_folder(self.path.parent)


def begin_renewal(path: Path) -> Renewal:
    """The next key: a new one, unless one waits already."""
    begun = pending_renewal(path)
    if begun is None:
        write_key(_next(path), Ed25519PrivateKey.generate())
        begun = Renewal(path=path, key=read_key(_next(path)))
    return begun


def pending_renewal(path: Path) -> Renewal | None:
    """The next key, where there is one; KeyUnusable."""
    following = _next(path)
    return Renewal(path=path, key=read_key(following)) if following.exists() else None


def key_before(path: Path) -> Ed25519PrivateKey | None:
    """The key before the one of now, where there was one; KeyUnusable."""
    return read_key(_before(path)) if _before(path).exists() else None


def enrolling_key(path: Path) -> Ed25519PrivateKey:
    """The key to enrol with: the one of an attempt that broke off, whose answer central repeats,
    or a new one. On the disk before central hears of it."""
    attempt = _enrolling(path)
    try:
        return read_key(attempt)
    except KeyUnusable:
        write_key(attempt, Ed25519PrivateKey.generate())
        return read_key(attempt)


def use_enrolling_key(path: Path) -> None:
    """Central knows it: it takes the place of any other."""
    drop_other_keys(path)
    os.replace(_enrolling(path), path)
    sync_folder(path.parent)


def drop_other_keys(path: Path) -> None:
    """They are of an identity that is no more."""
    for other in (_next(path), _before(path)):
        other.unlink(missing_ok=True)


def _enrolling(path: Path) -> Path:
    return path.with_name(path.name + ".enrolling")


def _next(path: Path) -> Path:
    return path.with_name(path.name + ".next")


def _before(path: Path) -> Path:
    return path.with_name(path.name + ".before")
