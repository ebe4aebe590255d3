"""Commands about terminals: enrolment, how they are, and the way out of quarantine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.language import counted
from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, fail, login, now, opened
from sync.central.commands.rows import TerminalRow
from sync.central.ingest import Why
from sync.central.language import in_english
from sync.fingerprint import fingerprint_in, groups

if TYPE_CHECKING:
    from sync.central.usecases.terminals import Doubted, Fleet

_PACKAGED = Path("/etc/kiosk-central/tls")
"""Where the Debian package has certificates."""

enrolment = typer.Typer()
app = typer.Typer(help="The terminals of this site.", no_args_is_help=True)


@enrolment.command()
def enrol(
    terminal: Annotated[str, typer.Option(help="Its id, such as counter-1.")],
    counter: Annotated[str, typer.Option(help="The counter where it stands.")],
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--tls-cert",
            help="The certificate that terminals see; without it, what the package serves with.",
        ),
    ] = None,
) -> None:
    """Print a one-time code (10 minutes) for one terminal, and the line to type there.

    Example: kiosk-central enrol --terminal counter-1 --counter 1
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases.terminals import console, find_terminal, invite_terminal

    with opened() as central:
        enrolled = find_terminal(central, terminal)
        try:
            code = invite_terminal(central, terminal, counter, now(), console(login()))
        except BadPerson as error:
            fail(in_english(error), USAGE)
    if enrolled is not None:
        typer.echo(
            f"{terminal} is enrolled already: this code begins a new generation of it, which "
            "another person confirms on the fleet page, or with kiosk-central terminals confirm."
        )
    typer.echo(f"Code: {code}   (works once, for 10 minutes)")
    fingerprint = fingerprint_in(certificate or shown_certificate(_PACKAGED))
    words = (central.settings.url.rstrip("/"), code, fingerprint)
    line = " ".join(filter(None, words))
    if enrolled is None:
        typer.echo(f"On the terminal: kiosk setup {line}")
    else:
        typer.echo(f"On a machine in its place: kiosk replace {line}")
        typer.echo(f"On the same machine: kiosk enrol --again {line}")
    if fingerprint:
        typer.echo(f"Fingerprint, as its screen shows it: {' '.join(groups(fingerprint))}")


def shown_certificate(folder: Path) -> Path:
    """What terminals see of a packaged central: a proxy's certificate, where somebody put it."""
    proxys = folder / "proxy.pem"
    return proxys if proxys.exists() else folder / "cert.pem"


@app.command("list")
def list_terminals(as_json: AsJson = False) -> None:
    """List terminals: state, counter, last seen, version, and what each said of its machine."""
    from sync.central.usecases.terminals import all_terminals

    with opened() as central:
        terminals = all_terminals(central)
    rows = [
        TerminalRow(
            terminal=one.terminal,
            state=one.state,
            counter=one.counter,
            seen=_minute(one.seen),
            software=one.software,
            time_sync=one.time_sync,
            certificate_end=_day(one.certificate_end),
            authority_end=_day(one.authority_end),
            backed_up=_minute(one.backed_up),
        )
        for one in terminals
    ]
    print_rows(rows, as_json, "No terminals yet: kiosk-central enrol --terminal ID --counter C")


def _minute(moment: datetime | None) -> str:
    return moment.astimezone().isoformat(" ", "minutes") if moment else "never"


def _day(moment: datetime | None) -> str:
    return moment.astimezone().date().isoformat() if moment else ""


@app.command()
def compare(terminal: Annotated[str, typer.Argument(help="The terminal's id.")]) -> None:
    """Show what central has seen of a terminal, its alarms, its parked reports, and what can be
    done: each line to type names what is shown here.

    Example: kiosk-central terminals compare counter-1
    """
    from kiosk.officerid import with_names
    from sync.central.usecases.people import officer_names
    from sync.central.usecases.terminals import read_fleet, unreported_days

    with opened() as central:
        fleet = read_fleet(central, now().date())
        unreported = unreported_days(central, terminal, now().date())
        names = officer_names(central)
    compared = fleet.terminal(terminal)
    if compared is None:
        fail(f"no terminal is called {terminal[:40]!r}; see kiosk-central terminals list", USAGE)
    typer.echo(f"{terminal}: {compared.state}, journal seen up to entry {compared.head.seq}")
    for alarm in (a for a in fleet.alarms if a.terminal == terminal):
        at = alarm.at.astimezone().isoformat(" ", "minutes")
        settled = f"; settled by {alarm.settled_by}: {alarm.note}" if alarm.settled else ""
        detail = with_names(alarm.detail, names)
        typer.echo(f"{at}  {alarm.kind}: {detail}{settled}")
    if compared.went_back:
        for day in unreported:
            typer.echo(f"{day}  shown before, not reported: the terminal may have less of it now")
    for line in (*_parked_lines(fleet, terminal), *_next_steps(fleet, terminal)):
        typer.echo(line)


