"""What the help has of the program itself, as tables in Markdown: `{{made.alarms}}` in an article.

Each is made when an article is first read, from the home of what it lists. The pages and the
command line stand above this room: they are asked, never imported when it is.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kiosk.language import Words
from sync.central import thai
from sync.central.handbook.listed import (
    Bounds,
    CommandLine,
    SettingLine,
    bounds_of,
    command_lines,
    command_of,
    setting_lines,
)
from sync.central.language import words
from sync.central.settings import CentralSettings
from sync.central.viewer import ROLES, Reach, Right, Role

_ROOM = Path(__file__).parent
TERMINAL = _ROOM / "terminal.toml"
"""What `tests/support/terminal_reference.py` reads of the terminal: central never imports it."""
THAI = _ROOM / "th" / "reference.toml"
"""What each setting and command is for in Thai; in English definition and parser say it."""
_COMMAND = re.compile(r"kiosk(-central)?( [a-z-]+)+|timedatectl")
_CHOICES = {"": "reference.one_of", "time": "reference.written"}
"""How choices are said; those that stand beside numbers: as another possibility."""
_REACHES = {Right.SECTION: "section", Right.OFFICER: "officer"}
"""Rights of which a role says how far they go, and how their words begin."""


def made(name: str, language: str) -> str:
    """One of the references, in one of LANGUAGES."""
    return _MAKERS[name](words(language))


def with_commands(text: str) -> str:
    """A word of the pages, in which commands stand as such."""
    return _COMMAND.sub(r"`\g<0>`", text)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


# --- alarms -----------------------------------------------------------------------------------


def _alarms(of: Words) -> str:
    tables = of.tables()
    rows = [
        (name, with_commands(tables["alarm_do"][kind])) for kind, name in tables["alarm"].items()
    ]
    return _table((of.get("reference.alarm"), of.get("reference.what_to_do")), rows)


# --- roles and pages --------------------------------------------------------------------------


def _pages(of: Words) -> str:
    from sync.central.web.app import GUARDED

    rows = [
        (of.get(page.name), _series(_readers(page.rights, of), "reference.and_last", of))
        for page in GUARDED
    ]
    return _table((of.get("reference.page"), of.get("reference.readers")), rows)


def _readers(rights: frozenset[Right], of: Words) -> Iterator[str]:
    for role in ROLES.values():
        if rights & role.rights:
            own = _own(role, rights, of)
            yield f"{_name(role, of)} ({own})" if own else _name(role, of)


def _series(parts: Iterable[str], last: str, of: Words) -> str:
    """As a sentence lists them; `last`: the word that joins the last one."""
    *earlier, end = parts
    if not earlier:
        return end
    between = " " if of.code == "th" else ", "
    return of.get(last, earlier=between.join(earlier), last=end)


def _own(role: Role, rights: frozenset[Right], of: Words) -> str:
    """What alone of such a page a role opens; "": all of it."""
    if not rights & _REACHES.keys():
        return ""
    if role.sections is Reach.OWN:
        return of.get("reference.own_section")
    return of.get("reference.own_results") if role.officers is Reach.OWN else ""


def _roles(of: Words) -> str:
    """A heading for each role, and what it may do below."""
    lists = []
    for role in ROLES.values():
        deeds = "\n".join(f"- {deed}" for deed in _deeds(role, of))
        lists.append(f"### {_name(role, of)}\n{deeds}\n")
    return "\n".join(lists)


def _deeds(role: Role, of: Words) -> Iterator[str]:
    for right in Right:
        if right in role.rights:
            yield of.get(f"right.{_deed(role, right)}")
    if role.second_factor:
        yield of.get("right.second_factor")


def _deed(role: Role, right: Right) -> str:
    if right not in _REACHES:
        return right.value
    if right is Right.OFFICER and role.sections is Reach.OWN:
        return "officer_section"
    reach = role.officers if role.officers is not Reach.NONE else role.sections
    return f"{_REACHES[right]}_{reach.value}"


def _name(role: Role, of: Words) -> str:
    """Without what stands in brackets where accounts are made; its id, as on other pages, while a
    new role has no words."""
    return of.by_key.get(f"role.{role.id}", role.id).partition(" (")[0]


# --- settings ---------------------------------------------------------------------------------


def _office_settings(of: Words) -> str:
    from sync.central.web.settings_groups import GROUPS, fields_of, settings_by_key

    lines = []
    for group in GROUPS:
        lines.append(f"### {of.get(f'settings_group.{group}')}\n")
        for field in fields_of(group):
            setting = settings_by_key()[field.settings[0]]
            default = _shown(setting.kind.written(setting.default), of)
            about = of.tables()["setting_about"][field.name]
            sentences = (about, default, *_taken(bounds_of(setting.kind), of))
            lines.append(
                f"- **{of.get(f'field.{field.name}')}**: {' '.join(filter(None, sentences))}"
            )
        lines.append("")
    return "\n".join(lines)


def _shown(value: object, of: Words) -> str:
    """The default of what the office sets; "": there is none, or it is a table of rows."""
    if isinstance(value, bool):
        value = of.get("settings.yes" if value else "settings.no")
        return of.get("reference.default", value=value)
    if isinstance(value, int):
        return of.get("reference.default", value=value)
    if not isinstance(value, str) or not value:
        return ""
    sentence = of.get("reference.default", value=f"“{value}”")
    return sentence.removesuffix(".") if value.endswith(".") else sentence


def _central_settings(of: Words) -> str:
    return _settings(setting_lines(CentralSettings), "central_setting", of)


def _terminal_settings(of: Words) -> str:
    return _settings(_terminal().settings, "terminal_setting", of)


def _settings(settings: Iterable[SettingLine], table: str, of: Words) -> str:
    """A heading for each table of the file, and its settings below."""
    lines = []
    for setting in settings:
        about = _about(setting.about, table, setting.key, of)
        if setting.is_table:
            lines.append(f"\n### `[{setting.key}]`\n{about}\n")
        else:
            default = of.get("reference.needed") if setting.needed else ""
            default = default or _default(setting.default, of)
            sentences = (about, default, *_taken(setting.bounds, of))
            lines.append(f"- `{setting.key}` {' '.join(filter(None, sentences))}")
    return "\n".join(lines)


def _default(default: str, of: Words) -> str:
    """Left out where it is empty: what that means stands in what the setting is for."""
    return of.get("reference.default", value=f"`{default}`") if default.strip('"[]') else ""


def _taken(bounds: Bounds, of: Words) -> Iterator[str]:
    if bounds.most:
        least, most = (thai.digits(end, of.code) for end in (bounds.least, bounds.most))
        values = {"least": least, "most": most} if bounds.of == "number" else {"most": most}
        yield of.get(f"settings.bounds_{bounds.of}", **values)
    if bounds.choices:
        choices = _series((f"`{choice}`" for choice in bounds.choices), "reference.or_last", of)
        yield of.get(_CHOICES.get(bounds.of, "reference.or_else"), choices=choices)


# --- commands ---------------------------------------------------------------------------------


def _central_commands(of: Words) -> str:
    from sync.central.cli import app

    return _commands(command_lines("kiosk-central", command_of(app)), "central_command", of)


def _terminal_commands(of: Words) -> str:
    return _commands(_terminal().commands, "terminal_command", of)


def _commands(commands: Iterable[CommandLine], table: str, of: Words) -> str:
    """A heading for each command, what it is for, and its arguments and options."""
    lines = []
    for command in commands:
        about = _about(command.about, table, command.words, of)
        if command.example:
            example = of.get("reference.example", command=f"`{command.example}`")
            about = f"{about} {example}"
        parts = [f"- `{term}` {text}" for term, text in command.parts]
        lines.append("\n".join((f"### `{command.words}`", about, "", *parts, "")))
    return "\n".join(lines)


def _about(english: str, table: str, key: str, of: Words) -> str:
    text = english if of.code == "en" else thai_abouts()[table][key]
    sentence = f"{text[:1].upper()}{text[1:]}"
    return sentence if of.code != "en" or sentence.endswith(".") else f"{sentence}."


@cache
def thai_abouts() -> dict[str, dict[str, str]]:
    """What each setting and command is for, by table and name."""
    return tomllib.loads(THAI.read_text("utf-8"))


class _Terminal(NamedTuple):
    settings: list[SettingLine]
    commands: list[CommandLine]


@cache
def _terminal() -> _Terminal:
    document = tomllib.loads(TERMINAL.read_text("utf-8"))
    return _Terminal(
        settings=[_setting(row) for row in document["settings"]],
        commands=[_command(row) for row in document["commands"]],
    )


def _setting(row: dict[str, Any]) -> SettingLine:
    bounds = row.get("bounds", {})
    choices = tuple(bounds.get("choices", ()))
    return SettingLine(**row | {"bounds": Bounds(**bounds | {"choices": choices})})


def _command(row: dict[str, Any]) -> CommandLine:
    parts = tuple((term, text) for term, text in row.get("parts", ()))
    return CommandLine(**row | {"parts": parts})


# --- open data --------------------------------------------------------------------------------


def _open_data(of: Words) -> str:
    from sync.central.web.open_data import addresses

    rows = [
        (f"`{path.format(site='SITE', kind='KIND')}`", of.get(f"open_data_address.{name}"))
        for name, path in addresses().items()
    ]
    return _table((of.get("open_data_address.address"), of.get("public.holds")), rows)


def _columns(of: Words) -> str:
    from sync.central.papers.statistics import described_columns

    rows = [
        (f"`{name}`", in_thai if of.code == "th" else english, f"`{kind}`")
        for name, in_thai, english, kind in described_columns()
    ]
    return _table([of.get(f"public.{head}") for head in ("column", "holds", "kind")], rows)


_MAKERS: dict[str, Callable[[Words], str]] = {
    "alarms": _alarms,
    "pages": _pages,
    "roles": _roles,
    "office_settings": _office_settings,
    "central_settings": _central_settings,
    "terminal_settings": _terminal_settings,
    "central_commands": _central_commands,
    "terminal_commands": _terminal_commands,
    "open_data": _open_data,
    "columns": _columns,
}
