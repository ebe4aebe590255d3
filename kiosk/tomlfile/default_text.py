"""The text of a settings file with every default, and its remark behind it.

A list of tables is written as a comment: an active one would be the person's own.
"""

import json
from collections.abc import Iterator
from typing import Any

from kiosk.tomlfile.tables import Setting, Table, Tables, settings_of, written

REMARK_COLUMN = 27
"""Where a remark begins, unless its line is longer."""


def default_text(definition: type) -> str:
    """The whole file: one block for each table, in the definition's order."""
    values = {setting.key: setting.default for setting in settings_of(definition)}
    return text(definition, values)


def text(definition: type, values: dict[str, Any]) -> str:
    """The file with `values` by key: first the plain settings, then the tables."""
    settings = tuple(settings_of(definition))
    plain = [setting for setting in settings if not _is_table(setting)]
    blocks = ["".join(_line(setting, values[setting.key]) for setting in plain)] if plain else []
    for setting in settings:
        if _is_table(setting):
            blocks += _blocks(setting, setting.key, values[setting.key])
    return "\n".join(blocks)


def _is_table(setting: Setting) -> bool:
    return isinstance(setting.default, dict) or isinstance(setting.kind, Table | Tables)


def _blocks(setting: Setting, name: str, value: Any) -> Iterator[str]:
    kind = setting.kind
    if isinstance(kind, Tables) and not kind.one:
        yield _commented(kind, setting, name, value)
        return
    header = _remarked(f"[{name}]", setting.remark)
    if isinstance(kind, Table | Tables):
        row = value[0] if isinstance(kind, Tables) else value
        settings = tuple(settings_of(kind.definition))
        plain = [inner for inner in settings if not _is_table(inner)]
        yield header + "".join(_line(inner, getattr(row, inner.key)) for inner in plain)
        for inner in settings:
            if _is_table(inner):
                yield from _blocks(inner, f"{name}.{inner.key}", getattr(row, inner.key))
    else:
        lines = (f"{toml(key)} = {toml(item)}\n" for key, item in kind.written(value).items())
        yield header + "".join(lines)


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
