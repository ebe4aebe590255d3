"""The form of the ITA measures report, and one of its rows as people have written it.

The form is that of Bangkok's district offices (itaform.json), unless the office's settings list
other rows. It has headings and items, and nothing that an office writes.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sync.central import period as periods
from sync.central.period import Period
from sync.central.sitesettings import ANNEX, ItaRow, SiteSettings
from sync.central.store.ita import NOTHING_WRITTEN, ItaBody, ItaText
from sync.central.store.itapictures import ItaPicture


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of the table, a heading without one (no `code`), or an annex below it. `joined`: its
    columns 3 to 5 are those of the row above. `body`: what stands there before anybody writes."""

    code: str
    form: str
    """IIT, EIT, OIT or ANNEX."""
    indicator: str
    joined: bool = False
    body: ItaBody = NOTHING_WRITTEN

    @property
    def is_annex(self) -> bool:
        return self.form == ANNEX


@dataclass(frozen=True, slots=True)
class EditedRow:
    """A row as it now stands. `version` 0: nobody has written in this round. `beside`: texts that
    were saved at the same time by somebody else and wait to be brought together. `history`: every
    version of this round, oldest first. `removed`: pictures that can be brought back.
    `earlier_pictures`: how many the round before has."""

    row: FormRow
    body: ItaBody
    version: int = 0
    author: str = ""
    at: datetime | None = None
    beside: tuple[ItaText, ...] = ()
    history: tuple[ItaText, ...] = ()
    pictures: tuple[ItaPicture, ...] = ()
    removed: tuple[ItaPicture, ...] = ()
    earlier_pictures: int = 0

    @property
    def is_draft(self) -> bool:
        """Whether it has an earlier round's text that nobody has changed or confirmed."""
        return self.version == 0 and self.body.is_written


@cache
def form() -> tuple[tuple[str, ...], tuple[FormRow, ...]]:
    """The five columns' titles, with a bar wherever a line may end; and the rows in their order."""
    document = json.loads((files("sync.central") / "itaform.json").read_text("utf-8"))
    return tuple(document["columns"]), tuple(map(_form_row, document["rows"]))


def _form_row(row: dict[str, Any]) -> FormRow:
    return FormRow(
        code=row["code"],
        form=row["form"],
        indicator=row["indicator"],
        joined=row.get("joined", False),
        body=ItaBody(question=row.get("question", ""), figure=row.get("figure", "")),
    )


def listed(settings: SiteSettings) -> tuple[FormRow, ...]:
    """The rows that the office wants, in its order. One that the form knows begins with the form's
    item, another empty. What was written into a row that is no longer listed stays, and is there
    again when the row is."""
    if not settings.ita_rows:
        return form()[1]
    bodies = {row.code: row.body for row in form()[1]}
    return tuple(
        FormRow(
            code=row.code,
            form=row.form,
            indicator=row.indicator,
            joined=row.joined,
            body=bodies.get(row.code, NOTHING_WRITTEN),
        )
        for row in settings.ita_rows
    )


def as_settings() -> tuple[ItaRow, ...]:
    """The form's own rows as settings: where an editor starts."""
    return tuple(
        ItaRow(code=row.code, form=row.form, indicator=row.indicator, joined=row.joined)
        for row in form()[1]
    )


def blocks(rows: Iterable[EditedRow]) -> tuple[tuple[EditedRow, ...], ...]:
    """Rows that share columns 3 to 5; most are alone."""
    together: list[list[EditedRow]] = []
    for row in rows:
        if row.row.joined and together:
            together[-1].append(row)
        else:
            together.append([row])
    return tuple(map(tuple, together))


def drafts(rows: Sequence[EditedRow]) -> int:
    """How many rows have an earlier round's text that nobody has changed or confirmed."""
    return sum(row.is_draft for row in rows)


def rounds(today: date, starts: int) -> tuple[Period, ...]:
    """The running round, which people now write, and the three before, newest first; fiscal years
    begin in the month `starts`."""
    newest_first = [periods.round_of(today, starts)]
    while len(newest_first) < 4:
        newest_first.append(periods.before(newest_first[-1]))
    return tuple(newest_first)
