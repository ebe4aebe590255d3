"""The command that puts the database back as it was before this version of the program."""

from typing import Annotated

import typer

import kiosk
from kiosk.language import counted
from sync.central.commands.context import USAGE, WRONG, data_folder, errors, fail

app = typer.Typer()
_ROWS = {
    "day_reports": ("day report", "day reports"),
    "earlier_reports": ("revision of a day report", "revisions of day reports"),
    "blocks": ("published result", "published results"),
    "comments": ("comment", "comments"),
    "log_entries": ("log entry", "log entries"),
}


@app.command()
def rollback(
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Put the database back as it was before this version, for the version before.

    Says first what would be lost. The newer database stays as a file of its own. Stop the report
    before: systemctl stop kiosk-central
    """
    from sync.central.usecases.copies import CopyFailed, go_back, way_back

    folder = data_folder()
    with errors():
        try:
            way = way_back(folder)
            if way is None:
                remedy = "only the version that changed the database goes back, so install that one"
                fail(f"{kiosk.__version__} migrated nothing here; {remedy}", USAGE)
            for name, rows in way.lost.items():
                one, several = _ROWS[name]
                typer.echo(f"Lost since {way.copy.name}: {counted(rows, one, several)}")
            typer.echo("Terminals send again the days that are lost here, at their next sync.")
            if not yes and not typer.confirm("Go back?"):
                raise typer.Exit(USAGE)
            aside = go_back(folder, way)
        except CopyFailed as error:
            fail(str(error), WRONG)
    typer.echo(f"Put back. The newer database is kept in {aside}.")
    typer.echo("Now install the package kiosk-central of the version before, and start it.")
