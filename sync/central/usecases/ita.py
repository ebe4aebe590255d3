"""The texts of the ITA measures report, a round at a time."""

from dataclasses import dataclass
from datetime import date, datetime

from sync.central import period as periods
from sync.central.itaform import EditedRow, FormRow, listed
from sync.central.period import Period
from sync.central.store.engine import Transaction
from sync.central.store.ita import ItaBody, ItaText, newest
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = ["ItaBody", "ItaRound", "NoSuchRound", "read_ita_round", "save_ita_text"]

_ROUNDS = ("1", "2")


class NoSuchRound(LookupError):
    """A period that is no round, or a row that is not in the office's report."""


@dataclass(frozen=True, slots=True)
class ItaRound:
    period: Period
    rows: tuple[EditedRow, ...]


def read_ita_round(central: Central, code: str, today: date) -> ItaRound:
    """Each row of a round as it stands; the empty `code`: the running round. NoSuchPeriod;
    NoSuchRound for a period that is no round.

    A row nobody has written yet starts from the newest earlier round's text, else from the form.
    """
    with central.store.read(central.site) as t:
        starts = t.settings.newest().settings.fiscal_year_starts
        period = periods.parse(code, starts) if code else periods.round_of(today, starts)
        if period.part not in _ROUNDS:
            raise NoSuchRound(period.code)
        return ItaRound(period=period, rows=_rows(t, period))


def save_ita_text(
    central: Central,
    viewer: Viewer,
    round_code: str,
    row_code: str,
    base: int,
    body: ItaBody,
    now: datetime,
) -> bool:
    """Save a row's text, edited from version `base`. It is stored whatever happened meanwhile.
    False when somebody saved in between, so that both stand beside one another. NoSuchPeriod;
    NoSuchRound."""
    with central.store.transaction(central.site) as t:
        settings = t.settings.newest().settings
        period = periods.parse(round_code, settings.fiscal_year_starts)
        codes = {row.code for row in listed(settings)}
        if period.part not in _ROUNDS or row_code not in codes:
            raise NoSuchRound(row_code)
        return t.ita.append(
            fiscal_year=period.fiscal_year,
            number=int(period.part),
            code=row_code,
            base=base,
            body=body,
            author=viewer.name,
            now=now,
        )


def _rows(t: Transaction, period: Period) -> tuple[EditedRow, ...]:
    year, number = period.fiscal_year, int(period.part)
    written = t.ita.of_round(year, number)
    earlier_rounds = [at for at in t.ita.rounds() if at < (year, number)]
    earlier = t.ita.of_round(*earlier_rounds[0]) if earlier_rounds else {}
    rows = []
    for form_row in listed(t.settings.newest().settings):
        texts = written.get(form_row.code, [])
        earlier_texts = earlier.get(form_row.code, [])
        rows.append(_written(form_row, texts) if texts else _unwritten(form_row, earlier_texts))
    return tuple(rows)


def _written(form_row: FormRow, texts: list[ItaText]) -> EditedRow:
    current = newest(texts)
    beside = tuple(text for text in texts if text.beside and text.version > current.version)
    return EditedRow(
        row=form_row,
        body=current.body,
        version=max(text.version for text in texts),
        author=current.author,
        at=current.at,
        beside=beside,
    )


def _unwritten(form_row: FormRow, earlier_texts: list[ItaText]) -> EditedRow:
    body = newest(earlier_texts).body if earlier_texts else form_row.body
    return EditedRow(row=form_row, body=body, version=0, author="", at=None, beside=())
