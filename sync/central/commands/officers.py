"""Commands about the roster."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.rosterplan import Word
from kiosk.printed import AsJson, print_rows, progress
from kiosk.rosterwords import (
    Leave,
    New,
    Renamed,
    Returned,
    SaidTwice,
    answers_from,
    change_lines,
    question_lines,
)
from sync.central.commands.context import (
    USAGE,
    fail,
    fail_for_lines,
    login,
    now,
    opened,
    read_file,
)
from sync.central.commands.rows import OfficerRow
from sync.central.language import in_english

if TYPE_CHECKING:
    from kiosk.domain.people import RosterEntry
    from kiosk.domain.rosterplan import Answer, RosterPlan

app = typer.Typer(help="The roster that terminals receive.", no_args_is_help=True)


@app.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="CSV or Excel: number, name, position, section.")],
    preview: Annotated[bool, typer.Option("--preview", help="Show it, and write nothing.")] = False,
    renamed: Renamed = None,
    new: New = None,
    returned: Returned = None,
    leave: Leave = None,
) -> None:
    """Add or change officers from a file: all of them, or none where a line is wrong or a
    number needs a word. An empty cell changes nothing.

    Example: kiosk-central officers import roster.csv --renamed 007 --new 012
    """
    from kiosk.domain.rostercsv import BadRoster
    from sync.central.tablefile import read_roster

    try:
        with progress("Reading"):
            brought = read_roster(read_file(file))
    except BadRoster as error:
        fail_for_lines(file, error.problems, "correct the lines above")
    words = {Word.RENAMED: renamed, Word.NEW: new, Word.RETURNED: returned, Word.LEAVE: leave}
    try:
        answers = answers_from(words)
    except SaidTwice as error:
        fail(str(error), USAGE)
    if brought.unused:
        typer.echo(f"Columns that are not used: {', '.join(brought.unused)}", err=True)
    if brought.zeros_unread:
        typer.echo(
            f"{file}: zeros that old Excel only shows before a number (007) are not read; compare "
            "the numbers, or save it as .xlsx",
            err=True,
        )
    with progress("Importing"):
        change = _change(file, brought.entries, answers, preview=preview)
    for line in change_lines(change):
        typer.echo(line)
    if change.questions:
        *asked, how = question_lines(change)
        for line in asked:
            typer.echo(f"{file}: {line}", err=True)
        fail(f"{file}: {how}", USAGE)
    if preview:
        typer.echo("Nothing was written: this is a preview.")
    else:
        typer.echo("Imported; terminals receive it at their next sync.")


def _change(
    file: Path, entries: "Sequence[RosterEntry]", answers: "Mapping[str, Answer]", *, preview: bool
) -> "RosterPlan":
    from kiosk.domain.rosterplan import BadPlan
    from sync.central.usecases.people import change_roster, preview_roster

    with opened() as central:
        try:
            if preview:
                return preview_roster(central, entries, answers)
            return change_roster(central, entries, answers, login(), now())
        except BadPlan as error:
            fail_for_lines(file, error.problems, "correct the officers above")


@app.command()
def export() -> None:
    """Print the roster as CSV, to be edited and imported again. Its column id tells persons apart:
    leave it as it is.

    Example: kiosk-central officers export > roster.csv
    """
    from kiosk.domain.rostercsv import export as export_roster
    from sync.central.usecases.people import all_officers

    with opened() as central:
        officers = all_officers(central)
    data = export_roster(officer for officer in officers if not officer.retired)
    typer.echo(data, nl=False)


@app.command("list")
def list_roster(as_json: AsJson = False) -> None:
    """List the roster."""
    from sync.central.usecases.people import all_officers

    with opened() as central:
        officers = all_officers(central)
    rows = [
        OfficerRow(
            number=officer.number,
            name=officer.name,
            position=officer.position,
            section=officer.section,
            state="retired" if officer.retired else "active",
        )
        for officer in officers
    ]
    none = "No officers yet. Import them: kiosk-central officers import FILE.csv"
    print_rows(rows, as_json, none)


@app.command()
def retire(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Take an officer off the roster; results stay."""
    from sync.central.usecases.people import retire_officer

    with opened() as central:
        if not retire_officer(central, number, login(), now()):
            fail(in_english(Refusal("no_such_officer", number=excerpt(number))), USAGE)
    typer.echo(f"Retired {number}; terminals learn it at their next sync.")


@app.command("rename-section")
def rename_section(
    before: Annotated[str, typer.Argument(help="The section's name now.")],
    after: Annotated[str, typer.Argument(help="The name that it gets.")],
) -> None:
    """Give a section another name: officers, results and heads go along. Another section in the
    roster is a move of that person instead: results before it stay where they closed."""
    from kiosk.domain.people import BadPerson
    from sync.central.usecases import sections

    with opened() as central:
        try:
            sections.rename_section(central, before, after, login(), now())
        except BadPerson as error:
            fail(in_english(error), USAGE)
    typer.echo(f"{before} is now called {after}; terminals learn it at their next sync.")
