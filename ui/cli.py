"""The `kiosk` command: everything an IT clerk does with one terminal.

Heavy rooms are imported inside the commands that need them, so that `--help` and the first screen
come at once. Every error is one line that names the thing and the remedy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.command import Chosen, errors, fail, opened
from ui.failures import NOT_NOW, USAGE, WRONG
from ui.officer_cli import app as officer_commands
from ui.wire_cli import panel_app as panel_commands
from ui.wire_cli import queue_app as queue_commands

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kiosk.clock import SystemClock
    from kiosk.config import Settings
    from kiosk.store.engine import Store
    from sync.absence import Hours

_OWN = "`useradd --system --groups dialout,video,input,audio kiosk`, `chown -R kiosk FOLDER`"

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
)
app.add_typer(officer_commands, name="officer")
app.add_typer(panel_commands, name="panel")
app.add_typer(queue_commands, name="queue")


@app.callback()
def _options(
    data: Annotated[
        Path | None,
        typer.Option(help="The data folder.", envvar="KIOSK_DATA", show_default=False),
    ] = None,
) -> None:
    import logging

    from kiosk.datafolder import DataFolder

    # A request that is tried again is no news: what came of it is said once, by the command.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    Chosen.path = data or DataFolder.default()


@app.command()
def init(
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin with an empty database after a damaged one.")
    ] = False,
) -> None:
    """Make the data folder: settings, an empty database, and the service menu's PIN.

    Example: kiosk --data /var/lib/kiosk init
    """
    from kiosk.datafolder import DataFolder
    from kiosk.terminal import SERVICE_OWNER

    folder = DataFolder(Chosen.path)
    with errors():
        folder.create(anew=anew)
    with opened() as (_, terminal):
        new = terminal.set_pin(SERVICE_OWNER)
        terminal.keep_ballast()
    typer.echo(f"Made {folder.path}")
    typer.echo(f"Service menu PIN: {new}   (write it down; it is not shown again)")
    typer.echo(f"Settings: {folder.settings_file}")
    typer.echo("Next: kiosk officer add NUMBER NAME, then kiosk run")


@app.command()
def run(
    windowed: Annotated[
        str, typer.Option(metavar="WxH", help="A window of this size, not the full screen.")
    ] = "",
) -> None:
    """Open the terminal, full screen.

    Leave it by the service menu: hold the upper left corner for three seconds.
    """
    size = _size(windowed) if windowed else None
    from ui.app import run_terminal

    with errors():
        raise typer.Exit(run_terminal(Chosen.path, size))


@app.command()
def autostart(
    turned: Annotated[
        int, typer.Option(help="Degrees clockwise that the screen hangs turned by: 90, 180, 270.")
    ] = 0,
) -> None:
    """Print a systemd unit that starts this terminal with the machine, as the only program.

    Needs the package cage, and a data folder that belongs to a login name of the terminal's own.

    Example: runuser -u kiosk -- kiosk autostart > /etc/systemd/system/kiosk.service
    """
    import shutil
    import sys

    from kiosk.datafolder import DataFolder
    from kiosk.files import owner
    from ui.autostart import TURNS, unit

    if turned not in TURNS:
        fail(f"--turned {turned}: write one of {', '.join(map(str, TURNS))}", USAGE)
    folder = DataFolder(Chosen.path.absolute())
    with errors():
        folder.settings()
    cage = shutil.which("cage", path="/usr/local/bin:/usr/bin:/bin")
    if cage is None:
        fail("cage is not installed; run `apt-get install cage libwayland-egl1`", NOT_NOW)
    whose = owner(folder.path)
    if whose == "root":
        fail(f"{folder.path}: belongs to root; give it to a login name of its own: {_OWN}", USAGE)
    program = Path(sys.argv[0]).absolute()
    typer.echo(unit(program, Path(cage), folder.path, whose, turned), nl=False)


@app.command()
def status() -> None:
    """Say how this terminal is: enrolment, roster, what is unsent, disk. Shows no score."""
    from kiosk.datafolder import DataFolder

    folder = DataFolder(Chosen.path)
    with opened() as (store, terminal), errors():
        settings = folder.settings()
        now = terminal.status()
        enrolled = now.enrolment
        typer.echo(f"data      {folder.path}")
        typer.echo(f"counter   {settings.office.counter}")
        typer.echo(
            f"central   {enrolled.url} as {enrolled.site}/{enrolled.terminal}"
            if enrolled
            else "central   not enrolled (kiosk enrol URL CODE)"
        )
        typer.echo(f"officers  {now.officers}")
        typer.echo(f"days      {now.days} kept, {now.due} reports to send, {now.parked} parked")
        typer.echo(f"last sync {now.last_sync.at if now.last_sync else 'never'}")
        if now.last_failure and (not now.last_sync or now.last_failure.seq > now.last_sync.seq):
            typer.echo(f"          failed {now.last_failure.at}: {now.last_failure.detail}")
        typer.echo(f"disk      {folder.free_bytes() // 2**20} MiB free")
        for panel in settings.panels:
            typer.echo(f"panel     {f'{panel.port} ({panel.profile})' if panel.port else 'none'}")
        del store
        if now.parked:
            fail("day reports are parked: central refused them by name; ask IT to look", WRONG)


@app.command()
def verify() -> None:
    """Recompute everything from the rows and name the first thing that is wrong."""
    from kiosk.store.verify import Wrong
    from kiosk.store.verify import verify as verify_store
    from sync.agent import check_receipt
    from sync.closing import compare_reports

    with opened() as (store, terminal), errors():
        found = verify_store(store)
        if isinstance(found, Wrong):
            fail(f"{store.path}: {found.what}", WRONG)
        if wrong := compare_reports(store):
            fail(f"{store.path}: {wrong}", WRONG)
        enrolled = terminal.status().enrolment
        with store.read() as snapshot:
            parcels = snapshot.outbox.everything()
        receipts = [p for p in parcels if p.receipt is not None]
        for parcel in receipts:
            if enrolled is None or not check_receipt(enrolled, parcel):
                fail(
                    f"{store.path}: the receipt of {parcel.day} revision {parcel.revision} "
                    "is not central's",
                    WRONG,
                )
    typer.echo(
        f"All agrees: {found.ratings} ratings on {found.sheets} sheets, {found.entries} journal "
        f"entries, {len(parcels)} day reports, {len(receipts)} receipts."
    )


def _hours(settings: "Settings") -> "Hours":
    """When the office is open, as settings and central say."""
    from sync.absence import Hours

    office = settings.office
    return Hours(office.opens, office.closes, office.holidays)


@app.command("close-day")
def close_day() -> None:
    """Close every business day up to today and put its report into the outbox.

    Closing twice changes nothing; ratings that came later go out as the next revision.
    """
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from sync.closing import NotEnrolled, close_days

    with opened() as (store, terminal), errors():
        settings = DataFolder(Chosen.path).settings().with_wording(terminal.wording())
        try:
            closed = close_days(store, SystemClock(), today=True, hours=_hours(settings))
        except NotEnrolled:
            typer.echo(
                "Not enrolled: every day stays here, and is closed and sent once this terminal is."
            )
            return
    if not closed:
        typer.echo("Nothing to close.")
    for day in closed:
        news = "closed" if day.fresh else "closed before, unchanged"
        typer.echo(f"{day.day}  revision {day.revision}  {news}")


@app.command()
def enrol(
    url: Annotated[str, typer.Argument(help="Central's address, https://…")],
    code: Annotated[str, typer.Argument(help="The one-time code from `kiosk-central enrol`.")],
    again: Annotated[
        bool, typer.Option("--again", help="Even if enrolled already: a new key and identity.")
    ] = False,
) -> None:
    """Join a central report with a one-time code; makes this terminal's key.

    Example: kiosk enrol https://report.example.go.th 7KX2M-9QPRT
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kiosk.datafolder import DataFolder
    from sync.agent import enrol as enrol_at
    from sync.client import SyncFailed
    from sync.keyfile import write_key

    folder = DataFolder(Chosen.path)
    with opened() as (_, terminal), errors():
        known = terminal.status().enrolment
        if known and not again:
            fail(f"enrolled already at {known.url} as {known.terminal}; --again replaces it", USAGE)
        key = Ed25519PrivateKey.generate()
        try:
            enrolled = enrol_at(url, code, key, folder.settings().sync_ca)
        except SyncFailed as error:
            fail(str(error), NOT_NOW)
        write_key(folder.key_file, key)
        terminal.join(enrolled)
    typer.echo(f"Enrolled at {enrolled.url} as {enrolled.site}/{enrolled.terminal}.")
    typer.echo("Next: kiosk sync")


