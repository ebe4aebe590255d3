"""The commands that change tables: to this version, and among the servers of Citus."""

from collections.abc import Callable

import typer

from kiosk.language import counted
from sync.central.commands.context import USAGE, WRONG, fail, opened, say_table

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring an older database to this version of the program; `serve` does so by itself.

    Other commands refuse an older database. Of several at once one does it, and the others wait.

    Example: kiosk-central migrate
    """
    earlier: list[str] = []
    with opened(migrating=say_migrating(earlier)):
        typer.echo("Done." if earlier else "Nothing to do: the database is of this version.")


@app.command("distribute")
def distribute_tables() -> None:
    """Distribute the tables among the servers of Citus: an office's rows lie together on one.

    Run it on the coordinator's database, after CREATE EXTENSION citus and citus_add_node(). All
    tables are distributed, or none; who writes meanwhile waits. Later versions distribute their new
    tables themselves. Doing it again is harmless.

    Example: kiosk-central distribute
    """
    from sync.central.usecases.distributing import NotDistributable, distribute

    with opened() as central:
        try:
            done = distribute(central, say_table)
        except NotDistributable as error:
            fail(str(error), USAGE)
    for table, reason in done.whole.items():
        typer.echo(f"Not distributed: {table}: {reason}")
    fresh = counted(len(done.fresh), "table", "tables")
    typer.echo(
        f"Distributed {fresh}, {len(done.earlier)} before, by the office's id; "
        f"{counted(done.servers, 'server holds', 'servers hold')} rows."
    )
    if not done.complete:
        raise typer.Exit(WRONG)


def say_migrating(earlier: list[str]) -> Callable[[str], None]:
    """What is said, and noted in `earlier`, before an older database changes."""

    def say(version: str) -> None:
        earlier.append(version)
        typer.echo(f"Changing the database from version {version} to this program's", err=True)

    return say
