"""What the `kiosk` commands share: the chosen data folder, its store, one line for each error."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from kiosk.language import in_english
from ui.failures import exit_code

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
        folder = data_folder()
        _keep_office_time(folder)
        store, terminal = folder.open(SystemClock())
    try:
        yield store, terminal
    finally:
        store.close()


def _keep_office_time(folder: "DataFolder") -> None:
    """What a command writes and shows has the office's time, whatever the machine is set to.
    Settings that can't be read stop no command that does without them."""
    from kiosk.clock import keep_time_of
    from kiosk.tomlfile.tables import SettingsError

    with suppress(SettingsError):
        keep_time_of(folder.settings().office.zone)


@contextmanager
def errors() -> Iterator[None]:
    """What can be wrong with the folder, the file, the clock: one line and an exit code."""
    try:
        yield
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        fail(in_english(error), code)


def fail(message: str, code: int) -> NoReturn:
    typer.echo(f"kiosk: {message}", err=True)
    raise typer.Exit(code)
