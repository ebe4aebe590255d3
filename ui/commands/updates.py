"""The program itself: another release of it, and the way back to the one before."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import kiosk
from kiosk.language import counted
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE, WRONG

if TYPE_CHECKING:
    from kiosk.goingback import WayBack

app = typer.Typer()

BY_HAND = "somebody went back with `kiosk rollback`"


@app.command()
def rollback(
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Go back to the program before this one, with the database as it was then.

    Says first what would be lost. The newer database stays, in a folder of its own. Stop the
    terminal before: systemctl stop kiosk
    """
    from kiosk.goingback import go_back, way_back

    folder = data_folder()
    with errors():
        lock = folder.lock()
        way = way_back(folder, kiosk.__version__)
    if not way.possible:
        fail(
            f"{kiosk.__version__}: nothing to go back to: no release and no copy of the database "
            "before it is here",
            USAGE,
        )
    for line in _what_is_lost(way):
        typer.echo(line)
    if not yes and not typer.confirm("Go back?"):
        raise typer.Exit(USAGE)
    with errors():
        try:
            aside = go_back(folder, way, BY_HAND)
        except OSError as error:
            fail(f"{error.filename or folder.path}: {error.strerror}", NOT_NOW)
    del lock
    if aside:
        typer.echo(f"The newer database is in {aside}.")
    if way.release:
        typer.echo("The program before runs from the next start on: systemctl start kiosk")
    else:
        typer.echo("Now install the package of the version before; this one would migrate again.")


@app.command()
def update(
    file: Annotated[Path | None, typer.Argument(help="A release's file.")] = None,
) -> None:
    """Say which program runs and which waits; with a file, install that release.

    A running terminal switches to it by itself, while nobody is served.

    Example: kiosk update /media/usb/kiosk-terminal-1.1.0-deb12-amd64.kiosk-release
    """
    import os

    from kiosk.releases import releases_of
    from sync.releasefile import BadRelease
    from sync.updating import install_file

    folder = data_folder()
    releases = releases_of(folder.releases, os.environ)
    if releases is None:
        fail("no release can be started here; install the package kiosk-terminal", USAGE)
    if file is not None:
        with opened() as (_, terminal), errors():
            enrolment = terminal.enrolment()
            try:
                publisher = enrolment.publisher_key if enrolment else ""
                install_file(file, publisher, releases, kiosk.__version__)
            except BadRelease as error:
                fail(f"{file}: {error}", WRONG)
            except OSError as error:
                fail(f"{error.filename or file}: {error.strerror}", NOT_NOW)
    trial = " (on trial)" if releases.on_trial() == kiosk.__version__ else ""
    typer.echo(f"runs     {kiosk.__version__}{trial}")
    if ready := releases.ready(kiosk.__version__):
        typer.echo(f"waits    {ready}, until nobody is served")
    for refusal in releases.refused():
        typer.echo(f"refused  {refusal.version}: {refusal.reason}")


def _what_is_lost(way: "WayBack") -> list[str]:
    if way.copy is None:
        return [f"{way.version} changed nothing in the database: it stays, and nothing is lost."]
    lost = way.lost
    ratings = counted(lost.ratings, "rating", "ratings")
    reports = counted(lost.day_reports, "day report", "day reports")
    lines = [
        f"The database is put back as it was before {way.version}.",
        f"Lost here since then: {ratings}, {reports}, of which {lost.sent} are at central.",
    ]
    if lost.journal_entries:
        lines.append(
            "If central has seen this terminal since, it keeps the terminal in quarantine until "
            "two people have compared both sides. Days that are there are not sent again."
        )
    return lines
