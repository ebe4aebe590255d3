"""The words of central's pages, papers and refusals."""

from pathlib import Path

from kiosk import language
from kiosk.domain.refusal import Refusal
from kiosk.language import LANGUAGES, Words

__all__ = ["LANGUAGES", "Words", "in_english", "words"]

_ROOM = Path(__file__).parent / "words"


def words(code: str) -> Words:
    """Every word of the report in one language of LANGUAGES."""
    return language.load(code, language.ROOM, _ROOM)


def in_english(error: Exception) -> str:
    """One line about an error, as `kiosk-central` prints it."""
    return words("en").refusal(error) if isinstance(error, Refusal) else str(error)
