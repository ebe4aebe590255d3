"""The `kiosk` command: everything an IT clerk does with one terminal.

Heavy rooms are imported inside the commands that need them, so that `--help` and the first screen
come at once. Every error is one line that names the thing and the remedy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ui.failures import NOT_NOW, USAGE, WRONG, exit_code

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kiosk.clock import SystemClock
    from kiosk.config import PanelSettings, Settings
    from kiosk.domain.people import Officer
    from kiosk.store.engine import Store
    from kiosk.terminal import Terminal
    from sync.absence import Hours

MAX_PHOTO = 512 * 1024
"""Bytes of an officer's photo; a passport-size JPEG has a tenth."""

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
officer_app = typer.Typer(help="The officers who can sign on here.", no_args_is_help=True)
panel_app = typer.Typer(help="The serial button panel.", no_args_is_help=True)
app.add_typer(officer_app, name="officer")
app.add_typer(panel_app, name="panel")
queue_app = typer.Typer(help="The queue system, where questions are offered.", no_args_is_help=True)
app.add_typer(queue_app, name="queue")


class _Chosen:
    """The data folder named before the command."""

    path = Path()


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
    _Chosen.path = data or DataFolder.default()


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

    folder = DataFolder(_Chosen.path)
    with _errors():
        folder.create(anew=anew)
    with _open() as (_, terminal):
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

    with _errors():
        raise typer.Exit(run_terminal(_Chosen.path, size))


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
        _fail(f"--turned {turned}: write one of {', '.join(map(str, TURNS))}", USAGE)
    folder = DataFolder(_Chosen.path.absolute())
    with _errors():
        folder.settings()
    cage = shutil.which("cage", path="/usr/local/bin:/usr/bin:/bin")
    if cage is None:
        _fail("cage is not installed; run `apt-get install cage libwayland-egl1`", NOT_NOW)
    whose = owner(folder.path)
    if whose == "root":
        _fail(f"{folder.path}: belongs to root; give it to a login name of its own: {_OWN}", USAGE)
    program = Path(sys.argv[0]).absolute()
    typer.echo(unit(program, Path(cage), folder.path, whose, turned), nl=False)


@app.command()
def status() -> None:
    """Say how this terminal is: enrolment, roster, what is unsent, disk. Shows no score."""
    from kiosk.datafolder import DataFolder

    folder = DataFolder(_Chosen.path)
    with _open() as (store, terminal), _errors():
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
            _fail("day reports are parked: central refused them by name; ask IT to look", WRONG)


