"""Between this terminal and central: close days, enrol, sync, carry a stick, send a heartbeat."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from kiosk.domain.refusal import Refusal
from kiosk.language import counted, in_english
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE, WRONG

if TYPE_CHECKING:
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from kiosk.releases import Releases
    from kiosk.settings.definition import Settings
    from kiosk.store.engine import Store
    from kiosk.store.state import Enrolment
    from kiosk.terminal import Terminal
    from sync.absence import Hours
    from sync.exchange import Close, Synced
    from sync.keyfile import Renewal
    from sync.steps import Asked
    from ui.joining import Waiting

Fingerprint = Annotated[
    str,
    typer.Argument(
        help="Of central's certificate (SHA-256), as central's page shows it beside the code.",
        show_default=False,
    ),
]
app = typer.Typer()
keys = typer.Typer(help="The key by which central knows this terminal.", no_args_is_help=True)


class SyncParts(NamedTuple):
    """What a sync needs. `authority`: the file of central's private certificate authority, or "";
    `proxy`: of the settings; `pepper`: the secret of the PINs."""

    store: "Store"
    clock: "SystemClock"
    key: "Ed25519PrivateKey"
    authority: str
    proxy: str
    pepper: bytes
    asked: "Asked"
    renewal: "Renewal | None"
    before: "Ed25519PrivateKey | None"
    recordings: Path
    releases: "Releases | None"
    close: "Close"


@app.command("close-day")
def close_day(
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Today as well while it goes on. What comes later goes into a second report: who "
            "has both learns what came between them.",
        ),
    ] = False,
) -> None:
    """Close every business day that is over: its report is then due to be sent.

    Today is over after closing time, once nobody is on duty. Closing twice changes nothing.
    """
    from kiosk.clock import SystemClock
    from sync.closing import NotEnrolled, close_days, is_over

    clock = SystemClock()
    with opened() as (store, terminal), errors():
        settings = _settings(terminal)
        _settle_reasons(data_folder(), terminal)
        hours = _hours(settings)
        over = is_over(store, clock, hours, settings.rules.grace)
        try:
            closed = close_days(store, clock, today=now or over, hours=hours)
        except NotEnrolled:
            typer.echo(
                "Not enrolled: every day stays here, and is closed and sent once this terminal is."
            )
            return
    if not (now or over):
        typer.echo(f"Today goes on until {hours.closes:%H:%M}, and while somebody is on duty.")
    elif not closed:
        typer.echo("Nothing to close.")
    for day in closed:
        outcome = "closed" if day.fresh else "closed before, unchanged"
        typer.echo(f"{day.day}  revision {day.revision}  {outcome}")


@app.command()
def enrol(
    url: Annotated[str, typer.Argument(help="Central's address, https://…")],
    code: Annotated[str, typer.Argument(help="The one-time code from `kiosk-central enrol`.")],
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Enrol a second time: central then sees a new terminal, with a new key."
        ),
    ] = False,
    fingerprint: Fingerprint = "",
) -> None:
    """Join a central report with a one-time code; makes this terminal's key.

    Example: kiosk enrol https://report.example.go.th 7KX2M-9QPRT 3F9A…
    """
    folder = data_folder()
    with opened() as (_, terminal), errors():
        present = terminal.status().enrolment
        if present and not again:
            place = f"{present.url} as {present.terminal}"
            fail(f"enrolled already at {place}; --again replaces it", USAGE)
        enrolment = join(folder, terminal, url, code, fingerprint)
    typer.echo(f"Enrolled at {enrolment.url} as {enrolment.site}/{enrolment.terminal}.")
    typer.echo("Next: kiosk sync")


def join(
    folder: "DataFolder", terminal: "Terminal", url: str, code: str, fingerprint: str
) -> "Enrolment":
    """Enrol at central with a new key, which takes the place of any other. `fingerprint`: of a
    certificate that this machine does not know yet; ""."""
    from ui.joining import join_central

    try:
        digest = digest_of(fingerprint)
        return join_central(folder, terminal, url, code, digest, patiently())
    except Refusal as refusal:
        fail_as_refused(refusal, NOT_NOW)


def patiently() -> "Waiting":
    """As at a command line: each reason to wait is said once."""
    from kiosk.clock import SystemClock
    from ui.joining import PATIENCE, Waiting

    reasons: set[str] = set()

    def say(refusal: Refusal) -> None:
        if refusal.key not in reasons:
            reasons.add(refusal.key)
            why = in_english(refusal)
            typer.echo(f"{why}. Trying again, for {PATIENCE:.0f} seconds at most; Ctrl-C ends it")

    return Waiting(clock=SystemClock(), wait=time.sleep, say=say)


def digest_of(fingerprint: str) -> str:
    """The digits of what a person typed; "" where nothing is. Refusal."""
    from sync.fingerprint import plain_fingerprint

    digest = plain_fingerprint(fingerprint)
    if fingerprint and not digest:
        raise Refusal("fingerprint_form")
    return digest


def fail_as_refused(refusal: Refusal, code: int) -> NoReturn:
    """End the command; a fingerprint stands in groups, to be compared."""
    from sync.fingerprint import groups

    if digest := refusal.values.get("fingerprint"):
        refusal.values["fingerprint"] = "-".join(groups(str(digest)))
    fail(in_english(refusal), code)


@app.command()
def sync() -> None:
    """Close past days, fetch the roster, send what is due, keep the receipts.

    Today is closed too once it is over. Run it from a timer, or let the terminal start it.
    """
    sync_and_say()


def sync_and_say() -> None:
    with _syncing() as parts:
        result = _synced(parts)
    _say(result)


def sync_quietly() -> str:
    """Sync; why central takes nothing from this machine yet, or ""."""
    with _syncing() as parts:
        result = _synced(parts)
    if not result.parked:
        _say(result)
    return "; ".join(result.parked)


def _synced(parts: SyncParts) -> "Synced":
    from sync.exchange import sync as run_sync

    return run_sync(
        parts.store,
        parts.clock,
        parts.key,
        parts.authority,
        typer.echo,
        pepper=parts.pepper,
        asked=parts.asked,
        renewal=parts.renewal,
        before=parts.before,
        recordings=parts.recordings,
        releases=parts.releases,
        close=parts.close,
        proxy=parts.proxy,
    )


def _say(result: "Synced") -> None:
    officers = counted(result.officers, "officer", "officers")
    roster = f"renewed ({officers})" if result.roster_changed else "unchanged"
    pins = f", {counted(result.pins, 'PIN', 'PINs')}" if result.pins else ""
    photos = f", {counted(result.photos, 'photo', 'photos')}" if result.photos else ""
    came = result.recordings
    recordings = f", {counted(came, 'recording', 'recordings')}" if came else ""
    reports = counted(result.sent, "day report", "day reports")
    typer.echo(f"Synced: {reports} receipted; roster {roster}{pins}{photos}{recordings}.")
    to_look_at = [f"parked: {line}" for line in result.parked]
    to_look_at += [f"refused: {line}" for line in result.refused]
    to_try_again = [f"not yet: {line}" for line in result.left]
    if to_look_at or to_try_again:
        fail("; ".join((*to_look_at, *to_try_again)), WRONG if to_look_at else NOT_NOW)


@keys.command()
def renew(
    later: Annotated[
        bool, typer.Option("--later", help="Only make it: the next sync, or stick, does the rest.")
    ] = False,
) -> None:
    """Give this terminal another key: where the one of now may have been copied, and once a year.

    Central takes the new key from the old one; what it has witnessed stays, and no sync is missed.
    A machine that comes with the old key after that is refused, and central raises an alarm.

    Example: kiosk key renew
    """
    from sync.exchange import enrolment_of
    from sync.keyfile import begin_renewal

    with _syncing() as parts:
        enrolment_of(parts.store)
        begun = begin_renewal(data_folder().key_file)
        result = None if later else _synced(parts._replace(renewal=begun))
    if result is None:
        typer.echo("A new key is made. The next sync tells central of it.")
        return
    _say(result)
    typer.echo("This terminal's key is renewed.")


@app.command()
def stick(
    folder: Annotated[Path, typer.Argument(help="Where the stick is, such as /media/usb.")],
    mounted: Annotated[
        bool, typer.Option("--mounted", help="Stop unless a stick is mounted in this folder.")
    ] = False,
) -> None:
    """Sync without a network: carry a stick between here and `kiosk-central stick`.

    The first walk only makes the two known to one another; each later one brings day reports to
    central, sealed, and receipts and roster back. A lost stick loses nothing.

    Example: kiosk stick /media/usb
    """
    from sync.stick import MEMORY, visit

    if mounted:
        _require_mounted(folder)
    memory = data_folder().path / MEMORY
    with _syncing() as parts:
        parts.close(None)
        result = visit(
            parts.store,
            parts.clock,
            parts.key,
            folder,
            memory,
            typer.echo,
            parts.pepper,
            parts.renewal,
            parts.releases,
        )
    if result.carried is None:
        typer.echo("On the stick: a greeting. Day reports go with the next walk.")
    else:
        reports = counted(result.carried, "day report", "day reports")
        typer.echo(f"On the stick: {reports}, sealed to central.")
    roster = "unchanged"
    if result.officers is not None:
        roster = f"renewed ({counted(result.officers, 'officer', 'officers')})"
    pins = f", {counted(result.pins, 'PIN', 'PINs')}" if result.pins else ""
    receipts = counted(result.receipted, "receipt", "receipts")
    typer.echo(f"From the stick: {receipts}; roster {roster}{pins}.")
    typer.echo(f"Next: carry it to central, and run there: kiosk-central stick {folder}")
    if result.parked:
        fail("parked: " + "; ".join(result.parked), WRONG)


@app.command()
def heartbeat() -> None:
    """Tell central that this terminal works. No count goes out.

    The running terminal does this by itself every quarter of an hour.
    """
    from kiosk.clock import SystemClock
    from sync import exchange, incoming
    from sync.client import CentralRefused, SyncFailed
    from sync.closing import NotEnrolled
    from sync.keyfile import KeyUnusable, key_before, pending_renewal, read_key

    folder = data_folder()
    with opened() as (store, terminal), errors():
        try:
            key = read_key(folder.key_file)
            settings = _settings(terminal)
            exchange.heartbeat(
                store,
                SystemClock(),
                key,
                settings.sync.ca,
                proxy=settings.sync.proxy,
                pepper=folder.pepper(),
                asked=_asked(settings),
                renewal=pending_renewal(folder.key_file),
                before=key_before(folder.key_file),
            )
        except NotEnrolled as error:
            fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, incoming.Refused, CentralRefused) as error:
            fail(str(error), WRONG)
        except SyncFailed as error:
            fail(str(error), NOT_NOW)
    typer.echo("Central has seen this terminal.")


def _settle_reasons(folder: "DataFolder", terminal: "Terminal") -> None:
    """Keep what a citizen had ticked when the terminal stopped. While it runs, its citizen may
    still change it."""
    from kiosk.datafolder import AlreadyRunning

    if not terminal.holds_reasons():
        return
    try:
        lock = folder.lock()
    except AlreadyRunning:
        return
    try:
        terminal.settle_reasons()
    finally:
        os.close(lock)


def _settings(terminal: "Terminal") -> "Settings":
    """With central's words. The office's time zone is kept from here on."""
    from kiosk.clock import keep_time_of

    settings = data_folder().settings().with_wording(terminal.wording())
    keep_time_of(settings.office.zone)
    return settings


def _require_mounted(folder: Path) -> None:
    """Looking into the folder mounts it, on a machine that mounts a stick at its first use."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        fail(f"{folder}: {error.strerror} (is the stick in?)", NOT_NOW)
    if not folder.is_mount():
        fail(f"{folder}: no stick is mounted there; see the README on /etc/fstab", NOT_NOW)


