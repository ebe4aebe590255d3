"""`kiosk officer`: who can sign on at this terminal."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.domain.rosterplan import Word
from kiosk.language import counted, in_english
from kiosk.printed import AsJson, print_rows, progress
from kiosk.rosterwords import (
    Leave,
    New,
    Renamed,
    Returned,
    SaidTwice,
    answers_from,
    change_lines,
    question_lines,
)
from ui.commands.context import errors, fail, opened
from ui.failures import USAGE

if TYPE_CHECKING:
    from kiosk.domain.people import Officer, RosterEntry
    from kiosk.domain.refusal import Refusal
    from kiosk.domain.rosterplan import RosterPlan
    from kiosk.terminal import Terminal

MAX_PHOTO = 512 * 1024
"""Bytes of an officer's photo; a passport-size JPEG has a tenth."""

app = typer.Typer(help="The officers who can sign on here.", no_args_is_help=True)


@app.command("add")
def officer_add(
    number: Annotated[str, typer.Argument(help="Typed at sign-on, such as 101.")],
    name: Annotated[str, typer.Argument(help="As shown to citizens.")],
    position: Annotated[str, typer.Option(help="As shown to citizens.")] = "",
    section: Annotated[str, typer.Option(help="The officer's section.")] = "",
    photo: Annotated[Path | None, typer.Option(help="JPEG or PNG, at most 512 KiB.")] = None,
    renamed: Renamed = None,
    new: New = None,
    returned: Returned = None,
) -> None:
    """Add an officer and print a new PIN. Where the number or the name is known already, say
    whether it is the same person: nothing is guessed.

    Example: kiosk officer add 101 "สมหญิง ใจดี" --position "เจ้าพนักงานปกครอง"
    """
    from kiosk.domain.people import BadPerson, RosterEntry

    try:
        entry = RosterEntry.parse(number, name, position, section)
    except BadPerson as error:
        fail(in_english(error), USAGE)
    picture = _photo(photo) if photo is not None else None
    words = {Word.RENAMED: renamed, Word.NEW: new, Word.RETURNED: returned}
    with opened() as (_, terminal), errors():
        change = _change(terminal, (entry,), words)
        if change.unchanged:
            fail(f"{entry.number} {entry.name} is on the roster already", USAGE)
        changes = (*change.changed, *change.returned)
        officer = next(iter((*change.added, *(one.after for one in changes))))
        if picture is not None:
            terminal.put_photo(officer.id, picture)
        pin = terminal.set_pin(officer.id, number=officer.number) if change.added else ""
    if pin:
        typer.echo(f"Added {officer.number} {officer.name}. PIN: {pin}   (shown once)")
    else:
        typer.echo(f"Changed {officer.number} {officer.name}; the PIN stays.")


@app.command("import")
def officer_import(
    file: Annotated[
        Path, typer.Argument(help="CSV (UTF-8) with the columns number,name,position,section.")
    ],
    preview: Annotated[bool, typer.Option("--preview", help="Show it, and write nothing.")] = False,
    renamed: Renamed = None,
    new: New = None,
    returned: Returned = None,
    leave: Leave = None,
) -> None:
    """Add or change officers from a CSV file, as central's roster page does: all of them, or none
    where a line is wrong or a number needs a word. Prints a new PIN, once, for each who has none.

    Example: (umask 077; kiosk officer import roster.csv > pins.txt)
    """
    from kiosk.domain.rostercsv import BadRoster, parse

    try:
        brought = parse(file.read_bytes())
    except OSError as error:
        fail(f"{file}: {error.strerror}", USAGE)
    except BadRoster as error:
        _fail_for_lines(str(file), error.problems)
    if brought.unused:
        typer.echo(f"Columns that are not used: {', '.join(brought.unused)}", err=True)
    entries = brought.entries
    words = {Word.RENAMED: renamed, Word.NEW: new, Word.RETURNED: returned, Word.LEAVE: leave}
    with opened() as (_, terminal), errors():
        with progress("Importing"):
            change = _change(terminal, entries, words, source=f"{file}: ", preview=preview)
        for line in change_lines(change):
            typer.echo(line, err=True)
        if preview:
            typer.echo("Nothing was written: this is a preview.", err=True)
            return
        concerned = {officer.id for officer in (*change.officers, *change.unchanged)}
        active = [officer for officer in terminal.officers() if officer.id in concerned]
        without = [officer for officer in active if not terminal.has_pin(officer.id)]
        for officer in without:
            pin = terminal.set_pin(officer.id, number=officer.number)
            typer.echo(f"{officer.number} {officer.name}. PIN: {pin}")
    imported = counted(len(entries), "line", "lines")
    pins = (
        f"{counted(len(without), 'PIN', 'PINs')} shown once"
        if without
        else "each has a PIN already"
    )
    typer.echo(f"Imported {imported}; {pins}.", err=True)


