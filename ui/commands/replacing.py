"""A machine in the place of another, and PINs whose secret is lost: no dead end for either."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.central import Fingerprint, join, sync_quietly
from ui.commands.context import OfficeKey, data_folder, errors, fail, opened, secret_in
from ui.commands.setting_up import read_certificate
from ui.failures import USAGE

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.store.state import Enrolment
    from kiosk.terminal import Terminal

app = typer.Typer()


@app.command()
def replace(
    url: Annotated[str, typer.Argument(help="Central's address, https://…")],
    code: Annotated[str, typer.Argument(help="The one-time code from `kiosk-central enrol`.")],
    fingerprint: Fingerprint = "",
    backup: Annotated[
        Path | None,
        typer.Option(help="The old machine's newest backup; without one it begins empty."),
    ] = None,
    key: OfficeKey = None,
    ca: Annotated[
        Path | None,
        typer.Option(help="Central's certificate, where no public authority made it: a PEM file."),
    ] = None,
) -> None:
    """Make this new machine the terminal that another one was, under its name.

    Ask central for a code with the old terminal's id. Another person confirms there; from then on
    the old machine is refused, officers' PINs come by themselves, and days count. PINs that central
    has not issued are new, and printed once.

    What an attempt that broke off had done stays; run it again with a new code.

    Example: kiosk replace https://report.example.go.th 7KX2M-9QPRT 3F9A… --backup kiosk.db
    """
    from kiosk.settings.editing import write_authority
    from kiosk.terminal import SERVICE_OWNER

    folder = data_folder()
    authority = read_certificate(ca) if ca else None
    _fill(folder, backup, secret_in(key))
    with opened() as (_, terminal), errors():
        if authority:
            write_authority(folder.settings(), authority)
        enrolment = _joined(folder, terminal, url, code, fingerprint)
        typer.echo(f"Enrolled as {enrolment.site}/{enrolment.terminal}.")
        if not terminal.has_pin(SERVICE_OWNER):
            say_new_pins(terminal, terminal.lost_pins())
    waits = sync_quietly()
    if waits:
        typer.echo(f"{waits[0].upper()}{waits[1:]}. On central, by somebody of another role:")
        typer.echo(f"  kiosk-central terminals compare {enrolment.terminal}")
        typer.echo("Then officers' PINs come within a quarter of an hour.")
    typer.echo(
        "Next: look over kiosk.toml (the panel, the counter); `kiosk run`, unless the screen runs "
        "already"
    )


@app.command("reset-pins")
def reset_pins(
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Though the secret fits: others may know it."),
    ] = False,
) -> None:
    """Issue all PINs again, where their secret (the file pepper) is lost or known to others.

    What is lost: every PIN on this terminal. Ratings, roster, key and journal stay as they are.
    PINs that central issued come back with the next sync; the others are new, and printed once.

    Example: kiosk reset-pins
    """
    from kiosk.clock import SystemClock

    folder = data_folder()
    with errors():
        if not anyway and not folder.pins_are_lost():
            fail("the secret of the PINs is here and fits; --anyway makes another", USAGE)
        without_pin = folder.renew_pepper(SystemClock())
    with opened() as (_, terminal):
        typer.echo("Every PIN of before is void. Ratings stay.")
        say_new_pins(terminal, without_pin)


def say_new_pins(terminal: "Terminal", owners: Iterable[str]) -> None:
    """Set and print a new PIN for the service menu, and for each officer among the `owners`."""
    from kiosk.terminal import SERVICE_OWNER

    service = terminal.set_pin(SERVICE_OWNER)
    typer.echo(f"Service menu PIN: {service}   (write it down; it is not shown again)")
    without_pin = set(owners)
    for officer in terminal.officers():
        if officer.id in without_pin:
            pin = terminal.set_pin(officer.id, number=officer.number)
            typer.echo(f"{officer.number} {officer.name}. PIN: {pin}   (shown once)")
    if terminal.enrolment() is not None:
        typer.echo("PINs that central issued come with the next sync.")


def _fill(folder: "DataFolder", backup: Path | None, secret: str) -> None:
    """Have a database in the folder: the backup's, or an empty one. An earlier attempt may have put
    one there."""
    from kiosk.clock import SystemClock

    if folder.database.exists():
        if backup is not None and not _is_under_way(folder):
            fail(f"{folder.database}: is there; move it away, or leave --backup out", USAGE)
        return
    with errors():
        if backup is None:
            folder.create()
        else:
            folder.restore(backup, SystemClock(), secret)
    with opened() as (_, terminal):
        terminal.reserve_ballast()


def _is_under_way(folder: "DataFolder") -> bool:
    """Whether the database belongs to a machine that this one takes the place of."""
    with opened() as (_, terminal):
        return terminal.enrolment() is not None and not folder.key_file.exists()


def _joined(
    folder: "DataFolder", terminal: "Terminal", url: str, code: str, fingerprint: str
) -> "Enrolment":
    """The enrolment of this machine; at once where an earlier attempt came so far."""
    present = terminal.enrolment()
    if present is None or not folder.key_file.exists():
        return join(folder, terminal, url, code, fingerprint)
    if present.url != url.rstrip("/"):
        fail(f"this machine is enrolled at {present.url}; `kiosk enrol --again` joins", USAGE)
    return present
