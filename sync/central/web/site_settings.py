"""The pages on which IT keeps the office's settings: one of all groups, and a form for each.

What is typed is looked through before it is saved: a page names what changes. Buttons add, remove
and move rows without scripts, and put an earlier value back into the form.
"""

from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.dates import day_in
from kiosk.domain.refusal import Refusal
from sync.central import sitesettings, thai
from sync.central.language import words
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.office_settings import (
    EditedMeanwhile,
    check_group,
    earlier_values,
    read_settings,
    save_group,
    save_settings,
)
from sync.central.web.dependencies import Administrator, CurrentTime, Reader
from sync.central.web.forms import Form
from sync.central.web.rendering import HEADERS, PageError, language_of, page
from sync.central.web.settings_form import (
    NO,
    YES,
    Draft,
    changes,
    draft_in,
    draft_lines,
    draft_of,
    edited,
    values_in,
)
from sync.central.web.settings_groups import (
    GROUPS,
    Column,
    Field,
    Shape,
    fields_of,
)

router = APIRouter(include_in_schema=False)

_DEED = 60
"""Characters of what a button asks for."""


@dataclass(frozen=True, slots=True)
class GroupForm:
    """A group's form, edited from version `base`. `opened`: the field whose row a button changed.
    `review`: what changes is shown, to be saved."""

    group: str
    base: int
    draft: Draft
    opened: str = ""
    review: bool = False
    problem: Refusal | None = None


@router.get("/settings/{site}")
def settings_page(request: Request, reader: Administrator) -> Response:
    return _overview(request, reader)


@router.post("/settings/{site}")
def post_settings(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Save a document that holds every setting."""
    if form.file is None:
        raise PageError(400, "bad_form")
    try:
        settings = sitesettings.parse(form.file.data.decode("utf-8", "replace"))
    except Refusal as error:
        return _overview(request, reader, error)
    save_settings(reader.central, reader.viewer, None, settings, now)
    return RedirectResponse(f"/settings/{site}?saved", 303)


@router.get("/settings/{site}/document")
def settings_document(site: str, reader: Administrator) -> Response:
    text = read_settings(reader.central).settings.document()
    headers = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="settings-{site}.json"',
    }
    return Response(text, media_type="application/json", headers=headers)


@router.get("/settings/{site}/{group}")
def group_page(request: Request, group: str, reader: Administrator) -> Response:
    _require_group(group)
    stored = read_settings(reader.central)
    draft = draft_of(stored.settings, group)
    return _group_page(request, reader, GroupForm(group=group, base=stored.version, draft=draft))


@router.post("/settings/{site}/{group}")
def post_group(
    request: Request,
    site: str,
    group: str,
    form: Form,
    reader: Administrator,
    now: CurrentTime,
) -> Response:
    """Change a row of the form, show what would change, or save it: as its button says. Where
    nothing was saved, what was typed is still there."""
    _require_group(group)
    base, deed = form.number("version"), form.text("do", _DEED) or "review"
    draft = draft_in(form, group)
    edited_form = partial(GroupForm, group=group, base=base, draft=draft)
    try:
        if deed == "edit":
            return _group_page(request, reader, edited_form())
        if deed == "review":
            check_group(reader.central, values_in(draft, group))
            return _group_page(request, reader, edited_form(review=True))
        if deed == "save":
            save_group(reader.central, reader.viewer, base, values_in(draft, group), now)
            return RedirectResponse(f"/settings/{site}?saved={group}#{group}", 303)
    except EditedMeanwhile:
        newest = read_settings(reader.central).version
        problem = Refusal("edited_meanwhile")
        return _group_page(request, reader, edited_form(base=newest, problem=problem))
    except Refusal as error:
        return _group_page(request, reader, edited_form(problem=error))
    if deed.startswith("earlier:"):
        opened = _put_back(reader, group, draft, deed.removeprefix("earlier:"))
    else:
        opened = edited(draft, group, deed)
    return _group_page(request, reader, edited_form(opened=opened))


def _require_group(group: str) -> None:
    if group not in GROUPS:
        raise PageError(404, "no_page")


def _put_back(reader: Reader, group: str, draft: Draft, name: str) -> str:
    """Write a field's earlier value into the draft; the name of the field."""
    field = next((field for field in fields_of(group) if field.name == name), None)
    if field is None:
        raise PageError(400, "bad_form")
    [earlier] = earlier_values(reader.central, [field.settings])
    if earlier is not None:
        draft[name] = draft_of(earlier.settings, group)[name]
    return name


def _overview(request: Request, reader: Reader, problem: Refusal | None = None) -> Response:
    settings = read_settings(reader.central).settings
    show = partial(_shown, language_of(request))
    return page(
        request,
        "settings.html",
        reader.viewer,
        reader.central,
        400 if problem else 200,
        lines={group: draft_lines(draft_of(settings, group), group, show) for group in GROUPS},
        problem=problem,
        saved=request.query_params.get("saved"),
    )


def _group_page(request: Request, reader: Reader, form: GroupForm) -> Response:
    group, show = form.group, partial(_shown, language_of(request))
    stored = draft_of(read_settings(reader.central).settings, group)
    fields = fields_of(group)
    earlier = earlier_values(reader.central, [field.settings for field in fields])
    shown_earlier = [
        (field.name, value, draft_lines(draft_of(value.settings, group), group, show)[field.name])
        for field, value in zip(fields, earlier, strict=True)
        if value is not None
    ]
    return page(
        request,
        "settings_group.html",
        reader.viewer,
        reader.central,
        400 if form.problem else 200,
        form=form,
        fields=fields,
        draft=form.draft,
        changes=changes(stored, form.draft, group, show),
        defaults=draft_lines(draft_of(SiteSettings(), group), group, show),
        earlier=shown_earlier,
    )


def _shown(language: str, field: Field, column: Column, text: str) -> str:
    """A text of a draft as the reader's language writes it."""
    say = words(language).get
    if column.shape is Shape.FLAG:
        if field.shape is Shape.ROWS:
            return say(f"settings_column.{column.name}") if text == YES else ""
        return say("settings.no" if text == NO else "settings.yes")
    if field.shape is Shape.MONTH and text in map(str, range(1, 13)):
        return say("settings.month_names").split()[int(text) - 1]
    if column.shape is Shape.DAY:
        return _day_shown(language, text)
    return thai.digits(text, language) if column.shape is Shape.NUMBER else text


def _day_shown(language: str, text: str) -> str:
    try:
        return thai.day(day_in(text), language)
    except ValueError:
        return text
