"""What every part of the protocol of WIRE.md shares: its version, its limits and its digests.

Light to load: the terminal's screen imports some of it before the first paint. The messages
themselves are in `sync.messages`.
"""

import hashlib

VERSION = 1
MAX_BODY = 1 << 20
"""Bytes of the largest body either end reads."""


class BadMessage(ValueError):
    """Bytes that are no message of this version. The text names the field and what was expected.
    It goes to the other machine and is always English."""


def digest(body: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(body).hexdigest()


def etag(body: bytes) -> str:
    """The HTTP entity tag (RFC 9110, 8.8.3) of a body."""
    return f'"{digest(body)[:32]}"'


def chained(previous: str, entry: str) -> str:
    """The hash of a log's entry, from the hash before it ("" before the first) and the digest of
    the entry. Central makes it, and a terminal makes it again from the digests alone."""
    return digest(f"{previous} {entry}".encode())
