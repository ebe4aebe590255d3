"""The appraisal sheet of an officer or a section: the result, and what may be concluded."""

from datetime import datetime
from typing import Any

from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.spreadsheet import Sheet, workbook
from sync.central.papers.thaitext import digits
from sync.central.reports.gate import BlockRow, Figure, OfficerView, SectionView

_HEAD = ("จำนวน", "ร้อยละ", "ช่วงความเชื่อมั่น")
_WAITING = "มีคำโต้แย้งรอการพิจารณา"
_SIGN = ("ผู้รับทราบผล", "ผู้บังคับบัญชา")


def officer_pdf(view: OfficerView, office: str, now: datetime) -> bytes:
    """What counts on the first page; each closed span of weeks behind it."""
    values = _values(view)
    values |= {
        "of": "officer",
        "title": "ใบผลการประเมินความพึงพอใจรายบุคคล",
        "office": office,
        "period": figures.span(view.period),
        "about": [
            ("ชื่อ–สกุล", view.officer.name),
            ("ตำแหน่ง", view.officer.position or "–"),
            ("ฝ่าย", str(view.officer.section) or "–"),
            ("เลขประจำตัว", digits(view.officer.number)),
        ],
        "verdict": {
            "fits": view.may_enter_appraisal,
            "told": _FITS if view.may_enter_appraisal else _FITS_NOT,
            "rules": _rules(view),
        },
        "table_head": ["ช่วงสัปดาห์", "จำนวน", "ร้อยละ", "ช่วงเชื่อมั่น"],
        "table": [figures.row(_weeks(r), Figure(result=r.result)) for r in view.blocks],
        "made": figures.made(now),
    }
    values["words"]["table"] = "ผลแต่ละช่วงสัปดาห์ที่ปิดแล้ว"
    return typesetting.pdf("appraisal", values, now)


def section_pdf(view: SectionView, office: str, now: datetime) -> bytes:
    values = _values(view)
    values |= {
        "of": "section",
        "title": "ใบผลการประเมินความพึงพอใจรายฝ่าย",
        "office": office,
        "period": figures.span(view.period),
        "about": [("ฝ่าย", view.section or "ไม่ระบุฝ่าย")],
        "verdict": None,
        "table_head": ["เลขที่", "ชื่อ–สกุล", *_HEAD, "๐ ถึง ๑๐๐"],
        "table": [
            {
                "number": digits(row.officer.number),
                **figures.row(
                    row.officer.name + (f" ({_WAITING})" if row.objected else ""), row.figure
                ),
            }
            for row in view.officers
        ],
        "made": figures.made(now),
    }
    values["words"]["table"] = "เจ้าหน้าที่ในฝ่าย (เรียงตามเลขประจำตัว ไม่ใช่ลำดับคะแนน)"
    return typesetting.pdf("appraisal", values, now)


def officer_xlsx(view: OfficerView, office: str, now: datetime) -> bytes:
    head = ("ตั้งแต่", "ถึง", "จำนวน", "ร้อยละ", "ขอบล่าง ๙๕%", "ขอบบน ๙๕%", "หมายเหตุ")
    rows = [
        (r.block.first_day, r.block.last_day, *_numbers(Figure(result=r.result)), _mark(r).strip())
        for r in view.blocks
    ]
    about = _about(view.officer.name, office, view)
    notes = (_verdict(view), *figures.may(view.settings), *figures.may_not())
    return workbook(
        "ใบผลการประเมินรายบุคคล",
        (Sheet(name="ผลการประเมิน", about=about, head=head, rows=rows, notes=notes),),
        now,
    )


def section_xlsx(view: SectionView, office: str, now: datetime) -> bytes:
    head = ("เลขที่", "ชื่อ–สกุล", "จำนวน", "ร้อยละ", "ขอบล่าง ๙๕%", "ขอบบน ๙๕%", "หมายเหตุ")
    rows = [
        (
            row.officer.number,
            row.officer.name,
            *_numbers(row.figure),
            _WAITING if row.objected else "",
        )
        for row in view.officers
    ]
    about = _about(view.section or "ไม่ระบุฝ่าย", office, view)
    sheet = Sheet(
        name="ผลการประเมิน",
        about=about,
        head=head,
        rows=rows,
        notes=(*figures.may(view.settings), *figures.may_not()),
    )
    return workbook("ใบผลการประเมินรายฝ่าย", (sheet,), now)


