"""How the command lines print: lists as tables to a person, as lines with tabs to a pipe, as JSON
to a program that asks for it; and how far a longer work has come.

What a list shows is one msgspec Struct for each kind: its fields are the columns, the keys in JSON,
and the schema.
"""

import errno
import os
import pwd
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    # msgspec is loaded where something is printed: `kiosk run` comes by here before it paints.
    from msgspec import Struct

    from kiosk.checking import Checked

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for programs.")]

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def naming_who_may_not(message: str) -> str:
    """A message about a file; where it says "Permission denied", also to whom. A package's command
    that root types acts as who owns the data, and reads nothing of /root."""
    if os.strerror(errno.EACCES) not in message:
        return message
    login = pwd.getpwuid(os.geteuid()).pw_name
    return (
        f"{message}. This command acts as {login}: put a file where {login} may read it, "
        f"such as /tmp, and mount a stick with -o uid={login}"
    )


def print_json(value: "Struct | Sequence[Struct]") -> None:
    """UTF-8, whatever the locale is."""
    from msgspec import json

    sys.stdout.flush()
    text = json.format(json.encode(value), indent=2)
    typer.echo(text)


def print_rows(rows: "Sequence[Struct]", as_json: bool, none: str = "") -> None:
    """A list; `none`: what is said where it is empty. Rows of one list are of one kind."""
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo(none)
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        for row in rows:
            typer.echo("\t".join(_cells(row)))


def print_checked(checked: "Checked", as_json: bool) -> None:
    if as_json:
        print_json(checked)
        return
    width = max(len(line.about) for line in checked.lines)
    for line in checked.lines:
        level = typer.style(f"{line.level:<4}", fg=_COLOURS[line.level.value])
        typer.echo(f"{level}  {line.about:<{width}}  {line.says}")
        if line.remedy:
            typer.echo(f"{'':<6}{'':<{width}}  → {line.remedy}")


@contextmanager
def progress(label: str, total: int | None = None) -> "Iterator[Callable[[int], None]]":
    """Show on standard error how far a work has come, and how long it takes; what is given is
    called with how much is done. `total`: of how much; None: nobody knows. A pipe gets nothing."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=total)
        yield lambda done: bars.update(task, completed=done)


def _print_table(rows: "Sequence[Struct]") -> None:
    from msgspec import structs
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for field in structs.fields(rows[0]):
        table.add_column(field.name.replace("_", " "))
    for row in rows:
        table.add_row(*map(Text, _cells(row)))
    Console().print(table)


def _cells(row: "Struct") -> list[str]:
    from msgspec import structs

    return [_cell(value) for value in structs.astuple(row)]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list | frozenset):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
