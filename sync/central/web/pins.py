"""Officers' PINs: who has one, which terminals have it, and the letters that tell them, once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kiosk.domain.refusal import Refusal
from sync.central.store.office import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.usecases.pins import MOST_ISSUED, issue_pins, read_pins
from sync.central.viewer import Right, Viewer
from sync.central.web.desk import Desk, PageError
from sync.central.web.door import Form


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/pins/{site}")
    def pins(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.PINS)
        return _page(request, central, viewer)

    def _page(
        request: Request, central: Central, viewer: Viewer, problem: Refusal | None = None
    ) -> Response:
        found = read_pins(central)
        return desk.page(
            request,
            "pins.html",
            viewer,
            central,
            _status(problem),
            pins=found,
            without=[p for p in found if p.issued is None][:MOST_ISSUED],
            most=MOST_ISSUED,
            problem=problem,
        )

    @router.post("/pins/{site}")
    def issue(request: Request, site: str, form: Form) -> Response:
        """New PINs for the officers that were ticked, as letters to print: the only time that
        anybody sees them."""
        central, viewer = desk.reader(request, site, Right.PINS)
        wanted = _wanted(form.several.get("officers", ()))
        if not 1 <= len(wanted) <= MOST_ISSUED:
            return _page(request, central, viewer, Refusal("pin_how_many", most=MOST_ISSUED))
        try:
            letters = issue_pins(central, wanted, viewer, desk.now())
        except EditedMeanwhile:
            # Also a page of letters that is asked for again: its PINs are gone.
            return _page(request, central, viewer, Refusal("pin_meanwhile"))
        return desk.page(
            request, "letters.html", viewer, central, letters=letters, issued=desk.today()
        )

    return router


def _status(problem: Refusal | None) -> int:
    if problem is None:
        return 200
    return 409 if problem.key == "pin_meanwhile" else 400


def _wanted(ticked: tuple[str, ...]) -> dict[str, int]:
    """Officers and the issue of each that the page showed."""
    wanted = {}
    for one in ticked:
        officer, _, issue = one.partition(" ")
        if not (issue.isascii() and issue.isdigit() and len(issue) <= 12):
            raise PageError(400, "bad_form")
        wanted[officer] = int(issue)
    return wanted
