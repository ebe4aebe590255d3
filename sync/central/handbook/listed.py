"""What a settings file and a command line are made of, as lists: read from the definition and from
the parser. Pure values, which the help shows and a file can hold."""

import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from kiosk.domain.kinds import Kind, TimeOfDay
from kiosk.tomlfile.default_text import toml
from kiosk.tomlfile.tables import Setting, Table, Tables, settings_of

Command = TyperCommand | TyperGroup

_LONGEST_DEFAULT = 80
"""Characters; a longer one stands in the file that the program writes."""


class Bounds(NamedTuple):
    """What a setting takes. `of`: "number", "text" or "rows", where it has an end; "time"."""

    of: str = ""
    least: str = ""
    most: str = ""
    choices: tuple[str, ...] = ()
    """As they are typed: all there are, or beside the numbers."""


class SettingLine(NamedTuple):
    """A setting, or a table of them: then it has no default and no bounds."""

    key: str
    about: str
    is_table: bool = False
    needed: bool = False
    default: str = ""
    bounds: Bounds = Bounds()


class CommandLine(NamedTuple):
    """A command: what is typed, what it is for, an example, and each argument and option."""

    words: str
    about: str
    example: str = ""
    parts: tuple[tuple[str, str], ...] = ()


# --- settings ---------------------------------------------------------------------------------


def setting_lines(definition: type, within: str = "") -> Iterator[SettingLine]:
    """Every setting of a file, in its order; the tables within it by `table.key`."""
    for setting in settings_of(definition):
        key, about = f"{within}{setting.key}", setting.remark.removesuffix(":")
        if isinstance(setting.kind, Table | Tables):
            yield SettingLine(key=key, about=about, is_table=True)
            yield from setting_lines(setting.kind.definition, f"{key}.")
        elif isinstance(setting.default, dict):
            yield SettingLine(key=key, about=about, is_table=True)
        else:
            yield SettingLine(
                key=key,
                about=about,
                needed=setting.needed,
                default=_default(setting),
                bounds=bounds_of(setting.kind),
            )


def _default(setting: Setting) -> str:
    if setting.needed:
        return ""
    text = toml(setting.kind.written(setting.default))
    return text if len(text) <= _LONGEST_DEFAULT else ""


def bounds_of(kind: Kind) -> Bounds:
    """As the kind's own schema has them."""
    if isinstance(kind, TimeOfDay):
        return Bounds(of="time", choices=("HH:MM",))
    schema = kind.schema()
    numbers, *zero = schema.get("anyOf", [schema])
    choices = tuple(toml(choice) for choice in schema.get("enum", [one["const"] for one in zero]))
    for of, least, most in (
        ("number", "minimum", "maximum"),
        ("text", "minLength", "maxLength"),
        ("rows", "minItems", "maxItems"),
    ):
        if most in numbers:
            return Bounds(
                of=of,
                least=_short(numbers.get(least, 0)),
                most=_short(numbers[most]),
                choices=choices,
            )
    return Bounds(choices=choices)


def _short(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


# --- commands ---------------------------------------------------------------------------------


def command_of(app: typer.Typer) -> Command:
    """The whole of a command line."""
    return _checked(typer.main.get_command(app))


def walk(words: tuple[str, ...], command: Command) -> Iterator[tuple[tuple[str, ...], Command]]:
    """A command and all below it, each with the words that call it."""
    yield words, command
    for name, below in subcommands(command).items():
        yield from walk((*words, name), below)


def subcommands(command: Command) -> dict[str, Command]:
    """Those directly below, by name, without what no help shows."""
    if not isinstance(command, TyperGroup):
        return {}
    return {name: _checked(below) for name, below in command.commands.items() if not below.hidden}


def _checked(command: object) -> Command:
    """Typer answers a class of its own click; ours are all of these two."""
    if not isinstance(command, Command):
        raise TypeError(type(command))
    return command


def command_lines(name: str, command: Command) -> Iterator[CommandLine]:
    """Every command of a command line, in the order of its help."""
    for words, one in walk((name,), command):
        context = typer.Context(one, info_name=" ".join(words))
        records = [parameter.get_help_record(context) for parameter in one.params]
        about, _, example = inspect.cleandoc(one.help or "").partition("\n\nExample: ")
        yield CommandLine(
            words=" ".join(words),
            about=" ".join(about.split()),
            example=" ".join(example.split()),
            parts=tuple((term, " ".join(text.split())) for term, text in filter(None, records)),
        )
