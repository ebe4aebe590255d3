"""Pages on which officers object to their own results, and two people decide."""

from datetime import date
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central.period import year_of
from sync.central.usecases.objections import (
    NoSuchBlock,
    NoSuchObjection,
    Objection,
    Verdict,
    decide_objection,
    file_objection,
    read_objections,
)
from sync.central.viewer import NotYours, Right
from sync.central.web.dependencies import CurrentTime, ObjectionDecider, SignedIn, office_of
from sync.central.web.forms import Form
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_PARAGRAPH = 4000
"""Characters of a text."""


@router.post("/officer/{site}/{officer}")
def post_objection(
    request: Request, site: str, officer: str, form: Form, viewer: SignedIn, now: CurrentTime
) -> Response:
    """An officer objects to one of the own results."""
    if not viewer.is_officer(site, officer):
        raise NotYours(Right.OFFICER)
    words = form.prose("words", _PARAGRAPH)
    if not words:
        raise PageError(400, "say_why")
    objection = Objection(
        officer=officer,
        levels=form.number("levels"),
        number=form.number("number"),
        at=now,
        words=words,
    )
    try:
        file_objection(office_of(request, site), objection)
    except NoSuchBlock:
        raise PageError(404, "no_page") from None
    return RedirectResponse(f"/officer/{site}/{officer}#objections", 303)


@router.get("/objections/{site}")
def objections_page(request: Request, reader: ObjectionDecider) -> Response:
    values = read_objections(reader.central)
    return page(
        request,
        "objections.html",
        reader.viewer,
        reader.central,
        objections=values.objections,
        names=values.officers,
        weeks=values.blocks,
        year=partial(_year_code, values.fiscal_year_starts),
        deciders=values.deciders,
    )


@router.post("/objections/{site}")
def post_verdict(site: str, form: Form, reader: ObjectionDecider, now: CurrentTime) -> Response:
    """One of two people decides; nobody decides on the own result."""
    officer = form.text("officer", 32)
    key = (officer, form.number("levels"), form.number("number"))
    if reader.viewer.officer == officer:
        raise NotYours(Right.DECIDE)
    try:
        verdict = Verdict(form.text("verdict", 20))
    except ValueError:
        raise PageError(400, "bad_form") from None
    note = form.prose("note", _PARAGRAPH)
    if not note:
        raise PageError(400, "say_why")
    try:
        decide_objection(reader.central, reader.viewer, key, verdict, note, now)
    except NoSuchObjection:
        raise PageError(404, "no_page") from None
    return RedirectResponse(f"/objections/{site}", 303)


def _year_code(starts: int, day: date) -> str:
    """The code of a day's fiscal year, where fiscal years begin in the month `starts`."""
    return year_of(day, starts).code
