"""Changing a few settings in the file that a person wrote, and leaving the rest as it is.

Comments, order and every other line stay. What comes out is parsed before it is written: the panels
may differ from before, nothing else may. The old file is kept beside the new one.
"""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kiosk.config import ConfigError, Settings, load, parse

Value = str | int | tuple[int, ...] | tuple[str, ...]
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_PANEL = re.compile(r"^[ \t]*\[(\[?)[ \t]*panel[ \t]*\]\]?.*\n?", re.MULTILINE)
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|\[[^\]]*\]|[^#\s]+)"""


def with_panel(text: str, number: int, values: Mapping[str, Value | None]) -> str:
    """The text with panel `number` (from 1, at most one more than there are) set to `values`; None
    takes a line away."""
    if text and not text.endswith("\n"):
        text += "\n"
    headers = list(_PANEL.finditer(text))
    if not headers:
        return text + "\n" + _set("[panel]\n", values)
    if number > len(headers):
        end = _end(text, headers[-1])
        body = text[:end].rstrip("\n") + "\n\n" + _set("[[panel]]\n", values) + "\n" + text[end:]
        return _PANEL.sub(_as_list, body)
    start = headers[number - 1].start()
    end = _end(text, headers[number - 1])
    return text[:start] + _set(text[start:end], values) + text[end:]


def write_panel(settings: Settings, number: int, values: Mapping[str, Value | None]) -> Path:
    """Write panel `number` into the file the settings came from; the path of the old one's copy.
    ConfigError when it can't be written or would change anything else."""
    path = settings.path
    try:
        text = with_panel(path.read_text(encoding="utf-8"), number, values)
        new = parse(text, path)
        if replace(new, panels=settings.panels) != load(path):
            raise ConfigError(f"{path}: is written in an unusual way; change [panel] by hand")
        copy = _free_name(path)
        shutil.copy2(path, copy)
        _replace(path, text)
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror}") from None
    return copy


def _end(text: str, header: re.Match[str]) -> int:
    following = _HEADER.search(text, header.end())
    return following.start() if following else len(text)


def _as_list(header: re.Match[str]) -> str:
    line = header[0]
    return line if header[1] else line.replace("[", "[[", 1).replace("]", "]]", 1)


def _set(block: str, values: Mapping[str, Value | None]) -> str:
    """A table's text, its header first, with `values` in it."""
    header, newline, body = block.partition("\n")
    new = ""
    for key, value in values.items():
        line = re.compile(rf"^([ \t]*{key}[ \t]*=[ \t]*){_VALUE}([ \t]*(?:#.*)?\n?)", re.MULTILINE)
        if value is None:
            body = line.sub("", body, count=1)
        elif line.search(body):
            written = _toml(value)
            body = line.sub(lambda m, w=written: m[1] + w + m[2], body, count=1)  # type: ignore[misc]  # mypy can't infer a lambda with a default
        else:
            new += f"{key} = {_toml(value)}\n"
    return header + newline + new + body


def _toml(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _free_name(path: Path) -> Path:
    """kiosk.toml.1.bak, or the next number that is free."""
    number = 1
    while (copy := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    return copy


def _replace(path: Path, text: str) -> None:
    """All or nothing, on the disk on return; mode and owner stay."""
    before = path.stat()
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), before.st_mode & 0o777)
        if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
