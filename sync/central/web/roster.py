"""The roster and its photos, as IT keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kiosk.domain.people import BadPerson, Officer, RosterEntry
from kiosk.domain.refusal import Refusal
from kiosk.domain.rostercsv import BadRoster, entries_csv, export
from kiosk.domain.rostercsv import parse as parse_roster
from kiosk.domain.rosterplan import Answer, BadPlan, RosterPlan, Word
from sync.central.papers.rosterform import roster_workbook
from sync.central.photos import BadPhoto, portrait
from sync.central.tablefile import read_roster
from sync.central.usecases.audit import signature
from sync.central.usecases.people import (
    EditedMeanwhile,
    NoSuchOfficer,
    NumberTaken,
    change_roster,
    edit_officer,
    edition,
    find_officer,
    preview_roster,
    read_photo,
    read_roster_page,
    remove_photo,
    save_photo,
    set_retired,
)
from sync.central.usecases.sections import rename_section
from sync.central.web.dependencies import (
    Administrator,
    CurrentTime,
    Reader,
    SignedIn,
    office_of,
)
from sync.central.web.downloads import file_response
from sync.central.web.forms import MAX_FORM, Form, Posted
from sync.central.web.rendering import HEADERS, PageError, page
from sync.central.web.searching import LONGEST, holds

router = APIRouter(include_in_schema=False)

_MAX_FIELD = 200
"""Characters."""
_MAX_QUESTIONS = 150
"""A form has a field for each, and takes 200."""
_ANSWER = "word "
"""How the name of a field begins that has the word about a number."""


@router.get("/roster/{site}")
def roster_page(request: Request, reader: Administrator) -> Response:
    return _roster_page(request, reader)


@router.get("/roster/{site}/roster.csv")
def roster_file(reader: Administrator, site: str) -> Response:
    """The active officers, to be edited and imported again."""
    active = (one for one in read_roster_page(reader.central).officers if not one.retired)
    return file_response(export(active), f"roster-{site}", "csv")


@router.get("/roster/{site}/template.xlsx")
def roster_template(site: str, _reader: Administrator, now: CurrentTime) -> Response:
    """An empty roster to fill in."""
    return file_response(roster_workbook(now), "roster", "xlsx")


@router.post("/roster/{site}")
def post_officers(
    request: Request, site: str, form: Form, reader: Administrator, now: CurrentTime
) -> Response:
    """Add an officer; show what a CSV file would change; or import it, once it was shown. Or give a
    section another name."""
    try:
        if form.text("do", 20) == "rename-section":
            before, after = form.text("before", _MAX_FIELD), form.text("after", _MAX_FIELD)
            rename_section(reader.central, before, after, signature(reader.viewer), now)
            return RedirectResponse(f"/roster/{site}", 303)
        if form.file is not None:
            brought = read_roster(form.file.data)
            change = _preview(reader, brought.entries)
            return _import_page(
                request,
                reader,
                brought.entries,
                change,
                unused=brought.unused,
                zeros_unread=brought.zeros_unread,
            )
        entries = _entries(form)
        change = change_roster(
            reader.central, entries, _answers(form), signature(reader.viewer), now
        )
        if change.questions:
            return _import_page(request, reader, entries, _preview(reader, entries), 400)
    except (BadRoster, BadPlan, BadPerson, PageError) as error:
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
    """Edit an officer, retire one, bring one back, take a photo or remove it."""
    try:
        find_officer(reader.central, officer)
        if form.text("do", 20) == "edit":
            return _edit(request, reader, officer, form, now)
        _change_officer(reader, officer, form, now)
    except NoSuchOfficer:
        raise PageError(404, "no_page") from None
    except (BadPhoto, NumberTaken, BadPlan, BadPerson) as error:
        return _roster_page(request, reader, error.problems)
    except EditedMeanwhile:
        return _roster_page(request, reader, (Refusal("officer_meanwhile"),))
    return RedirectResponse(f"/roster/{site}", 303)


@router.get("/photo/{site}/{officer}")
def photo(request: Request, site: str, officer: str, viewer: SignedIn) -> Response:
    """An officer's photo: for who may read that officer, and who keeps the roster."""
    jpeg = read_photo(office_of(request, site), viewer, officer)
    if jpeg is None:
        raise PageError(404, "no_page")
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)


# --- entries and words ---------------------------------------------------------------------------


