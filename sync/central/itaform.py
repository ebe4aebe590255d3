"""The form of the ITA measures report, and one of its rows as people have written it.

The form is the office's own of fiscal year 2567 (itaform.json), unless its settings list other
rows.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sync.central import period as periods
from sync.central.period import Period
from sync.central.sitesettings import ItaRow, SiteSettings
from sync.central.store.ita import ItaBody, ItaText


@dataclass(frozen=True, slots=True)
class FormRow:
    code: str
    form: str
    """IIT, EIT or OIT."""
    indicator: str
    terminal_is_evidence: bool
    body: ItaBody


@dataclass(frozen=True, slots=True)
class EditedRow:
    """A row as it now stands. `version` 0: nobody has written in this round. `beside`: texts that
    were saved at the same time by somebody else and wait to be brought together."""

    row: FormRow
    body: ItaBody
    version: int
    author: str
    at: datetime | None
    beside: tuple[ItaText, ...]


@cache
def form() -> tuple[str, tuple[str, ...], tuple[FormRow, ...]]:
    """Title, the five columns' titles, and the rows in their order."""
    document = json.loads((files("sync.central") / "itaform.json").read_text("utf-8"))
    rows = tuple(map(_form_row, document["rows"]))
    return document["title"], tuple(document["columns"]), rows


def _form_row(row: dict[str, Any]) -> FormRow:
    body = ItaBody(
        score="" if row["score"] is None else f"{row['score']:.2f}",
        question=row["question"],
        shortfall=row["shortfall"],
        measure=row["measure"],
        result=row["result"],
        evidence=row["evidence"],
    )
    return FormRow(
        code=row["code"],
        form=row["form"],
        indicator=row["indicator"],
        terminal_is_evidence=bool(row["terminal_is_evidence"]),
        body=body,
    )


def listed(settings: SiteSettings) -> tuple[FormRow, ...]:
    """The rows that the office wants, in its order. One that the form knows begins with the form's
    text, another empty. What was written into a row that is no longer listed stays, and is there
    again when the row is."""
    if not settings.ita_rows:
        return form()[2]
    bodies = {row.code: row.body for row in form()[2]}
    return tuple(
        FormRow(
            code=row.code,
            form=row.form,
            indicator=row.indicator,
            terminal_is_evidence=row.terminal_is_evidence,
            body=bodies.get(row.code, ItaBody()),
        )
        for row in settings.ita_rows
    )


def as_settings() -> tuple[ItaRow, ...]:
    """The form's own rows as settings: where an editor starts."""
    return tuple(
        ItaRow(
            code=r.code,
            form=r.form,
            indicator=r.indicator,
            terminal_is_evidence=r.terminal_is_evidence,
        )
        for r in form()[2]
    )


def rounds(today: date, starts: int) -> tuple[Period, ...]:
    """The running round, which people now write, and the three before, newest first; fiscal years
    begin in the month `starts`."""
    newest_first = [periods.round_of(today, starts)]
    while len(newest_first) < 4:
        newest_first.append(periods.before(newest_first[-1]))
    return tuple(newest_first)