@app.command()
def sync() -> None:
    """Close past days, fetch the roster, send what is due, keep the receipts.

    Today is closed too once the office is. Run it from a timer, or let the terminal start it.
    """
    from sync.agent import sync as run_sync

    with _syncing() as (store, clock, key, ca, pepper):
        result = run_sync(store, clock, key, ca, typer.echo, pepper=pepper)
    roster = f"renewed ({result.officers} officers)" if result.roster_changed else "unchanged"
    more = "".join(
        f", {number} {what}"
        for number, what in ((result.pins, "PINs"), (result.photos, "photos"))
        if number
    )
    typer.echo(f"Synced: {result.sent} day reports receipted; roster {roster}{more}.")
    if result.parked:
        fail("parked: " + "; ".join(result.parked), WRONG)


@app.command()
def stick(
    folder: Annotated[Path, typer.Argument(help="Where the stick is, such as /media/usb.")],
    mounted: Annotated[
        bool, typer.Option("--mounted", help="Only if something is mounted there.")
    ] = False,
) -> None:
    """Sync without a network: carry a stick between here and `kiosk-central stick`.

    The first walk only makes the two known to one another; each later one brings day reports to
    central, sealed, and receipts and roster back. A lost stick loses nothing.

    Example: kiosk stick /media/usb
    """
    from kiosk.datafolder import DataFolder
    from sync.stick import MEMORY, visit

    if mounted:
        _require_mounted(folder)
    memory = DataFolder(Chosen.path).path / MEMORY
    with _syncing() as (store, clock, key, _, pepper):
        done = visit(store, clock, key, folder, memory, typer.echo, pepper)
    if done.carried is None:
        typer.echo("On the stick: a greeting. Day reports go with the next walk.")
    else:
        typer.echo(f"On the stick: {done.carried} day reports, sealed to central.")
    roster = "unchanged" if done.officers is None else f"renewed ({done.officers} officers)"
    pins = f", {done.pins} PINs" if done.pins else ""
    typer.echo(f"From the stick: {done.receipted} receipts; roster {roster}{pins}.")
    typer.echo(f"Next: carry it to central, and run there: kiosk-central stick {folder}")
    if done.parked:
        fail("parked: " + "; ".join(done.parked), WRONG)


