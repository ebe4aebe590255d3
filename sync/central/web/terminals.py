"""The page on which IT sees how the terminals are, enrols them and releases them."""

from datetime import date, datetime, timedelta
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson
from sync.central.ingest import Why
from sync.central.usecases.loghistory import read_log_breaks
from sync.central.usecases.terminals import (
    Release,
    invite_terminal,
    quarantine_terminal,
    read_fleet,
    release_terminal,
    revoke_terminal,
)
from sync.central.usecases.two_people import (
    FOR_TWO,
    NotTheSecond,
    confirm_generation,
    confirm_new_terminal,
    confirm_release,
    confirm_release_of_terminal,
    propose_release,
    refuse_generation,
)
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    FleetReader,
    Reader,
    Today,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)

LATE = timedelta(days=1)
"""A terminal that beats every quarter of an hour is missing after so long."""


@router.get("/fleet/{site}")
def fleet_page(request: Request, reader: FleetReader, now: CurrentTime, today: Today) -> Response:
    return _fleet_page(request, reader, now, today)


@router.post("/fleet/{site}")
def post_terminal(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime, today: Today
) -> Response:
    """A one-time code for a terminal, or the release of one from quarantine, or the way in; the
    end of a key."""
    central, viewer = reader.central, reader.viewer
    terminal, deed = form.text("terminal", 32), form.text("do", 20)
    if deed == "enrol":
        try:
            code = invite_terminal(central, terminal, form.text("counter", 32), now, viewer)
        except BadPerson:
            raise PageError(400, "bad_id") from None
        return _fleet_page(request, reader, now, today, code)
    note = form.prose("note", 300)
    if not note:
        raise PageError(400, "say_why")
    match deed:
        case "release":
            released = release_terminal(central, viewer, terminal, note, now)
            done = released is not Release.NOTHING
        case "quarantine":
            done = quarantine_terminal(central, viewer, terminal, note, now)
        case "revoke":
            done = revoke_terminal(central, viewer, terminal, note, now)
        case _:
            done = False
    if not done:
        raise PageError(404, "no_page")
    return RedirectResponse(f"/fleet/{site}", 303)


@router.post("/fleet/{site}/two-people")
def post_for_two(site: str, form: Form, reader: FleetReader, now: CurrentTime) -> Response:
    """What one person proposes and another confirms: a terminal's new generation, and that parked
    reports count."""
    central, viewer = reader.central, reader.viewer
    terminal, deed = form.text("terminal", 32), form.text("do", 20)
    try:
        match deed:
            case "confirm":
                done = confirm_generation(central, viewer, terminal, now)
            case "confirm-new":
                done = confirm_new_terminal(central, viewer, terminal, now)
            case "confirm-release":
                done = confirm_release_of_terminal(central, viewer, terminal, now)
            case "refuse":
                done = refuse_generation(central, viewer, terminal, now)
            case "propose":
                note = form.prose("note", 300)
                if not note:
                    raise PageError(400, "say_why")
                done = propose_release(central, viewer, terminal, _why(form), note, now) > 0
            case "count":
                done = confirm_release(central, viewer, terminal, _why(form), now) is not None
            case _:
                done = False
    except NotTheSecond as error:
        raise PageError(403, "not_the_second", first=error.first) from None
    if not done:
        raise PageError(404, "no_page")
    return RedirectResponse(f"/fleet/{site}", 303)


def _why(form: Posted) -> Why:
    try:
        return Why(form.text("why", 40))
    except ValueError:
        raise PageError(400, "bad_form") from None


def _fleet_page(
    request: Request, reader: Reader, now: datetime, today: date, code: str = ""
) -> Response:
    """`code`: a one-time code that was just made."""
    return page(
        request,
        "fleet.html",
        reader.viewer,
        reader.central,
        fleet=read_fleet(reader.central, today),
        log_breaks=read_log_breaks(reader.central),
        late=partial(_is_late, now),
        code=code,
        url=reader.central.settings.url,
        for_two=FOR_TWO,
    )


def _is_late(now: datetime, seen: datetime) -> bool:
    return seen < now - LATE
