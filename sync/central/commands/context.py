"""What the commands of central share: the data folder and office, the clock, errors."""

import getpass
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from kiosk.clock import (
    ClockImplausible,
    NoSuchZone,
    SystemClock,
    keep_time_of,
    require_plausible,
)
from kiosk.domain.dates import day_in
from kiosk.domain.refusal import Refusal
from kiosk.language import counted
from kiosk.printed import naming_who_may_not
from sync.central.language import in_english

if TYPE_CHECKING:
    from sync.central.usecases.central import Central

WRONG, USAGE, NOT_NOW = 1, 2, 3


class _Chosen:
    """What the options before the command say."""

    folder = Path()
    site = ""


def choose(folder: Path | None, site: str) -> None:
    """Work on this data folder and this office; without a folder on the usual one."""
    root = os.geteuid() == 0
    usual = Path("/var/lib/kiosk-central" if root else "~/.local/share/kiosk-central")
    _Chosen.folder = folder or usual.expanduser()
    _Chosen.site = site


def data_folder() -> Path:
    return _Chosen.folder


@contextmanager
def opened(migrating: Callable[[str], None] | None = None) -> "Iterator[Central]":
    """The central in the data folder, on the office that --site names or on its own. What goes
    wrong inside ends the command. `migrating`: as for `open_central`."""
    from sync.central.usecases.installation import NoSuchSite, open_central

    with errors():
        try:
            with open_central(_Chosen.folder, _Chosen.site, migrating) as central:
                yield central
        except NoSuchSite:
            site = f"{_Chosen.site[:40]!r}"
            fail(f"--site {site}: no such office; see kiosk-central sites list", USAGE)


def chosen_offices(home: "Central") -> "Iterator[Central]":
    """The office that --site names; every office where none is named."""
    from sync.central.usecases.sites import all_sites, find_site

    for site, _name in all_sites(home):
        if _Chosen.site in ("", site):
            central = find_site(home, site)
            if central is not None:
                yield central


@contextmanager
def errors() -> Iterator[None]:
    """The environment's faults as one line and an exit code."""
    from kiosk.tomlfile.tables import SettingsError
    from sync.central.usecases.central import DatabaseDown, DatabaseError

    try:
        yield
    except DatabaseDown as error:
        fail(str(error), NOT_NOW)
    except (SettingsError, NoSuchZone, DatabaseError) as error:
        fail(str(error), USAGE)
    except OSError as error:
        fail(f"{error.filename or _Chosen.folder}: {error.strerror}", NOT_NOW)


def fail(message: str, code: int) -> NoReturn:
    """End the command with one line and an exit code."""
    typer.echo(f"kiosk-central: {naming_who_may_not(message)}", err=True)
    raise typer.Exit(code)


def fail_for_lines(file: Path, problems: Iterable[Refusal], remedy: str) -> NoReturn:
    """End an import that was refused: what is wrong, line by line, and what to correct."""
    for problem in problems:
        typer.echo(f"{file}: {in_english(problem)}", err=True)
    fail(f"{file}: nothing was imported; {remedy}", USAGE)


def read_file(file: Path) -> bytes:
    """What is in a file; one that can't be read ends the command."""
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", USAGE)


def write_private(file: Path, data: bytes) -> None:
    """Write a new file that its owner alone reads, durable on return. One that is there, or a disk
    that is full, ends the command."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{file}: {error.strerror}", USAGE)
    try:
        with os.fdopen(descriptor, "wb") as private:
            private.write(data)
            private.flush()
            os.fsync(private.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)
        fail(f"{file}: {error.strerror}", NOT_NOW)


def now() -> datetime:
    """What the clock shows in the office's time zone. A clock that can't be right ends the command:
    a block that is closed on a wrong day stays closed."""
    keep_office_time()
    reading = SystemClock().now()
    try:
        require_plausible(reading)
    except ClockImplausible as error:
        fail(str(error), WRONG)
    return reading.wall


def day_of(option: str, text: str) -> date | None:
    """The date in `text`, None when it is empty; a wrong one ends the command."""
    try:
        return day_in(text) if text else None
    except ValueError:
        fail(f"{option} {text[:40]!r}: write YYYY-MM-DD or DD/MM/YYYY", USAGE)


def keep_office_time() -> None:
    """Also of a command that asks the time before it opens the office."""
    from kiosk.tomlfile.tables import SettingsError
    from sync.central import settings

    with suppress(SettingsError, NoSuchZone, OSError):  # `opened` says what is wrong
        keep_time_of(settings.load(_Chosen.folder).zone, "zone")


def login() -> str:
    """Who runs this command, for the logs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def say_table(table: str, rows: int) -> None:
    """Report that a table of a backup is done."""
    typer.echo(f"{table:<20} {counted(rows, 'row', 'rows')}", err=True)
