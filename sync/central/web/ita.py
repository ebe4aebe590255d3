"""The page on which the texts of the ITA measures report are written."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sync.central import itaform
from sync.central.reports import gate
from sync.central.usecases.ita import ItaBody, NoSuchRound, read_ita_round, save_ita_text
from sync.central.web.dependencies import CurrentTime, ItaEditor, Reader
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

_PARAGRAPH = 4000
"""Characters of a text."""
_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙,", "0123456789.")


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
    body, base = _body(form), form.number("base")
    try:
        alone = save_ita_text(reader.central, reader.viewer, round_code, row_code, base, body, now)
    except NoSuchRound:
        raise PageError(400, "bad_form") from None
    if not alone:
        return _ita_page(request, reader, round_code, crossed=row_code)
    return RedirectResponse(f"/ita/{site}?round={round_code}&row={row_code}#{row_code}", 303)


def _ita_page(request: Request, reader: Reader, code: str, crossed: str = "") -> Response:
    """`crossed`: a row into which somebody else wrote at the same time."""
    today = parts_of(request).today()
    ita_round = read_ita_round(reader.central, code, today)
    period = ita_round.period
    return page(
        request,
        "ita.html",
        reader.viewer,
        reader.central,
        409 if crossed else 200,
        rows=ita_round.rows,
        period=period,
        rounds=itaform.rounds(today, period.starts),
        evidence=gate.office(reader.central, reader.viewer, period, today),
        crossed=crossed,
        open=request.query_params.get("row", ""),
    )


def _body(form: Posted) -> ItaBody:
    return ItaBody(
        score=_score(form.text("score", 10)),
        question=form.prose("question", _PARAGRAPH),
        shortfall=form.prose("shortfall", _PARAGRAPH),
        measure=form.prose("measure", _PARAGRAPH),
        result=form.prose("result", _PARAGRAPH),
        evidence=form.prose("evidence", _PARAGRAPH),
    )


def _score(text: str) -> str:
    """A score as people type it, Thai or Arabic digits; PageError when it is none."""
    plain = text.translate(_ARABIC)
    if not plain:
        return ""
    try:
        value = float(plain)
    except ValueError:
        raise PageError(400, "no_number") from None
    if not 0 <= value <= 100:
        raise PageError(400, "no_number")
    return f"{value:.2f}"
