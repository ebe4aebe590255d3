"""Meeting sheets: the month's figures and what was said and done; the week's list of things due."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from kiosk.domain.rating import ReasonId
from sync.central.disclosure import week_end
from sync.central.language import in_thai, tables
from sync.central.papers import figures, typesetting
from sync.central.papers.posters import short
from sync.central.reports.gate import OfficeView
from sync.central.usecases.improvements import Improvement, ImprovementStatus

_LOG_HEAD = ["เรื่องที่ประชาชนแจ้ง", "การดำเนินการ", "ผู้รับผิดชอบ", "กำหนดเสร็จ"]
_SOON = timedelta(days=14)
_MONTHS = 3


def meeting_pdf(
    office: OfficeView, log: Sequence[Improvement], gaps: Mapping[str, int], now: datetime
) -> bytes:
    """The month's two pages: the figures, and what was said and done."""
    figure = office.figure
    names = {r.id: r.th for r in office.settings.reasons}
    current = [
        x for x in log if x.status is ImprovementStatus.OPEN or _since(x, office.period.first_day)
    ]
    page_rows, lines = _on_a_page(current)
    remaining = len(current) - len(page_rows)
    values = {
        "lang": "th",
        "title": "ใบประชุมติดตามความพึงพอใจต่อการให้บริการ",
        "office": office.name,
        "period": figures.span(office.period),
        "made": figures.made(now),
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence_lines(figure, office.settings),
        **figures.drawn(figure),
        "trend": figures.trend(office.trend),
        "section_head": ["ฝ่าย", "จำนวน", "ร้อยละ", "ช่วงความเชื่อมั่น", "๐ ถึง ๑๐๐"],
        "sections": [figures.row(x.section or "ไม่ระบุฝ่าย", x.figure) for x in office.sections],
        "reasons": [
            {
                "word": names.get(ReasonId(row.what), row.what),
                "n": figures.number(row.n) if row.n else "น้อยกว่า ๕",
                "share": row.rate or 0.0,
            }
            for row in office.reasons
        ],
        "gaps": [*figures.beside(figure), *(_gap(kind, n) for kind, n in gaps.items())],
        "log_head": _LOG_HEAD,
        "log": [_line(x, 110) for x in page_rows],
        "blank": 3,
        "notes": lines <= 16,
        "words": {
            "hidden": in_thai("paper.hidden"),
            "rate": in_thai("common.rate"),
            "trend": in_thai("paper.trend"),
            "trend_how": in_thai("paper.trend_how"),
            "sections": "รายฝ่าย (เรียงตามชื่อ ไม่ใช่ลำดับคะแนน)",
            "reasons": in_thai("office.reasons"),
            "reasons_of": figures.days(*office.quarters) if office.quarters else "",
            "few_reasons": in_thai("paper.few_reasons"),
            "gaps": in_thai("office.gaps"),
            "none": "ไม่มี",
            "log": "บันทึกการปรับปรุง",
            "resolved": "มติที่ประชุม",
            "how": (f"ยังมีอีก {figures.number(remaining)} เรื่องในระบบ " if remaining else "")
            + "แถวว่างสำหรับเขียนในที่ประชุม",
        },
        "pages": figures.PAGES,
    }
    return typesetting.pdf("meeting", values, now)


def weekly_pdf(office: OfficeView, log: Sequence[Improvement], today: date, now: datetime) -> bytes:
    """The week's sheet: the last months in a few lines, then what is overdue, due soon, under way
    and just done, and room for what is new."""
    ends = week_end(today)
    starts = ends - timedelta(days=6)
    recent = [m for m in office.trend if m.figure.result.rate is not None][-_MONTHS:]
    values = {
        "lang": "th",
        "title": "ใบประชุมประจำสัปดาห์ ติดตามความพึงพอใจต่อการให้บริการ",
        "office": office.name,
        "period": f"สัปดาห์ {figures.day(starts)} ถึง {figures.day(ends)}",
        "made": figures.made(now),
        "month_head": ["เดือนที่ปิดรอบ", "จำนวน", "ร้อยละ", "ช่วงความเชื่อมั่น", "๐ ถึง ๑๐๐"],
        "months": [figures.row(figures.month(m.month), m.figure) for m in recent],
        "log_head": _LOG_HEAD,
        "groups": [
            {"title": title, "rows": [_line(x, 200) for x in rows], "blank": blank}
            for title, rows, blank in _weekly_groups(log, today)
        ],
        "words": {
            "hidden": in_thai("paper.hidden"),
            "none": "ไม่มี",
            "months": "ผลการประเมินของสำนักงาน (เฉพาะสัปดาห์ที่ปิดแล้ว)",
        },
        "pages": figures.PAGES,
    }
    return typesetting.pdf("weekly", values, now)


def _weekly_groups(
    log: Sequence[Improvement], today: date
) -> tuple[tuple[str, Sequence[Improvement], int], ...]:
    """Title, rows and empty lines of each group of the week's sheet."""
    under_way = [line for line in log if line.status is ImprovementStatus.OPEN]
    late = [line for line in under_way if line.due and line.due < today]
    soon = [line for line in under_way if line.due and today <= line.due <= today + _SOON]
    rest = [line for line in under_way if line not in late and line not in soon]
    ended = [line for line in log if line.status is not ImprovementStatus.OPEN]
    just_ended = [line for line in ended if _since(line, today - _SOON)]
    return (
        ("เลยกำหนด", late, 0),
        ("ครบกำหนดภายในสองสัปดาห์", soon, 0),
        ("เรื่องอื่นที่กำลังดำเนินการ", rest, 0),
        ("เสร็จแล้วหรือไม่ดำเนินการ ในสองสัปดาห์ที่ผ่านมา", just_ended, 0),
        ("เรื่องใหม่และมติที่ประชุม", [], 4),
    )


def _since(line: Improvement, day: date) -> bool:
    return line.at is None or line.at.astimezone().date() >= day


def _line(x: Improvement, longest: int) -> list[str]:
    status = f"({in_thai(f'improvement_status.{x.status}')})"
    done = f"{short(x.done, longest)}\n{status}" if x.done else status
    return [short(x.said, longest), done, x.whom, figures.day(x.due) if x.due else ""]


def _gap(kind: str, n: int) -> str:
    words = tables("th")["gap"]
    unit = "common.minutes" if kind.endswith("-minutes") else "common.times"
    return f"{words.get(kind, kind)} {in_thai(unit, n=n)}"


def _on_a_page(log: Sequence[Improvement]) -> tuple[list[Improvement], int]:
    """As many of the log as the second page holds, some 30 lines of 20 letters; and their lines."""
    page_rows: list[Improvement] = []
    lines = 0
    for line in log:
        more = 2 + min(110, max(len(line.said), len(line.done))) // 20
        if lines + more > 30:
            break
        lines += more
        page_rows.append(line)
    return page_rows, lines