def _entries(form: Posted) -> tuple[RosterEntry, ...]:
    """Of the second step of an import, or of one officer."""
    text = form.text("csv", MAX_FORM)
    return parse_roster(text.encode()).entries if text else (_entry(form),)


def _entry(form: Posted, id_: str = "") -> RosterEntry:
    return RosterEntry.parse(
        number=form.text("number", _MAX_FIELD),
        name=form.text("name", _MAX_FIELD),
        position=form.text("position", _MAX_FIELD),
        section=form.text("section", _MAX_FIELD),
        id=id_,
    )


def _answers(form: Posted) -> dict[str, Answer]:
    """What was chosen, by number: a word, and the person whom the page named."""
    answers = {}
    for name, value in form.values.items():
        if name.startswith(_ANSWER) and value:
            word, _, about = value.partition(" ")
            if word not in set(Word) or not about:
                raise PageError(400, "bad_form")
            answers[name.removeprefix(_ANSWER)] = Answer(word=Word(word), about=about)
    return answers


def _preview(reader: Reader, entries: tuple[RosterEntry, ...]) -> RosterPlan:
    change = preview_roster(reader.central, entries, {})
    if len(change.questions) > _MAX_QUESTIONS:
        raise BadPlan([Refusal("too_many_questions", most=_MAX_QUESTIONS)])
    return change


def _edit(request: Request, reader: Reader, officer: str, form: Posted, now: datetime) -> Response:
    entry, answers = _entry(form, officer), _answers(form)
    base = form.text("base", 64)
    change = edit_officer(reader.central, entry, answers, base, signature(reader.viewer), now)
    if change.questions:
        fields = {"do": "edit", "base": base}
        fields |= {name: form.text(name, _MAX_FIELD) for name in ("number", "name")}
        fields |= {name: form.text(name, _MAX_FIELD) for name in ("position", "section")}
        address = f"/roster/{reader.central.site}/{officer}"
        return _plan_page(request, reader, change, address, fields, 400)
    return RedirectResponse(f"/roster/{reader.central.site}", 303)


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


# --- pages ---------------------------------------------------------------------------------------


def _import_page(
    request: Request,
    reader: Reader,
    entries: tuple[RosterEntry, ...],
    change: RosterPlan,
    status: int = 200,
    unused: tuple[str, ...] = (),
    *,
    zeros_unread: bool = False,
) -> Response:
    """What an import would change, with a choice for each question; `unused`: heads of columns
    that say nothing of ours; `zeros_unread`: whether zeros before numbers may be missing."""
    csv = entries_csv(entries)
    if len(csv.encode()) > MAX_FORM:
        raise PageError(413, "too_big")
    address = f"/roster/{reader.central.site}"
    in_file = {officer.id for officer in (*change.officers, *change.unchanged)}
    in_file |= {asked.met.id for asked in change.questions}
    officers = read_roster_page(reader.central).officers
    absent = [one for one in officers if not one.retired and one.id not in in_file]
    return _plan_page(
        request,
        reader,
        change,
        address,
        fields={"csv": csv},
        status=status,
        absent=absent,
        unused=unused,
        zeros_unread=zeros_unread,
    )


def _plan_page(
    request: Request,
    reader: Reader,
    change: RosterPlan,
    address: str,
    fields: Mapping[str, str],
    status: int,
    absent: Sequence[Officer] = (),
    unused: Sequence[str] = (),
    *,
    zeros_unread: bool = False,
) -> Response:
    """`address`, `fields`: of the form that says the words and saves. `absent`: who is on the
    roster and not in the file; `unused`: columns of it that say nothing of ours."""
    return page(
        request,
        "rosterplan.html",
        reader.viewer,
        reader.central,
        status,
        plan=change,
        address=address,
        fields=fields,
        absent=absent,
        unused=unused,
        zeros_unread=zeros_unread,
        answer=_ANSWER,
    )


def _roster_page(
    request: Request,
    reader: Reader,
    problems: tuple[Refusal, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """`typed`: what stands in the form in place of nothing."""
    roster = read_roster_page(reader.central)
    query = request.query_params.get("find", "")[:LONGEST]
    officers = [
        officer
        for officer in roster.officers
        if holds(query, officer.number, officer.name, officer.position, str(officer.section))
    ]
    return page(
        request,
        "roster.html",
        reader.viewer,
        reader.central,
        400 if problems else 200,
        officers=officers,
        query=query,
        sections=roster.sections,
        pictured=roster.pictured,
        edition=edition,
        typed=typed or {},
        problems=problems,
    )
