"""Commands about the offices in a central."""

from typing import Annotated

import typer

from kiosk.language import counted
from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, WRONG, data_folder, fail, login, now, opened
from sync.central.commands.rows import SiteRow
from sync.central.language import in_english

app = typer.Typer(help="The offices in this central.", no_args_is_help=True)


@app.command()
def add(
    site: Annotated[str, typer.Argument(help="Short id of the office.")],
    name: Annotated[str, typer.Argument(help="Its name on the report.")],
    province: Annotated[
        str | None, typer.Option(help="Where it is: many offices are grouped by it.")
    ] = None,
) -> None:
    """Add an office to this central, or say in which province one is.

    Example: kiosk-central sites add huaikhwang "สำนักงานเขตห้วยขวาง"
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases.sites import add_site

    with opened() as central:
        try:
            add_site(central, site, name, province)
        except BadPerson as error:
            fail(in_english(error), USAGE)
    typer.echo(f"{site}: {name}. Work on it with: kiosk-central --site {site} …")


@app.command()
def rename(
    site: Annotated[str, typer.Argument(help="Its short id.")],
    name: Annotated[str, typer.Argument(help="The name that it gets.")],
) -> None:
    """Give an office another name on its pages and papers.

    Example: kiosk-central sites rename huaikhwang "สำนักงานเขตห้วยขวาง"
    """
    from kiosk.domain.people import BadPerson
    from sync.central.settings import load
    from sync.central.usecases.sites import rename_site

    with opened() as central:
        try:
            rename_site(central, site, name)
        except BadPerson as error:
            fail(in_english(error), USAGE)
    typer.echo(f"{site} is now called {name}.")
    written = load(data_folder())
    if site == written.site and name != written.name:
        typer.echo(f"central.toml still says {written.name}: write the new name there as well.")


@app.command("list")
def list_sites(as_json: AsJson = False) -> None:
    """List the offices."""
    from sync.central.usecases.sites import all_sites, retired_sites

    with opened() as central:
        retired = retired_sites(central)
        rows = [
            SiteRow(site=site, name=name, state="retired" if site in retired else "active")
            for site, name in all_sites(central)
        ]
    print_rows(rows, as_json)


@app.command()
def retire(
    reason: Annotated[str, typer.Option(help="Why; stored.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where terminals have not sent everything.")
    ] = False,
) -> None:
    """Close the office that --site names: its terminals' keys end, what is over is published.

    Nothing is removed: its people still read and object, and the nightly removal takes data at its
    age. Other offices notice nothing. A terminal that has something to send stops this.

    Example: kiosk-central --site huaikhwang sites retire --reason "merged"
    """
    from kiosk.domain.people import says_something
    from sync.central.usecases.retiring import retire_site
    from sync.central.usecases.terminals import console

    if not says_something(reason):
        fail("--reason: say why; it is kept", USAGE)
    with opened() as central:
        retired = retire_site(central, console(login()), reason.strip(), now(), anyway=anyway)
        site = central.site
    for terminal, due in retired.unsent:
        typer.echo(f"{terminal}: {counted(due, 'day report', 'day reports')} not sent yet")
    if retired.unsent and not anyway:
        remedy = (
            "kiosk sync sends them, two people settle what waits on the page of terminals, then "
            "kiosk heartbeat says so here; or say --anyway"
        )
        fail(f"{site}: nothing was done; {remedy}", WRONG)
    keys = counted(len(retired.ended), "terminal", "terminals")
    blocks = counted(retired.published, "block", "blocks")
    typer.echo(
        f"{site}: the keys of {keys} have ended; {blocks} published. Data stays until its age."
    )