def _asked(settings: "Settings") -> "Asked":
    """What citizens can answer here, and how."""
    from kiosk.domain.rating import Channel
    from sync.steps import Asked

    rules = settings.rules
    channels = {
        Channel.TOUCH: True,
        Channel.PANEL: any(panel.port for panel in settings.panel),
        Channel.KEYBOARD: bool(settings.keys),
    }
    return Asked(
        levels=rules.scale.levels,
        reasons=tuple(rules.reasons),
        channels=tuple(channel for channel, present in channels.items() if present),
    )


def _hours(settings: "Settings") -> "Hours":
    """When the office is open, as settings and central say."""
    from sync.absence import Hours

    office = settings.office
    return Hours(office.opens, office.closes, office.holidays)


@contextmanager
def _syncing() -> "Iterator[SyncParts]":
    """What a sync needs, with how it closes the days that are over; its failures become one
    line."""
    from kiosk.clock import SystemClock
    from kiosk.releases import releases_of
    from sync.client import CentralRefused, SyncFailed
    from sync.closing import NotEnrolled, close_days, is_over
    from sync.incoming import Refused
    from sync.keyfile import KeyUnusable, key_before, pending_renewal, read_key

    folder = data_folder()
    clock = SystemClock()
    with opened() as (store, terminal), errors():
        settings = _settings(terminal)
        hours = _hours(settings)
        _settle_reasons(folder, terminal)
        try:

            def close(day: "date | None") -> None:
                over = is_over(store, clock, hours, settings.rules.grace)
                close_days(store, clock, today=over, hours=hours, central=day)

            if terminal.enrolment() is None:
                raise NotEnrolled("this terminal is not enrolled with a central report yet")
            yield SyncParts(
                store=store,
                clock=clock,
                key=read_key(folder.key_file),
                authority=settings.sync.ca,
                proxy=settings.sync.proxy,
                pepper=folder.pepper(),
                asked=_asked(settings),
                renewal=pending_renewal(folder.key_file),
                before=key_before(folder.key_file),
                recordings=folder.recordings,
                releases=releases_of(folder.releases, os.environ),
                close=close,
            )
        except NotEnrolled as error:
            fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, Refused, CentralRefused) as error:
            fail(str(error), WRONG)
        except SyncFailed as error:
            fail(f"{error}. What is due stays due", NOT_NOW)
