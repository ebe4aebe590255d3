"""The `kiosk-central` command: everything an IT clerk does with the central report.

Heavy rooms are imported inside the commands that need them, so that `--help` comes at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kiosk import release
from kiosk.installation import lacking
from kiosk.loglines import log_from_a_command
from kiosk.output import never_stumble_over_letters
from sync.central.commands import (
    accounts,
    backups,
    checking,
    holidays,
    ita,
    migration,
    notifications,
    officers,
    releases,
    results,
    rollback,
    running,
    sites,
    terminals,
    tickets,
    upkeep,
)
from sync.central.commands.context import USAGE, choose

_EPILOG = (
    "Exit codes: 0 done; 1 something is wrong that a person must look at; "
    "2 bad use or bad settings; 3 not now (disk, database, network): try again."
)

app = typer.Typer(
    name="kiosk-central",
    help="The central report: set it up, serve it, enrol terminals, keep the roster.\n\n"
    "Start with `kiosk-central init`, then `serve`, then `enrol` for each terminal.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(running.app)
app.add_typer(checking.app)
app.add_typer(migration.app)
app.add_typer(terminals.enrolment)
app.add_typer(results.app)
app.add_typer(backups.app)
app.add_typer(rollback.app)
app.add_typer(upkeep.app)
app.add_typer(upkeep.keys, name="backup-key")
app.add_typer(officers.app, name="officers")
app.add_typer(terminals.app, name="terminals")
app.add_typer(ita.app, name="ita")
app.add_typer(tickets.app, name="tickets")
app.add_typer(accounts.app, name="accounts")
app.add_typer(notifications.app, name="notifications")
app.add_typer(sites.app, name="sites")
app.add_typer(holidays.app, name="holidays")
app.add_typer(releases.app, name="releases")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kiosk-central {release.version()}")
        raise typer.Exit


@app.callback()
def _options(
    data: Annotated[
        Path | None,
        typer.Option(help="The data folder.", envvar="KIOSK_CENTRAL_DATA", show_default=False),
    ] = None,
    site: Annotated[
        str, typer.Option(help="Which office, where there are several.", show_default=False)
    ] = "",
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which release this is.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    log_from_a_command()
    choose(data, site)


def main() -> None:
    never_stumble_over_letters()
    try:
        app()
    except ModuleNotFoundError as error:
        lack = lacking(error, "central")
        if not lack:
            raise
        sys.stderr.write(f"kiosk-central: {lack}\n")
        sys.exit(USAGE)


if __name__ == "__main__":
    main()
