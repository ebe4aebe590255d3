"""Commands about the roster."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.domain.refusal import Refusal, excerpt
from kiosk.language import counted
from sync.central.commands.context import (
    USAGE,
    fail,
    fail_for_lines,
    login,
    now,
    opened,
    read_file,
)
from sync.central.language import in_english

app = typer.Typer(help="The roster that terminals receive.", no_args_is_help=True)


@app.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="CSV UTF-8: number,name,position,section")],
) -> None:
    """Add or renew officers from a CSV file: all of them, or none when a line is wrong."""
    from kiosk.domain.rostercsv import BadRoster, parse
    from sync.central.usecases.people import NumberTaken, import_officers

    try:
        officers = parse(read_file(file))
    except BadRoster as error:
        fail_for_lines(file, error.problems, "correct the lines above")
    with opened() as central:
        try:
            import_officers(central, officers, login(), now())
        except NumberTaken as error:
            fail_for_lines(file, error.problems, "correct the officers above")
    imported = counted(len(officers), "officer", "officers")
    typer.echo(f"Imported {imported}; terminals receive them at their next sync.")


@app.command("list")
def list_roster() -> None:
    """List the roster."""
    from sync.central.usecases.people import all_officers

    with opened() as central:
        officers = all_officers(central)
    for officer in officers:
        retired = "  (retired)" if officer.retired else ""
        columns = (officer.number, officer.name, officer.position, f"{officer.section}{retired}")
        typer.echo("\t".join(columns))
    if not officers:
        typer.echo("No officers yet. Import them: kiosk-central officers import FILE.csv")


@app.command()
def retire(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Take an officer off the roster; results stay."""
    from sync.central.usecases.people import retire_officer

    with opened() as central:
        if not retire_officer(central, number, login(), now()):
            fail(in_english(Refusal("no_such_officer", number=excerpt(number))), USAGE)
    typer.echo(f"Retired {number}; terminals learn it at their next sync.")
