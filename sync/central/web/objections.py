"""Pages on which officers object to their own results and appeal, and people decide."""

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from sync.central.objecting import BlockKey, Ground, Verdict
from sync.central.reports import chart, gate
from sync.central.usecases.objections import (
    Filing,
    Judgement,
    NoSuchBlock,
    NoSuchObjection,
    appeal,
    decide_objection,
    file_objection,
    read_objections,
    wish_attached,
    withdraw_objection,
)
from sync.central.viewer import NotYours, Right
from sync.central.web.dependencies import (
    CurrentTime,
    ObjectionReader,
    OfficerReport,
    Reader,
    Report,
    Today,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_PARAGRAPH = 4000
"""Characters of a text."""
_MOST_BLOCKS = 400
"""Characters of the blocks that a form names."""
_INCOMPLETE = ("say_why", "say_ground")
"""What the writer has to add; anything else has changed meanwhile, or is not theirs to do."""


@router.post("/officer/{site}/{officer}")
def post_objection(
    request: Request, site: str, officer: str, form: Form, report: OfficerReport
) -> Response:
    """An officer objects to own results, withdraws, appeals, or wishes the words on papers. What
    was typed is still there where it was refused."""
    if not report.viewer.is_officer(site, officer):
        raise NotYours(Right.OFFICER)
    try:
        _do_as_officer(report, officer, form)
    except (NoSuchBlock, NoSuchObjection):
        raise PageError(404, "no_page") from None
    except Refusal as refused:
        if isinstance(refused, PageError):
            raise
        return officer_response(request, report, officer, refused, form)
    return RedirectResponse(
        f"/officer/{site}/{officer}?period={report.period.code}#objections", 303
    )


def officer_response(
    request: Request,
    report: Report,
    officer: str,
    problem: Refusal | None = None,
    form: Posted | None = None,
) -> Response:
    """An officer's page; `problem`: why what stands in `form` was not done."""
    view = gate.officer(
        report.central, report.viewer, officer, report.period, report.today, report.now
    )
    return page(
        request,
        "officer.html",
        report.viewer,
        report.central,
        _status(problem),
        view=view,
        chart=chart,
        problem=problem,
        typed=form.values if form else {},
    )


@router.get("/objections/{site}")
def objections_page(request: Request, reader: ObjectionReader, today: Today) -> Response:
    values = read_objections(reader.central, reader.viewer, today)
    return page(request, "objections.html", reader.viewer, reader.central, values=values)


@router.get("/objections/{site}/{case}")
def objection_page(
    request: Request, case: int, reader: ObjectionReader, today: Today, now: CurrentTime
) -> Response:
    return _objection_page(request, reader, case, today, now)


@router.post("/objections/{site}/{case}")
def post_decision(
    request: Request,
    site: str,
    case: int,
    form: Form,
    reader: ObjectionReader,
    today: Today,
    now: CurrentTime,
) -> Response:
    """One person decides; where that is refused, what was typed is still there."""
    try:
        decide_objection(reader.central, reader.viewer, case, _judgement(form), today, now)
    except NoSuchObjection:
        raise PageError(404, "no_page") from None
    except Refusal as refused:
        if isinstance(refused, PageError):
            raise
        return _objection_page(request, reader, case, today, now, refused, form)
    return RedirectResponse(f"/objections/{site}/{case}", 303)


def _objection_page(
    request: Request,
    reader: Reader,
    case: int,
    today: date,
    now: datetime,
    problem: Refusal | None = None,
    form: Posted | None = None,
) -> Response:
    try:
        view = gate.objection(reader.central, reader.viewer, case, today, now)
    except NoSuchObjection:
        raise PageError(404, "no_page") from None
    return page(
        request,
        "objection.html",
        reader.viewer,
        reader.central,
        _status(problem),
        view=view,
        grounds=tuple(Ground),
        problem=problem,
        typed=form.values if form else {},
    )


def _status(problem: Refusal | None) -> int:
    if problem is None:
        return 200
    return 400 if problem.key in _INCOMPLETE else 409


def _do_as_officer(report: Report, officer: str, form: Posted) -> None:
    central, viewer, today, now = report.central, report.viewer, report.today, report.now
    words = form.prose("words", _PARAGRAPH)
    match form.text("do", 20):
        case "object":
            filing = Filing(
                blocks=_blocks(form),
                period=_round_of(report) if form.text("whole", 5) else "",
                words=words,
                attached=form.text("attached", 5) == "yes",
            )
            file_objection(central, viewer, officer, filing, today, now)
        case "withdraw":
            withdraw_objection(central, viewer, officer, form.number("case"), now)
        case "attach" | "detach" as wish:
            case = form.number("case")
            wish_attached(central, viewer, officer, case, now, attached=wish == "attach")
        case "appeal":
            appeal(central, viewer, officer, form.number("case"), words, today, now)
        case _:
            raise PageError(400, "bad_form")


def _round_of(report: Report) -> str:
    """The round that the page shows; PageError where it shows another span."""
    if report.period.part not in ("1", "2"):
        raise PageError(400, "bad_form")
    return report.period.code


def _blocks(form: Posted) -> tuple[BlockKey, ...]:
    """The blocks that the form showed: each `levels.number`, with spaces between."""
    keys = []
    for text in form.text("blocks", _MOST_BLOCKS).split():
        levels, _, number = text.partition(".")
        if not (levels.isdecimal() and number.isdecimal() and len(text) < 12):
            raise PageError(400, "bad_form")
        keys.append((int(levels), int(number)))
    return tuple(keys)


def _judgement(form: Posted) -> Judgement:
    ground = form.text("ground", 30)
    try:
        return Judgement(
            verdict=Verdict(form.text("verdict", 20)),
            ground=Ground(ground) if ground else None,
            words=form.prose("words", _PARAGRAPH),
            shown=form.text("shown", 64),
        )
    except ValueError:
        raise PageError(400, "bad_form") from None
