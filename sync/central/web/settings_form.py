"""A group of settings as its form has it: a draft, that is edited before anything is saved.

A draft holds texts alone: one for a field, or rows of them. Rows are added, removed and moved by
buttons that send the form, so they need no scripts.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.domain.dates import arabic
from sync.central import itaform
from sync.central.sitesettings import SiteSettings
from sync.central.web.forms import Posted
from sync.central.web.rendering import PageError
from sync.central.web.settings_groups import (
    LEVEL_WORDS,
    Column,
    Field,
    Shape,
    fields_of,
    settings_by_key,
)

Row = dict[str, str]
Draft = dict[str, str | list[Row]]
"""By the name of each field of a group."""
Show = Callable[[Field, Column, str], str]
"""A text of a draft as the reader's language writes it."""
YES, NO = "yes", "no"
_WHOLE = re.compile("-?[0-9]{1,9}")
_LONGEST_TYPED = 2000
"""Characters beyond a field's bound that come back to who typed them."""
_MOST_ROWS = 1000
"""Above the bound of every table: what is beyond it is refused as that table's bound."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a draft changes in a field: lines that go, and lines that come. `moved`: the same rows
    in another order."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    moved: bool = False


def draft_of(settings: SiteSettings, group: str) -> Draft:
    """The settings as the group's form shows them."""
    return {field.name: _written(field, settings) for field in fields_of(group)}


def draft_in(form: Posted, group: str) -> Draft:
    """What was typed into the group's form; PageError for what no such form sends."""
    draft: Draft = {}
    for field in fields_of(group):
        if field.shape is Shape.ROWS:
            draft[field.name] = _rows_in(form, field)
        else:
            draft[field.name] = form.text(field.name, field.cell.longest + _LONGEST_TYPED)
    return draft


def values_in(draft: Draft, group: str) -> dict[str, Any]:
    """A draft as the values of a document of settings. Rows in which nothing stands are none."""
    values: dict[str, Any] = {}
    for field in fields_of(group):
        typed = draft[field.name]
        if isinstance(typed, str):
            values[field.name] = _value(field.cell, typed)
        else:
            values |= _table_values(field, [row for row in typed if _is_filled(field, row)])
    if values.get("ita_rows") and _are_the_usual(values["ita_rows"]):
        # The form's own rows unchanged: whatever the form is in later versions.
        values["ita_rows"] = []
    return values


def edited(draft: Draft, group: str, deed: str) -> str:
    """Do what a button of a row asks: `add:reasons`, `up:reasons:2`, `default:reasons`. Returns the
    field; PageError where no such button is."""
    verb, _, place = deed.partition(":")
    name, _, index = place.partition(":")
    field = next((field for field in fields_of(group) if field.name == name), None)
    if field is None or not (index == "" or re.fullmatch("[0-9]{1,3}", index)):
        raise PageError(400, "bad_form")
    if verb == "default":
        draft[name] = _written(field, SiteSettings())
        return name
    rows = draft[name]
    if not isinstance(rows, list):
        raise PageError(400, "bad_form")
    if verb == "add":
        rows.append(_empty_row(field))
        return name
    _move(rows, verb, int(index or len(rows)))
    return name


def _move(rows: list[Row], verb: str, index: int) -> None:
    """A row that is not there is one that was removed before: nothing happens."""
    if verb not in ("remove", "up", "down"):
        raise PageError(400, "bad_form")
    if not index < len(rows):
        return
    if verb == "remove":
        del rows[index]
        return
    target = index - 1 if verb == "up" else index + 1
    if 0 <= target < len(rows):
        rows[index], rows[target] = rows[target], rows[index]


def changes(before: Draft, after: Draft, group: str, show: Show) -> tuple[Change, ...]:
    """What is different, field by field."""
    different = []
    for field in fields_of(group):
        old, new = (_lines(field, draft[field.name], show) for draft in (before, after))
        if old == new:
            continue
        # Counted: of two equal rows one may go.
        gone = tuple((Counter(old) - Counter(new)).elements())
        come = tuple((Counter(new) - Counter(old)).elements())
        different.append(
            Change(name=field.name, before=gone, after=come, moved=not gone and not come)
        )
    return tuple(different)


