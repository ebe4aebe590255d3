"""Commands about the ITA measures report."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import progress
from sync.central.commands.context import USAGE, fail, login, now, opened, read_file

app = typer.Typer(help="The six-month ITA measures report.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The six-month ITA measures report."""


@app.command("import")
def import_round(
    period: Annotated[str, typer.Argument(help="The round, such as fy2024-1 (2567, first).")],
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON; none: Din Daeng's of 2567, which is in the program."),
    ] = None,
) -> None:
    """Take an earlier round's texts from a file: the next rounds begin with them, as drafts.

    Its rows become the office's, where they differ. A round in which somebody has written is left
    alone.
    """
    from sync.central import itafile
    from sync.central.language import in_english
    from sync.central.period import NoSuchPeriod
    from sync.central.sitesettings import BadSettings
    from sync.central.usecases.ita import NoSuchRound, RoundTaken, import_ita_round
    from sync.central.viewer import Viewer

    try:
        rows = itafile.read(read_file(file) if file else itafile.shipped())
    except itafile.BadItaFile as error:
        fail(f"{file}: {in_english(error)}", USAGE)
    with opened() as central:
        viewer = Viewer(account=login(), name=login(), site=central.site)
        try:
            with progress("Importing"):
                count = import_ita_round(central, viewer, period, rows, now())
        except (NoSuchPeriod, NoSuchRound):
            fail(f"{period[:20]!r}: no round; write such as fy2024-1 for 2567, first", USAGE)
        except RoundTaken:
            fail(f"{period}: somebody has written in this round; nothing was imported", USAGE)
        except BadSettings as error:
            fail(f"{file}: {in_english(error)}", USAGE)
    typer.echo(f"Imported {counted(count, 'text', 'texts')} into {period}.")
