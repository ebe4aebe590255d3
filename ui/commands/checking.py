"""`kiosk check`: whether this machine can be a terminal, and what to do where it can't."""

from contextlib import suppress

import typer

from kiosk import release
from kiosk.printed import AsJson, print_checked
from ui.commands.context import data_folder
from ui.failures import WRONG

app = typer.Typer()


@app.command()
def check(as_json: AsJson = False) -> None:
    """Look at everything that this terminal needs, and name the remedy of what it lacks.

    SQLite, Thai, fonts, clock, disk, groups, settings, panel, database, age of its newest copy,
    central, certificate. Nothing is changed. Ends with 1 where something fails; a warning alone
    ends with 0.

    Example: kiosk check
    """
    from kiosk.checking import Checked, Level
    from kiosk.clock import NoSuchZone, SystemClock, keep_time_of
    from kiosk.datafolder import FolderError
    from kiosk.tomlfile.tables import SettingsError
    from ui.checks import terminal_lines

    folder = data_folder()
    with suppress(NoSuchZone, SettingsError, FolderError):
        keep_time_of(folder.settings().office.zone)
    checked = Checked.of(release.version(), terminal_lines(folder, SystemClock()))
    print_checked(checked, as_json)
    if checked.level is Level.FAIL:
        raise typer.Exit(WRONG)
