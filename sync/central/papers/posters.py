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
    "queue-down": "ระบบบัตรคิวขาดการติดต่อ",
    "queue-down-minutes": "ระบบบัตรคิวใช้ไม่ได้ (นาที)",
    "out-of-service-minutes": "เครื่องขัดข้อง (นาที)",
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
    done = _fitting([x for x in log if x.state is State.DONE and x.done])
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


def _short(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 2] + " …"


def _fitting(done: Sequence[Improvement]) -> list[Improvement]:
    """Two improvements that take a line each, else one: what is below would be cut."""
    two = list(done[:2])
    return two if all(len(x.said) <= 40 and len(x.done) <= 44 for x in two) else two[:1]


def _on_a_page(log: Sequence[Improvement]) -> list[Improvement]:
    """As many lines of the log as the second page holds: some 30 lines of 20 letters."""
    found: list[Improvement] = []
    lines = 0
    for line in log:
        lines += 2 + min(110, max(len(line.said), len(line.done))) // 20
        if lines > 30:
            break
        found.append(line)
    return found


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
        "gaps": [
            *figures.beside(figure),
            *(f"{GAPS.get(kind, kind)} {figures.number(n)}" for kind, n in gaps.items()),
        ],
        "log_head": ["ประชาชนบอกว่า", "สิ่งที่ทำ", "ผู้รับผิดชอบ", "ภายในวันที่"],
        "log": [
            [
                _short(x.said, 110),
                f"{_short(x.done, 110)}\n({_STATES[x.state]})"
                if x.done
                else f"({_STATES[x.state]})",
                x.whom,
                figures.day(x.due) if x.due else "",
            ]
            for x in _on_a_page(log)
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
