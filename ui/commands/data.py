"""What the terminal has stored: recompute it, copy it, put a copy back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import AsJson, print_json, progress
from ui.commands.context import OfficeKey, data_folder, errors, fail, opened, secret_in
from ui.commands.replacing import say_new_pins
from ui.failures import WRONG

app = typer.Typer()


@app.command()
def verify(
    as_json: AsJson = False,
    rows: Annotated[
        bool,
        typer.Option("--rows", help="Only what is stored here, not what central's logs say of it."),
    ] = False,
) -> None:
    """Check that no stored rating or event was changed, and name the first thing that is wrong.

    The terminal does this by itself behind each start, and each night.
    """
    from ui.commands.rows import Verified
    from ui.verification import Disagreement, verify_everything, verify_rows

    if rows:
        with opened() as (store, _), errors():
            try:
                verify_rows(store)
            except Disagreement as error:
                fail(f"{store.path}: {error}", WRONG)
        typer.echo("What is stored agrees.")
        return
    with opened() as (store, terminal), errors(), progress("Verifying"):
        try:
            agreement = verify_everything(store, terminal)
        except Disagreement as error:
            if as_json:
                print_json(Verified(agrees=False, wrong=str(error)))
            fail(f"{store.path}: {error}", WRONG)
    if as_json:
        print_json(Verified(agrees=True, **asdict(agreement)))
        return
    ratings = counted(agreement.ratings, "rating", "ratings")
    sheets = counted(agreement.sheets, "sheet", "sheets")
    entries = counted(agreement.entries, "journal entry", "journal entries")
    reports = counted(agreement.day_reports, "day report", "day reports")
    receipts = counted(agreement.receipts, "receipt", "receipts")
    typer.echo(f"All agrees: {ratings} on {sheets}, {entries}, {reports}, {receipts}.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A new file, or an existing folder.")],
) -> None:
    """Write a whole copy of the database while the terminal runs.

    Sealed to the office's key where kiosk.toml has its public half, in its part "backup".
    """
    from kiosk.clock import SystemClock

    folder, clock = data_folder(), SystemClock()
    with opened() as (store, _), errors():
        public = folder.settings().backup.key
        if target.is_dir():
            name = f"kiosk-{clock.now().wall:%Y%m%d-%H%M%S}.db"
            target = target / (f"{name}.age" if public else name)
        with progress("Copying"):
            folder.back_up(store, clock, target, public)
    if public:
        typer.echo(f"Copied to {target}; only the office's key opens it.")
    else:
        typer.echo(f"Copied to {target} (keep it as safe as the original; secrets are not in it).")


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="A file that `kiosk backup` wrote.")],
    key: OfficeKey = None,
) -> None:
    """Put a copy in the place of a damaged database, once it is verified.

    Central sees that the terminal went back in time and holds its reports until a person has
    compared both sides. On another machine, where the secret of the PINs is another, new PINs are
    printed.
    """
    from kiosk.clock import SystemClock

    folder = data_folder()
    with errors():
        without_pin = folder.restore(copy, SystemClock(), secret_in(key))
    typer.echo(f"Put back: {folder.database}")
    if without_pin is not None:
        with opened() as (_, terminal):
            say_new_pins(terminal, without_pin)
    if without_pin is not None and not folder.key_file.exists():
        typer.echo(
            "The copy holds no settings and no key. Look over kiosk.toml. A machine that takes the "
            "place of another joins central by `kiosk replace URL CODE`"
        )
    typer.echo("Next: kiosk verify, then kiosk run")
