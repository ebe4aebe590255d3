"""`kiosk officer`: who can sign on at this terminal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.language import counted, in_english
from ui.commands.context import errors, fail, opened
from ui.failures import USAGE

if TYPE_CHECKING:
    from kiosk.domain.people import Officer
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
) -> None:
    """Add an officer and print a new PIN.

    Example: kiosk officer add 101 "สมหญิง ใจดี" --position "เจ้าพนักงานปกครอง"
    """
    from dataclasses import replace

    from kiosk.domain.people import BadPerson, Officer
    from kiosk.store.roster import NumberTaken

    try:
        officer = Officer.parse(number, name, position, section)
    except BadPerson as error:
        fail(in_english(error), USAGE)
    if photo is not None:
        officer = replace(officer, photo=_photo(photo))
    with opened() as (_, terminal), errors():
        if terminal.officer(officer.id) is not None:
            fail(f"number {officer.number} is known already; choose another", USAGE)
        try:
            terminal.add_officers([officer])
        except NumberTaken as error:
            fail(in_english(error), USAGE)
        pin = terminal.set_pin(officer.id, number=officer.number)
    typer.echo(f"Added {officer.number} {officer.name}. PIN: {pin}   (shown once)")


@app.command("import")
def officer_import(
    file: Annotated[
        Path, typer.Argument(help="CSV (UTF-8) with the columns number,name,position,section.")
    ],
) -> None:
    """Add officers from a CSV file, as central's roster page reads it: all of them, or none when
    a line is wrong. Prints a new PIN, once, for each who has none yet.

    Example: (umask 077; kiosk officer import roster.csv > pins.txt)
    """
    from kiosk.domain.rostercsv import BadRoster, parse
    from kiosk.store.roster import NumberTaken

    try:
        officers = parse(file.read_bytes())
    except OSError as error:
        fail(f"{file}: {error.strerror}", USAGE)
    except BadRoster as error:
        for problem in error.problems:
            typer.echo(f"{file}: {in_english(problem)}", err=True)
        fail(f"{file}: nothing was imported; correct the lines above", USAGE)
    with opened() as (_, terminal), errors():
        try:
            terminal.add_officers(officers)
        except NumberTaken as error:
            fail(f"{file}: {in_english(error)}; nothing was imported", USAGE)
        new = [officer for officer in officers if not terminal.has_pin(officer.id)]
        for officer in new:
            pin = terminal.set_pin(officer.id, number=officer.number)
            typer.echo(f"{officer.number} {officer.name}. PIN: {pin}")
    imported = counted(len(officers), "officer", "officers")
    pins = f"{counted(len(new), 'PIN', 'PINs')} shown once" if new else "each has a PIN already"
    typer.echo(f"Imported {imported}; {pins}.", err=True)


@app.command("list")
def officer_list(
    retired: Annotated[bool, typer.Option("--retired", help="List retired officers too.")] = False,
) -> None:
    """List the officers."""
    with opened() as (_, terminal), errors():
        everyone = terminal.everyone()
        officers = [officer for officer in everyone if retired or not officer.retired]
        for officer in officers:
            pin_note = "" if terminal.has_pin(officer.id) else "  (no PIN yet)"
            retired_note = "  (retired)" if officer.retired else ""
            notes = pin_note + retired_note
            typer.echo(f"{officer.number}\t{officer.name}\t{officer.position}{notes}")
    if not officers:
        typer.echo("No officers yet. Add one: kiosk officer add NUMBER NAME")


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
