"""The texts and pictures of the ITA measures report, a round at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sync.central import period as periods
from sync.central import photos
from sync.central.itafile import FiledRow
from sync.central.itaform import EditedRow, FormRow, as_settings, listed
from sync.central.logbook import told
from sync.central.period import Period
from sync.central.photos import BadPhoto
from sync.central.sitesettings import ItaRow, SiteSettings, parse
from sync.central.store.engine import Transaction
from sync.central.store.ita import ITA_TEXT, WHOLE_OFFICE, ItaBody, ItaText, newest
from sync.central.store.itapictures import REMOVED, ItaPicture
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = [
    "ITA_TEXT",
    "WHOLE_OFFICE",
    "ItaBody",
    "ItaRound",
    "NoSuchPicture",
    "NoSuchRound",
    "read_ita_round",
    "save_ita_text",
]

_ROUNDS = ("1", "2")
PICTURES_A_ROW, PICTURES_A_ROUND = 8, 60
"""Some 250 kB each: a paper with all of them stays below 20 MB."""


class NoSuchRound(LookupError):
    """A period that is no round, or a row that is not in the office's report."""


class NoSuchPicture(LookupError):
    """No picture has this id."""


class RoundTaken(Exception):
    """A round in which somebody has written already."""


@dataclass(frozen=True, slots=True)
class ItaRound:
    """`written`: every round in which somebody has written, newest first."""

    period: Period
    rows: tuple[EditedRow, ...]
    written: tuple[Period, ...]


def read_ita_round(central: Central, code: str, today: date) -> ItaRound:
    """Each row of a round as it stands; the empty `code`: the running round. NoSuchPeriod;
    NoSuchRound for a period that is no round.

    A row nobody has written yet starts from the newest earlier round's text, else from the form.
    """
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        starts = settings.fiscal_year_starts
        period = periods.parse(code, starts) if code else periods.round_of(today, starts)
        if period.part not in _ROUNDS:
            raise NoSuchRound(period.code)
        rounds = t.ita.rounds()
        written = tuple(periods.parse(f"fy{year}-{number}", starts) for year, number in rounds)
        rows = _rows(t, period, rounds, settings)
        return ItaRound(period=period, rows=rows, written=written)


def read_pictures(central: Central, period: Period) -> dict[str, bytes]:
    """The JPEGs of a round, by picture."""
    with central.store.read(central.site) as t:
        return t.ita_pictures.jpegs(*_place(period))


def read_picture(central: Central, id: str) -> bytes:
    """A JPEG; NoSuchPicture."""
    with central.store.read(central.site) as t:
        jpeg = t.ita_pictures.jpeg(id)
    if jpeg is None:
        raise NoSuchPicture(id)
    return jpeg


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
        period = _round_with(t, round_code, row_code)
        alone = t.ita.append(
            fiscal_year=period.fiscal_year,
            number=int(period.part),
            code=row_code,
            base=base,
            body=body,
            author=viewer.name,
            now=now,
        )
        if alone is not None:
            write_change(t, viewer, told("ita_text", row=row_code, period=period.code), now)
        return alone is not False


def add_picture(
    central: Central,
    viewer: Viewer,
    round_code: str,
    row_code: str,
    data: bytes,
    caption: str,
    words: str,
    now: datetime,
) -> None:
    """Keep a picture of a row, made small. BadPhoto; NoSuchPeriod; NoSuchRound."""
    if not words:
        raise BadPhoto("picture_words")
    jpeg, size = photos.activity(data)
    with central.store.transaction(central.site) as t:
        period = _round_with(t, round_code, row_code)
        place = _place(period)
        t.ita_pictures.hold()
        if t.ita_pictures.has(*place, row_code, caption, jpeg):
            return  # the same form a second time
        _check_room(t, place, row_code)
        t.ita_pictures.add(
            *place,
            code=row_code,
            caption=caption,
            words=words,
            jpeg=jpeg,
            size=size,
            now=now,
        )
        write_change(t, viewer, told("ita_picture", row=row_code, period=period.code), now)


