"""Reads the queue system's counts: date,counter,tickets. Every bad line is named."""

import csv
import io
from datetime import date

from kiosk.domain.people import BadPerson, identifier
from sync.central.store.days import Ticket

COLUMNS = ["date", "counter", "tickets"]
MAX_TICKETS = 100_000


class BadTickets(ValueError):
    """Lines that can't be used, each in one line that names its number."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(data: bytes) -> list[Ticket]:
    """Every row of a CSV file in UTF-8, with or without BOM; BadTickets names all bad lines."""
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadTickets([f"is no CSV in UTF-8: {error}"]) from None
    if not rows or [cell.strip().lower() for cell in rows[0]] != COLUMNS:
        raise BadTickets([f"line 1: write the columns {','.join(COLUMNS)}"])
    found: dict[tuple[date, str], Ticket] = {}
    problems = []
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        try:
            ticket = _ticket(row)
        except (ValueError, BadPerson) as error:
            problems.append(f"line {number}: {error}")
            continue
        if (ticket.date, ticket.counter) in found:
            problems.append(f"line {number}: {ticket.date} {ticket.counter} stands twice")
        found[ticket.date, ticket.counter] = ticket
    if problems:
        raise BadTickets(problems)
    return list(found.values())


def _ticket(row: list[str]) -> Ticket:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} columns expected, {len(row)} found")
    day, counter, count = (cell.strip() for cell in row)
    if not (count.isascii() and count.isdigit() and int(count) <= MAX_TICKETS):
        raise ValueError(f"tickets: a number up to {MAX_TICKETS} expected, not {count[:20]!r}")
    return Ticket(date.fromisoformat(day), identifier("counter", counter), int(count))
