"""The terminal itself: make its data folder, run it, start it with the machine, say how it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk import release
from kiosk.language import counted
from kiosk.loglines import VARIABLE, LogLevel
from kiosk.printed import AsJson, print_json
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE, WRONG

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.settings.definition import Settings
    from kiosk.terminal import Status
    from ui.commands.rows import StatusShown

OWN_LOGIN = "`useradd --system --groups dialout,video,input,audio kiosk`, `chown -R kiosk FOLDER`"
CAGE = "apt-get install cage seatd xwayland libwayland-cursor0 libwayland-egl1"

app = typer.Typer()


@app.command()
def run(
    windowed: Annotated[
        str,
        typer.Option(
            metavar="WxH",
            help="Open a window of this size, such as 1280x800, in place of the full screen.",
        ),
    ] = "",
    log_level: Annotated[
        LogLevel, typer.Option(help="What is said on standard error.", envvar=VARIABLE)
    ] = LogLevel.INFO,
) -> None:
    """Open the terminal, full screen.

    Leave it by the service menu: hold the upper left corner for three seconds.
    """
    from ui.app import run_terminal

    size = _size(windowed) if windowed else None
    with errors():
        raise typer.Exit(run_terminal(data_folder().path, size, log_level))


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    are_numbers = width.isdigit() and height.isdigit()
    if not (are_numbers and int(width) >= 640 and int(height) >= 480):
        fail("--windowed: write WIDTHxHEIGHT of at least 640x480, such as 1280x800", USAGE)
    return int(width), int(height)


@app.command()
def autostart(
    turned: Annotated[
        int,
        typer.Option(help="By how many degrees, clockwise, the screen hangs turned: 90, 180, 270."),
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
    folder = DataFolder(data_folder().path.absolute())
    with errors():
        folder.settings()
    cage = shutil.which("cage", path="/usr/local/bin:/usr/bin:/bin")
    if cage is None:
        fail(f"cage is not installed; run `{CAGE}`", NOT_NOW)
    login = owner(folder.path)
    if login == "root":
        remedy = f"give it to a login name of its own: {OWN_LOGIN}"
        fail(f"{folder.path}: belongs to root; {remedy}", USAGE)
    program = Path(sys.argv[0]).absolute()
    unit_text = unit(program, Path(cage), folder.path, login, turned)
    typer.echo(unit_text, nl=False)


def _authority_words(file: Path) -> str:
    """Until when the certificate of central's authority holds."""
    from kiosk.certificates import authority_end, days_left
    from kiosk.clock import SystemClock

    try:
        end = authority_end(file)
    except (OSError, ValueError) as error:
        return f"{file}: {error}"
    return f"{file} holds until {end:%Y-%m-%d} ({days_left(end, SystemClock().now().wall)} days)"


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show enrolment, officers, what is due to be sent, free disk. Shows no score."""
    folder = data_folder()
    with opened() as (_, terminal), errors():
        settings = folder.settings()
        status = terminal.status()
        if as_json:
            print_json(_status_shown(folder, settings, status))
        else:
            typer.echo("\n".join(_status_lines(folder, settings, status)))
        if status.parked:
            fail("day reports are parked; see why: kiosk outbox", WRONG)


def _status_shown(folder: "DataFolder", settings: "Settings", status: "Status") -> "StatusShown":
    from ui.commands.rows import StatusShown

    enrolment, last_sync, failure = status.enrolment, status.last_sync, status.last_failure
    return StatusShown(
        version=release.version(),
        data=str(folder.path),
        counter=_counter(settings, status),
        central=enrolment.url if enrolment else "",
        site=enrolment.site if enrolment else "",
        terminal=enrolment.terminal if enrolment else "",
        officers=status.officers,
        days_stored=status.days,
        days_not_closed=status.not_closed,
        reports_to_send=status.due,
        reports_parked=status.parked,
        last_sync=str(last_sync.at) if last_sync else "",
        last_backup=str(status.last_backup.at) if status.last_backup else "",
        last_failure=f"{failure.at}: {failure.detail}" if failure else "",
        not_mine=tuple(map(str, status.foreign_days)),
        free_mib=folder.free_bytes() // 2**20,
        panels=tuple(panel.port for panel in settings.panels if panel.port),
    )


def _counter(settings: "Settings", status: "Status") -> str:
    """Where central says this terminal stands, as its screen shows it; else its own file's."""
    return status.enrolment.counter if status.enrolment else settings.office.counter


def _status_lines(folder: "DataFolder", settings: "Settings", status: "Status") -> Iterator[str]:
    yield f"data      {folder.path}"
    yield f"counter   {_counter(settings, status)}"
    enrolment = status.enrolment
    if enrolment:
        yield f"central   {enrolment.url} as {enrolment.site}/{enrolment.terminal}"
    else:
        yield "central   not enrolled (kiosk enrol URL CODE)"
    yield f"officers  {status.officers}"
    due = counted(status.due, "report", "reports")
    not_closed = f", {status.not_closed} before today not closed yet" if status.not_closed else ""
    yield f"days      {status.days} stored{not_closed}, {due} to send, {status.parked} parked"
    last_sync, failure = status.last_sync, status.last_failure
    yield f"last sync {last_sync.at if last_sync else 'never'}"
    if failure and (not last_sync or failure.seq > last_sync.seq):
        yield f"          failed {failure.at}: {json.loads(failure.detail)['reason']}"
    if status.foreign_days:
        days = ", ".join(map(str, status.foreign_days))
        yield f"not mine  central has days that this terminal never made: {days}"
        yield "          compare both sides there, then renew the key: kiosk key renew"
    if status.clock_is_wrong:
        yield f"clock     {status.clock_off:+d} s off central's: set it, and see timedatectl"
    if settings.sync.ca:
        yield f"authority {_authority_words(Path(settings.sync.ca))}"
    yield f"backup    {status.last_backup.at if status.last_backup else 'never'}"
    if copies := folder.copies_mib():
        yield f"copies    {copies} MiB of copies and damaged files; remove what nobody needs"
    yield f"disk      {folder.free_bytes() // 2**20} MiB free"
    for panel in settings.panels:
        name = f"{panel.port} ({panel.profile})" if panel.port else "none"
        yield f"panel     {name}"
