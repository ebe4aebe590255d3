"""The voice of the audible guide: what it says, what is missing, recording, taking files in."""

import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from kiosk.domain.prompts import LANGUAGES
from kiosk.language import counted
from kiosk.printed import AsJson, print_rows
from ui.commands.context import data_folder, errors, fail, opened
from ui.failures import NOT_NOW, USAGE, WRONG

if TYPE_CHECKING:
    from ui.sounds import Prompt, Shelf

app = typer.Typer(
    help="The voice of the audible guide, for those who can't see the screen.\n\n"
    "It speaks a language once every line of it has a recording. Start with `kiosk sounds record`; "
    "then set guide = true in the settings' section sound.",
    no_args_is_help=True,
)
Language = Annotated[str, typer.Argument(help="th, en, zh, my, km, lo.")]
MAX_FILES = 1000
KEYS = "Enter: store it · a: again · p: play · s: skip · u: back to the one before · q: end"


class Lines(NamedTuple):
    """What the guide says in one language on this terminal, and where its files are looked for."""

    prompts: "tuple[Prompt, ...]"
    shelf: "Shelf"
    folder: Path
    """Where recordings made here lie."""
    output: str


def _lines(language: str) -> Lines:
    from ui.sounds import Shelf, prompts
    from ui.text import Words
    from ui.view_builder import ViewBuilder

    if language not in LANGUAGES:
        fail(f"{language[:20]!r}: no such language; {', '.join(LANGUAGES)}", USAGE)
    folder = data_folder()
    with opened() as (_, terminal), errors():
        wording = terminal.wording()
        own = folder.settings().with_wording(wording)
    words = Words.load(language)
    prompt_words = ViewBuilder(own, words, wording, ()).prompt_words()
    buttons = max((max(panel.scores, default=0) for panel in own.panels), default=0)
    return Lines(
        prompts=prompts(words, own.scale.levels, buttons, prompt_words, own.rules.reasons),
        shelf=Shelf((folder.sounds, folder.recordings), lambda _: prompt_words),
        folder=folder.sounds / language,
        output=own.sound.output,
    )


@app.command("list")
def list_prompts(language: Language = "th", as_json: AsJson = False) -> None:
    """List what the guide says in a language, and which recordings are missing.

    Example: kiosk sounds list km
    """
    from ui.commands.rows import PromptRow
    from ui.sounds import OWN, UNHEARD

    lines = _lines(language)
    missing = unheard = 0
    rows = []
    for prompt in lines.prompts:
        path = lines.shelf.file(language, prompt.name)
        if path is None:
            missing += 1
        elif language in UNHEARD and OWN in path.parents:
            unheard += 1
        rows.append(PromptRow(f"{prompt.name}.wav", str(path or "missing"), prompt.words))
    print_rows(rows, as_json)
    if unheard:
        typer.echo(
            f"{unheard} came with the program, made by a machine: no speaker has heard them; "
            "have one listen before citizens do",
            err=True,
        )
    if missing:
        fail(
            f"{missing} missing in {lines.folder}: nothing is said in this language until all are "
            f"there; kiosk sounds record {language}",
            WRONG,
        )


@app.command()
def outputs(as_json: AsJson = False) -> None:
    """List the jacks and speakers, as the setting `output` names them.

    A card turns from its speaker to its headphones jack by itself: the two are one output, unless
    listed apart.
    """
    from ui.outputs import outputs as all_outputs

    _list(all_outputs(), "sound output", as_json)


@app.command()
def inputs(as_json: AsJson = False) -> None:
    """List the microphones, as `kiosk sounds record --microphone` names them."""
    from ui.outputs import inputs as all_inputs

    _list(all_inputs(), "microphone", as_json)


def _list(devices: "tuple[tuple[str, str], ...]", kind: str, as_json: bool) -> None:
    from ui.commands.rows import DeviceRow

    none = f"No {kind} found. Is it plugged in, the card's driver loaded?"
    print_rows([DeviceRow(name, words) for name, words in devices], as_json, none)


@app.command()
def record(
    language: Language = "th",
    everything: Annotated[
        bool, typer.Option("--all", help="Also what has a recording already.")
    ] = False,
    microphone: Annotated[
        str, typer.Option(help="As `kiosk sounds inputs` names it; the usual one otherwise.")
    ] = "",
) -> None:
    """Record what the guide says, line by line: it shows a line, you read it, it plays it back.

    Silence is cut off and every line is made equally loud. What can't be followed is said, with
    what to do. Each good line is stored at once: end any time, and go on later.

    Example: kiosk sounds record th
    """
    lines = _lines(language)
    to_read = [
        prompt
        for prompt in lines.prompts
        if everything or lines.shelf.file(language, prompt.name) is None
    ]
    if not to_read:
        typer.echo("Every line has a recording. --all records them again.")
        return
    typer.echo(f"{counted(len(to_read), 'line', 'lines')} to read. {KEYS}")
    new = 0
    at = 0
    while 0 <= at < len(to_read):
        typer.echo(f"\n{at + 1} of {len(to_read)}   {to_read[at].words}")
        step, stored = _record_line(lines, to_read[at], microphone)
        new += stored
        if step == 0:
            break
        at = max(0, at + step)
    typer.echo(f"{new} stored in {lines.folder}")


