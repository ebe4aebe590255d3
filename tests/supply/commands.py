"""The two command lines as manual pages (man(7)) and as completion for bash, from their help."""

import gzip
import inspect
from collections.abc import Iterator

import typer
from typer.core import TyperOption

from sync.central.cli import app as central
from sync.central.handbook.listed import Command, command_of, subcommands, walk
from ui.cli import app as terminal

_SECTION = "1"
_NO_BREAK = "\\&"


def manual_pages(name: str, version: str) -> dict[str, bytes]:
    """Each page of a command line by its file's name, compressed: one for the whole, one for each
    command, as `kiosk-panel-setup.1.gz`."""
    pages = {}
    for words, command in walk((name,), COMMANDS[name]):
        text = "\n".join(_page(words, command, version)) + "\n"
        file_name = f"{'-'.join(words)}.{_SECTION}.gz"
        pages[file_name] = gzip.compress(text.encode(), 9, mtime=0)
    return pages


def completion(name: str) -> str:
    """A script for bash: commands and options after each command; a file's name elsewhere."""
    cases = []
    for words, command in walk((name,), COMMANDS[name]):
        offered = [*subcommands(command), *_switches(command)]
        cases.append(f'        "{" ".join(words)}") offered="{" ".join(offered)}" ;;')
    function = f"_{name.replace('-', '_')}"
    listed = "\n".join(cases)
    groups = "|".join(
        f'"{" ".join((*words, sub))}"'
        for words, command in walk((name,), COMMANDS[name])
        for sub in subcommands(command)
    )
    return f"""\
# Completion of {name} for bash.
{function}() {{
    local path="{name}" word offered=""
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$path $word" in
        {groups}) path="$path $word" ;;
        esac
    done
    case "$path" in
{listed}
    esac
    COMPREPLY=($(compgen -W "$offered" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F {function} {name}
"""


COMMANDS = {
    "kiosk": command_of(terminal),
    "kiosk-central": command_of(central),
}


def _switches(command: Command) -> list[str]:
    return [
        switch
        for parameter in command.params
        if isinstance(parameter, TyperOption) and not parameter.hidden
        for switch in (*parameter.opts, *parameter.secondary_opts)
    ]


def _page(words: tuple[str, ...], command: Command, version: str) -> Iterator[str]:
    context = typer.Context(command, info_name=" ".join(words))
    name, first_line = "-".join(words), command.get_short_help_str(200)
    yield f'.TH "{name.upper()}" "{_SECTION}" "" "{version}" "Satisfaction kiosk"'
    yield ".SH NAME"
    yield f"{_escaped(name)} \\- {_escaped(first_line)}"
    yield ".SH SYNOPSIS"
    yield f".B {_escaped(' '.join(words))}"
    yield _escaped(" ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    yield from _paragraphs(inspect.cleandoc(command.help or ""))
    options = [parameter.get_help_record(context) for parameter in command.params]
    if records := [record for record in options if record]:
        yield ".SH OPTIONS"
        yield from _listed(records)
    if below := subcommands(command):
        yield ".SH COMMANDS"
        yield from _listed((sub, each.get_short_help_str(200)) for sub, each in below.items())
    if command.epilog:
        yield ".SH EXIT STATUS"
        yield from _paragraphs(command.epilog.removeprefix("Exit codes: "))
    if len(words) > 1:
        yield ".SH SEE ALSO"
        yield f".BR {'-'.join(words[:-1])} ({_SECTION})"


def _listed(records: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[str]:
    for term, words in records:
        yield ".TP"
        yield f".B {_escaped(term)}"
        yield _escaped(words)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield from (_escaped(line) for line in paragraph.splitlines())


def _escaped(text: str) -> str:
    """As roff(7) reads it: hyphens that can be copied, and no line taken for a request."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"{_NO_BREAK}{shown}" if shown.startswith((".", "'")) else shown
