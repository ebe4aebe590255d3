"""The words of central's pages, papers and refusals."""

from functools import cache
from pathlib import Path

from kiosk import language
from kiosk.domain.refusal import Refusal
from kiosk.language import LANGUAGES, Words

__all__ = ["LANGUAGES", "Words", "in_english", "in_thai", "tables", "words"]

_ROOM = Path(__file__).parent / "words"


def words(code: str) -> Words:
    """Every word of the report in one language of LANGUAGES."""
    return language.load(code, language.ROOM, _ROOM)


def in_thai(key: str, **values: object) -> str:
    """A word of the papers: they are papers of a Thai office."""
    return words("th").get(key, **values)


@cache
def tables(code: str) -> dict[str, dict[str, str]]:
    """The same words by table and name, for templates."""
    return words(code).tables()


def in_english(error: Exception) -> str:
    """One line about an error, as `kiosk-central` prints it."""
    return words("en").refusal(error) if isinstance(error, Refusal) else str(error)
