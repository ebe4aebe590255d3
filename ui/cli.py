"""The `kiosk` command: everything an IT clerk does with one terminal.

Heavy rooms are imported inside the commands that need them, so that `--help` and the first screen
come at once. Every error is one line that names the thing and the remedy.
"""

import logging
from pathlib import Path
from typing import Annotated

import typer

from kiosk import release
from kiosk.loglines import log_from_a_command
from ui.commands import (
    central,
    checking,
    content,
    data,
    moving,
    officers,
    outbox,
    panels,
    queue,
    replacing,
    setting_up,
    sounds,
    terminal,
    updates,
)
from ui.commands.context import choose_data_folder

_EPILOG = (
    "Exit codes: 0 done; 1 something is wrong that a person must look at; "
    "2 bad use or bad settings; 3 not now (disk, network, another program): try again."
)

app = typer.Typer(
    name="kiosk",
    help="One satisfaction terminal: set it up, run it, look after it.\n\n"
    "Start with `kiosk init`, then `kiosk officer add`, then `kiosk run`.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(setting_up.app)
app.add_typer(terminal.app)
app.add_typer(replacing.app)
app.add_typer(moving.app)
app.add_typer(checking.app)
app.add_typer(data.app)
app.add_typer(updates.app)
app.add_typer(central.app)
app.add_typer(central.keys, name="key")
app.add_typer(outbox.app, name="outbox")
app.add_typer(content.app)
app.add_typer(officers.app, name="officer")
app.add_typer(panels.app, name="panel")
app.add_typer(queue.app, name="queue")
app.add_typer(sounds.app, name="sounds")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kiosk {release.version()}")
        raise typer.Exit


@app.callback()
def _options(
    data_path: Annotated[
        Path | None,
        typer.Option("--data", help="The data folder.", envvar="KIOSK_DATA", show_default=False),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which release this is.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    # The command reports once what came of a request; its retries are no news.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    log_from_a_command()
    choose_data_folder(data_path)
