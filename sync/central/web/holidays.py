"""The page on which IT brings the office's holidays from a file."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.refusal import Refusal
from sync.central.holidayfile import BadHolidays, HolidayFile, read_holidays
from sync.central.usecases.holidays import plan_holidays, save_holidays
from sync.central.usecases.office_settings import EditedMeanwhile, read_settings
from sync.central.web.dependencies import Administrator, CurrentTime, Reader
from sync.central.web.forms import MAX_FORM, Form, Posted
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)


@router.get("/holidays/{site}")
def holidays_page(request: Request, reader: Administrator) -> Response:
    return _holidays_page(request, reader)


@router.post("/holidays/{site}")
def post_holidays(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Show what a file or a list would change; or change it, once it was shown."""
    try:
        brought = _brought(form)
        if form.text("do", 10) != "save":
            return _holidays_page(request, reader, brought=brought)
        days = [one.day for one in brought.holidays]
        remove = form.text("absent", 10) == "remove"
        version = form.number("version")
        save_holidays(reader.central, reader.viewer, version, days, now, remove_absent=remove)
    except BadHolidays as error:
        return _holidays_page(request, reader, error.problems, typed=form.values.get("days", ""))
    except EditedMeanwhile:
        return _holidays_page(request, reader, (Refusal("edited_meanwhile"),), brought=brought)
    except PageError:
        raise
    except Refusal as error:
        return _holidays_page(request, reader, (error,), typed=form.values.get("days", ""))
    return RedirectResponse(f"/holidays/{site}?saved", 303)


def _brought(form: Posted) -> HolidayFile:
    data = form.file.data if form.file else form.text("days", MAX_FORM).encode()
    if not data.strip():
        raise BadHolidays([Refusal("no_holidays")])
    return read_holidays(data)


def _holidays_page(
    request: Request,
    reader: Reader,
    problems: Sequence[Refusal] = (),
    *,
    brought: HolidayFile | None = None,
    typed: str = "",
) -> Response:
    """`brought`: what a file has, to be shown before it is saved; `typed`: a list that comes
    back."""
    return page(
        request,
        "holidays.html",
        reader.viewer,
        reader.central,
        400 if problems else 200,
        holidays=sorted(read_settings(reader.central).settings.holidays),
        plan=plan_holidays(reader.central, brought.holidays) if brought else None,
        brought=brought,
        problems=problems,
        typed=typed,
        saved="saved" in request.query_params,
    )
