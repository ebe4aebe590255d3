"""The appraisal sheet of an officer or a section: what was found, what may be concluded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sync.central.papers import figures, typesetting, words
from sync.central.papers.spreadsheet import Sheet, workbook
from sync.central.papers.thaitext import digits
from sync.central.reports.gate import BlockRow, Figure, OfficerView, SectionView

_HEAD = ("", "จำนวน", "ร้อยละ", "ช่วงความเชื่อมั่น ๙๕%")
_WAITING = "มีคำโต้แย้งรอการพิจารณา"
_SIGN = ("ผู้รับทราบผล", "ผู้บังคับบัญชา")


def officer_pdf(view: OfficerView, office: str, now: datetime) -> bytes:
    rows = [(_weeks(r), *_cells(Figure(r.result))) for r in view.blocks]
    about = [
        ("ชื่อ–สกุล", view.officer.name),
        ("ตำแหน่ง", view.officer.position or "–"),
        ("ฝ่าย", str(view.officer.section) or "–"),
        ("เลขประจำตัว", digits(view.officer.number)),
        ("อัตราการตอบ", _response(view)),
    ]
    verdict = _verdict(view)
    values = _values(view.figure, view.settings.levels_th, rows, "ผลแต่ละช่วงสัปดาห์", verdict)
    values |= {
        "title": "ใบผลการประเมินความพึงพอใจรายบุคคล",
        "office": office,
        "period": figures.span(view.period),
        "about": about,
        "made": figures.made(now),
    }
    return typesetting.pdf("appraisal", values, now)


def section_pdf(view: SectionView, office: str, now: datetime) -> bytes:
    rows = [
        (row.officer.name + (f" ({_WAITING})" if row.objected else ""), *_cells(row.figure))
        for row in view.officers
    ]
    values = _values(view.figure, view.settings.levels_th, rows, "เจ้าหน้าที่ในฝ่าย", "")
    values |= {
        "title": "ใบผลการประเมินความพึงพอใจรายฝ่าย",
        "office": office,
        "period": figures.span(view.period),
        "about": [("ฝ่าย", view.section or "ไม่ระบุฝ่าย")],
        "made": figures.made(now),
    }
    return typesetting.pdf("appraisal", values, now)


def officer_xlsx(view: OfficerView, office: str, now: datetime) -> bytes:
    head = ("ตั้งแต่", "ถึง", "จำนวน", "ร้อยละ", "ต่ำสุด ๙๕%", "สูงสุด ๙๕%", "หมายเหตุ")
    rows = [
        (r.block.first_day, r.block.last_day, *_numbers(Figure(r.result)), _mark(r).strip())
        for r in view.blocks
    ]
    about = _about(view.officer.name, office, figures.span(view.period), view.figure)
    notes = (f"อัตราการตอบ: {_response(view)}", _verdict(view), *words.MAY, *words.MAY_NOT)
    return workbook("ใบผลการประเมินรายบุคคล", (Sheet("ผลการประเมิน", about, head, rows, notes),), now)


def section_xlsx(view: SectionView, office: str, now: datetime) -> bytes:
    head = ("เลขประจำตัว", "ชื่อ–สกุล", "จำนวน", "ร้อยละ", "ต่ำสุด ๙๕%", "สูงสุด ๙๕%", "หมายเหตุ")
    rows = [
        (
            row.officer.number,
            row.officer.name,
            *_numbers(row.figure),
            _WAITING if row.objected else "",
        )
        for row in view.officers
    ]
    about = _about(view.section or "ไม่ระบุฝ่าย", office, figures.span(view.period), view.figure)
    sheet = Sheet("ผลการประเมิน", about, head, rows, (*words.MAY, *words.MAY_NOT))
    return workbook("ใบผลการประเมินรายฝ่าย", (sheet,), now)


def _about(name: str, office: str, span: str, figure: Figure) -> tuple[tuple[str, str], ...]:
    told = [figures.sentence(figure), *figures.beside(figure)]
    return (("ชื่อ", name), ("หน่วยงาน", office), ("ช่วงเวลา", span), ("ผล", " · ".join(told)))


def _numbers(figure: Figure) -> tuple[float | str | None, ...]:
    """n, rate, low, high as numbers; a bound as a text, for its number would say too much."""
    found = figure.result
    if found.rate is None:
        return (None, "ยังไม่เพียงพอ", None, None)
    if found.bound:
        return (found.n, figures.rate_text(figure), None, None)
    ends = found.interval
    low, high = (round(ends.low * 100, 2), round(ends.high * 100, 2)) if ends else (None, None)
    return (found.n, round(found.rate * 100, 2), low, high)


def _cells(figure: Figure) -> tuple[str, str, str]:
    found = figure.result
    if found.rate is None:
        return ("–", "ยังไม่เพียงพอ", "–")
    return (figures.number(found.n), figures.rate_text(figure), figures.interval_text(figure))


def _weeks(row: BlockRow) -> str:
    return f"{figures.day(row.block.first_day)} – {figures.day(row.block.last_day)}{_mark(row)}"


def _mark(row: BlockRow) -> str:
    if row.objection is None:
        return ""
    outcome = row.objection.outcome
    told = {"upheld": "คำโต้แย้งฟังขึ้น", "dismissed": "คำโต้แย้งฟังไม่ขึ้น"}
    return f" ({told.get(outcome or '', _WAITING)})"


def _verdict(view: OfficerView) -> str:
    s = view.settings
    rule = (
        f"เกณฑ์: อย่างน้อย {figures.number(s.appraisal_from)} การประเมิน "
        f"และอัตราการตอบไม่ต่ำกว่าร้อยละ {figures.number(s.appraisal_response)}"
    )
    if view.may_enter_appraisal:
        return f"ผลนี้เข้าเกณฑ์ที่จะใช้ประกอบการประเมินผลการปฏิบัติราชการ ({rule})"
    return f"ผลนี้ยังไม่เข้าเกณฑ์ที่จะใช้ประกอบการประเมินผลการปฏิบัติราชการ ({rule})"


def _response(view: OfficerView) -> str:
    """The officer's own where questions are offered; else the office's: queue tickets are told by
    counter, not by officer."""
    own = view.figure.deciding_response
    if own is not None:
        return f"ร้อยละ {figures.number(own * 100)} (ของผู้รับบริการจากเจ้าหน้าที่ผู้นี้)"
    if view.coverage is None:
        return "ไม่ทราบ (ไม่มีข้อมูลบัตรคิว)"
    return f"ประมาณร้อยละ {figures.number(view.coverage * 100)} (ทั้งสำนักงาน)"


def _values(
    figure: Figure,
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    heading: str,
    verdict: str,
) -> dict[str, Any]:
    return {
        "lang": "th",
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence(figure),
        **figures.drawn(figure),
        "levels": figures.levels(figure, names),
        "beside": figures.beside(figure),
        "table": [list(row) for row in rows],
        "table_head": list(_HEAD),
        "may": [*([verdict] if verdict else []), *words.MAY],
        "may_not": list(words.MAY_NOT),
        "signatures": list(_SIGN),
        "words": {
            "result": "ผลการประเมิน",
            "hidden": words.HIDDEN,
            "table": heading,
            "may": "ข้อสรุปที่ทำได้",
            "may_not": "ข้อสรุปที่ทำไม่ได้",
        },
        "pages": figures.PAGES,
    }
