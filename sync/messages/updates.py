"""Which release of the program central wants at a terminal, and how the terminal stands to it."""

from typing import Annotated, Literal

from msgspec import Meta

from sync.messages.message import Message, Row
from sync.messages.values import Hash, ReleaseVersion, ReleaseVersionOrNone, ShortText, Signature

RELEASE_PIECE = 512 << 10
"""Bytes of a release that travel in one answer; the last piece has fewer."""
MOST_REFUSED = 20
MOST_KEYS = 20
MAX_HEADER = 4096
"""Bytes of the three lines that a release begins with."""
MAX_PAYLOAD = 256 << 20
MAX_UNPACKED = 1 << 30
MAX_FILES = 50_000


class RefusedRelease(Row, frozen=True):
    """A release that the terminal does not try again, and why."""

    version: ReleaseVersion
    reason: Annotated[str, Meta(max_length=200)]


class UpdateState(Message, frozen=True):
    """How a terminal stands to releases. `fetched`: installed beside the running one, and waits
    until nobody is served. `publisher`: the public key it trusts, "" for none."""

    python: ShortText
    machine: ShortText
    version: ReleaseVersion
    fetched: ReleaseVersionOrNone
    on_trial: bool
    publisher: ShortText
    refused: Annotated[tuple[RefusedRelease, ...], Meta(max_length=MOST_REFUSED)]


class NextPublisher(Row, frozen=True):
    """A publisher's next public key, and the signature of it by the key before."""

    public_key: ShortText
    proof: Signature


class WantedRelease(Message, frozen=True):
    """The signed first lines of the release that the terminal is to run; none: it is right as it
    is. `publishers`: how the publisher's key went on, the oldest first."""

    header: Annotated[bytes, Meta(max_length=MAX_HEADER)]
    publishers: Annotated[tuple[NextPublisher, ...], Meta(max_length=MOST_KEYS)]


class Manifest(Message, frozen=True):
    """What a release is, and for which machine. `made`: seconds since 1970."""

    name: Literal["kiosk-terminal"]
    version: ReleaseVersion
    commit: ShortText
    python: Annotated[str, Meta(pattern=r"^3\.[0-9]{1,2}$")]
    machine: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,32}$")]
    payload: Hash
    size: Annotated[int, Meta(ge=1, le=MAX_PAYLOAD)]
    unpacked: Annotated[int, Meta(ge=1, le=MAX_UNPACKED)]
    files: Annotated[int, Meta(ge=1, le=MAX_FILES)]