def describe_picture(central: Central, id: str, caption: str, words: str) -> None:
    """BadPhoto without `words`; NoSuchPicture."""
    if not words:
        raise BadPhoto("picture_words")
    with central.store.transaction(central.site) as t:
        if not t.ita_pictures.describe(id, caption, words):
            raise NoSuchPicture(id)


def remove_picture(central: Central, viewer: Viewer, id: str, now: datetime) -> None:
    """Take a picture out of its round. Of a row the newest PICTURES_A_ROW can be brought back.
    NoSuchPicture."""
    with central.store.transaction(central.site) as t:
        year, number, code = _picture(t, id)
        if code.startswith(REMOVED):
            return  # the same form a second time
        removed = t.ita_pictures.of_round(year, number).get(REMOVED + code, ())
        for old in removed[: max(0, len(removed) + 1 - PICTURES_A_ROW)]:
            t.ita_pictures.discard(old.id)
        t.ita_pictures.move(id, REMOVED + code)
        _told_of_picture(t, viewer, "ita_picture_taken_out", (year, number, code), now)


def return_picture(central: Central, viewer: Viewer, id: str, now: datetime) -> None:
    """Bring a removed picture back to its row. BadPhoto where there is no room for it;
    NoSuchPicture."""
    with central.store.transaction(central.site) as t:
        t.ita_pictures.hold()
        year, number, code = _picture(t, id)
        if not code.startswith(REMOVED):
            return
        row_code = code.removeprefix(REMOVED)
        _check_room(t, (year, number), row_code)
        t.ita_pictures.move(id, row_code)
        _told_of_picture(t, viewer, "ita_picture_returned", (year, number, row_code), now)


def discard_picture(central: Central, viewer: Viewer, id: str, now: datetime) -> None:
    """Let go of a removed picture for good. NoSuchPicture."""
    with central.store.transaction(central.site) as t:
        year, number, code = _picture(t, id)
        if not code.startswith(REMOVED):
            raise NoSuchPicture(id)
        t.ita_pictures.discard(id)
        place = year, number, code.removeprefix(REMOVED)
        _told_of_picture(t, viewer, "ita_picture_discarded", place, now)


def _picture(t: Transaction, id: str) -> tuple[int, int, str]:
    """Fiscal year, round and code of a picture. NoSuchPicture."""
    place = t.ita_pictures.place(id)
    if place is None:
        raise NoSuchPicture(id)
    return place


def _told_of_picture(
    t: Transaction, viewer: Viewer, key: str, place: tuple[int, int, str], now: datetime
) -> None:
    year, number, row_code = place
    write_change(t, viewer, told(key, row=row_code, period=f"fy{year}-{number}"), now)


def _check_room(t: Transaction, place: tuple[int, int], row_code: str) -> None:
    """BadPhoto where a row or a round has as many pictures as it may."""
    if len(t.ita_pictures.of_round(*place).get(row_code, ())) >= PICTURES_A_ROW:
        raise BadPhoto("pictures_a_row", n=PICTURES_A_ROW)
    if t.ita_pictures.count(*place) >= PICTURES_A_ROUND:
        raise BadPhoto("pictures_a_round", n=PICTURES_A_ROUND)


def bring_pictures(
    central: Central, viewer: Viewer, round_code: str, row_code: str, now: datetime
) -> None:
    """Copy the pictures of a row from the round before, where it has none yet. NoSuchPeriod;
    NoSuchRound."""
    with central.store.transaction(central.site) as t:
        period = _round_with(t, round_code, row_code)
        t.ita_pictures.hold()
        if row_code in t.ita_pictures.of_round(*_place(period)):
            return
        if t.ita_pictures.bring(row_code, _place(periods.before(period)), _place(period)):
            write_change(t, viewer, told("ita_picture", row=row_code, period=period.code), now)


