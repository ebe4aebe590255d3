"""Commands about how central looks after itself: what it did, what it needs, the office's key."""

import os
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from kiosk import release
from kiosk.printed import AsJson, print_json
from sync.central.commands.context import USAGE, WRONG, data_folder, errors, fail, now, opened
from sync.central.commands.rows import NeedRow, StatusShown, TaskRow

if TYPE_CHECKING:
    from sync.central.usecases.central import Central

app = typer.Typer()
_VARIABLE = "KIOSK_CENTRAL_BACKUP_KEY"
keys = typer.Typer(help="The key to which backups are sealed.", no_args_is_help=True)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what the server did by itself, and what it needs from a person. Shows no score.

    Exit code 1 where a person has to look.
    """
    from sync.central.carewords import care_words
    from sync.central.usecases.upkeep import troubles

    moment = now()
    with opened() as home:
        tasks = _tasks(home)
        needed = troubles(home, moment)
        state = StatusShown(
            version=release.version(),
            data=str(home.settings.folder),
            database=home.store.described(),
            tasks=tasks,
            needs=tuple(NeedRow(one.urgent, care_words("en", one)) for one in needed),
        )
    if as_json:
        print_json(state)
    else:
        _say_status(state)
    if needed:
        raise typer.Exit(WRONG)


def _say_status(status: StatusShown) -> None:
    typer.echo(f"data        {status.data}")
    typer.echo(f"database    {status.database}")
    for row in status.tasks:
        when = f"{datetime.fromisoformat(row.done):%Y-%m-%d %H:%M}" if row.done else "never"
        typer.echo(f"{row.task:<11} {when}{'  ' if row.result else ''}{row.result}")
    for need in status.needs:
        typer.echo(f"{'!!' if need.urgent else '! '}         {need.words}")


def _tasks(home: "Central") -> tuple[TaskRow, ...]:
    from sync.central.logwords import log_words
    from sync.central.usecases.upkeep import Task, read_upkeep

    done = read_upkeep(home)
    rows = []
    for task in Task:
        newest = done.get(task)
        at = newest.done.astimezone().isoformat() if newest and newest.done else ""
        rows.append(TaskRow(task.value, at, log_words("en", newest.what) if newest else ""))
    return tuple(rows)


@keys.command("new")
def new_backup_key(
    replace: bool = typer.Option(False, "--replace", help="Later backups need the new key alone."),
) -> None:
    """Make the office's key, print it once, and seal every backup to it from now on.

    Without the key no backup can be read, by nobody. This machine does not keep it.
    """
    from kiosk.officekey import new_key
    from sync.central import settings as central_settings

    folder = data_folder()
    with errors():
        present = central_settings.load(folder).backup_key
        if present and not replace:
            remedy = "--replace makes another; earlier backups still need the earlier key"
            fail(f"backups are sealed to {present} already; {remedy}", WRONG)
        if os.environ.get(_VARIABLE):
            fail(f"{_VARIABLE} is set, and goes before the file: take it away first", USAGE)
        secret, public = new_key()
        central_settings.change(folder, "backup_key", public)
    typer.echo(secret)
    for line in (
        "This is the office's key. It is shown once, and stored nowhere on this machine.",
        "1. Write it on paper or a stick, twice: one for the safe, one for the director.",
        "2. Try it now: kiosk-central backup --to FOLDER, then",
        "   kiosk-central restore FILE --key KEYFILE --check, on another machine.",
        "3. Restart the server: it reads its settings when it starts.",
    ):
        typer.echo(line, err=True)


@keys.command("show")
def show_backup_key() -> None:
    """Show the public half: it seals, and opens nothing."""
    from sync.central.settings import load

    with errors():
        public = load(data_folder()).backup_key
    typer.echo(public or "No key yet: kiosk-central backup-key new")