@app.command()
def verify() -> None:
    """Recompute everything from the rows and name the first thing that is wrong."""
    from kiosk.store.verify import Wrong
    from kiosk.store.verify import verify as verify_store
    from sync.agent import check_receipt
    from sync.closing import compare_reports

    with _open() as (store, terminal), _errors():
        found = verify_store(store)
        if isinstance(found, Wrong):
            _fail(f"{store.path}: {found.what}", WRONG)
        if wrong := compare_reports(store):
            _fail(f"{store.path}: {wrong}", WRONG)
        enrolled = terminal.status().enrolment
        with store.transaction() as t:
            parcels = t.outbox.everything()
        receipts = [p for p in parcels if p.receipt is not None]
        for parcel in receipts:
            if enrolled is None or not check_receipt(enrolled, parcel):
                _fail(
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

    with _open() as (store, terminal), _errors():
        settings = DataFolder(_Chosen.path).settings().reworded(terminal.wording())
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
    from sync.agent import SyncFailed
    from sync.agent import enrol as enrol_at
    from sync.keyfile import write_key

    folder = DataFolder(_Chosen.path)
    with _open() as (_, terminal), _errors():
        known = terminal.status().enrolment
        if known and not again:
            _fail(
                f"enrolled already at {known.url} as {known.terminal}; --again replaces it", USAGE
            )
        key = Ed25519PrivateKey.generate()
        try:
            enrolled = enrol_at(url, code, key, folder.settings().sync_ca)
        except SyncFailed as error:
            _fail(str(error), NOT_NOW)
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
        _fail("parked: " + "; ".join(result.parked), WRONG)


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
    memory = DataFolder(_Chosen.path).path / MEMORY
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
        _fail("parked: " + "; ".join(done.parked), WRONG)


def _require_mounted(folder: Path) -> None:
    """Looking into it mounts it, where the machine mounts a stick when it is wanted."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        _fail(f"{folder}: {error.strerror} (is the stick in?)", NOT_NOW)
    if not folder.is_mount():
        _fail(f"{folder}: no stick is mounted there; see the README on /etc/fstab", NOT_NOW)


@app.command()
def heartbeat() -> None:
    """Tell central that this terminal lives: its journal's head and open seals, no score.

    The running terminal does this by itself every quarter of an hour.
    """
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from sync import agent
    from sync.closing import NotEnrolled
    from sync.keyfile import KeyUnusable, read_key

    folder = DataFolder(_Chosen.path)
    with _open() as (store, _), _errors():
        try:
            key = read_key(folder.key_file)
            ca, pepper = folder.settings().sync_ca, folder.pepper()
            agent.heartbeat(store, SystemClock(), key, ca, pepper=pepper)
        except NotEnrolled as error:
            _fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, agent.Refused) as error:
            _fail(str(error), WRONG)
        except agent.SyncFailed as error:
            _fail(str(error), NOT_NOW)
    typer.echo("Central has seen this terminal.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A new file, or an existing folder.")],
) -> None:
    """Write a whole copy of the database while the terminal runs."""
    from kiosk.clock import SystemClock

    with _open() as (store, _), _errors():
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

    folder = DataFolder(_Chosen.path)
    with _errors():
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
    from ui.app import reworded
    from ui.sounds import OWN, UNHEARD, Shelf, prompts
    from ui.text import Words, languages

    if language not in languages():
        _fail(f"{language[:20]!r}: no such language; {', '.join(languages())}", USAGE)
    folder = DataFolder(_Chosen.path)
    with _open() as (_, terminal), _errors():
        settings = folder.settings().reworded(terminal.wording())
        own = reworded(settings, terminal, language)
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
        _fail(
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

    with _errors():
        folder = DataFolder(_Chosen.path)
        links = folder.settings().links
        found = NoticeFolder(folder.notices).look()
    for name, trouble in found:
        typer.echo(f"{name}\t{trouble or 'shown'}")
    for link in links:
        typer.echo(f"{link.url}\tshown as a code: {link.words['th']}")
    if not found and not links:
        typer.echo(f"No notices. Put texts and pictures into {folder.notices}")
    if any(trouble for _, trouble in found):
        _fail(f"{folder.notices}: not everything can be shown; correct the files above", USAGE)


@officer_app.command("add")
def officer_add(
    number: Annotated[str, typer.Argument(help="Typed at sign-on, such as 101.")],
    name: Annotated[str, typer.Argument(help="As shown to citizens.")],
    position: Annotated[str, typer.Option(help="As shown to citizens.")] = "",
    section: Annotated[str, typer.Option(help="The officer's section.")] = "",
    photo: Annotated[Path | None, typer.Option(help="JPEG or PNG, at most 512 KiB.")] = None,
) -> None:
    """Add an officer and print a new PIN.

    Example: kiosk officer add 101 "สมหญิง ใจดี" --position "เจ้าพนักงานปกครอง"
    """
    from dataclasses import replace

    from kiosk.domain.people import BadPerson, Officer
    from kiosk.store.roster import NumberTaken

    try:
        officer = Officer.parse(number, name, position, section)
    except BadPerson as error:
        _fail(str(error), USAGE)
    if photo is not None:
        officer = replace(officer, photo=_photo(photo))
    with _open() as (_, terminal), _errors():
        if terminal.officer(officer.id) is not None:
            _fail(f"number {officer.number} is known already; choose another", USAGE)
        try:
            terminal.add_officers([officer])
        except NumberTaken as error:
            _fail(str(error), USAGE)
        new = terminal.set_pin(officer.id, number=officer.number)
    typer.echo(f"Added {officer.number} {officer.name}. PIN: {new}   (shown once)")


@officer_app.command("import")
def officer_import(
    file: Annotated[Path, typer.Argument(help="CSV UTF-8: number,name,position,section")],
) -> None:
    """Add officers from a CSV file: all of them, or none when a line is wrong."""
    from kiosk.domain.rostercsv import BadRoster, parse
    from kiosk.store.roster import NumberTaken

    try:
        officers = parse(file.read_bytes())
    except OSError as error:
        _fail(f"{file}: {error.strerror}", USAGE)
    except BadRoster as error:
        for problem in error.problems:
            typer.echo(f"{file}: {problem}", err=True)
        _fail(f"{file}: nothing was imported; correct the lines above", USAGE)
    with _open() as (_, terminal), _errors():
        try:
            terminal.add_officers(officers)
        except NumberTaken as error:
            _fail(f"{file}: {error}; nothing was imported", USAGE)
    typer.echo(f"Imported {len(officers)} officers. Next: kiosk officer pin NUMBER for each.")


@officer_app.command("list")
def officer_list(
    retired: Annotated[bool, typer.Option("--retired", help="Those retired too.")] = False,
) -> None:
    """List the officers."""
    with _open() as (_, terminal), _errors():
        people = terminal.everyone()
        shown = [officer for officer in people if retired or not officer.retired]
        for officer in shown:
            pin = "" if terminal.has_pin(officer.id) else "  (no PIN yet)"
            gone = "  (retired)" if officer.retired else ""
            typer.echo(f"{officer.number}\t{officer.name}\t{officer.position}{pin}{gone}")
    if not shown:
        typer.echo("No officers yet. Add one: kiosk officer add NUMBER NAME")


@officer_app.command("pin")
def officer_pin(
    number: Annotated[str, typer.Argument(help="The officer's number, or `service`.")],
) -> None:
    """Set a new generated PIN and print it once; this also unlocks. It holds on this terminal
    alone, until central issues the officer another.

    `kiosk officer pin service` renews the service menu's PIN.
    """
    from kiosk.terminal import SERVICE_OWNER

    with _open() as (_, terminal), _errors():
        if number == "service":
            typer.echo(f"Service menu PIN: {terminal.set_pin(SERVICE_OWNER)}   (shown once)")
            return
        officer = _officer(terminal, number)
        new = terminal.set_pin(officer.id, number=officer.number)
    typer.echo(f"{officer.number} {officer.name}. PIN: {new}   (shown once)")


@officer_app.command("unlock")
def officer_unlock(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Let an officer try the PIN again after too many wrong tries."""
    with _open() as (_, terminal), _errors():
        officer = _officer(terminal, number)
        terminal.unlock(officer.id)
    typer.echo(f"{officer.number} {officer.name} can try again.")


@officer_app.command("retire")
def officer_retire(number: Annotated[str, typer.Argument(help="The officer's number.")]) -> None:
    """Take an officer off the roster; every rating is kept."""
    with _open() as (_, terminal), _errors():
        officer = _officer(terminal, number)
        terminal.retire(officer.number)
    typer.echo(f"Retired {officer.number} {officer.name}. Ratings are kept.")


@panel_app.command("list")
def panel_list() -> None:
    """List serial ports, with the name to write into the settings."""
    from hardware.port import find_ports

    ports = find_ports()
    for port in ports:
        typer.echo(f"{port.device}\t{port.stable}\t{port.description}")
    if not ports:
        typer.echo("No serial port found. Is the panel's cable plugged in?")


@panel_app.command("profiles")
def panel_profiles() -> None:
    """List the kinds of panels that can be used, with the name to write into the settings."""
    from hardware.catalogue import PROFILES

    for known in PROFILES:
        typer.echo(f"{known.name:<12} {known.words}")


@panel_app.command("monitor")
def panel_monitor(
    port: Annotated[str, typer.Argument(help="The port; empty: the one in the settings.")] = "",
    seconds: Annotated[float, typer.Option(help="Stop after so long; 0: at Ctrl-C.")] = 0.0,
    profile: Annotated[str, typer.Option(help="See kiosk panel profiles.")] = "",
    baud: Annotated[int, typer.Option(help="0: the profile's.")] = 0,
    panel: Annotated[int, typer.Option(min=1, help="Which of the settings' panels.")] = 1,
) -> None:
    """Show what comes over a panel's line: bytes, meaning, counters. Presses are not scored and
    not acknowledged, so the panel keeps them for the terminal."""
    from ui.panel_commands import PanelTrouble, monitor

    with _errors():
        chosen = None if port else _panel_settings(panel)
        try:
            monitor(port, profile, baud, chosen, seconds or None, typer.echo)
        except PanelTrouble as error:
            _fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            typer.echo("")


@panel_app.command("simulate")
def panel_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the panel's line appears, such as /tmp/panel")
    ],
    keys: Annotated[int, typer.Option(min=1, max=16, help="How many buttons.")] = 5,
    profile: Annotated[str, typer.Option(help="See kiosk panel profiles.")] = "own",
) -> None:
    """Be a panel on a virtual serial line; commands on standard input press its buttons.

    Commands: press N, down N, up N, fault NAME (none, garbage, lost-bytes, stuck-key, silence,
    wrong-version), unplug, replug, restart, status, quit.
    """
    from ui.panel_commands import PanelTrouble, simulate

    try:
        simulate(path, profile, keys, typer.echo)
    except PanelTrouble as error:
        _fail(str(error), USAGE)


