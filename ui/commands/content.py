"""What the office sets on the terminal: settings, notices."""

from typing import Annotated

import typer

from kiosk.printed import AsJson, print_rows
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import USAGE

app = typer.Typer()


@app.command()
def settings(
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema for editors instead.")
    ] = False,
) -> None:
    """Check the settings, and name what is wrong.

    An editor that knows TOML can check them while you write: put the schema beside kiosk.toml,
    and #:schema ./kiosk.schema.json into its first line.

    Example: kiosk settings --schema > kiosk.schema.json
    """
    if schema:
        from kiosk.settings.schema import schema_text

        typer.echo(schema_text())
        return
    folder = data_folder()
    with errors():
        folder.settings()
    typer.echo(f"{folder.settings_file}: can be used")


@app.command()
def notices(as_json: AsJson = False) -> None:
    """List what is shown while nobody is being served, and say which files can't be, and why.

    Texts (.txt, UTF-8; the first line is the heading) and pictures (.png, .jpg) lie in the folder
    `notices` in the data folder; a change there is seen without a restart. What citizens asked for
    and the office did comes from central.
    """
    from ui.commands.rows import NoticeRow
    from ui.notices import NoticeFolder

    with errors():
        folder = data_folder()
        links = folder.settings().notices.links
        files = NoticeFolder(folder.notices).look()
    with opened() as (_, terminal):
        improvements = terminal.wording().improvements
    rows = [NoticeRow(name, str(trouble or "shown")) for name, trouble in files]
    rows += [NoticeRow(link.url, f"shown as a code: {link.words.th}") for link in links]
    rows += [NoticeRow(f"{one.said} → {one.done}", "shown, from central") for one in improvements]
    print_rows(rows, as_json, f"No notices. Put texts and pictures into {folder.notices}")
    if any(trouble for _, trouble in files):
        fail(f"{folder.notices}: not everything can be shown; correct the files above", USAGE)
