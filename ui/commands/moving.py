"""Central at another address, without enrolling again."""

from pathlib import Path
from typing import Annotated

import typer

from ui.commands.central import fail_as_refused
from ui.commands.context import data_folder, errors, fail, opened
from ui.commands.setting_up import read_certificate
from ui.failures import NOT_NOW, USAGE, WRONG

app = typer.Typer()


@app.command("central-address")
def central_address(
    url: Annotated[str, typer.Argument(help="Where central is now, https://…")],
    ca: Annotated[
        Path | None,
        typer.Option(help="Its new certificate, where no public authority made it: a PEM file."),
    ] = None,
) -> None:
    """Find central at another address, or by another certificate, under the same enrolment.

    Central shows by its signature that it is the same one: another server is refused. Terminals
    that central can still reach learn a new address from it by themselves (`moves_to` there).

    Example: kiosk central-address https://report.huaikhwang.go.th --ca cert.pem
    """
    from kiosk.clock import SystemClock
    from kiosk.domain.refusal import Refusal
    from kiosk.settings.editing import write_authority
    from sync.client import SyncFailed
    from sync.closing import NotEnrolled
    from sync.exchange import move_central
    from sync.firstlook import central_address as address_meant
    from sync.keyfile import KeyUnusable, read_key

    folder = data_folder()
    certificate = read_certificate(ca) if ca else None
    try:
        address = address_meant(url)
    except Refusal as refusal:
        fail_as_refused(refusal, USAGE)
    with opened() as (store, _), errors():
        try:
            key, network = read_key(folder.key_file), folder.settings().sync
            authority = str(ca) if ca else network.ca
            moved = move_central(store, SystemClock(), key, address, authority, network.proxy)
            if certificate:
                write_authority(folder.settings(), certificate)
        except NotEnrolled as error:
            fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except KeyUnusable as error:
            fail(str(error), WRONG)
        except SyncFailed as error:
            fail(str(error), NOT_NOW)
    place = f"{moved.site}/{moved.terminal}"
    typer.echo(f"Central is at {moved.url}; this terminal is {place} as before.")
