"""The page on which IT sees how the terminals are, enrols them and releases them."""

from datetime import date, datetime, timedelta
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson
from sync.central.usecases.loghistory import read_log_breaks
from sync.central.usecases.terminals import invite_terminal, read_fleet, release_terminal
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    FleetReader,
    Reader,
    Today,
)
from sync.central.web.forms import Form
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
    """A one-time code for a terminal, or the release of one from quarantine."""
    central, viewer = reader.central, reader.viewer
    terminal, deed = form.text("terminal", 32), form.text("do", 20)
    if deed == "enrol":
        try:
            code = invite_terminal(central, terminal, form.text("counter", 32), now, viewer)
        except BadPerson:
            raise PageError(400, "bad_id") from None
        return _fleet_page(request, reader, now, today, code)
    note = form.prose("note", 300)
    if deed != "release" or not note:
        raise PageError(400, "say_why")
    if not release_terminal(central, terminal, viewer.name, note, now, changed_by=viewer):
        raise PageError(404, "no_page")
    return RedirectResponse(f"/fleet/{site}", 303)


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
    )


def _is_late(now: datetime, seen: datetime) -> bool:
    return seen < now - LATE