@app.command("export")
def officer_export() -> None:
    """Print the roster as CSV, to be edited and imported again, here or at central. Its column id
    tells persons apart: leave it as it is.

    Example: kiosk officer export > roster.csv
    """
    from kiosk.domain.rostercsv import export

    with opened() as (_, terminal), errors():
        typer.echo(export(terminal.officers()), nl=False)


@app.command("list")
def officer_list(
    retired: Annotated[bool, typer.Option("--retired", help="List retired officers too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the officers."""
    from ui.commands.rows import OfficerRow

    with opened() as (_, terminal), errors():
        everyone = terminal.everyone()
        rows = [
            OfficerRow(
                number=officer.number,
                name=officer.name,
                position=officer.position,
                pin="set" if terminal.has_pin(officer.id) else "no PIN yet",
                state="retired" if officer.retired else "active",
            )
            for officer in everyone
            if retired or not officer.retired
        ]
    print_rows(rows, as_json, "No officers yet. Add one: kiosk officer add NUMBER NAME")


@app.command("pin")
def officer_pin(
    number: Annotated[str, typer.Argument(help="The officer's number, or `service`.")],
) -> None:
    """Set a new generated PIN and print it once; this also unlocks. It holds on this terminal
    alone, until central issues the officer another.

    `kiosk officer pin service` renews the service menu's PIN.
    """
    from kiosk.terminal import SERVICE_OWNER

    with opened() as (_, terminal), errors():
        if number == "service":
            typer.echo(f"Service menu PIN: {terminal.set_pin(SERVICE_OWNER)}   (shown once)")
            return
        officer = _officer(terminal, number)
        pin = terminal.set_pin(officer.id, number=officer.number)
    typer.echo(f"{officer.number} {officer.name}. PIN: {pin}   (shown once)")


@app.command("unlock")
def officer_unlock(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Let an officer try the PIN again after too many wrong tries."""
    with opened() as (_, terminal), errors():
        officer = _officer(terminal, number)
        terminal.unlock(officer.id)
    typer.echo(f"{officer.number} {officer.name} can try again.")


@app.command("retire")
def officer_retire(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Take an officer off the roster; every rating stays."""
    with opened() as (_, terminal), errors():
        officer = _officer(terminal, number)
        terminal.retire(officer.number)
    typer.echo(f"Retired {officer.number} {officer.name}. Ratings stay.")


def _change(
    terminal: "Terminal",
    entries: "Sequence[RosterEntry]",
    words: Mapping[Word, Sequence[str] | None],
    *,
    source: str = "",
    preview: bool = False,
) -> "RosterPlan":
    """Change the roster, or show what would change. Where a number needs a word, the command ends
    with what to say."""
    from kiosk.domain.rosterplan import BadPlan

    try:
        answers = answers_from(words)
        make = terminal.preview_roster if preview else terminal.change_roster
        change = make(entries, answers)
    except SaidTwice as error:
        fail(str(error), USAGE)
    except BadPlan as error:
        _fail_for_lines(source.removesuffix(": ") or "roster", error.problems)
    if change.questions:
        *asked, how = question_lines(change, words)
        for line in (*change_lines(change), *asked):
            typer.echo(f"{source}{line}", err=True)
        fail(f"{source}{how}", USAGE)
    return change


def _fail_for_lines(source: str, problems: "Iterable[Refusal]") -> NoReturn:
    for problem in problems:
        typer.echo(f"{source}: {in_english(problem)}", err=True)
    fail(f"{source}: nothing was written; correct the lines above", USAGE)


def _officer(terminal: "Terminal", number: str) -> "Officer":
    officer = terminal.by_number(number)
    if officer is None:
        fail(f"no active officer has number {number[:40]!r}; see kiosk officer list", USAGE)
    return officer


def _photo(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO + 1)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)
    if len(data) > MAX_PHOTO:
        fail(f"{path}: larger than {MAX_PHOTO // 1024} KiB; make it smaller", USAGE)
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        fail(f"{path}: neither a JPEG nor a PNG picture", USAGE)
    return data
