"""The pages on which the ITA measures report is written."""

import re
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from sync.central import itaform
from sync.central.period import Period
from sync.central.photos import BadPhoto
from sync.central.reports import gate
from sync.central.usecases.ita import (
    ITA_TEXT,
    WHOLE_OFFICE,
    ItaBody,
    ItaRound,
    NoSuchPicture,
    NoSuchRound,
    add_picture,
    bring_pictures,
    describe_picture,
    discard_picture,
    read_ita_round,
    read_picture,
    remove_picture,
    return_picture,
    save_ita_text,
)
from sync.central.viewer import PUBLIC
from sync.central.web.dependencies import CurrentTime, ItaEditor, Reader
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import HEADERS, PageError, page

router = APIRouter(include_in_schema=False)

_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙,", "0123456789.")
_SCORE, _MOST = re.compile(r"[0-9]{1,3}(\.[0-9]*)?"), 100
_TEXTS = ("question", "shortfall", "measure", "result", "evidence")
_CAPTION = 500
"""Characters of a picture's caption, and of what it shows."""

_WITH_A_PICTURE = {"remove": remove_picture, "return": return_picture, "discard": discard_picture}


class BadScore(Refusal):
    """What stands in the field of the score is none."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody wrote into a row, from version `base`, and why it was not saved."""

    code: str
    base: int
    body: ItaBody
    problem: Refusal


@router.get("/ita/{site}")
def ita_page(request: Request, reader: ItaEditor, round: str = "") -> Response:
    try:
        return _ita_page(request, reader, round)
    except NoSuchRound:
        raise PageError(400, "bad_form") from None


@router.post("/ita/{site}")
def post_ita_text(
    request: Request, site: str, form: Form, reader: ItaEditor, now: CurrentTime
) -> Response:
    round_code, row_code = form.text("round", 20), form.text("code", 20)
    base = form.number("base")
    try:
        stands = _as_it_stands(request, reader, round_code, row_code)
        body = _body(form, stands, _score(form.text("score", 10)))
    except BadScore as error:
        written = _body(form, stands, form.text("score", 10))
        typed = Typed(code=row_code, base=base, body=written, problem=error)
        return _ita_page(request, reader, round_code, typed=typed)
    except NoSuchRound:
        raise PageError(400, "bad_form") from None
    try:
        alone = save_ita_text(reader.central, reader.viewer, round_code, row_code, base, body, now)
    except NoSuchRound:
        raise PageError(400, "bad_form") from None
    if not alone:
        return _ita_page(request, reader, round_code, crossed=row_code)
    return _back(site, round_code, row_code)


@router.get("/ita/{site}/picture/{picture}.jpg")
def ita_picture(reader: ItaEditor, picture: str) -> Response:
    try:
        jpeg = read_picture(reader.central, picture)
    except NoSuchPicture:
        raise PageError(404, "no_page") from None
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)


@router.post("/ita/{site}/pictures")
def post_ita_picture(
    request: Request, site: str, form: Form, reader: ItaEditor, now: CurrentTime
) -> Response:
    """Add a picture to a row, change what is said of it, remove it, bring it back or let go of it
    for good, or bring those of the round before."""
    round_code, row_code = form.text("round", 20), form.text("code", 20)
    try:
        _change_pictures(form, reader, round_code, row_code, now)
    except (NoSuchRound, NoSuchPicture):
        raise PageError(400, "bad_form") from None
    except BadPhoto as error:
        return _ita_page(request, reader, round_code, refused=row_code, problem=error)
    return _back(site, round_code, row_code)


def _change_pictures(
    form: Posted, reader: Reader, round_code: str, row_code: str, now: CurrentTime
) -> None:
    """BadPhoto; NoSuchPicture; NoSuchRound."""
    central, viewer, deed = reader.central, reader.viewer, form.text("do", 10)
    caption, words = form.prose("caption", _CAPTION), form.prose("words", _CAPTION)
    if deed == "bring":
        bring_pictures(central, viewer, round_code, row_code, now)
    elif deed in _WITH_A_PICTURE:
        _WITH_A_PICTURE[deed](central, viewer, form.text("picture", 20), now)
    elif deed == "describe":
        describe_picture(central, form.text("picture", 20), caption, words)
    elif form.file is None:
        raise BadPhoto("choose_picture")
    else:
        add_picture(central, viewer, round_code, row_code, form.file.data, caption, words, now)


def _back(site: str, round_code: str, row_code: str) -> Response:
    return RedirectResponse(f"/ita/{site}?round={round_code}&row={row_code}#{row_code}", 303)


def _ita_page(
    request: Request,
    reader: Reader,
    code: str,
    crossed: str = "",
    refused: str = "",
    problem: BadPhoto | None = None,
    typed: Typed | None = None,
) -> Response:
    """`crossed`: a row into which somebody else wrote at the same time; `refused`: one whose
    picture was not taken, and why; `typed`: what was not saved stands in its row still."""
    today = parts_of(request).today()
    ita_round = read_ita_round(reader.central, code, today)
    period, rows = ita_round.period, ita_round.rows
    if typed:
        rows = tuple(
            replace(row, body=typed.body) if row.row.code == typed.code else row for row in rows
        )
    opened = request.query_params.get("row", "")
    return page(
        request,
        "ita.html",
        reader.viewer,
        reader.central,
        409 if crossed else 400 if problem or typed else 200,
        rows=rows,
        drafts=itaform.drafts(ita_round.rows),
        period=period,
        rounds=_choices(ita_round, itaform.rounds(today, period.starts)),
        evidence=gate.office(reader.central, PUBLIC, period, today),  # as on the paper
        sections=[
            name for name in gate.section_members(reader.central, reader.viewer, period) if name
        ],
        whole_office=WHOLE_OFFICE,
        crossed=crossed,
        refused=refused,
        problem=problem,
        typed=typed,
        open=crossed or refused or (typed.code if typed else opened),
    )


def _choices(shown: ItaRound, usual: tuple[Period, ...]) -> list[Period]:
    """The rounds to choose from, newest first: also older ones in which something stands."""
    every = {period.code: period for period in (*usual, *shown.written, shown.period)}
    return sorted(every.values(), key=lambda period: period.first_day, reverse=True)


def _as_it_stands(request: Request, reader: Reader, round_code: str, row_code: str) -> ItaBody:
    """A row's words before it is saved. NoSuchRound."""
    current = read_ita_round(reader.central, round_code, parts_of(request).today())
    for row in current.rows:
        if row.row.code == row_code and row_code:
            return row.body
    raise NoSuchRound(row_code)


def _body(form: Posted, stands: ItaBody, score: str) -> ItaBody:
    """What was typed; what the form did not ask for stays, as in a row that was joined later."""
    words: dict[str, Any] = {name: form.prose(name, ITA_TEXT) for name in _TEXTS}
    words |= {"score": score, "figure": form.text("figure", 200)}
    asked = {name: text for name, text in words.items() if name in form.values}
    return replace(stands, score_doubtful=False, text_doubtful=False, **asked)


def _score(text: str) -> str:
    """A score as people type it, Thai or Arabic digits; BadScore when it is none."""
    plain = text.translate(_ARABIC)
    if not plain:
        return ""
    if not _SCORE.fullmatch(plain) or float(plain) > _MOST:
        raise BadScore("ita_score", most=_MOST, text=text)
    return f"{float(plain):.2f}"
