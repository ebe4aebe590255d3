"""The command that brings the database to this version."""

from collections.abc import Callable

import typer

from sync.central.commands.context import opened

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


def say_migrating(earlier: list[str]) -> Callable[[str], None]:
    """What is said, and noted in `earlier`, before an older database changes."""

    def say(version: str) -> None:
        earlier.append(version)
        typer.echo(f"Changing the database from version {version} to this program's", err=True)

    return say