def draft_lines(draft: Draft, group: str, show: Show) -> dict[str, tuple[str, ...]]:
    """Each field of a group as lines to read."""
    return {field.name: _lines(field, draft[field.name], show) for field in fields_of(group)}


def _written(field: Field, settings: SiteSettings) -> str | list[Row]:
    written = [_document_value(name, settings) for name in field.settings]
    if field.name == "ita_rows" and not written[0]:
        written = [_document_value("ita_rows", settings._replace(ita_rows=itaform.as_settings()))]
    if field.name == LEVEL_WORDS:
        names = [column.name for column in field.columns]
        return [dict(zip(names, pair, strict=True)) for pair in zip(*written, strict=True)]
    if field.shape is not Shape.ROWS:
        return _text(written[0])
    if len(field.columns) == 1:
        return [{field.cell.name: _text(value)} for value in written[0]]
    return [{name: _text(value) for name, value in row.items()} for row in written[0]]


def _document_value(name: str, settings: SiteSettings) -> Any:
    return settings_by_key()[name].kind.written(getattr(settings, name))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


def _rows_in(form: Posted, field: Field) -> list[Row]:
    columns = {column.name: column for column in field.columns}
    name = re.compile(rf"{field.name}\.([0-9]{{1,3}})\.([a-z]+)")
    rows: dict[int, Row] = {}
    for key in form.values:
        part = name.fullmatch(key)
        if part is None or part[2] not in columns:
            continue
        row = rows.setdefault(int(part[1]), _empty_row(field))
        row[part[2]] = form.text(key, columns[part[2]].longest + _LONGEST_TYPED)
    return [rows[index] for index in sorted(rows)][:_MOST_ROWS]


def _empty_row(field: Field) -> Row:
    return {
        column.name: NO if column.shape is Shape.FLAG else (*column.choices, "")[0]
        for column in field.columns
    }


def _table_values(field: Field, rows: Sequence[Row]) -> dict[str, Any]:
    if field.name == LEVEL_WORDS:
        pairs = zip(field.columns, field.settings, strict=True)
        return {setting: [row[column.name] for row in rows] for column, setting in pairs}
    if len(field.columns) == 1:
        return {field.name: [row[field.cell.name] for row in rows]}
    return {field.name: [_row_values(field, row) for row in rows]}


def _is_filled(field: Field, row: Mapping[str, str]) -> bool:
    texts = [x.name for x in field.columns if x.shape not in (Shape.FLAG, Shape.CHOICE)]
    return any(row[name] for name in texts)


def _row_values(field: Field, row: Mapping[str, str]) -> dict[str, Any]:
    return {
        column.name: row[column.name] == YES
        if column.shape is Shape.FLAG
        else _value(column, row[column.name])
        for column in field.columns
    }


def _value(column: Column, text: str) -> Any:
    if column.shape is Shape.FLAG:
        # Whatever is not plainly turned off stays on: most of these protect.
        return text != NO
    if column.shape is Shape.NUMBER:
        number = arabic(text)
        return int(number) if _WHOLE.fullmatch(number) else text
    return text


def _are_the_usual(rows: Sequence[Mapping[str, Any]]) -> bool:
    usual = SiteSettings(ita_rows=itaform.as_settings())
    return bool(list(rows) == _document_value("ita_rows", usual))


def _lines(field: Field, typed: str | list[Row], show: Show) -> tuple[str, ...]:
    if isinstance(typed, str):
        return (show(field, field.cell, typed),) if typed else ()
    rows = [row for row in typed if _is_filled(field, row)]
    return tuple(_line(field, row, show) for row in rows)


def _line(field: Field, row: Mapping[str, str], show: Show) -> str:
    parts = [show(field, column, row[column.name]) for column in field.columns]
    return " · ".join(part for part in parts if part)