def _about(name: str, office: str, view: OfficerView | SectionView) -> tuple[tuple[str, str], ...]:
    figure, span = view.figure, figures.span(view.period)
    remarks = figures.beside(figure)
    beside = [("ประกอบการอ่าน", " · ".join(remarks))] if remarks else []
    result = ("ผล", figures.sentence(figure, view.settings))
    return (("ชื่อ", name), ("หน่วยงาน", office), ("ช่วงเวลา", span), result, *beside)


def _numbers(figure: Figure) -> tuple[float | str | None, ...]:
    """n, rate, low, high as numbers; a bound as a text, for its number would say too much."""
    result = figure.result
    if result.rate is None:
        return (None, in_thai("paper.not_enough"), None, None)
    if result.bound:
        return (result.n, figures.rate_text(figure), None, None)
    ends = result.interval
    low, high = (round(ends.low * 100, 2), round(ends.high * 100, 2)) if ends else (None, None)
    return (result.n, round(result.rate * 100, 2), low, high)


def _weeks(row: BlockRow) -> str:
    return f"{figures.days(row.block.first_day, row.block.last_day)}{_mark(row)}"


def _mark(row: BlockRow) -> str:
    if row.objection is None:
        return ""
    outcome = row.objection.outcome
    decisions = {"upheld": "คำโต้แย้งฟังขึ้น", "dismissed": "คำโต้แย้งฟังไม่ขึ้น"}
    return f" ({decisions.get(outcome or '', _WAITING)})"


_FITS = "ผลนี้เข้าเกณฑ์ที่จะใช้ประกอบการประเมินผลการปฏิบัติราชการ"
_FITS_NOT = "ผลนี้ยังไม่เข้าเกณฑ์ที่จะใช้ประกอบการประเมินผลการปฏิบัติราชการ"


def _rules(view: OfficerView) -> list[tuple[str, str]]:
    """What the office asks for, and what there is."""
    s = view.settings
    n = figures.number(view.figure.result.n)
    return [
        ("จำนวนการประเมิน", f"{n} (เกณฑ์ {figures.number(s.appraisal_from)} ขึ้นไป)"),
        (
            "อัตราการตอบ",
            f"{_response(view)} (เกณฑ์ร้อยละ {figures.number(s.appraisal_response)} ขึ้นไป)",
        ),
    ]


def _verdict(view: OfficerView) -> str:
    verdict = _FITS if view.may_enter_appraisal else _FITS_NOT
    return f"{verdict} · " + " · ".join(f"{rule}: {value}" for rule, value in _rules(view))


def _response(view: OfficerView) -> str:
    """The officer's own where questions are offered; else the office's: queue tickets are counted
    by counter, not by officer."""
    own = view.figure.deciding_response
    if own is not None:
        return f"ร้อยละ {figures.number(own * 100)} (ของผู้รับบริการจากเจ้าหน้าที่ผู้นี้)"
    if view.coverage is None:
        return "ไม่ทราบ (ไม่มีข้อมูลบัตรคิว)"
    return f"ประมาณร้อยละ {figures.number(view.coverage * 100)} (ทั้งสำนักงาน)"


def _values(view: OfficerView | SectionView) -> dict[str, Any]:
    figure, settings = view.figure, view.settings
    return {
        "lang": "th",
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence_lines(figure, settings),
        **figures.drawn(figure),
        "levels": figures.levels(figure, settings.level_words_th),
        "beside": figures.beside(figure),
        "trend": figures.trend(view.trend),
        "may": figures.may(settings),
        "may_not": figures.may_not(),
        "signatures": list(_SIGN),
        "words": {
            "result": "ผลการประเมิน",
            "rate": in_thai("common.rate"),
            "hidden": in_thai("paper.hidden"),
            "trend": in_thai("paper.trend"),
            "trend_how": in_thai("paper.trend_how"),
            "may": "ข้อสรุปที่ทำได้",
            "may_not": "ข้อสรุปที่ทำไม่ได้",
            "dated": "วันที่ ......./......./.......",
        },
        "pages": figures.PAGES,
    }
