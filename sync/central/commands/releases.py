"""Commands about releases of the terminals' program: take one in, look, withdraw, let go on."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.printed import AsJson, print_json, print_rows, progress
from sync.central.commands.context import NOT_NOW, USAGE, WRONG, fail, login, now, opened
from sync.central.commands.rows import ReleaseRow, ReleasesShown, StandingRow

app = typer.Typer(
    help="Releases of the terminals' program: one terminal first, then the rest.",
    no_args_is_help=True,
)


@app.command()
def trust(
    key: Annotated[str, typer.Argument(help="The publisher's public key, 44 characters.")],
    proof: Annotated[
        str, typer.Option(help="Of a next key: its signature by the one before.")
    ] = "",
) -> None:
    """Trust a publisher: terminals learn this key when they are enrolled.

    A next key needs a signature by the one before, from the publisher; terminals follow it.

    Example: kiosk-central releases trust A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=
    """
    from sync.central.usecases.releases import trust_publisher
    from sync.central.usecases.terminals import console
    from sync.messages import NextPublisher
    from sync.protocol import BadMessage

    with opened() as central:
        step = NextPublisher(public_key=key, proof=proof)
        try:
            done = trust_publisher(central, console(login()), step, now())
        except BadMessage as error:
            fail(str(error), USAGE)
    if not done:
        fail("this key is trusted already, or the key before did not sign it", USAGE)
    typer.echo("Trusted. Terminals that are enrolled from now on take this publisher's releases.")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="A release's file.")],
    hours: Annotated[
        int, typer.Option(min=0, max=720, help="How long it runs at one terminal before the rest.")
    ] = 24,
) -> None:
    """Check a release and keep it: terminals fetch it with their nightly sync.

    A release has a file for each Debian: add those that your terminals have.

    Example: kiosk-central releases add kiosk-terminal-1.1.0-deb12-amd64.kiosk-release
    """
    from sync.central.usecases.releases import AlreadyHere, NoPublisher, add_release
    from sync.central.usecases.terminals import console
    from sync.releasefile import BadRelease

    with opened() as central:
        try:
            with progress("Checking"):
                release = add_release(central, console(login()), file, now(), hours)
        except BadRelease as error:
            fail(f"{file}: {error}", WRONG)
        except AlreadyHere as error:
            fail(f"{file}: version {error} for this Debian is here already", USAGE)
        except NoPublisher:
            fail("no publisher is trusted yet; kiosk-central releases trust KEY", USAGE)
        except OSError as error:
            fail(f"{error.filename or file}: {error.strerror}", NOT_NOW)
    says = f"Release {release.version} for Python {release.python} on {release.machine} is here."
    typer.echo(f"{says} One such terminal takes it first.")
    typer.echo("Next: kiosk-central releases list")


@app.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """List releases and how far each has come; then how each terminal stands."""
    from sync.central.usecases.releases import read_releases

    with opened() as central:
        fleet = read_releases(central, now())
    releases = tuple(
        ReleaseRow(
            version=row.version,
            python=row.python,
            machine=row.machine,
            ring=row.ring,
            first=row.first_terminal or "",
            hours=row.hours,
            added=row.added.astimezone().isoformat(" ", "minutes"),
            added_by=row.added_by,
        )
        for row in fleet.rows
    )
    standings = tuple(
        StandingRow(
            terminal=one.terminal,
            version=one.version,
            since=one.since.astimezone().isoformat(" ", "minutes"),
            on_trial=one.on_trial,
            to_run=fleet.wanted.get(one.terminal, ""),
            fetched=one.fetched,
            went_back_from=f"{one.refused}: {one.reason}" if one.refused else "",
        )
        for one in fleet.standings.values()
    )
    if as_json:
        print_json(ReleasesShown(releases, standings))
    else:
        print_rows(releases, as_json, "No releases yet: kiosk-central releases add FILE")
        if standings:
            print_rows(standings, as_json)


@app.command()
def withdraw(
    version: Annotated[str, typer.Argument(help="Which release, such as 1.1.0.")],
) -> None:
    """Give a release to no terminal any more. Those that run it go on with it."""
    from sync.central.usecases.releases import withdraw_release
    from sync.central.usecases.terminals import console

    with opened() as central:
        done = withdraw_release(central, console(login()), version, now())
    if not done:
        fail(f"{version[:20]}: no such release; see kiosk-central releases list", USAGE)
    typer.echo(f"Release {version} is withdrawn.")


@app.command()
def ring(
    version: Annotated[str, typer.Argument(help="Which release, such as 1.1.0.")],
    first: Annotated[str, typer.Option(help="The terminal that takes it first.")] = "",
    hours: Annotated[
        int, typer.Option(min=0, max=720, help="After how many hours there the rest follow.")
    ] = 24,
) -> None:
    """Say which terminal takes a release first, and when the rest follow.

    A release that stopped because a terminal went back goes on after this.

    Example: kiosk-central releases ring 1.1.0 --first counter-1 --hours 48
    """
    from sync.central.usecases.releases import FitsNot, change_rings
    from sync.central.usecases.terminals import console, find_terminal

    with opened() as central:
        if first and find_terminal(central, first) is None:
            fail(f"no terminal is called {first[:40]!r}; see kiosk-central terminals list", USAGE)
        try:
            done = change_rings(central, console(login()), version, first, hours, now())
        except FitsNot:
            fail(f"{first}: no file of {version[:20]} is for its Debian, as it last said", USAGE)
    if not done:
        fail(f"{version[:20]}: no such release; see kiosk-central releases list", USAGE)
    typer.echo(f"Release {version}: the rest follow {hours} h after the first terminal runs it.")
