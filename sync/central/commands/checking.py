"""`kiosk-central check`: whether this machine serves a report as it should, and what to do."""

import typer

from kiosk import release
from kiosk.checking import Checked, Level
from kiosk.printed import AsJson, print_checked
from sync.central.commands.context import WRONG, data_folder, keep_office_time

app = typer.Typer()


@app.command()
def check(as_json: AsJson = False) -> None:
    """Look at everything that this report needs, and name the remedy of what it lacks.

    Clock, settings, disk, SQLite, age of the backups, address and certificate, database, tables
    that Citus lacks, versions of the terminals. Nothing is changed. Ends with 1 where something
    fails; a warning alone ends with 0.

    Example: kiosk-central check
    """
    from kiosk.clock import SystemClock
    from sync.central.usecases.checks import central_lines

    keep_office_time()
    lines = central_lines(data_folder(), SystemClock().now().wall)
    checked = Checked.of(release.version(), lines)
    print_checked(checked, as_json)
    if checked.level is Level.FAIL:
        raise typer.Exit(WRONG)
