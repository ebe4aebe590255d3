"""Officers' PINs: who has one, which terminals have it, and the letters that tell them, once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kiosk.domain.refusal import Refusal
from sync.central.usecases.pins import MOST_ISSUED, EditedMeanwhile, issue_pins, read_pins
from sync.central.web.dependencies import CurrentTime, PinIssuer, Reader, Today
from sync.central.web.forms import Form
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)


@router.get("/pins/{site}")
def pins_page(request: Request, reader: PinIssuer) -> Response:
    return _pins_page(request, reader)


@router.post("/pins/{site}")
def post_pins(
    request: Request, form: Form, reader: PinIssuer, now: CurrentTime, today: Today
) -> Response:
    """New PINs for the officers that were ticked, as letters to print: the only time that
    anybody sees them."""
    bases = _ticked(form.several.get("officers", ()))
    if not 1 <= len(bases) <= MOST_ISSUED:
        return _pins_page(request, reader, 400, Refusal("pin_how_many", most=MOST_ISSUED))
    try:
        letters = issue_pins(reader.central, bases, reader.viewer, now)
    except EditedMeanwhile:
        # Also a page of letters that is asked for again: its PINs are gone.
        return _pins_page(request, reader, 409, Refusal("pin_meanwhile"))
    return page(
        request, "letters.html", reader.viewer, reader.central, letters=letters, issued=today
    )


def _pins_page(
    request: Request, reader: Reader, status: int = 200, problem: Refusal | None = None
) -> Response:
    pins = read_pins(reader.central)
    without = [pin for pin in pins if pin.issued is None]
    return page(
        request,
        "pins.html",
        reader.viewer,
        reader.central,
        status,
        pins=pins,
        without=without[:MOST_ISSUED],
        most=MOST_ISSUED,
        problem=problem,
    )


def _ticked(values: tuple[str, ...]) -> dict[str, int]:
    """Officers and the issue of each that the page showed."""
    bases = {}
    for value in values:
        officer, _, issue = value.partition(" ")
        if not (issue.isascii() and issue.isdigit() and len(issue) <= 12):
            raise PageError(400, "bad_form")
        bases[officer] = int(issue)
    return bases
