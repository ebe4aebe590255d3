"""The page on which IT sees how the terminals are, enrols them and releases them."""

from datetime import date, datetime, timedelta
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson
from kiosk.domain.refusal import Refusal
from sync.central.ingest import Why
from sync.central.machine import MachineNeed, machine_needs
from sync.central.mark import ChangedSinceShown
from sync.central.silence import is_silent
from sync.central.usecases.loghistory import (
    NeedsAnother,
    ask_to_settle,
    asked_for,
    breaks_mark,
    read_log_breaks,
    settle_log_breaks,
    unsettled,
)
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.people import officer_names
from sync.central.usecases.releases import read_releases
from sync.central.usecases.terminals import (
    KEEP_CENTRAL,
    Fleet,
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
from sync.central.usecases.upkeep import Trouble, troubles
from sync.central.viewer import Right
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    FleetReader,
    Reader,
    Today,
)
from sync.central.web.forms import Form, Posted
from sync.central.web.parts import parts_of
from sync.central.web.qr import svg_path
from sync.central.web.rendering import PageError, page
from sync.fingerprint import fingerprint_in, groups

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
        return _fleet_page(request, reader, now, today, code=code)
    note, mark = _reason(form, "note"), form.text("mark", 40)
    match deed:
        case "release":
            try:
                keeps = KEEP_CENTRAL if form.text("keep", 10) == KEEP_CENTRAL else ""
                released = release_terminal(central, viewer, terminal, mark, note, now, keeps)
            except ChangedSinceShown as error:
                return _fleet_page(request, reader, now, today, problem=error)
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
def post_for_two(
    request: Request, site: str, form: Form, reader: FleetReader, now: CurrentTime, today: Today
) -> Response:
    """What one person proposes and another confirms: a terminal's new generation, and that parked
    reports count. Where another proposal stands than was shown: the page as it is now."""
    central, viewer = reader.central, reader.viewer
    terminal, deed, mark = form.text("terminal", 32), form.text("do", 20), form.text("mark", 40)
    try:
        match deed:
            case "confirm":
                done = confirm_generation(central, viewer, terminal, mark, now)
            case "confirm-new":
                done = confirm_new_terminal(central, viewer, terminal, mark, now)
            case "confirm-release":
                done = confirm_release_of_terminal(central, viewer, terminal, mark, now)
            case "refuse":
                done = refuse_generation(central, viewer, terminal, mark, now)
            case "propose":
                why, note = _why(form), _reason(form, "note")
                done = propose_release(central, viewer, terminal, why, mark, note, now) > 0
            case "count":
                why = _why(form)
                done = confirm_release(central, viewer, terminal, why, mark, now) is not None
            case _:
                raise PageError(400, "bad_form")
    except NotTheSecond as error:
        raise PageError(403, "not_the_second", first=error.first) from None
    except ChangedSinceShown:
        done = False
    if not done:
        return _fleet_page(request, reader, now, today, problem=ChangedSinceShown())
    return RedirectResponse(f"/fleet/{site}", 303)


@router.post("/fleet/{site}/logs")
def post_log_breaks(
    request: Request, site: str, form: Form, reader: FleetReader, now: CurrentTime, today: Today
) -> Response:
    """Take the logs as they are, where terminals have seen others: one asks, another agrees."""
    central, viewer = reader.central, reader.viewer
    deed, mark = form.text("do", 10), form.text("mark", 40)
    try:
        match deed:
            case "ask":
                done = ask_to_settle(central, viewer, mark, _reason(form, "reason"), now)
            case "agree":
                done = settle_log_breaks(central, viewer, mark, now)
            case _:
                raise PageError(400, "bad_form")
    except NeedsAnother:
        raise PageError(403, "other_role") from None
    except ChangedSinceShown:
        done = False
    if not done:
        return _fleet_page(request, reader, now, today, problem=ChangedSinceShown())
    return RedirectResponse(f"/fleet/{site}", 303)


def _reason(form: Posted, field: str) -> str:
    reason = form.prose(field, 300)
    if not reason:
        raise PageError(400, "say_why")
    return reason


def _why(form: Posted) -> Why:
    try:
        return Why(form.text("why", 40))
    except ValueError:
        raise PageError(400, "bad_form") from None


def _fleet_page(
    request: Request,
    reader: Reader,
    now: datetime,
    today: date,
    *,
    code: str = "",
    problem: Refusal | None = None,
) -> Response:
    """`code`: a one-time code that was just made. `problem`: why nothing was done."""
    breaks = read_log_breaks(reader.central)
    open_breaks = unsettled(breaks)
    url = reader.central.settings.url.rstrip("/")
    fingerprint = fingerprint_in(parts_of(request).certificate) if code else ""
    invitation = " ".join(filter(None, (url, code, fingerprint)))
    fleet = read_fleet(reader.central, today)
    path, size = svg_path(invitation) if code else ("", 0)
    return page(
        request,
        "fleet.html",
        reader.viewer,
        reader.central,
        409 if problem else 200,
        problem=problem,
        fleet=fleet,
        needs=_machine_needs(fleet, now),
        names=officer_names(reader.central),
        open_breaks=open_breaks,
        asked_breaks=asked_for(open_breaks),
        settled_breaks=[one for one in breaks if one.settled],
        breaks_mark=breaks_mark,
        late=partial(_is_late, now),
        silent=partial(is_silent, now, read_settings(reader.central).settings.holidays),
        code=code,
        invitation=invitation,
        path_of_code=path,
        size=size,
        fingerprint=groups(fingerprint),
        for_two=FOR_TWO,
        care=_care(request, reader, now),
        releases=read_releases(reader.central, now),
    )


def _care(request: Request, reader: Reader, now: datetime) -> tuple[Trouble, ...]:
    """What the report itself needs, for who runs it: it is one for all its offices."""
    home = parts_of(request).central
    return troubles(home, now) if reader.viewer.has(home.site, Right.RUN) else ()


def _machine_needs(fleet: Fleet, now: datetime) -> dict[str, list[MachineNeed]]:
    """What the machine of each terminal in use needs; of those alone that need something."""
    of_each = {one.terminal: list(machine_needs(one, now)) for one in fleet.terminals if one.active}
    return {terminal: needs for terminal, needs in of_each.items() if needs}


def _is_late(now: datetime, seen: datetime) -> bool:
    return seen < now - LATE
