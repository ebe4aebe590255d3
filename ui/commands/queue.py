"""`kiosk queue`: the queue system, where questions are offered."""

from pathlib import Path
from typing import Annotated

import typer

from ui.commands.context import data_folder, errors, fail
from ui.failures import NOT_NOW, USAGE

app = typer.Typer(help="The queue system, where questions are offered.", no_args_is_help=True)


@app.command("simulate")
def queue_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the machine's line appears, such as /tmp/tickets")
    ],
) -> None:
    """Be a ticket machine on a virtual serial line; commands on standard input move the queue.

    Commands: call, end, absent, unplug, plug, status, quit. Name the same path as port under
    the section offer of the settings, with mode = "offered".
    """
    from ui.queue_tools import simulate

    try:
        simulate(path, typer.echo)
    except OSError as error:
        fail(f"{path}: {error.strerror}", USAGE)


@app.command("tell")
def queue_tell(
    verb: Annotated[str, typer.Argument(help="CALL, END or ABSENT.")],
    ticket: Annotated[str, typer.Argument(help="The ticket, such as A012.")] = "",
) -> None:
    """Tell the running terminal, over HTTP, how the queue moves.

    Example: kiosk queue tell END A012
    """
    from ui.queue_tools import QueueTrouble, tell

    with errors():
        folder = data_folder()
        port = folder.settings().offer.http
        if not port:
            fail("offer.http: is 0 in the settings; write a port there, such as 8765", USAGE)
        try:
            typer.echo(tell(port, folder.queue_token(), verb, ticket))
        except QueueTrouble as error:
            fail(str(error), NOT_NOW if error.later else USAGE)