@panel_app.command("setup")
def panel_setup(
    port: Annotated[str, typer.Argument(help="The port; empty: every port found.")] = "",
    profile: Annotated[str, typer.Option(help="The kind; empty: found by listening.")] = "",
    panel: Annotated[int, typer.Option(min=1, help="Which of the settings' panels.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long to wait for each press.")] = 60.0,
    address: Annotated[int, typer.Option(help="A panel's on a shared line; 0: the usual.")] = 0,
) -> None:
    """Find a panel, ask for each of its buttons in turn, and write it into the settings.

    Nothing is changed before the last button; the settings as they were are kept beside them.
    """
    from hardware.finder import Patience
    from kiosk.datafolder import DataFolder
    from ui.panel_commands import PanelTrouble
    from ui.panel_setup import set_up

    with _errors():
        folder = DataFolder(_Chosen.path)
        try:
            set_up(folder.settings(), port, profile, panel, typer.echo, Patience(seconds), address)
        except PanelTrouble as error:
            _fail(str(error), NOT_NOW if error.later else USAGE)
        except KeyboardInterrupt:
            _fail("ended; nothing was changed", NOT_NOW)


@queue_app.command("simulate")
def queue_simulate(
    path: Annotated[
        Path, typer.Argument(help="Where the machine's line appears, such as /tmp/tickets")
    ],
) -> None:
    """Be a ticket machine on a virtual serial line; commands on standard input move the queue.

    Commands: call, end, absent, unplug, plug, status, quit. Name the same path as port under
    the section offer of the settings, with mode = "offered".
    """
    from ui.queue_commands import simulate

    try:
        simulate(path, typer.echo)
    except OSError as error:
        _fail(f"{path}: {error.strerror}", USAGE)


