"""Commands that write a backup, put it back, and check that everything agrees."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.language import counted
from kiosk.printed import AsJson, print_json, progress
from sync.central.commands.context import (
    NOT_NOW,
    USAGE,
    WRONG,
    chosen_offices,
    data_folder,
    errors,
    fail,
    now,
    opened,
    say_table,
)
from sync.central.commands.rows import Verified

if TYPE_CHECKING:
    from sync.central.usecases.central import Central

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to write it; must not be there yet.", show_default=False),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="A folder: the file gets its name by date and time.", show_default=False),
    ] = None,
    last: Annotated[
        bool,
        typer.Option("--last", help="The report goes on elsewhere: it is not opened here again."),
    ] = False,
) -> None:
    """Write everything, also the keys, into one file that either database can be restored from.

    Without a file: into the folder that central.toml names (backups), as the server does each
    night. Sealed to the office's key once there is one: see `kiosk-central backup-key new`.

    Example: kiosk-central backup --to /mnt/other-machine
    """
    from sync.central.usecases.backup import BadBackup
    from sync.central.usecases.installation import back_up, end_here
    from sync.central.usecases.old_backups import backup_name

    if file is not None and to is not None:
        fail("name a file or --to a folder, not both", USAGE)
    with opened() as central:
        settings = central.settings
        if file is None:
            if to is None and not settings.backups:
                fail("name a file, --to a folder, or the folder in central.toml (backups)", USAGE)
            sealed = bool(settings.backup_key)
            file = (to or settings.backups_folder) / backup_name(now().astimezone(), sealed=sealed)
        try:
            rows = back_up(central, file, say_table)
        except FileExistsError:
            fail(f"{file}: is there already; name another file", USAGE)
        except BadBackup as error:
            fail(str(error), NOT_NOW)
        if last:
            end_here(central)
    typer.echo(f"Wrote {counted(rows, 'row', 'rows')} to {file} and read it back.")
    if not settings.backup_key:
        typer.echo("Whoever has it reads it: keep it where only IT does, or make the office's key.")
    if last:
        typer.echo(f"{settings.folder} is not opened again. Next: restore the file elsewhere.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    database: Annotated[
        str, typer.Option(help="Another database than the one in the backup's settings.")
    ] = "",
    key: Annotated[
        Path | None,
        typer.Option(help="The file with the office's key, for a sealed one.", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only see that the key opens it and all is whole.")
    ] = False,
) -> None:
    """Put a backup into an empty data folder and an empty database, then verify it. One that was
    cut off goes on where it was: give the same command again.

    To move to PostgreSQL: back up, then restore with --database postgresql+psycopg://…

    Example: kiosk-central restore central-2026-11-23-023000.zip.age --key office.key
    """
    from sync.central.settings import FILE_NAME
    from sync.central.usecases import installation

    folder, secret = data_folder(), _secret_in(key)
    if not check and (folder / FILE_NAME).exists():
        fail(f"{folder}: is set up already; name an empty --data folder", USAGE)
    with errors():
        try:
            if check:
                installation.check_backup(file, secret)
                typer.echo(f"{file}: is whole, and can be restored.")
                return
            with progress("Putting back rows") as step:
                rows = installation.restore(file, folder, database, say_table, secret, step)
        except installation.BadBackup as error:
            fail(str(error), WRONG)
    remarks: list[str] = []
    with opened() as home, progress("Verifying day reports") as say:
        wrong = _first_wrong(home, remarks, say)
    for remark in remarks:
        typer.echo(remark)
    if wrong:
        fail(wrong, WRONG)
    typer.echo(f"Put back {counted(rows, 'row', 'rows')}; all agrees.")


def _secret_in(key: Path | None) -> str:
    from kiosk.officekey import NoKey, secret_in

    if key is None:
        return ""
    try:
        return secret_in(key.read_text("utf-8", errors="replace"))
    except NoKey as error:
        fail(f"{key}: {error}", USAGE)
    except OSError as error:
        fail(f"{key}: {error.strerror}", USAGE)


@app.command()
def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; nothing does.")
    ] = False,
) -> None:
    """Remove what every office has stored long enough, as the server does each night.

    How long is on the settings page; the page /retention/SITE shows it for all data.
    """
    from sync.central.usecases.nights import run_night

    moment = now()
    with opened() as home:
        for line in run_night(home, moment, trial=dry_run):
            typer.echo(f"would go: {line}" if dry_run else line)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Recompute every day report's digest and rows, all earlier revisions, the published blocks and
    the logs; name the first thing that is wrong, and where terminals have seen other logs.

    Every office's, or with --site one's. Where two people let a corrected day count after its
    result was published, a line says what blocks have too much.
    """
    remarks: list[str] = []
    with opened() as home, progress("Verifying day reports") as say:
        wrong = _first_wrong(home, remarks, say) or _first_other_log(home, remarks)
        if not wrong:
            remarks += _emptied(home)
    if as_json:
        print_json(Verified(agrees=not wrong, wrong=wrong, remarks=tuple(remarks)))
    else:
        for remark in remarks:
            typer.echo(remark)
    if wrong:
        fail(wrong, WRONG)
    if not as_json:
        typer.echo("All agrees.")


def _emptied(home: "Central") -> Iterator[str]:
    """What can't be recomputed any more, because it was kept long enough."""
    from sync.central.usecases.verification import emptied_days

    for central in chosen_offices(home):
        count, newest = emptied_days(central)
        if count:
            reports = counted(count, "day report", "day reports")
            yield (
                f"{central.site}: {reports} up to {newest} were kept long enough and are emptied; "
                "results on them still add up, and their days can't be recomputed"
            )


def _first_wrong(home: "Central", remarks: list[str], say: Callable[[int], None]) -> str:
    """The first thing that does not agree, or ""; what is only remarkable goes to `remarks`.
    `say`: told how many day reports are verified."""
    from sync.central.usecases.verification import first_wrong_entry
    from sync.central.usecases.verifying import CutShort, verified
    from sync.central.viewer import CITY

    if wrong := first_wrong_entry(home, CITY):
        return f"the city's accounts: {wrong}"
    done = 0

    def add(days: int) -> None:
        nonlocal done
        done += days
        say(done)

    offices = tuple(chosen_offices(home))
    try:
        with closing(verified(offices, add)) as answers:
            for central, office in zip(offices, answers, strict=True):
                if office.wrong:
                    return f"{central.site}: {office.wrong}"
                remarks += [f"{central.site}: {remark}" for remark in office.remarks]
    except CutShort as error:
        fail(str(error), NOT_NOW)
    return ""


def _first_other_log(home: "Central", remarks: list[str]) -> str:
    """Name every log that does not go on from what a terminal has seen, until two people have
    settled it; "" where none is."""
    from sync.central.usecases.loghistory import read_log_breaks

    for central in chosen_offices(home):
        unsettled = [one for one in read_log_breaks(central) if one.settled is None]
        for one in unsettled:
            when = one.at.astimezone().isoformat(" ", "minutes")
            seen = f"{one.terminal} has seen entry {one.seen} of it ({one.kind}, {when})"
            remarks.append(f"{central.site}: log {one.log}: {seen}")
        if unsettled:
            return f"{central.site}: the fleet page says how two people settle this"
    return ""
