"""What IT does on the fleet page with a release of the terminals' program."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from sync.central.usecases.releases import resume_release, withdraw_release
from sync.central.web.dependencies import Administrator, CurrentTime
from sync.central.web.forms import Form
from sync.central.web.rendering import PageError

router = APIRouter(include_in_schema=False)


@router.post("/fleet/{site}/releases")
def post_release(site: str, form: Form, reader: Administrator, now: CurrentTime) -> Response:
    """Hold a release back, or let one go on that stopped because a terminal went back."""
    version = form.text("version", 20)
    match form.text("do", 20):
        case "withdraw":
            done = withdraw_release(reader.central, reader.viewer, version, now)
        case "go-on":
            done = resume_release(reader.central, reader.viewer, version, now)
        case _:
            raise PageError(400, "bad_form")
    if not done:
        raise PageError(404, "no_page")
    return RedirectResponse(f"/fleet/{site}", 303)