@queue_app.command("tell")
def queue_tell(
    what: Annotated[str, typer.Argument(help="CALL, END or ABSENT.")],
    ticket: Annotated[str, typer.Argument(help="The ticket, such as A012.")] = "",
) -> None:
    """Tell the running terminal, over HTTP, how the queue moves.

    Example: kiosk queue tell END A012
    """
    from kiosk.datafolder import DataFolder
    from ui.queue_commands import QueueTrouble, tell

    with _errors():
        folder = DataFolder(_Chosen.path)
        port = folder.settings().queue.http
        if not port:
            _fail("offer.http: is 0 in the settings; write a port there, such as 8765", USAGE)
        try:
            typer.echo(tell(port, folder.queue_token(), what, ticket))
        except QueueTrouble as error:
            _fail(str(error), NOT_NOW if error.later else USAGE)


def _panel_settings(number: int) -> "PanelSettings":
    from kiosk.datafolder import DataFolder

    panels = DataFolder(_Chosen.path).settings().panels
    if number > len(panels) or not panels[number - 1].port:
        _fail("no panel in the settings; name a port, see kiosk panel list", USAGE)
    return panels[number - 1]


def _officer(terminal: "Terminal", number: str) -> "Officer":
    officer = terminal.by_number(number)
    if officer is None:
        _fail(f"no active officer has number {number[:40]!r}; see kiosk officer list", USAGE)
    return officer


def _photo(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO + 1)
    except OSError as error:
        _fail(f"{path}: {error.strerror}", USAGE)
    if len(data) > MAX_PHOTO:
        _fail(f"{path}: larger than {MAX_PHOTO // 1024} KiB; make it smaller", USAGE)
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        _fail(f"{path}: neither a JPEG nor a PNG picture", USAGE)
    return data


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) >= 640 and int(height) >= 480):
        _fail("--windowed: write WIDTHxHEIGHT of at least 640x480, such as 1280x800", USAGE)
    return int(width), int(height)


@contextmanager
def _open() -> "Iterator[tuple[Store, Terminal]]":
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder

    with _errors():
        store, terminal = DataFolder(_Chosen.path).open(SystemClock())
    try:
        yield store, terminal
    finally:
        store.close()


@contextmanager
def _syncing() -> "Iterator[tuple[Store, SystemClock, Ed25519PrivateKey, str, bytes]]":
    """Close what can be closed, then talk to central: store, clock, key, private authority, and
    the pepper of PINs."""
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder
    from sync.agent import Refused, SyncFailed
    from sync.closing import NotEnrolled, close_days
    from sync.keyfile import KeyUnusable, read_key

    folder = DataFolder(_Chosen.path)
    clock = SystemClock()
    with _open() as (store, terminal), _errors():
        settings = folder.settings().reworded(terminal.wording())
        closed_now = clock.now().wall.time() >= settings.office.closes
        try:
            close_days(store, clock, today=closed_now, hours=_hours(settings))
            key = read_key(folder.key_file)
            yield store, clock, key, settings.sync_ca, folder.pepper()
        except NotEnrolled as error:
            _fail(f"{error}; kiosk enrol URL CODE", USAGE)
        except (KeyUnusable, Refused) as error:
            _fail(str(error), WRONG)
        except SyncFailed as error:
            _fail(f"{error}. What is due stays due", NOT_NOW)


@contextmanager
def _errors() -> Iterator[None]:
    """What can be wrong with the folder, the file, the clock: one line and an exit code."""
    try:
        yield
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        _fail(str(error), code)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"kiosk: {message}", err=True)
    raise typer.Exit(code)
