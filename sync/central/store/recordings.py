"""What the audible guide says, as the office recorded it."""

import hashlib
from typing import NamedTuple

from sqlalchemy import delete, select

from sync.central.schema import recordings
from sync.central.store.room import Room


class Recorded(NamedTuple):
    """A recording without its sound."""

    digest: str
    """SHA-256 of the WAV file, in hex."""
    words: str
    """The office's own words that it says."""


class Recordings(Room):
    def put(self, language: str, prompt: str, wave: bytes, words: str) -> None:
        key = {"site": self._site, "language": language, "prompt": prompt}
        values = {"wave": wave, "digest": hashlib.sha256(wave).hexdigest(), "words": words}
        self._connection.execute(
            self._insert(recordings)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def of(self, language: str, prompt: str) -> bytes | None:
        query = select(recordings.c.wave).where(
            recordings.c.site == self._site,
            recordings.c.language == language,
            recordings.c.prompt == prompt,
        )
        return self._connection.scalar(query)

    def remove(self, language: str, prompt: str) -> None:
        self._connection.execute(
            delete(recordings).where(
                recordings.c.site == self._site,
                recordings.c.language == language,
                recordings.c.prompt == prompt,
            )
        )

    def all(self) -> dict[tuple[str, str], Recorded]:
        """By language and prompt."""
        query = (
            select(
                recordings.c.language,
                recordings.c.prompt,
                recordings.c.digest,
                recordings.c.words,
            )
            .where(recordings.c.site == self._site)
            .order_by(recordings.c.language, recordings.c.prompt)
        )
        rows = self._connection.execute(query)
        return {
            (row.language, row.prompt): Recorded(digest=row.digest, words=row.words) for row in rows
        }
