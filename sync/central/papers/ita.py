"""The six-month ITA measures report, as PDF and as a Word file for people to finish.

A4 landscape, five columns whose titles repeat on every page, rows that split over pages, the
terminals' evidence in the rows it belongs to. (ARCHITECTURE.md#the-office-and-its-papers)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kiosk.domain.businessday import buddhist_year
from sync.central import itaform, thai
from sync.central.itaform import EditedRow, form
from sync.central.language import in_thai
from sync.central.papers import figures, itaword, typesetting
from sync.central.papers.thaitext import ADDRESS, digits, listed
from sync.central.period import Period
from sync.central.reports.gate import NAMELESS, Figure, OfficeView
from sync.central.usecases.ita import WHOLE_OFFICE, ItaBody


def title(office: str, period: Period) -> tuple[str, str]:
    """The two lines above the table."""
    second_line = in_thai(
        "ita_paper.of_office",
        office=office,
        year=str(buddhist_year(period.fiscal_year)),
        half=in_thai(f"ita_paper.half_{period.part}"),
        first=_month(period.first_day),
        last=_month(period.last_day),
    )
    return in_thai("ita_paper.title"), digits(second_line)


def _month(day: date) -> str:
    return f"{in_thai(f'month.{day.month}')} {buddhist_year(day.year)}"


@dataclass(frozen=True, slots=True)
class Report:
    """A round: its rows, and the office's published result. `sections`: the results of those that
    may stand on a paper; `pictures`: JPEGs by their id."""

    office: OfficeView
    rows: Sequence[EditedRow]
    sections: Mapping[str, Figure] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def pdf(report: Report, now: datetime) -> bytes:
    """Tagged PDF/A of a round's rows."""
    files = {f"{picture}.jpg": jpeg for picture, jpeg in report.pictures.items()}
    return typesetting.pdf("ita", _values(report), now, files)


def _values(report: Report) -> dict[str, Any]:
    office, rows = report.office, report.rows
    table = [row for row in rows if not row.row.is_annex]
    results = _Results(report)
    drafts = itaform.drafts(rows)
    return {
        "lang": "th",
        "title": list(title(office.name, office.period)),
        "running": _running(office.period, office.next_close),
        "draft": in_thai("ita_paper.draft", n=drafts, all=_written(rows)) if drafts else "",
        "office": office.name,
        "columns": list(form()[0]),
        "rows": _table(table, results),
        "annexes": [_annex(row) for row in rows if row.row.is_annex],
        "notes_heading": in_thai("ita_paper.notes"),
        "notes": results.notes(),
        "address": ADDRESS,
        "pages": figures.PAGES,
    }


def _written(rows: Sequence[EditedRow]) -> int:
    return sum(row.body.is_written for row in rows)


class _Results:
    """What stands of the terminals' results on the paper: each once, then a word where it is."""

    def __init__(self, report: Report) -> None:
        self._office = report.office
        self._sections = report.sections
        self._first: dict[str, str] = {}
        """The code beside which each stands, by its name."""
        self._notes: list[str] = []

    def beside(self, row: EditedRow) -> dict[str, Any] | None:
        """The result that the row's writers chose; None for none."""
        whose = row.body.figure
        if not whose:
            return None
        name = in_thai("ita_paper.whole_office") if whose == WHOLE_OFFICE else whose
        heading = in_thai("ita_paper.evidence", whose=name)
        if whose in self._first:
            code = self._first[whose]
            return {"heading": heading, "text": in_thai("ita_paper.see", code=code), "rate": None}
        figure = self._figure(whose)
        if figure is None or figure.result.rate is None:
            missing = "no_office" if whose == WHOLE_OFFICE else "no_section"
            text = in_thai(f"ita_paper.{missing}", n=NAMELESS)
            return {"heading": heading, "text": text, "rate": None}
        self._first[whose] = thai.item(row.row.code, "th")
        self._note(name, figure, whose == WHOLE_OFFICE)
        text = figures.sentence(figure, self._office.settings).replace(" · ", "\n")
        return {"heading": heading, "text": text, **figures.drawn(figure)}

    def _figure(self, whose: str) -> Figure | None:
        """None: a section that has no result of its own on a paper."""
        if whose == WHOLE_OFFICE:
            return self._office.figure
        return self._sections.get(whose)

    def _note(self, name: str, figure: Figure, with_differences: bool) -> None:
        lines = [*figures.beside(figure)]
        if with_differences:
            lines += figures.differences(self._office.differences)
        if lines:
            self._notes.append(f"{name}: {' · '.join(lines)}")

    def notes(self) -> list[str]:
        """What stands beside the scores and is not in them: below the table."""
        return self._notes


def _running(period: Period, next_close: date) -> str:
    """That the round has not ended; empty when it has."""
    if period.last_day < next_close:
        return ""
    return in_thai("ita_paper.running", last=figures.day(period.last_day))


def _table(rows: Sequence[EditedRow], results: _Results) -> list[dict[str, Any]]:
    """Blocks of rows that share columns, with a full-width row before each form and indicator."""
    lines: list[dict[str, Any]] = []
    part = indicator = ""
    for block in itaform.blocks(rows):
        row = block[0].row
        if row.form != part:
            part = row.form
            lines.append({"kind": "group", "level": 2, "text": in_thai(f"ita_paper.{part}")})
        if row.indicator != indicator:
            indicator = row.indicator
            lines.append({"kind": "group", "level": 3, "text": digits(indicator)})
        if row.code:
            lines.append(_block(block, results))
    return lines


def _block(block: Sequence[EditedRow], results: _Results) -> dict[str, Any]:
    body = block[0].body
    return {
        "kind": "block",
        "items": [_item(row) for row in block],
        "measure": listed(body.measure),
        "result": listed(body.result),
        "evidence": listed(body.evidence),
        "figure": results.beside(block[0]),
        "pictures": [picture for row in block for picture in _pictures(row)],
    }


def _item(row: EditedRow) -> dict[str, str]:
    body = row.body
    code = f"{thai.item(row.row.code, 'th')} " if body.question else ""
    return {
        "question": f"{code}{digits(body.question)}",
        "score": _score(body),
        "shortfall": listed(body.shortfall),
        "draft": in_thai("ita_paper.draft_row") if row.is_draft else "",
    }


def _annex(row: EditedRow) -> dict[str, Any]:
    return {
        # What stands in brackets is a line of its own, as offices print it.
        "title": digits(row.row.indicator).replace(" (", "\n("),
        "text": listed(row.body.result),
        "draft": in_thai("ita_paper.draft_row") if row.is_draft else "",
        "pictures": _pictures(row),
    }


def _pictures(row: EditedRow) -> list[dict[str, Any]]:
    """`tall`: heights of a picture that is one wide."""
    return [
        {
            "id": picture.id,
            "words": picture.words,
            "caption": digits(picture.caption),
            "tall": picture.height / picture.width,
        }
        for picture in row.pictures
    ]


def _score(body: ItaBody) -> str:
    """The score in brackets; empty where there is none."""
    if not body.score:
        return ""
    key = "ita_paper.score_doubtful" if body.score_doubtful else "ita_paper.score"
    return in_thai(key, score=digits(body.score))


def docx(report: Report, now: datetime) -> bytes:
    """The same table as a Word file."""
    return itaword.document(_values(report), report.pictures, now)