def _parked_lines(fleet: "Fleet", terminal: str) -> Iterator[str]:
    doubted = (report for group in fleet.doubted for report in group.reports)
    for report in (a for a in (*fleet.parked, *doubted) if a.terminal == terminal):
        n, taken_n = counted(report.n, "rating", "ratings"), "none"
        if report.taken_n is not None:
            taken_n = counted(report.taken_n, "rating", "ratings")
        yield f"{report.date}  parked ({report.answer}): {n}; taken: {taken_n}"


def _next_steps(fleet: "Fleet", id_: str) -> Iterator[str]:
    """Who proposed what of a terminal, and the commands that go on from there."""
    from sync.central.usecases.two_people import NEW_TERMINAL

    terminal, command = fleet.terminal(id_), "kiosk-central terminals"
    if terminal is None:
        return
    open_kinds = {a.kind for a in fleet.alarms if a.terminal == id_ and a.settled is None}
    if terminal.waiting or NEW_TERMINAL in open_kinds:
        yield f"Enrolled with a code of {terminal.invited_by}. Another person confirms:"
        yield f"  {command} confirm {id_} --mark {fleet.enrolment_mark(id_)} --as ACCOUNT"
    yield from _ways_out(fleet, id_, open_kinds)
    for group in fleet.doubted:
        if group.terminal == id_:
            yield from _next_of_parked(group, f"{id_} {group.why} --mark {group.mark}")


def _ways_out(fleet: "Fleet", id_: str, open_kinds: set[str]) -> Iterator[str]:
    """How a terminal comes out of quarantine, and its alarms are settled."""
    from sync.central.usecases.two_people import FOR_TWO

    terminal, command = fleet.terminal(id_), "kiosk-central terminals"
    if terminal is None:
        return
    mark = fleet.release_mark(id_)
    if terminal.release_by:
        keeping = ", central's days stay" if terminal.release_keeps else ""
        deed = "release it" if terminal.quarantined else "settle its alarms"
        yield f"{terminal.release_by} proposes to {deed}{keeping}: {terminal.release_reason}"
        yield f"  {command} confirm {id_} --mark {mark} --as ACCOUNT"
    elif terminal.quarantined or open_kinds - set(FOR_TWO):
        what = "" if terminal.ended else "release it, or to "
        yield f"To {what}settle its alarms:"
        yield f'  {command} release {id_} --mark {mark} --reason "…"'
    if id_ in fleet.disputed and not terminal.release_keeps:
        yield "To say that central's days stay as they are, and what is parked beside them goes:"
        yield f'  {command} release {id_} --keep-central --mark {mark} --reason "…"'


def _next_of_parked(group: "Doubted", named: str) -> Iterator[str]:
    days = ", ".join(str(report.date) for report in group.proposed or group.reports)
    if group.proposal is None:
        yield f"To propose that {days} count:"
        yield f'  kiosk-central terminals propose {named} --reason "…" --as ACCOUNT'
    else:
        yield f"{group.proposal.by} proposes that {days} count: {group.proposal.reason}"
        yield f"  kiosk-central terminals count {named} --as ACCOUNT"


_As = Annotated[str, typer.Option("--as", help="The account that does it; its roles count.")]
_Mark = Annotated[
    str, typer.Option(help="What `kiosk-central terminals compare` showed: its mark.")
]
_Why = Annotated[str, typer.Argument(help=f"Why they are parked: {', '.join(Why)}.")]


@app.command()
def release(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    mark: _Mark,
    reason: Annotated[str, typer.Option(help="What the comparison showed; stored.")],
    account: Annotated[
        str, typer.Option("--as", help="The account that does it; empty: who is logged in.")
    ] = "",
    keep_central: Annotated[
        bool,
        typer.Option(
            "--keep-central",
            help="Days that central has stay as they are; what the terminal has otherwise goes.",
        ),
    ] = False,
) -> None:
    """Let a terminal out of quarantine once a person has compared both sides; settle its alarms.

    Where it showed another past, another person confirms that it goes on with that one:
    `kiosk-central terminals confirm`. Parked reports stay parked, but with --keep-central: then
    those go of which central has the day, which another person confirms too.

    Example: kiosk-central terminals release counter-1 --mark 3f0c… --reason "disk replaced"
    """
    from kiosk.domain.people import says_something
    from sync.central.usecases.accounts import viewer_of
    from sync.central.usecases.terminals import (
        KEEP_CENTRAL,
        Release,
        console,
        find_terminal,
        release_terminal,
    )

    if not says_something(reason):
        fail("--reason: say what was found; it is kept", USAGE)
    with opened() as central, _refusals():
        viewer = viewer_of(central, account) if account else console(login())
        keeps = KEEP_CENTRAL if keep_central else ""
        released = release_terminal(central, viewer, terminal, mark, reason.strip(), now(), keeps)
        goes_on = (enrolled := find_terminal(central, terminal)) is not None and not enrolled.ended
    if released is Release.NOTHING:
        fail(f"{terminal}: is not in quarantine and has no open alarm", USAGE)
    if released is Release.PROPOSED:
        typer.echo(
            "Proposed. Another person looks, and confirms: "
            f"kiosk-central terminals compare {terminal}"
        )
    else:
        typer.echo(_settled(terminal, goes_on=goes_on))


