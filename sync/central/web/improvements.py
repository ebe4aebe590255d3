"""The improvement log."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.period import last_month
from sync.central.usecases.improvements import (
    EditedMeanwhile,
    Improvement,
    ImprovementStatus,
    all_improvements,
    earlier_improvements,
    save_improvement,
)
from sync.central.viewer import Right
from sync.central.web.dependencies import (
    CommentReader,
    CurrentTime,
    ImprovementEditor,
    ImprovementReader,
    Reader,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_LINE, _PARAGRAPH = 200, 4000
"""Characters of a short field and of a text."""


@router.get("/improvements/{site}")
def improvements_page(request: Request, reader: ImprovementReader) -> Response:
    return _improvements_page(request, reader)


@router.post("/improvements/{site}")
def post_improvement(
    request: Request, site: str, form: Form, reader: ImprovementEditor, now: CurrentTime
) -> Response:
    improvement = _improvement(form)
    try:
        save_improvement(reader.central, reader.viewer, improvement, now)
    except EditedMeanwhile:
        return _improvements_page(request, reader, improvement)
    return RedirectResponse(f"/improvements/{site}", 303)


@router.post("/comments/{site}")
def start_line(request: Request, site: str, form: Form, reader: CommentReader) -> Response:
    """Begin a line of the improvement log from a comment. It is reworded before it is saved:
    superiors read the log, and everybody what is done."""
    reader.viewer.require(site, Right.IMPROVE)
    comment = form.prose("said", _PARAGRAPH)
    if not comment:
        raise PageError(400, "say_what")
    return _improvements_page(request, reader, started=comment)


def _improvements_page(
    request: Request, reader: Reader, unsaved: Improvement | None = None, started: str = ""
) -> Response:
    """`unsaved`: a line that came after somebody else's save. `started`: a comment to make a line
    of."""
    return page(
        request,
        "improvements.html",
        reader.viewer,
        reader.central,
        409 if unsaved else 200,
        lines=all_improvements(reader.central),
        earlier=earlier_improvements(reader.central),
        yours=unsaved,
        started=started,
        new_id=secrets.token_hex(8),
        month_of=last_month(parts_of(request).today()),
    )


def _improvement(form: Posted) -> Improvement:
    citizens_said = form.prose("said", _PARAGRAPH)
    if not citizens_said:
        raise PageError(400, "say_what")
    try:
        status = ImprovementStatus(form.text("status", 20) or ImprovementStatus.OPEN.value)
    except ValueError:
        raise PageError(400, "bad_form") from None
    return Improvement(
        due=form.day("due"),
        id=form.text("id", 32) or secrets.token_hex(8),
        said=citizens_said,
        done=form.prose("done", _PARAGRAPH),
        whom=form.prose("whom", _LINE),
        status=status,
        version=form.number("version") if form.text("version", 12) else 0,
    )
