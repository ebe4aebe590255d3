"""From nothing to a working terminal: its data folder, alone or with a central report at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.domain.refusal import Refusal
from ui.commands.central import (
    Fingerprint,
    digest_of,
    fail_as_refused,
    patiently,
    sync_and_say,
)
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.terminal import Terminal

app = typer.Typer()


@app.command()
def init(
    empty: Annotated[
        bool, typer.Option("--empty", help="Begin with an empty database after a damaged one.")
    ] = False,
) -> None:
    """Make the data folder: settings, an empty database, and the service menu's PIN.

    Example: kiosk --data /var/lib/kiosk init
    """
    _make(empty=empty)
    typer.echo("Next: kiosk officer add NUMBER NAME, then kiosk run")


@app.command()
def setup(
    url: Annotated[str, typer.Argument(help="Central's address, https://…")],
    code: Annotated[str, typer.Argument(help="The one-time code from `kiosk-central enrol`.")],
    fingerprint: Fingerprint = "",
    ca: Annotated[
        Path | None,
        typer.Option(help="Central's certificate, where no public authority made it: a PEM file."),
    ] = None,
    screen: Annotated[bool, typer.Option("--screen", hidden=True)] = False,
) -> None:
    """Make the data folder, join central, fetch the roster: one step to a working terminal.

    A terminal that runs already, and asks its first questions, goes on by itself. What an attempt
    that broke off had done stays; run it again with the same or a new code.

    Example: kiosk setup https://report.example.go.th 7KX2M-9QPRT 3F9A…
    """
    # --screen: asked by the first questions on the screen, which set the PIN and read refusals.
    from kiosk.settings.editing import write_authority
    from sync.firstlook import central_address
    from ui.joining import join_central

    folder = data_folder()
    authority = read_certificate(ca) if ca else None
    fail_with = _fail_for_screen if screen else fail_as_refused
    try:
        address, digest = central_address(url), digest_of(fingerprint)
    except Refusal as refusal:
        fail_with(refusal, USAGE)
    if not folder.database.exists():
        with errors():
            folder.create(unfinished=True)
        typer.echo(f"Made {folder.path}")
    with opened() as (_, terminal), errors():
        if authority:
            write_authority(folder.settings(), authority)
        present = terminal.status().enrolment
        if present and not screen and present.url == address:
            typer.echo(f"Enrolled before, as {present.site}/{present.terminal}.")
        elif present and not screen:
            fail(f"enrolled at {present.url}; `kiosk enrol --again` joins another", USAGE)
        else:
            # On the screen a person sees the trouble at once, and asks again by a finger.
            waiting = patiently()._replace(patience=0) if screen else patiently()
            try:
                enrolment = join_central(folder, terminal, address, code, digest, waiting)
            except Refusal as refusal:
                fail_with(refusal, NOT_NOW)
            typer.echo(f"Enrolled as {enrolment.site}/{enrolment.terminal}.")
        if not screen:  # last: a screen that asks its first questions goes on from here
            _give_service_pin(folder, terminal)
            folder.finish_setup()
    sync_and_say()
    typer.echo("Next: issue PINs on central's page; `kiosk run`, unless the screen runs already")


def _fail_for_screen(refusal: Refusal, code: int) -> NoReturn:
    from ui.joining import as_line

    typer.echo(as_line(refusal), err=True)
    raise typer.Exit(code)


def _make(*, empty: bool) -> None:
    folder = data_folder()
    with errors():
        folder.create(empty=empty, unfinished=True)
    typer.echo(f"Made {folder.path}")
    with opened() as (_, terminal), errors():
        _give_service_pin(folder, terminal)
        folder.finish_setup()


def _give_service_pin(folder: "DataFolder", terminal: "Terminal") -> None:
    """Unless there is one, as an attempt that broke off may have left it."""
    from kiosk.terminal import SERVICE_OWNER

    terminal.reserve_ballast()
    if terminal.has_pin(SERVICE_OWNER):
        return
    pin = terminal.set_pin(SERVICE_OWNER)
    typer.echo(f"Service menu PIN: {pin}   (write it down; it is not shown again)")
    typer.echo(f"Settings: {folder.settings_file}")


def read_certificate(file: Path) -> bytes:
    """What is in `file`, once it is known to be a certificate."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        text = file.read_bytes()
        load_pem_x509_certificates(text)
    except OSError as error:
        fail(f"{file}: {error.strerror}", NOT_NOW)
    except ValueError:
        fail(f"{file}: is no certificate (PEM); copy central's cert.pem, never key.pem", USAGE)
    return text