def _record_line(lines: Lines, prompt: "Prompt", microphone: str) -> tuple[int, bool]:
    """One line: how many lines to go on from it (0: end), and whether it was kept."""
    from kiosk.domain.refusal import Refusal
    from kiosk.files import write_whole
    from kiosk.language import in_english
    from kiosk.speech import made_even, wave_file
    from ui.recorder import NoMicrophone, show
    from ui.recorder import record as record_samples

    draft = lines.folder / f".{prompt.name}.wav.draft"
    try:
        lines.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            typer.echo("Press Enter and read; press Enter again when you are done. ", nl=False)
            answer = _answer()
            if answer in _STEPS:
                return _STEPS[answer], False
            try:
                even = made_even(record_samples(microphone, sys.stdin, show))
            except NoMicrophone as error:
                fail(str(error), NOT_NOW)
            except Refusal as error:
                typer.echo(f"\nNot stored: {in_english(error)}")
                continue
            draft.write_bytes(wave_file(even))
            answer = _heard(draft, lines.output)
            if answer in _STEPS:
                return _STEPS[answer], False
            if answer != "a":
                write_whole(lines.folder / f"{prompt.name}.wav", draft.read_bytes())
                return 1, True
    except OSError as error:
        fail(f"{error.filename or lines.folder}: {error.strerror}", NOT_NOW)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


_STEPS = {"s": 1, "u": -1, "q": 0}
_DECISIONS = ("", "a", *_STEPS)
"""Any other answer, such as "n", is none: it stores nothing in place of what was there."""


def _heard(draft: Path, output: str) -> str:
    """Play it until somebody decides; the answer."""
    from ui.recorder import play

    while True:
        trouble = play(str(draft), output)
        typer.echo(f"\n{trouble or 'Was it good?'} {KEYS} ", nl=False)
        answer = _answer()
        if answer in _DECISIONS:
            return answer


def _answer() -> str:
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else "q"


@app.command()
def take(
    source: Annotated[
        Path,
        typer.Argument(help="The .zip from the report's page, or a folder like it."),
    ],
) -> None:
    """Take recordings in from a stick: what the report's page gives as one .zip file.

    Each is trimmed and made as loud as the others. One that can't be used is named; the rest are
    taken.

    Example: kiosk sounds take /media/usb/recordings-dindaeng.zip
    """
    from kiosk.domain.prompts import is_prompt
    from kiosk.domain.refusal import Refusal
    from kiosk.files import write_whole
    from kiosk.language import in_english
    from kiosk.speech import (
        LONGEST_SECONDS,
        MAX_BYTES,
        BadRecording,
        made_even,
        samples_of,
        wave_file,
    )

    count, refused = 0, []
    folder = data_folder().sounds
    try:
        for name, data in _files(source):
            language, prompt = Path(name).parts[-2:]
            if not is_prompt(Path(prompt).stem):
                refused.append(f"{name}: the guide has no line of this name")
                continue
            try:
                if len(data) > MAX_BYTES:
                    raise BadRecording("recording_long", most=LONGEST_SECONDS)
                even = wave_file(made_even(samples_of(data)))
            except Refusal as error:
                refused.append(f"{name}: {in_english(error)}")
                continue
            place = folder / language
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(place / prompt, even)
            count += 1
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "is no whole .zip file, and no folder"
        fail(f"{getattr(error, 'filename', None) or source}: {reason}", NOT_NOW)
    typer.echo(f"{counted(count, 'recording', 'recordings')} taken into {folder}")
    if refused:
        fail("not taken: " + "; ".join(refused), WRONG)
    if not count:
        fail(f"{source}: no recording in it; LANGUAGE/NAME.wav is looked for", USAGE)


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Every WAV file under a folder of a language, with its bytes; none where it is damaged."""
    from kiosk.files import read_found
    from kiosk.speech import MAX_BYTES

    if source.is_dir():
        for path in sorted(source.glob("*/*.wav"))[:MAX_FILES]:
            if _is_prompt_path(path):
                yield f"{path.parent.name}/{path.name}", read_found(path, MAX_BYTES + 1)
        return
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist()[:MAX_FILES]:
            if _is_prompt_path(Path(member.filename)):
                yield member.filename, _content(archive, member, MAX_BYTES + 1)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """What a file of the archive begins with; nothing where that one is damaged or locked."""
    import lzma
    import zlib

    damaged = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)
    try:
        with archive.open(member) as file:
            return file.read(most)
    except (*damaged, RuntimeError, NotImplementedError):
        return b""


def _is_prompt_path(path: Path) -> bool:
    """LANGUAGE/NAME.wav, wherever that lies."""
    in_language = len(path.parts) >= 2 and path.parts[-2] in LANGUAGES
    return in_language and path.suffix == ".wav" and not path.name.startswith(".")
