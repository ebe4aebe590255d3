"""What the `kiosk` commands share: the chosen data folder, its store, one line for each error."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.language import in_english
from ui.failures import NOT_NOW, USAGE, exit_code

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.store.engine import Store
    from kiosk.terminal import Terminal


class _Choice:
    """The data folder named before the command."""

    path = Path()


def choose_data_folder(path: Path | None) -> None:
    """Use `path`, or the usual folder, for the command that follows."""
    from kiosk.datafolder import DataFolder

    _Choice.path = path or DataFolder.default()


def data_folder() -> "DataFolder":
    from kiosk.datafolder import DataFolder

    return DataFolder(_Choice.path)


@contextmanager
def opened() -> "Iterator[tuple[Store, Terminal]]":
    from kiosk.clock import SystemClock

    with errors():
        _keep_office_time()
        store, terminal = data_folder().open(SystemClock(), gives_way=True)
    try:
        yield store, terminal
    finally:
        store.close()


def _keep_office_time() -> None:
    """What a command writes and shows is in the office's time, as the running terminal's. A file of
    settings that is broken is told by who reads it."""
    from kiosk.clock import keep_time_of
    from kiosk.datafolder import FolderError
    from kiosk.tomlfile.tables import SettingsError

    with suppress(SettingsError, FolderError):
        keep_time_of(data_folder().settings().office.zone)


@contextmanager
def errors() -> Iterator[None]:
    """What can be wrong with the folder, the file, the clock: one line and an exit code."""
    try:
        yield
    except PermissionError as error:
        fail(f"{error.filename}: {error.strerror}", NOT_NOW)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        fail(in_english(error), code)


def fail(message: str, code: int) -> NoReturn:
    from kiosk.printed import naming_who_may_not

    typer.echo(f"kiosk: {naming_who_may_not(message)}", err=True)
    raise typer.Exit(code)


OfficeKey = Annotated[
    Path | None,
    typer.Option(help="The file with the office's key, for a sealed copy.", show_default=False),
]


def secret_in(key: Path | None) -> str:
    """The office's key in a file; a file without one ends the command."""
    from kiosk import officekey

    if key is None:
        return ""
    try:
        return officekey.secret_in(key.read_text("utf-8", errors="replace"))
    except officekey.NoKey as error:
        fail(f"{key}: {error}", USAGE)
    except OSError as error:
        fail(f"{key}: {error.strerror}", USAGE)
