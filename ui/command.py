"""What the `kiosk` commands share: the chosen data folder, its store, one line for each error."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from kiosk.language import in_english
from ui.failures import exit_code

if TYPE_CHECKING:
    from kiosk.store.engine import Store
    from kiosk.terminal import Terminal


class Chosen:
    """The data folder named before the command."""

    path = Path()


@contextmanager
def opened() -> "Iterator[tuple[Store, Terminal]]":
    from kiosk.clock import SystemClock
    from kiosk.datafolder import DataFolder

    with errors():
        store, terminal = DataFolder(Chosen.path).open(SystemClock())
    try:
        yield store, terminal
    finally:
        store.close()


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
