"""Which prompts of the audible guide central has as the office recorded them."""

from typing import Annotated

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import Hash, Identifier, PromptName

MAX_RECORDINGS = 600
"""A hundred prompts in each of six languages."""


class RecordingDigest(Row, frozen=True):
    """Which prompt it is, and the SHA-256 of the WAV file."""

    language: Identifier
    prompt: PromptName
    digest: Hash


class Recordings(Message, frozen=True):
    """Every recording of the office."""

    recordings: Annotated[tuple[RecordingDigest, ...], Meta(max_length=MAX_RECORDINGS)]

    def check(self) -> None:
        check_once("recordings", (f"{row.language}/{row.prompt}" for row in self.recordings))