def import_ita_round(
    central: Central, viewer: Viewer, round_code: str, rows: tuple[FiledRow, ...], now: datetime
) -> int:
    """Take a whole round's texts from a file, and its rows where they are not the office's; how
    many texts. NoSuchPeriod; NoSuchRound; RoundTaken where somebody has written; BadSettings."""
    written = [row for row in rows if row.code and row.body.is_written]
    with central.store.transaction(central.site) as t:
        stored = t.settings.newest()
        period = periods.parse(round_code, stored.settings.fiscal_year_starts)
        if period.part not in _ROUNDS:
            raise NoSuchRound(round_code)
        if t.ita.of_round(*_place(period)):
            raise RoundTaken(period.code)
        listed_rows = tuple(
            ItaRow(code=row.code, form=row.form, indicator=row.indicator, joined=row.joined)
            for row in rows
        )
        is_new = listed_rows != (stored.settings.ita_rows or as_settings())
        if is_new:
            settings = parse(stored.settings._replace(ita_rows=listed_rows).document())
            t.settings.append(stored.version, settings, viewer.name, now)
        for row in written:
            t.ita.append(
                fiscal_year=period.fiscal_year,
                number=int(period.part),
                code=row.code,
                base=0,
                body=row.body,
                author=viewer.name,
                now=now,
            )
        if is_new:
            write_change(t, viewer, told("settings", version=stored.version + 1), now)
        write_change(t, viewer, told("ita_round", period=period.code, n=len(written)), now)
    return len(written)


def _round_with(t: Transaction, round_code: str, row_code: str) -> Period:
    """A round and one of its rows, checked. NoSuchPeriod; NoSuchRound."""
    settings = t.settings.newest().settings
    period = periods.parse(round_code, settings.fiscal_year_starts)
    codes = {row.code for row in listed(settings) if row.code}
    if period.part not in _ROUNDS or row_code not in codes:
        raise NoSuchRound(row_code)
    return period


def _place(period: Period) -> tuple[int, int]:
    """Fiscal year and round."""
    return period.fiscal_year, int(period.part)


def _rows(
    t: Transaction, period: Period, rounds: Iterable[tuple[int, int]], settings: SiteSettings
) -> tuple[EditedRow, ...]:
    place = _place(period)
    written = t.ita.of_round(*place)
    earlier_rounds = [at for at in rounds if at < place]
    earlier = t.ita.of_round(*earlier_rounds[0]) if earlier_rounds else {}
    pictures = t.ita_pictures.of_round(*place)
    before = t.ita_pictures.of_round(*_place(periods.before(period)))
    return tuple(
        _edited(
            form_row,
            written.get(form_row.code, []),
            earlier.get(form_row.code, []),
            pictures,
            len(before.get(form_row.code, ())),
        )
        for form_row in listed(settings)
    )


def _edited(
    form_row: FormRow,
    texts: list[ItaText],
    earlier_texts: list[ItaText],
    by_code: Mapping[str, tuple[ItaPicture, ...]],
    earlier_pictures: int,
) -> EditedRow:
    pictures = by_code.get(form_row.code, ())
    removed = by_code.get(REMOVED + form_row.code, ())
    if not texts:
        body = newest(earlier_texts).body if earlier_texts else form_row.body
        return EditedRow(
            row=form_row,
            body=body,
            pictures=pictures,
            removed=removed,
            earlier_pictures=earlier_pictures,
        )
    current = newest(texts)
    return EditedRow(
        row=form_row,
        body=current.body,
        version=max(text.version for text in texts),
        author=current.author,
        at=current.at,
        beside=tuple(text for text in texts if text.beside and text.version > current.version),
        history=tuple(texts),
        pictures=pictures,
        removed=removed,
        earlier_pictures=earlier_pictures,
    )
