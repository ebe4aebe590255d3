"""Commands about terminals: enrolment, how they are, and the way out of quarantine."""

from typing import Annotated

import typer

from kiosk.language import counted
from sync.central.commands.context import USAGE, fail, login, now, opened
from sync.central.language import in_english

enrolment = typer.Typer()
app = typer.Typer(help="The terminals of this site.", no_args_is_help=True)


@enrolment.command()
def enrol(
    terminal: Annotated[str, typer.Option(help="Its id, such as counter-1.")],
    counter: Annotated[str, typer.Option(help="The counter where it stands.")],
) -> None:
    """Print a one-time code (10 minutes) for one terminal, and the line to type there.

    Example: kiosk-central enrol --terminal counter-1 --counter 1
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases.terminals import find_terminal, invite_terminal

    with opened() as central:
        enrolled = find_terminal(central, terminal)
        try:
            code = invite_terminal(central, terminal, counter, now())
        except BadPerson as error:
            fail(in_english(error), USAGE)
    if enrolled is not None:
        typer.echo(f"{terminal} is enrolled already: using this code replaces its key.")
    typer.echo(f"Code: {code}   (works once, for 10 minutes)")
    typer.echo(f"On the terminal: kiosk enrol {central.settings.url} {code}")


@app.command("list")
def list_terminals() -> None:
    """List terminals: state, counter, last seen, version."""
    from sync.central.usecases.terminals import all_terminals

    with opened() as central:
        terminals = all_terminals(central)
    for t in terminals:
        seen = t.seen.astimezone().isoformat(" ", "minutes") if t.seen else "never"
        typer.echo(f"{t.terminal}\t{t.state}\tcounter {t.counter}\tseen {seen}\t{t.software}")
    if not terminals:
        typer.echo("No terminals yet: kiosk-central enrol --terminal ID --counter C")


@app.command()
def compare(terminal: Annotated[str, typer.Argument(help="The terminal's id.")]) -> None:
    """Show what central has seen of a terminal, its alarms, and its parked reports.

    Example: kiosk-central terminals compare counter-1
    """
    from sync.central.usecases.terminals import read_fleet

    with opened() as central:
        fleet = read_fleet(central, now().date())
    compared = next((t for t in fleet.terminals if t.terminal == terminal), None)
    if compared is None:
        fail(f"no terminal is called {terminal[:40]!r}; see kiosk-central terminals list", USAGE)
    typer.echo(f"{terminal}: {compared.state}, journal seen up to entry {compared.head.seq}")
    for alarm in (a for a in fleet.alarms if a.terminal == terminal):
        at = alarm.at.astimezone().isoformat(" ", "minutes")
        settled = f"; settled by {alarm.settled_by}: {alarm.note}" if alarm.settled else ""
        typer.echo(f"{at}  {alarm.kind}: {alarm.detail}{settled}")
    for report in (a for a in fleet.parked if a.terminal == terminal):
        n, taken_n = counted(report.n, "rating", "ratings"), "none"
        if report.taken_n is not None:
            taken_n = counted(report.taken_n, "rating", "ratings")
        typer.echo(f"{report.date}  parked ({report.answer}): {n}; taken: {taken_n}")


@app.command()
def release(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    reason: Annotated[str, typer.Option(help="What the comparison showed; stored.")],
    by: Annotated[str, typer.Option(help="Who compared; empty: who is logged in.")] = "",
) -> None:
    """Let a terminal out of quarantine once a person has compared both sides.

    Central takes the terminal's journal from where it now is; parked reports stay parked.

    Example: kiosk-central terminals release counter-1 --reason "disk replaced, backup put back"
    """
    from sync.central.usecases.terminals import release_terminal

    if not reason.strip():
        fail("--reason: say what was found; it is kept", USAGE)
    with opened() as central:
        if not release_terminal(central, terminal, by or login(), reason.strip(), now()):
            fail(f"{terminal}: is not in quarantine and has no open alarm", USAGE)
    typer.echo(f"Released {terminal}; its reports come with its next sync.")
