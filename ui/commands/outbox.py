"""Day reports that wait to be sent, and those that are parked: shown, sent again, or dropped."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.domain.dates import day_in
from ui.commands.context import errors, fail, opened
from ui.failures import USAGE, WRONG

if TYPE_CHECKING:
    from kiosk.store.outbox import Parcel

app = typer.Typer(
    help="Day reports that wait to be sent, and those that are parked.",
    invoke_without_command=True,
)
Day = Annotated[str, typer.Argument(help="The day of the report, YYYY-MM-DD.")]
Revision = Annotated[
    int | None, typer.Option(help="Which report of that day; the newest without it.")
]


@app.callback()
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Show what waits to be sent, and what is parked and why. Shows no score.

    A parked report holds nothing else up. Settle it with `kiosk outbox again` or `kiosk outbox
    drop`; central learns of it.
    """
    if context.invoked_subcommand is not None:
        return
    with opened() as (store, _), errors(), store.read() as snapshot:
        due, parked = snapshot.outbox.due(), snapshot.outbox.parked()
        dropped = [one for one in snapshot.outbox.aside() if one.state.value == "dropped"]
    if as_json:
        _print_json({"due": due, "parked": parked, "dropped": dropped})
    else:
        _print_lines(due, parked, dropped)
    if parked:
        raise typer.Exit(WRONG)


@app.command()
def again(day: Day, revision: Revision = None) -> None:
    """Send a parked or dropped report with the next sync after all.

    Example: kiosk outbox again 2026-11-23
    """
    from kiosk.clock import SystemClock
    from sync.parking import NoSuchReport, name_of, send_again

    with opened() as (store, _), errors():
        try:
            parcel = send_again(store, SystemClock().now(), _day(day), revision)
        except NoSuchReport as error:
            fail(str(error), USAGE)
    typer.echo(f"{name_of(parcel)}: goes with the next sync. Next: kiosk sync")


@app.command()
def drop(
    day: Day,
    reason: Annotated[str, typer.Option(help="Why, for who looks later. Central learns it.")],
    revision: Revision = None,
) -> None:
    """Decide that a parked report is not sent. It stays on this machine, and in the journal with
    your reason; central raises an alarm.

    Example: kiosk outbox drop 2027-11-29 --reason "clock was a year ahead, three test presses"
    """
    from kiosk.clock import SystemClock
    from sync.parking import LONGEST_WORDS, NoSuchReport, name_of
    from sync.parking import drop as drop_report

    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_WORDS or not words.isprintable():
        fail(f"--reason: write 1 to {LONGEST_WORDS} characters", USAGE)
    with opened() as (store, _), errors():
        try:
            parcel = drop_report(store, SystemClock().now(), _day(day), revision, words)
        except NoSuchReport as error:
            fail(str(error), USAGE)
    typer.echo(f"{name_of(parcel)}: is not sent. Central learns of it with the next sync.")


def _day(text: str) -> date:
    try:
        return day_in(text)
    except ValueError:
        fail(f"{text!r}: write the day as YYYY-MM-DD or DD/MM/YYYY", USAGE)


def _print_lines(
    due: "tuple[Parcel, ...]", parked: "tuple[Parcel, ...]", dropped: "list[Parcel]"
) -> None:
    from sync.parking import name_of, said_of

    for parcel in due:
        typer.echo(f"due      {name_of(parcel)}")
    for parcel in parked:
        typer.echo(f"parked   {name_of(parcel)}  {said_of(parcel.why, parcel.words)}")
    for parcel in dropped:
        typer.echo(f"dropped  {name_of(parcel)}  {said_of(parcel.why, parcel.words)}")
    if not (due or parked or dropped):
        typer.echo("Nothing waits to be sent, and nothing is parked.")
    if parked:
        typer.echo("Next: kiosk outbox again DAY, or kiosk outbox drop DAY --reason WHY")


def _print_json(outbox: "dict[str, tuple[Parcel, ...] | list[Parcel]]") -> None:
    import json

    rows = {
        state: [
            {
                "day": parcel.day.isoformat(),
                "revision": parcel.revision,
                "digest": parcel.digest,
                "why": parcel.why,
                "words": parcel.words,
            }
            for parcel in parcels
        ]
        for state, parcels in outbox.items()
    }
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
