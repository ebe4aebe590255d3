"""The infographic for posting and printing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sync.central import faces
from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.thaitext import digits
from sync.central.period import Period
from sync.central.reports.gate import OfficeView
from sync.central.usecases.improvements import Improvement, ImprovementStatus

_IMPROVEMENTS = 3
"""There is room for so many."""


def infographic_png(office: OfficeView, log: Sequence[Improvement], today: date) -> bytes:
    """1080 × 1350 pixels."""
    return typesetting.png("infographic", _poster(office, log, "post", today), 72)


def infographic_pdf(office: OfficeView, log: Sequence[Improvement], now: datetime) -> bytes:
    """A4."""
    return typesetting.pdf("infographic", _poster(office, log, "a4", figures.today_of(now)), now)


def _poster(
    office: OfficeView, log: Sequence[Improvement], shape: str, today: date
) -> dict[str, Any]:
    figure = office.figure
    done = [line for line in log if _was_done_in(line, office.period)]
    improvements = [
        {
            "said": in_thai("poster.said", text=short(line.said)),
            "done": in_thai("poster.done", text=short(line.done)),
        }
        for line in done[:_IMPROVEMENTS]
    ]
    sentence = in_thai("poster.raters", n=figure.result.n)
    if figure.result.interval:
        interval = in_thai("poster.confidence", interval=figures.interval_text(figure))
        sentence += f"\n{interval}"
    for line in figures.of_100_not(figure):
        sentence += f"\n{line}"
    contacts = " · ".join(channel.th for channel in office.settings.channels)
    return {
        "lang": "th",
        "shape": shape,
        "title": in_thai("poster.title"),
        "office": office.name,
        "period": figures.span(office.period, today),
        "rate_text": figures.rate_text(figure),
        "sentence": sentence,
        **figures.drawn(figure),
        "levels": _with_faces(figures.levels(figure, office.settings)),
        "improved": improvements,
        "contacts": digits(contacts),
        "words": figures.words("poster"),
    }


def _was_done_in(line: Improvement, period: Period) -> bool:
    """Whether a line was finished within a span: of another one nobody could tell."""
    if line.status is not ImprovementStatus.DONE or not line.done or line.at is None:
        return False
    return period.first_day <= figures.today_of(line.at) <= period.last_day


def _with_faces(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each level, best first, with its face as on the terminal."""
    count = len(levels)
    return [_with_face(level, count - place, count) for place, level in enumerate(levels)]


def _with_face(level: dict[str, Any], score: int, levels: int) -> dict[str, Any]:
    return {**level, "face": faces.svg(score, levels), "colour": faces.colour(score, levels)}


def short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 2] + " …"
