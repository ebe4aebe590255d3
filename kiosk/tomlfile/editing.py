"""Editing a TOML file that a person wrote: tomlkit keeps its comments, its order and its layout.

The file's line ends and byte-order mark stay too. Imported only where a file is changed: tomlkit
takes longer to import than a terminal may take to start.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table
from tomlkit.toml_document import TOMLDocument

MARK = "\ufeff"


class TextFile(NamedTuple):
    """A file's text with "\\n" at its line ends, and how the file itself has it."""

    text: str
    line_end: str = "\n"
    mark: str = ""

    @property
    def data(self) -> bytes:
        return (self.mark + self.text.replace("\n", self.line_end)).encode()


def read(path: Path) -> TextFile:
    """The text of the UTF-8 file at `path`; OSError."""
    whole = path.read_bytes().decode("utf-8")
    text = whole.removeprefix(MARK)
    return TextFile(
        text=text.replace("\r\n", "\n"),
        line_end="\r\n" if "\r\n" in text else "\n",
        mark=MARK if whole.startswith(MARK) else "",
    )


def write(path: Path, file: TextFile) -> None:
    """Replace the file at `path`, all or nothing, on the disk on return; mode and owner stay."""
    before = path.stat()
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as stream:
            stream.write(file.data)
            os.fchmod(stream.fileno(), before.st_mode & 0o777)
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(stream.fileno(), before.st_uid, before.st_gid)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def parsed(text: str) -> TOMLDocument:
    """The document of a text that has been read as settings before. Its last line gets its end:
    what is added would go on with it."""
    return tomlkit.parse(text if text.endswith("\n") or not text else f"{text}\n")


def put(table: Any, key: str, value: Any) -> None:
    """Set `key` of a table. A list as long as before keeps the comments between its items."""
    if not isinstance(value, tuple):
        table[key] = value
        return
    former = table.get(key)
    if isinstance(former, Array) and len(former) == len(value):
        for place, item in enumerate(value):
            former[place] = item
    else:
        table[key] = list(value)


def numbered_table(document: TOMLDocument, name: str, number: int) -> Any:
    """Table `number` (from 1) of those called `name`, however the file writes them. One more than
    there are: a new one, and a single table becomes the first of a list."""
    if name not in document:
        return _first_table(document, name, number)
    tables = document[name]
    if not isinstance(tables, AoT | Array):
        if number == 1:
            return tables
        tables = _as_list(document, name)
    if number > len(tables):
        _append(tables)
    return tables[number - 1]


def _first_table(document: TOMLDocument, name: str, number: int) -> Any:
    """A table of its own; or the second of a list, whose first says nothing and so is the
    default."""
    if document.as_string():
        document.add(tomlkit.nl())
    if number == 1:
        document[name] = tomlkit.table()
        return document[name]
    tables = tomlkit.aot()
    for _ in range(number):
        tables.append(tomlkit.table())
    document[name] = tables
    return tables[number - 1]


def _as_list(document: TOMLDocument, name: str) -> AoT:
    """The single table `name` as the first of a list. One that is written as no table of its own
    (inline, by dotted keys) moves to the end: what follows it must not become part of it."""
    single = document[name]
    tables = tomlkit.aot()
    if isinstance(single, Table) and not single.is_super_table():
        tables.append(single)
        document[name] = tables
        return tables
    table = tomlkit.table()
    for key in single:
        table.append(key, single[key])  # with the comment behind it
    if isinstance(single, InlineTable):
        table.trivia.comment_ws = single.trivia.comment_ws
        table.trivia.comment = single.trivia.comment
    tables.append(table)
    document.remove(name)
    document.append(name, tables)
    return tables


def _append(tables: AoT | Array) -> None:
    """One more table. In a list over several lines it gets a line of its own: behind the last one
    there may be a comment."""
    if isinstance(tables, AoT):
        tables.append(tomlkit.table())
    elif "\n" in tables.as_string():
        tables.add_line(tomlkit.inline_table(), indent="  ")
    else:
        tables.append(tomlkit.inline_table())
