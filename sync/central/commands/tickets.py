"""Commands about the queue system's tickets."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import progress
from sync.central.commands.context import fail_for_lines, now, opened, read_file

app = typer.Typer(help="Tickets of the queue system.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Tickets of the queue system."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or Excel: date, counter, tickets.")],
) -> None:
    """Tell how many citizens each counter served, from the queue system: all lines or none.

    Days with more ratings than tickets stand on the fleet page.
    """
    from sync.central.ticketcsv import BadTickets, parse
    from sync.central.usecases.tickets import import_tickets

    today = now().astimezone().date()
    try:
        with progress("Reading"):
            tickets = parse(read_file(file), today)
    except BadTickets as error:
        fail_for_lines(file, error.problems, "correct the lines above")
    with opened() as central, progress("Importing"):
        count = import_tickets(central, tickets)
    days = sorted(ticket.date for ticket in tickets)
    span = f", from {days[0]} to {days[-1]}" if days else ""
    typer.echo(f"Imported {counted(count, 'counter-day', 'counter-days')}{span}.")
