"""Reads the queue system's counts: date, counter, tickets. Every bad line is named."""

from collections.abc import Sequence
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


class BadTickets(Refusals):
    """Lines that can't be used; each problem names its line."""


def parse(data: bytes, today: date) -> list[Ticket]:
    """Every row of a CSV file or an Excel workbook; BadTickets names all bad lines. A day after
    `today` is none of the queue's: its month may stand before its day."""
    try:
        counts = file_table(data, COLUMNS, tuple(COLUMNS))
    except BadTable as error:
        raise BadTickets(error.problems) from None
    tickets: dict[tuple[date, str], Ticket] = {}
    problems: list[Refusal] = []
    for line, row in counts.rows:
        try:
            ticket = _ticket(counts, row, today)
        except Refusal as error:
            problems.append(on_line(line, error))
            continue
        key = (ticket.date, ticket.counter)
        if key in tickets:
            twice = Refusal("tickets_twice", day=str(ticket.date), counter=ticket.counter)
            problems.append(on_line(line, twice))
        tickets[key] = ticket
    if problems:
        raise BadTickets(problems)
    return list(tickets.values())


def _ticket(counts: Table, row: Sequence[str], today: date) -> Ticket:
    if counts.is_too_long(row):
        raise Refusal("column_count", n=len(row), header=counts.heads)
    count = arabic(counts.cell(row, "tickets"))
    if not (count.isascii() and count.isdigit() and int(count) <= MAX_TICKETS):
        raise Refusal("tickets_number", most=MAX_TICKETS, text=excerpt(count, 20))
    counter = identifier("counter", arabic(counts.cell(row, "counter")))
    day = _day(counts.cell(row, "date"))
    if day > today:
        raise Refusal("tickets_future", day=str(day), text=excerpt(counts.cell(row, "date"), 20))
    return Ticket(day, counter, int(count))


def _day(text: str) -> date:
    try:
        return day_in(text)
    except ValueError:
        raise Refusal("tickets_day", text=excerpt(text, 20)) from None
