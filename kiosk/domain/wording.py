"""Words that central may send for the terminal's screens."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SentWording:
    """Empty: the terminal's own settings hold. `etag` names the roster it came with."""

    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""
    etag: str = ""
    levels: tuple[tuple[str, str], ...] = ()
    """The scale's words, worst first: Thai, English."""
    reasons: tuple[tuple[str, str, str], ...] = ()
    """Id, Thai, English."""
    told: tuple[tuple[str, str], ...] = ()
    """What citizens told the office, and what it did, in Thai: the newest first."""
    holidays: tuple[date, ...] = ()
    """Days on which the office is closed, beside the terminal's own."""