def _settled(terminal: str, *, goes_on: bool) -> str:
    """What two people, or one, have done by letting a terminal go on, or by settling its alarms
    alone, as its key has ended."""
    if goes_on:
        return f"Released {terminal}; its reports come with its next sync."
    return f"Settled the alarms of {terminal}. Its key stays ended."


@app.command()
def quarantine(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    reason: Annotated[str, typer.Option(help="Why; stored.")],
) -> None:
    """Take nothing from a terminal until a person has looked: nothing is lost.

    Example: kiosk-central terminals quarantine counter-1 --reason "found open"
    """
    from sync.central.usecases.terminals import console, quarantine_terminal

    with opened() as central:
        if not quarantine_terminal(central, console(login()), terminal, reason, now()):
            fail(f"{terminal}: is no active terminal", USAGE)
    typer.echo(f"{terminal} is in quarantine; kiosk-central terminals release lets it out.")


@app.command()
def revoke(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    reason: Annotated[str, typer.Option(help="Why; stored.")],
) -> None:
    """End a terminal's key for good: every request of it is refused by name.

    Example: kiosk-central terminals revoke counter-1 --reason "stolen"
    """
    from sync.central.usecases.terminals import console, revoke_terminal

    with opened() as central:
        if not revoke_terminal(central, console(login()), terminal, reason, now()):
            fail(f"{terminal}: has no key to end", USAGE)
    typer.echo(f"The key of {terminal} has ended. To use the machine again, enrol it again.")


@app.command()
def confirm(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    mark: _Mark,
    account: _As,
) -> None:
    """Confirm what another person, of another role, began: a new generation, a release from
    quarantine, or one terminal more in an office that has long reported.

    Example: kiosk-central terminals confirm counter-1.g2 --mark 3f0c… --as director
    """
    from sync.central.mark import ChangedSinceShown
    from sync.central.usecases.accounts import viewer_of
    from sync.central.usecases.terminals import find_terminal
    from sync.central.usecases.two_people import (
        confirm_generation,
        confirm_new_terminal,
        confirm_release_of_terminal,
    )

    changed = None
    for confirmed, words in (
        (confirm_generation, f"{terminal} counts from now on; the generation before has ended."),
        (confirm_new_terminal, f"{terminal} stands at its counter."),
        (confirm_release_of_terminal, ""),
    ):
        with opened() as central, _refusals():
            try:
                done = confirmed(central, viewer_of(central, account), terminal, mark, now())
                enrolled = find_terminal(central, terminal)
                goes_on = enrolled is not None and not enrolled.ended
            except ChangedSinceShown as error:
                changed, done = error, False
        if done:
            typer.echo(words or _settled(terminal, goes_on=goes_on))
            return
    if changed is not None:
        fail(in_english(changed), USAGE)
    fail(f"{terminal}: waits for no confirmation", USAGE)


@app.command()
def propose(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    why: _Why,
    mark: _Mark,
    reason: Annotated[str, typer.Option(help="Why they are right; stored.")],
    account: _As,
) -> None:
    """Propose that a terminal's parked reports count. Another person confirms with `count`.

    Example: kiosk-central terminals propose counter-1 fell --mark 3f0c… --reason "copied" --as it
    """
    from sync.central.usecases.accounts import viewer_of
    from sync.central.usecases.two_people import propose_release

    with opened() as central, _refusals():
        viewer = viewer_of(central, account)
        parked_for = _parked_for(why)
        count = propose_release(central, viewer, terminal, parked_for, mark, reason, now())
    if not count:
        fail(f"{terminal}: nothing is parked for this", USAGE)
    typer.echo(
        f"Proposed {counted(count, 'report', 'reports')}. Another person looks, and confirms: "
        f"kiosk-central terminals compare {terminal}"
    )


@app.command()
def count(
    terminal: Annotated[str, typer.Argument(help="The terminal's id.")],
    why: _Why,
    mark: _Mark,
    account: _As,
) -> None:
    """Confirm that a terminal's parked reports count: another person, of another role.

    Example: kiosk-central terminals count counter-1 fell --mark 3f0c… --as director
    """
    from sync.central.usecases.accounts import viewer_of
    from sync.central.usecases.two_people import confirm_release

    with opened() as central, _refusals():
        viewer = viewer_of(central, account)
        released = confirm_release(central, viewer, terminal, _parked_for(why), mark, now())
    if released is None:
        fail(f"{terminal}: nobody has proposed that these count", USAGE)
    beside = f"; {released.left} stay parked: newer ones came" if released.left else ""
    typer.echo(f"{counted(released.stored, 'report', 'reports')} count now{beside}.")


def _parked_for(why: str) -> Why:
    try:
        return Why(why)
    except ValueError:
        fail(f"{why[:40]!r}: nothing is parked for that; one of {', '.join(Why)}", USAGE)


@contextmanager
def _refusals() -> Iterator[None]:
    """What a person may not do ends the command in one line."""
    from kiosk.domain.refusal import Refusal
    from sync.central.viewer import NotYours

    try:
        yield
    except Refusal as error:
        fail(in_english(error), USAGE)
    except NotYours:
        fail("this account may not do that", USAGE)
