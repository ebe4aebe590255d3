"""Which officers' photos central has."""

from typing import Annotated

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import MAX_ROWS, Hash, Identifier


class PhotoDigest(Row, frozen=True):
    """Whose photo it is, and the SHA-256 of the JPEG."""

    officer: Identifier
    digest: Hash


class Photos(Message, frozen=True):
    """The photos of those on the roster."""

    photos: Annotated[tuple[PhotoDigest, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("photos", (photo.officer for photo in self.photos))
