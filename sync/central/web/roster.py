"""The roster and its photos, as IT keeps them."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson, Officer
from kiosk.domain.refusal import Refusal
from kiosk.domain.rostercsv import BadRoster
from kiosk.domain.rostercsv import parse as parse_roster
from sync.central.photos import BadPhoto, portrait
from sync.central.usecases.people import (
    NoSuchOfficer,
    NumberTaken,
    find_officer,
    read_photo,
    read_roster_page,
    remove_photo,
    renew_officers,
    save_photo,
    set_retired,
)
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    Reader,
    SignedIn,
    office_of,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import HEADERS, PageError, page

router = APIRouter(include_in_schema=False)

_MAX_FIELD = 200
"""Characters."""


@router.get("/roster/{site}")
def roster_page(request: Request, reader: Administrator) -> Response:
    return _roster_page(request, reader)


@router.post("/roster/{site}")
def post_officers(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Add or renew one officer, or all of a CSV file."""
    try:
        renew_officers(reader.central, reader.viewer, _officers(form), now)
    except (BadRoster, NumberTaken, BadPerson, PageError) as error:
        return _roster_page(request, reader, error.problems, form.values)
    return RedirectResponse(f"/roster/{site}", 303)


@router.post("/roster/{site}/{officer}")
def post_officer(
    request: Request,
    site: str,
    officer: str,
    form: Form,
    reader: Administrator,
    now: CurrentTime,
) -> Response:
    """Retire an officer, bring one back, take a photo or remove it."""
    try:
        find_officer(reader.central, officer)
        _change_officer(reader, officer, form, now)
    except NoSuchOfficer:
        raise PageError(404, "no_page") from None
    except (BadPhoto, NumberTaken) as error:
        return _roster_page(request, reader, error.problems)
    return RedirectResponse(f"/roster/{site}", 303)


@router.get("/photo/{site}/{officer}")
def photo(request: Request, site: str, officer: str, viewer: SignedIn) -> Response:
    """An officer's photo: for who may read that officer, and who keeps the roster."""
    jpeg = read_photo(office_of(request, site), viewer, officer)
    if jpeg is None:
        raise PageError(404, "no_page")
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)


def _officers(form: Posted) -> tuple[Officer, ...]:
    if form.file is not None:
        return parse_roster(form.file.data)
    officer = Officer.parse(
        number=form.text("number", _MAX_FIELD),
        name=form.text("name", _MAX_FIELD),
        position=form.text("position", _MAX_FIELD),
        section=form.text("section", _MAX_FIELD),
        id=form.text("id", _MAX_FIELD),
    )
    return (officer,)


def _change_officer(reader: Reader, officer: str, form: Posted, now: datetime) -> None:
    central, viewer = reader.central, reader.viewer
    match form.text("do", 20):
        case "photo":
            if form.file is None:
                raise BadPhoto("choose_picture")
            save_photo(central, viewer, officer, portrait(form.file.data), now)
        case "remove":
            remove_photo(central, viewer, officer, now)
        case "retire":
            set_retired(central, viewer, officer, now, retired=True)
        case "return":
            set_retired(central, viewer, officer, now, retired=False)
        case _:
            raise PageError(400, "bad_form")


def _roster_page(
    request: Request,
    reader: Reader,
    problems: tuple[Refusal, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """`typed`: what stands in the form in place of nothing."""
    roster = read_roster_page(reader.central)
    return page(
        request,
        "roster.html",
        reader.viewer,
        reader.central,
        400 if problems else 200,
        officers=roster.officers,
        pictured=roster.pictured,
        typed=typed or {},
        problems=problems,
    )
