"""Commands about the office's holidays."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, fail, fail_for_lines, login, now, opened, read_file
from sync.central.commands.rows import HolidayRow
from sync.central.language import in_english

app = typer.Typer(help="Days on which the office is closed.", no_args_is_help=True)


@app.command("list")
def list_holidays(as_json: AsJson = False) -> None:
    """List the holidays."""
    from sync.central.usecases.office_settings import read_settings

    with opened() as central:
        holidays = read_settings(central).settings.holidays
    rows = [HolidayRow(day) for day in sorted(holidays)]
    print_rows(rows, as_json, "No holidays yet: kiosk-central holidays import FILE")


@app.command("import")
def import_holidays(
    file: Annotated[Path, typer.Argument(help="A calendar (.ics), a table, or a day a line.")],
    preview: Annotated[bool, typer.Option("--preview", help="Show it, and write nothing.")] = False,
    remove_absent: Annotated[
        bool,
        typer.Option(
            "--remove-absent", help="Take away days within the file's span that it does not have."
        ),
    ] = False,
) -> None:
    """Add holidays from a file, in either era: all of them, or none where a line is wrong.

    Example: kiosk-central holidays import holidays-2570.ics --preview
    """
    from kiosk.domain.refusal import Refusal
    from sync.central.holidayfile import BadHolidays, read_holidays
    from sync.central.usecases.holidays import plan_holidays, save_holidays
    from sync.central.usecases.terminals import console

    try:
        brought = read_holidays(read_file(file))
    except BadHolidays as error:
        fail_for_lines(file, error.problems, "correct the lines above")
    days = [one.day for one in brought.holidays]
    with opened() as central:
        plan = plan_holidays(central, brought.holidays)
        for one in plan.added:
            typer.echo(f"new\t{one.day}\t{one.name}")
        for day in plan.absent:
            typer.echo(f"{'removed' if remove_absent else 'not in the file'}\t{day}\t")
        for name in brought.repeated:
            typer.echo(f"not taken, as it repeats itself: {name}", err=True)
        typer.echo(f"{counted(len(plan.known), 'day is', 'days are')} there already.")
        if preview:
            typer.echo("Nothing was written: this is a preview.")
            return
        try:
            save_holidays(
                central, console(login()), plan.version, days, now(), remove_absent=remove_absent
            )
        except Refusal as error:
            fail(in_english(error), USAGE)
    typer.echo("Imported; terminals learn it at their next sync.")
