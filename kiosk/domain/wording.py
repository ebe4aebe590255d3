"""Words that central may send for the terminal's screens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentWording:
    """Empty: the terminal's own settings hold. `etag` names the roster it came with."""

    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""
    etag: str = ""
