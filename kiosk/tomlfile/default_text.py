"""The text of a settings file with every default, and its remark behind it.

A list of tables is written as a comment: an active one would be the person's own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kiosk.tomlfile.tables import Setting, Table, Tables, settings_of, written

REMARK_COLUMN = 27
"""Where a remark begins, unless its line is longer."""


def default_text(definition: type) -> str:
    """The whole file: one block for each table, in the definition's order."""
    values = {setting.key: setting.default for setting in settings_of(definition)}
    return text(definition, values)


def text(definition: type, values: Mapping[str, Any]) -> str:
    """The file with `values` by key: first the plain settings, then the tables."""
    settings = tuple(settings_of(definition))
    plain = "".join(_line(s, values[s.key]) for s in settings if not _is_table(s))
    blocks = [plain] if plain else []
    for setting in settings:
        if _is_table(setting):
            blocks += _blocks(setting, setting.key, values[setting.key])
    return "\n".join(blocks)


def _is_table(setting: Setting) -> bool:
    return isinstance(setting.default, dict) or isinstance(setting.kind, Table | Tables)


def _blocks(setting: Setting, name: str, value: Any) -> Iterator[str]:
    """The table `name`, then the tables within it."""
    match setting.kind:
        case Tables(one=False) as kind:
            yield _commented(kind, setting, name, value)
        case Tables() as kind:
            yield from _table_blocks(kind.definition, setting, name, value[0])
        case Table() as kind:
            yield from _table_blocks(kind.definition, setting, name, value)
        case kind:
            items = kind.written(value).items()
            lines = (f"{toml(key)} = {toml(item)}\n" for key, item in items)
            yield _remarked(f"[{name}]", setting.remark) + "".join(lines)


def _table_blocks(definition: type, setting: Setting, name: str, row: Any) -> Iterator[str]:
    settings = tuple(settings_of(definition))
    lines = (_line(s, getattr(row, s.key)) for s in settings if not _is_table(s))
    yield _remarked(f"[{name}]", setting.remark) + "".join(lines)
    for inner in settings:
        if _is_table(inner):
            yield from _blocks(inner, f"{name}.{inner.key}", getattr(row, inner.key))


def _commented(kind: Tables, setting: Setting, name: str, rows: Any) -> str:
    """The default rows, or a row of the definition's examples, each line behind a #."""
    lines = [f"# {setting.remark}"]
    for row in rows or kind.examples:
        lines.append(f"# [[{name}]]")
        values = written(kind.definition, row)
        lines += [f"# {key} = {toml(value)}" for key, value in values.items()]
    return "".join(f"{line}\n" for line in lines)


def _line(setting: Setting, value: Any) -> str:
    return _remarked(f"{setting.key} = {toml(setting.kind.written(value))}", setting.remark)


def _remarked(line: str, remark: str) -> str:
    return f"{line:<{REMARK_COLUMN - 1}} # {remark}\n" if remark else f"{line}\n"


def toml(value: Any) -> str:
    """A text, number, flag or list as TOML."""
    return json.dumps(value, ensure_ascii=False)
