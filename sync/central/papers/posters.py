"""The infographic for posting and printing, and the monthly meeting sheet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sync.central.papers import figures, typesetting, words
from sync.central.papers.thaitext import digits
from sync.central.reports.gate import OfficeView
from sync.central.store.office import Improvement, State

GAPS = {
    "duty-paused": "พักให้บริการ",
    "panel-down": "แผงปุ่มกดขัดข้อง",
    "started": "เปิดเครื่องใหม่",
    "panel-down-minutes": "แผงปุ่มกดใช้ไม่ได้ (นาที)",
    "dark-minutes": "เครื่องปิดในเวลาทำการ (นาที)",
    "pause-before-closing": "พักก่อนเวลาปิดโดยไม่กลับมา",
    "clock-jumped": "นาฬิกาคลาดเคลื่อน",
    "pin-locked": "รหัสถูกระงับ",
}
_STATES = {State.OPEN: "กำลังดำเนินการ", State.DONE: "เสร็จแล้ว", State.DROPPED: "ไม่ดำเนินการ"}


def infographic_png(office: OfficeView, log: Sequence[Improvement]) -> bytes:
    """1080 × 1350 pixels."""
    return typesetting.png("infographic", _poster(office, log, "post"), 72)


def infographic_pdf(office: OfficeView, log: Sequence[Improvement], now: datetime) -> bytes:
    """A4."""
    return typesetting.pdf("infographic", _poster(office, log, "a4"), now)


def _poster(office: OfficeView, log: Sequence[Improvement], shape: str) -> dict[str, Any]:
    figure = office.figure
    done = [x for x in log if x.state is State.DONE and x.done][:2]
    said = f"จากผู้ประเมิน {figures.number(figure.result.n)} ครั้ง"
    if figure.result.interval:
        said += f"\nช่วงความเชื่อมั่น ๙๕% {figures.interval_text(figure)}"
    contacts = " · ".join(c.th for c in office.settings.channels)
    return {
        "lang": "th",
        "shape": shape,
        "title": "ความพึงพอใจต่อการให้บริการ",
        "office": office.name,
        "period": figures.span(office.period),
        "rate_text": figures.rate_text(figure),
        "sentence": said,
        **figures.drawn(figure),
        "levels": figures.levels(figure, office.settings.levels_th),
        "improved": [
            {"said": f"ท่านบอกว่า {_short(x.said)}", "done": f"เราทำแล้ว {_short(x.done)}"}
            for x in done
        ],
        "words": {"hidden": words.HIDDEN, "rate": "พึงพอใจ (ร้อยละ)", "improved": "ท่านบอก เราทำ"},
        "foot": f"วัดจากปุ่มประเมินที่ช่องบริการ ไม่เก็บข้อมูลผู้ประเมิน\n{digits(contacts)}",
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else line[:88] + " …"


def meeting_pdf(
    office: OfficeView, log: Sequence[Improvement], gaps: Mapping[str, int], now: datetime
) -> bytes:
    """Two pages: the figures, and what was said and done."""
    figure = office.figure
    names = {r.id: r.th for r in office.settings.reasons}
    values = {
        "lang": "th",
        "title": "ใบประชุมติดตามความพึงพอใจต่อการให้บริการ",
        "office": office.name,
        "period": figures.span(office.period),
        "made": figures.made(now),
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence(figure),
        **figures.drawn(figure),
        "section_head": ["ฝ่าย", "จำนวน", "ร้อยละ", "ช่วง ๙๕%", ""],
        "sections": [
            {
                "name": row.section or "ไม่ระบุฝ่าย",
                "n": figures.number(row.figure.result.n) if row.figure.result.n else "–",
                "rate": figures.rate_text(row.figure),
                "interval": figures.interval_text(row.figure),
                "share": row.figure.result.rate,
                **{k: v for k, v in figures.drawn(row.figure).items() if k in ("low", "high")},
            }
            for row in office.sections
        ],
        "reasons": [
            {
                "word": names.get(row.what, row.what),
                "n": figures.number(row.n) if row.n else "< ๕",
                "share": row.rate or 0.0,
            }
            for row in office.reasons
        ],
        "gaps": [f"{GAPS.get(kind, kind)} {figures.number(n)}" for kind, n in gaps.items()],
        "log_head": ["ประชาชนบอกว่า", "สิ่งที่ทำ", "ผู้รับผิดชอบ", "ภายในวันที่"],
        "log": [
            [
                x.said,
                f"{x.done}\n({_STATES[x.state]})" if x.done else f"({_STATES[x.state]})",
                x.whom,
                figures.day(x.due) if x.due else "",
            ]
            for x in log[:12]
        ],
        "words": {
            "hidden": words.HIDDEN,
            "sections": "รายฝ่าย (เรียงตามชื่อ ไม่ใช่ลำดับคะแนน)",
            "reasons": words.REASONS_HEAD,
            "gaps": words.GAPS_HEAD,
            "none": "ไม่มี",
            "log": "บันทึกการปรับปรุง",
            "how": "ช่องว่างท้ายตารางสำหรับเขียนในที่ประชุม",
        },
        "pages": figures.PAGES,
    }
    return typesetting.pdf("meeting", values, now)
