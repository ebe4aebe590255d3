"""Reads the queue system's counts: date, counter, tickets. Every bad line is named."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from kiosk.domain.dates import arabic, day_in
from kiosk.domain.filetable import BadTable, Table
from kiosk.domain.people import identifier
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line
from sync.central.store.tickets import Ticket
from sync.central.tablefile import file_table

COLUMNS = {
    "date": ("date", "วันที่", "วัน"),
    "counter": ("counter", "ช่อง", "ช่องบริการ", "เคาน์เตอร์"),
    "tickets": ("tickets", "จำนวนบัตรคิว", "บัตรคิว", "จำนวนคิว", "จำนวน", "คิว"),
}
"""What each may be called."""
MAX_TICKETS = 100_000
_MONTHS = 12
_SEVERAL = 3
"""Months: a file of the first of March, of April and of May is one of three days in some month."""
_IN_FIGURES = re.compile(r"\s*([0-9]{1,2})[/.-]([0-9]{1,2})[/.-](?=[0-9]{4})")
_NUMBER = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2}")
_TOTAL = re.compile(r"\s*(?:ยอด)?รวม|\s*(?:grand |sub)?total", re.IGNORECASE)


class BadTickets(Refusals):
    """Lines that can't be used; each problem names its line."""


def parse(data: bytes, today: date) -> list[Ticket]:
    """Every row of a CSV file or an Excel workbook; BadTickets names all bad lines. A day after
    `today` is none of the queue's. Rows of totals count nothing where they add up."""
    try:
        counts = file_table(data, COLUMNS, tuple(COLUMNS))
    except BadTable as error:
        raise BadTickets(error.problems) from None
    reading = _Reading(counts, today)
    for line, row in counts.rows:
        try:
            reading.read(line, row)
        except Refusal as error:
            reading.problems.append(on_line(line, error))
    if reading.problems:
        raise BadTickets(reading.problems)
    return list(reading.tickets.values())


class _Reading:
    """Row by row, with what a row of totals must add up to."""

    def __init__(self, counts: Table, today: date) -> None:
        self._counts, self._today = counts, today
        texts = [arabic(counts.cell(row, "date")) for _, row in counts.rows]
        self._month_first = month_stands_first(texts)
        self._sum = self._since_total = 0
        self.tickets: dict[tuple[date, str], Ticket] = {}
        self.problems: list[Refusal] = []

    def read(self, line: int, row: Sequence[str]) -> None:
        """Refusal where the row can't be used."""
        if self._counts.is_too_long(row):
            raise Refusal("column_count", n=len(row), header=self._counts.heads)
        count = _count(self._counts.cell(row, "tickets"))
        if any(_TOTAL.match(self._counts.cell(row, column)) for column in ("date", "counter")):
            if count not in (self._sum, self._since_total):
                raise Refusal("tickets_total", n=count, sum=self._sum)
            self._since_total = 0
            return
        if count > MAX_TICKETS:
            text = self._counts.cell(row, "tickets")
            raise Refusal("tickets_number", most=MAX_TICKETS, text=excerpt(text, 20))
        ticket = Ticket(self._day(row), self._counter(row), count)
        key = (ticket.date, ticket.counter)
        if key in self.tickets:
            twice = Refusal("tickets_twice", day=str(ticket.date), counter=ticket.counter)
            self.problems.append(on_line(line, twice))
        self.tickets[key] = ticket
        self._sum += count
        self._since_total += count

    def _counter(self, row: Sequence[str]) -> str:
        return identifier("counter", arabic(self._counts.cell(row, "counter")))

    def _day(self, row: Sequence[str]) -> date:
        text = self._counts.cell(row, "date")
        try:
            day = day_in(_day_first(text) if self._month_first else text)
        except ValueError:
            raise Refusal("tickets_day", text=excerpt(text, 20)) from None
        if day > self._today:
            raise Refusal("tickets_future", day=str(day), text=excerpt(text, 20))
        return day


def month_stands_first(texts: Iterable[str]) -> bool:
    """Whether a file's days are written as in America: some can only be read so, and none only the
    other way round. BadTickets where all could be either, and the day before the month would make
    it one day each of several months."""
    pairs = {(int(parts[1]), int(parts[2])) for text in texts if (parts := _IN_FIGURES.match(text))}
    firsts, seconds = {first for first, _ in pairs}, {second for _, second in pairs}
    if max(seconds, default=0) > _MONTHS:
        return max(firsts) <= _MONTHS
    if max(firsts, default=0) <= _MONTHS and len(firsts) == 1 and len(seconds) >= _SEVERAL:
        raise BadTickets([Refusal("tickets_month_first")])
    return False


def _day_first(text: str) -> str:
    return _IN_FIGURES.sub(r"\2/\1/", arabic(text))


def _count(text: str) -> int:
    """A number, in either digits, also with commas between thousands."""
    written = arabic(text)
    if not _NUMBER.fullmatch(written):
        raise Refusal("tickets_number", most=MAX_TICKETS, text=excerpt(text, 20))
    return int(written.replace(",", ""))
