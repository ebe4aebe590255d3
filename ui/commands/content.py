"""What the office sets on the terminal: settings, recordings of the audible guide, notices."""

from typing import Annotated

import typer

from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import USAGE, WRONG

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
def sounds(
    language: Annotated[str, typer.Argument(help="th, en, zh, my, km, lo.")] = "th",
    outputs: Annotated[
        bool, typer.Option("--outputs", help="List the jacks and speakers instead.")
    ] = False,
) -> None:
    """List what the audible guide says in a language, and which recordings are missing.

    Record each as NAME.wav (mono, 16 bits) and put them into sounds/LANGUAGE in the data folder;
    they go before the program's own. Then: guide = true in the settings' section sound.
    --outputs lists what to write there as output. A card turns from its speaker to its headphones
    jack by itself: the two are one output, unless listed apart.
    """
    if outputs:
        _list_outputs()
        return
    from ui.sounds import OWN, UNHEARD, Shelf, prompts
    from ui.text import Words, languages
    from ui.view_builder import ViewBuilder

    if language not in languages():
        fail(f"{language[:20]!r}: no such language; {', '.join(languages())}", USAGE)
    folder = data_folder()
    with opened() as (_, terminal), errors():
        wording = terminal.wording()
        own = folder.settings().with_wording(wording)
    words, levels = Words.load(language), own.scale.levels
    prompt_words = ViewBuilder(own, words, wording, ()).prompt_words()
    shelf = Shelf(folder.sounds, lambda _: prompt_words)
    buttons = max((max(panel.scores, default=0) for panel in own.panels), default=0)
    missing = unheard = 0
    for prompt in prompts(words, levels, buttons, prompt_words, own.rules.reasons):
        path = shelf.file(language, prompt.name)
        if path is None:
            missing += 1
        elif language in UNHEARD and OWN in path.parents:
            unheard += 1
        typer.echo(f"{prompt.name}.wav\t{path or 'missing'}\t{prompt.words}")
    if unheard:
        typer.echo(
            f"{unheard} came with the program, made by a machine: no speaker has heard them; "
            "have one listen before citizens do",
            err=True,
        )
    if missing:
        fail(
            f"{missing} missing in {folder.sounds / language}: nothing is said until all are there",
            WRONG,
        )


def _list_outputs() -> None:
    from ui.outputs import outputs

    all_outputs = outputs()
    for output in all_outputs:
        typer.echo(f"{output.name}\t{output.words}")
    if not all_outputs:
        typer.echo("No sound output found. Is the headset plugged in, the card's driver loaded?")


@app.command()
def notices() -> None:
    """List what is shown while nobody is being served, and say which files can't be, and why.

    Texts (.txt, UTF-8; the first line is the heading) and pictures (.png, .jpg) lie in the folder
    `notices` in the data folder; a change there is seen without a restart.
    """
    from ui.notices import NoticeFolder

    with errors():
        folder = data_folder()
        links = folder.settings().notices.links
        files = NoticeFolder(folder.notices).look()
    for name, trouble in files:
        typer.echo(f"{name}\t{trouble or 'shown'}")
    for link in links:
        typer.echo(f"{link.url}\tshown as a code: {link.words.th}")
    if not files and not links:
        typer.echo(f"No notices. Put texts and pictures into {folder.notices}")
    if any(trouble for _, trouble in files):
        fail(f"{folder.notices}: not everything can be shown; correct the files above", USAGE)
