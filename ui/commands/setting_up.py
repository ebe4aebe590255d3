"""From nothing to a working terminal: its data folder, alone or with a central report at once."""

from pathlib import Path
from typing import Annotated

import typer

from ui.commands.central import join, sync_and_say
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE

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
    ca: Annotated[
        Path | None,
        typer.Option(help="Central's certificate, where no public authority made it: a PEM file."),
    ] = None,
) -> None:
    """Make the data folder, join central, fetch the roster: one step to a working terminal.

    What an attempt that broke off had done stays; run it again with the same or a new code.

    Example: kiosk setup https://report.example.go.th 7KX2M-9QPRT --ca cert.pem
    """
    from kiosk.settings.editing import write_authority

    folder = data_folder()
    authority = read_certificate(ca) if ca else None
    if not folder.database.exists():
        _make(empty=False)
    with opened() as (_, terminal), errors():
        if authority:
            write_authority(folder.settings(), authority)
        present = terminal.status().enrolment
        if present and present.url == url.rstrip("/"):
            typer.echo(f"Enrolled before, as {present.site}/{present.terminal}.")
        elif present:
            fail(f"enrolled at {present.url}; `kiosk enrol --again` joins another", USAGE)
        else:
            enrolment = join(folder, terminal, url, code)
            typer.echo(f"Enrolled as {enrolment.site}/{enrolment.terminal}.")
    sync_and_say()
    typer.echo("Next: issue PINs on central's page, then kiosk run")


def _make(*, empty: bool) -> None:
    from kiosk.terminal import SERVICE_OWNER

    folder = data_folder()
    with errors():
        folder.create(empty=empty)
    with opened() as (_, terminal):
        pin = terminal.set_pin(SERVICE_OWNER)
        terminal.reserve_ballast()
    typer.echo(f"Made {folder.path}")
    typer.echo(f"Service menu PIN: {pin}   (write it down; it is not shown again)")
    typer.echo(f"Settings: {folder.settings_file}")


def read_certificate(file: Path) -> bytes:
    """What is in `file`, once it is known to be a certificate."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        text = file.read_bytes()
        load_pem_x509_certificates(text)
    except OSError as error:
        fail(f"{file}: {error.strerror}; put it where this command may read it", NOT_NOW)
    except ValueError:
        fail(f"{file}: is no certificate (PEM); copy central's cert.pem, never key.pem", USAGE)
    return text
