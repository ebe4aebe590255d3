"""Objections on papers: the mark beside a figure, words that an officer wishes attached, and the
record of one objection for the personnel file."""

from collections.abc import Iterable
from datetime import datetime

from sync.central import thai
from sync.central.language import in_thai
from sync.central.objecting import Deed, Ground, Objection, Phase, Step
from sync.central.papers import figures, typesetting
from sync.central.papers.thaitext import digits
from sync.central.reports.gate import Mark, ObjectionView, OfficerView

_NONE = "–"


def mark_text(mark: Mark | None) -> str:
    """The mark of a figure, with the figure without the weeks concerned; "" without one."""
    if mark is None:
        return ""
    result = mark.without.result
    if result.rate is None:
        without = in_thai("objections.without_hidden")
    else:
        rate = figures.rate_text(mark.without)
        without = in_thai("objections.without", rate=rate, n=result.n)
    marked = in_thai("objections.mark", n=mark.weeks, why=_reasons(mark.grounds))
    return f"{marked} · {without}"


def state_text(objection: Objection, now: datetime) -> str:
    """How an objection stands, why it was upheld, and until when there is time."""
    today = now.astimezone().date()
    state = in_thai(f"objection.{objection.phase}")
    if objection.grounds:
        state += f": {_reasons(objection.grounds)}"
    if objection.until is None:
        return state
    day = figures.day(objection.until)
    if objection.undecided:
        state += f" · {in_thai('objections.decide_until', day=day)}"
        late = f" ({in_thai('objections.overdue')})"
        return state + late if objection.overdue(today) else state
    if objection.may_be_appealed(today):
        return f"{state} · {in_thai('objections.appeal_until', day=day)}"
    return f"{state} · {in_thai('objections.final')}"


def marks(view: OfficerView) -> list[str]:
    """What upheld objections say of an officer's result, and of the months beside it."""
    lines = [mark_text(view.remedy.mark)]
    if view.remedy.marked_months and len(view.trend) > 1:
        months = ", ".join(map(figures.month, view.remedy.marked_months))
        lines.append(in_thai("objections.marked_months", months=months))
    return [line for line in lines if line]


def attached_notes(view: OfficerView, now: datetime) -> list[str]:
    """The same as `attached_texts`, as lines below a table."""
    notes = [f"{text['head']}\n{text['words']}" for text in attached_texts(view, now)]
    return [in_thai("appraisal.objected"), *notes] if notes else []


def attached_texts(view: OfficerView, now: datetime) -> list[dict[str, str]]:
    """What an officer wishes to stand with the figures, with its date and what became of it."""
    keys = {(row.levels, row.block.number) for row in view.blocks}
    return [
        {
            "head": f"{thai.moment(one.filed.at, 'th')} · {state_text(one, now)}",
            "words": one.words,
        }
        for one in view.remedy.objections
        if keys & set(one.blocks) and one.attached and one.phase is not Phase.WITHDRAWN
    ]


def objection_pdf(view: ObjectionView, office: str, now: datetime) -> bytes:
    """One objection with every step: for the personnel file."""
    objection, officer = view.objection, view.officer
    weeks = [figures.days(row.block.first_day, row.block.last_day) for row in view.blocks]
    if objection.period:
        weeks = [in_thai("objection_paper.whole")]
    values = {
        "lang": "th",
        "office": office,
        "title": in_thai("objection_paper.title"),
        "made": figures.made(now),
        "about": [
            (in_thai("objection_paper.case"), digits(str(objection.case))),
            (in_thai("common.full_name"), officer.name),
            (in_thai("common.position"), officer.position or _NONE),
            (in_thai("paper.unit"), str(officer.section) or _NONE),
            (in_thai("common.number"), digits(officer.number)),
            (in_thai("objection_paper.filed"), thai.moment(objection.filed.at, "th")),
            (in_thai("objection_paper.weeks"), ", ".join(weeks)),
            (in_thai("objection_paper.state"), state_text(objection, now)),
            (in_thai("objection_paper.attached"), _wish(objection)),
        ],
        "objection": objection.words,
        "block_head": figures.columns(in_thai("common.weeks"), axis=None),
        "blocks": [
            figures.row(figures.days(row.block.first_day, row.block.last_day), row.figure)
            for row in view.blocks
        ],
        "step_head": [
            in_thai("objection_paper.time"),
            in_thai("objection_paper.who"),
            in_thai("objection_paper.what"),
        ],
        "steps": [_step_cells(step) for step in objection.steps],
        "rights": [
            in_thai("objections.how"),
            in_thai("objection_paper.if_upheld"),
            in_thai("objections.outside"),
        ],
        "words": figures.words("objection_paper"),
        "pages": figures.PAGES,
    }
    return typesetting.pdf("objection", values, now)


def _reasons(grounds: Iterable[Ground]) -> str:
    return ", ".join(in_thai(f"ground.{ground}") for ground in grounds)


def _wish(objection: Objection) -> str:
    """Whether the officer wishes the words attached."""
    wishes = objection.attached
    return in_thai("objection_paper.attached_yes" if wishes else "objection_paper.attached_no")


def _step_cells(step: Step) -> list[str]:
    """When, who and in which role, what and why."""
    deed = f"verdict.{step.verdict}" if step.verdict else f"deed.{step.deed}"
    what = in_thai(deed)
    if step.ground:
        what += f": {in_thai(f'ground.{step.ground}')}"
    # The words of the objection itself stand above.
    if step.words and step.deed is not Deed.FILED:
        what += f"\n{step.words}"
    roles = ", ".join(in_thai(f"role.{role}") for role in step.roles.split())
    who = f"{step.name}\n({roles})" if roles else step.name
    return [thai.moment(step.at, "th"), who, what]
