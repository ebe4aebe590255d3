"""Commands about the offices in a central."""

from typing import Annotated

import typer

from kiosk.printed import AsJson, print_rows
from sync.central.commands.context import USAGE, fail, opened
from sync.central.commands.rows import SiteRow
from sync.central.language import in_english

app = typer.Typer(help="The offices in this central.", no_args_is_help=True)


@app.command()
def add(
    site: Annotated[str, typer.Argument(help="Short id of the office.")],
    name: Annotated[str, typer.Argument(help="Its name on the report.")],
) -> None:
    """Add an office to this central, or rename one.

    Example: kiosk-central sites add huaikhwang "สำนักงานเขตห้วยขวาง"
    """
    from kiosk.domain.people import BadPerson
    from sync.central.usecases.sites import add_site

    with opened() as central:
        try:
            add_site(central, site, name)
        except BadPerson as error:
            fail(in_english(error), USAGE)
    typer.echo(f"{site}: {name}. Work on it with: kiosk-central --site {site} …")


@app.command("list")
def list_sites(as_json: AsJson = False) -> None:
    """List the offices."""
    from sync.central.usecases.sites import all_sites

    with opened() as central:
        rows = [SiteRow(site, name) for site, name in all_sites(central)]
    print_rows(rows, as_json)