def _require_mounted(folder: Path) -> None:
    """Looking into it mounts it, where the machine mounts a stick when it is wanted."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        fail(f"{folder}: {error.strerror} (is the stick in?)", NOT_NOW)
    if not folder.is_mount():
        fail(f"{folder}: no stick is mounted there; see the README on /etc/fstab", NOT_NOW)


@app.command()
def heartbeat() -> None:
    """Tell central that this terminal lives: its journal's head and open seals, no score.

    The running terminal does this by itself every quarter of an hour.
    """
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from sync import agent
    from sync.client import SyncFailed
    from sync.closing import NotEnrolled
    from sync.keyfile import KeyUnusable, read_key

    folder = DataFolder(Chosen.path)
    with opened() as (store, _), errors():
        try:
            key = read_key(folder.key_file)
            ca, pepper = folder.settings().sync_ca, folder.pepper()
            agent.heartbeat(store, SystemClock(), key, ca, pepper=pepper)
        except NotEnrolled as error:
            fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, agent.Refused) as error:
            fail(str(error), WRONG)
        except SyncFailed as error:
            fail(str(error), NOT_NOW)
    typer.echo("Central has seen this terminal.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A new file, or an existing folder.")],
) -> None:
    """Write a whole copy of the database while the terminal runs."""
    from kiosk.clock import SystemClock

    with opened() as (store, _), errors():
        if target.is_dir():
            target = target / f"kiosk-{SystemClock().now().wall:%Y%m%d-%H%M%S}.db"
        store.backup(target)
    typer.echo(f"Copied to {target} (keep it as safe as the original; secrets are not in it).")


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="A file that `kiosk backup` wrote.")],
) -> None:
    """Put a copy in the place of a damaged database, once it is verified.

    Central sees that the terminal went back in time and holds its reports until a person has
    compared both sides.
    """
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder

    folder = DataFolder(Chosen.path)
    with errors():
        folder.restore(copy, SystemClock())
    typer.echo(f"Put back: {folder.database}. Next: kiosk verify, then kiosk run")


@app.command()
def sounds(
    language: Annotated[str, typer.Argument(help="th, en, zh, my, km, lo.")] = "th",
    outputs: Annotated[
        bool, typer.Option("--outputs", help="List the jacks and speakers instead.")
    ] = False,
) -> None:
    """List what the audible guide says in a language, and which recordings are missing.

    Record each as NAME.wav (mono, 16 bits) and put them into sounds/LANGUAGE in the data folder;
    they go before the program's own. Then: guide = true in the settings' section sound.
    --outputs lists what to write there as output. A card turns from its speaker to its headphones
    jack by itself: the two are one output, unless listed apart.
    """
    if outputs:
        _list_outputs()
        return
    from kiosk.datafolder import DataFolder
    from ui.sounds import OWN, UNHEARD, Shelf, prompts
    from ui.text import Words, languages
    from ui.view_builder import ViewBuilder

    if language not in languages():
        fail(f"{language[:20]!r}: no such language; {', '.join(languages())}", USAGE)
    folder = DataFolder(Chosen.path)
    with opened() as (_, terminal), errors():
        wording = terminal.wording()
        settings = folder.settings().with_wording(wording)
    own = ViewBuilder(settings, Words.load(language), wording, ()).prompt_words()
    shelf, missing, unheard = Shelf(folder.sounds, lambda _: own), 0, 0
    buttons = max((max(panel.buttons, default=0) for panel in settings.panels), default=0)
    words, levels = Words.load(language), settings.rules.scale.levels
    for prompt in prompts(words, levels, buttons, own, settings.rules.reasons):
        path = shelf.file(language, prompt.name)
        missing += path is None
        unheard += language in UNHEARD and path is not None and OWN in path.parents
        typer.echo(f"{prompt.name}.wav\t{path or 'missing'}\t{prompt.words}")
    if unheard:
        typer.echo(
            f"{unheard} came with the program, made by a machine: no speaker has heard them; "
            "have one listen before citizens do",
            err=True,
        )
    if missing:
        fail(
            f"{missing} missing in {folder.sounds / language}: nothing is said until all are there",
            WRONG,
        )


def _list_outputs() -> None:
    from ui.outputs import outputs

    found = outputs()
    for output in found:
        typer.echo(f"{output.name}\t{output.words}")
    if not found:
        typer.echo("No sound output found. Is the headset plugged in, the card's driver loaded?")


@app.command()
def notices() -> None:
    """List what is shown while nobody is being served, and say which files can't be, and why.

    Texts (.txt, UTF-8; the first line is the heading) and pictures (.png, .jpg) lie in the folder
    `notices` in the data folder; a change there is seen without a restart.
    """
    from kiosk.datafolder import DataFolder
    from ui.notices import NoticeFolder

    with errors():
        folder = DataFolder(Chosen.path)
        links = folder.settings().links
        found = NoticeFolder(folder.notices).look()
    for name, trouble in found:
        typer.echo(f"{name}\t{trouble or 'shown'}")
    for link in links:
        typer.echo(f"{link.url}\tshown as a code: {link.words.th}")
    if not found and not links:
        typer.echo(f"No notices. Put texts and pictures into {folder.notices}")
    if any(trouble for _, trouble in found):
        fail(f"{folder.notices}: not everything can be shown; correct the files above", USAGE)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) >= 640 and int(height) >= 480):
        fail("--windowed: write WIDTHxHEIGHT of at least 640x480, such as 1280x800", USAGE)
    return int(width), int(height)


@contextmanager
def _syncing() -> "Iterator[tuple[Store, SystemClock, Ed25519PrivateKey, str, bytes]]":
    """Close what can be closed, then talk to central: store, clock, key, private authority, and
    the pepper of PINs."""
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from sync.agent import Refused
    from sync.client import SyncFailed
    from sync.closing import NotEnrolled, close_days
    from sync.keyfile import KeyUnusable, read_key

    folder = DataFolder(Chosen.path)
    clock = SystemClock()
    with opened() as (store, terminal), errors():
        settings = folder.settings().with_wording(terminal.wording())
        closed_now = clock.now().wall.time() >= settings.office.closes
        try:
            close_days(store, clock, today=closed_now, hours=_hours(settings))
            key = read_key(folder.key_file)
            yield store, clock, key, settings.sync_ca, folder.pepper()
        except NotEnrolled as error:
            fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, Refused) as error:
            fail(str(error), WRONG)
        except SyncFailed as error:
            fail(f"{error}. What is due stays due", NOT_NOW)
