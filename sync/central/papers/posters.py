"""The infographic for posting and printing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sync.central import faces
from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.thaitext import digits
from sync.central.reports.gate import OfficeView
from sync.central.usecases.improvements import Improvement, ImprovementStatus


def infographic_png(office: OfficeView, log: Sequence[Improvement]) -> bytes:
    """1080 × 1350 pixels."""
    return typesetting.png("infographic", _poster(office, log, "post"), 72)


def infographic_pdf(office: OfficeView, log: Sequence[Improvement], now: datetime) -> bytes:
    """A4."""
    return typesetting.pdf("infographic", _poster(office, log, "a4"), now)


_IMPROVEMENTS = 3
"""There is room for so many."""


def _poster(office: OfficeView, log: Sequence[Improvement], shape: str) -> dict[str, Any]:
    figure = office.figure
    done = [line for line in log if line.status is ImprovementStatus.DONE and line.done]
    improvements = [
        {"said": f"ท่านบอกว่า {short(line.said)}", "done": f"เราทำแล้ว {short(line.done)}"}
        for line in done[:_IMPROVEMENTS]
    ]
    sentence = f"จากผู้ประเมิน {figures.number(figure.result.n)} ครั้ง"
    if figure.result.interval:
        sentence += f"\nช่วงความเชื่อมั่นร้อยละ ๙๕: {figures.interval_text(figure)}"
    contacts = " · ".join(c.th for c in office.settings.channels)
    return {
        "lang": "th",
        "shape": shape,
        "title": "ความพึงพอใจต่อการให้บริการ",
        "office": office.name,
        "period": figures.span(office.period),
        "rate_text": figures.rate_text(figure),
        "sentence": sentence,
        **figures.drawn(figure),
        "levels": _with_faces(figures.levels(figure, office.settings.level_words_th)),
        "improved": improvements,
        "words": {
            "hidden": in_thai("paper.hidden"),
            "rate": "พึงพอใจ (ร้อยละ)",
            "improved": "ท่านบอก เราทำ",
        },
        "contacts": digits(contacts),
        "foot": "วัดจากปุ่มประเมินที่ช่องบริการ ไม่เก็บข้อมูลผู้ประเมิน ไม่ใช่คะแนน EIT",
    }


def _with_faces(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each level, best first, with its face as on the terminal."""
    count = len(levels)
    return [
        {**x, "face": faces.svg(count - i, count), "colour": faces.colour(count - i, count)}
        for i, x in enumerate(levels)
    ]


def short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 2] + " …"
