"""Commands about results: closing blocks, raw counts for the audit role, open data."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import progress
from sync.central.commands.context import (
    USAGE,
    chosen_offices,
    day_of,
    errors,
    fail,
    login,
    now,
    opened,
)
from sync.central.language import in_english

app = typer.Typer()


@app.command()
def tally(
    day: Annotated[str, typer.Option("--date", help="YYYY-MM-DD; empty: today.")] = "",
    reader: Annotated[str, typer.Option(help="Who reads; written into the log.")] = "",
    write: Annotated[
        Path | None,
        typer.Option(help="A folder for every revision of reports that were sent again."),
    ] = None,
) -> None:
    """Print one day's raw counts per officer: for the audit role. Every read is logged."""
    from kiosk.files import write_whole
    from sync.central.reports.daytally import lines
    from sync.central.usecases.audit import read_tally

    date_ = day_of("--date", day) or now().date()
    with opened() as central:
        counts, _reads = read_tally(central, date_, reader or login(), now())
    for line in lines(counts, date_):
        typer.echo(line)
    if write is None:
        return
    with errors():
        write.mkdir(parents=True, exist_ok=True)
        for stored in counts.revisions:
            file = write / f"{stored.terminal}-{stored.date}-r{stored.revision}.json"
            write_whole(file, stored.body)
            typer.echo(str(file))


@app.command()
def publish() -> None:
    """Close the blocks that can be closed: whole weeks with ten ratings or more.

    The report does this by itself when it is opened; doing it again adds nothing. Every office's,
    or with --site one's.
    """
    from sync.central.usecases.publishing import publish_due

    today = now().date()
    with opened() as home, progress("Publishing"):
        added = sum(publish_due(central, today) for central in chosen_offices(home))
    published = f"Published {counted(added, 'new block', 'new blocks')}."
    typer.echo(published if added else "No new block can be closed yet.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when missing.")],
    period: Annotated[str, typer.Option(help="fy2027, fy2027-1, fy2027-q1 or 2026-11.")] = "",
) -> None:
    """Write what is for everybody: open data in three formats, and the infographic.

    Example, each quarter: kiosk-central export /srv/www/open-data --period fy2027-q1
    """
    from kiosk.files import write_whole
    from sync.central import period as periods
    from sync.central import thai
    from sync.central.papers import posters, statistics
    from sync.central.reports import gate
    from sync.central.usecases.improvements import all_improvements
    from sync.central.usecases.publishing import publish_and_read_settings
    from sync.central.viewer import PUBLIC

    at = now()
    today = at.date()
    with opened() as central, progress("Writing"):
        starts = publish_and_read_settings(central, today).fiscal_year_starts
        try:
            span = periods.parse(period, starts) if period else periods.year_of(today, starts)
        except periods.NoSuchPeriod as error:
            fail(in_english(error), USAGE)
        office = gate.office(central, PUBLIC, span, today)
        cuts = gate.cuts(central, PUBLIC, span, today)
        improvements = all_improvements(central)
        rows = statistics.rows(central.site, office, cuts)
        name = f"{central.site}-{span.code}"
        in_thai = f"{central.site}-{thai.named(span.code)}"
        documents = {
            f"statistics-{name}.csv": statistics.as_csv(rows),
            f"statistics-{name}.json": statistics.as_json(rows, office, at),
            f"statistics-{in_thai}.xlsx": statistics.as_xlsx(rows, office, at),
            f"infographic-{in_thai}.png": posters.infographic_png(office, improvements, today),
            f"infographic-{in_thai}.pdf": posters.infographic_pdf(office, improvements, at),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in documents.items():
            write_whole(folder / file, content)
            (folder / file).chmod(0o644)
            typer.echo(str(folder / file))
