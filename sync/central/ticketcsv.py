"""Reads the queue system's counts: date,counter,tickets. Every bad line is named."""

import csv
import io
from datetime import date

from kiosk.domain.people import identifier
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line
from sync.central.store.tickets import Ticket

COLUMNS = ["date", "counter", "tickets"]
MAX_TICKETS = 100_000


class BadTickets(Refusals):
    """Lines that can't be used; each problem names its line."""


def parse(data: bytes) -> list[Ticket]:
    """Every row of a CSV file in UTF-8, with or without BOM; BadTickets names all bad lines."""
    rows = _rows(data)
    if not rows or [cell.strip().lower() for cell in rows[0]] != COLUMNS:
        header = Refusal("tickets_columns", columns=",".join(COLUMNS))
        raise BadTickets([on_line(1, header)])
    tickets: dict[tuple[date, str], Ticket] = {}
    problems: list[Refusal] = []
    for line, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        try:
            ticket = _ticket(row)
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


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTickets([Refusal("not_utf8", byte=error.start)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error:
        raise BadTickets([on_line(reader.line_num, Refusal("csv_form"))]) from None


def _ticket(row: list[str]) -> Ticket:
    if len(row) != len(COLUMNS):
        raise Refusal("tickets_column_count", n=len(row), expected=len(COLUMNS))
    day, counter, count = (cell.strip() for cell in row)
    if not (count.isascii() and count.isdigit() and int(count) <= MAX_TICKETS):
        raise Refusal("tickets_number", most=MAX_TICKETS, text=excerpt(count, 20))
    return Ticket(_day(day), identifier("counter", counter), int(count))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("tickets_day", text=excerpt(text, 20)) from None
