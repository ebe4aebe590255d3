"""Tickets that the queue system counted."""

from collections.abc import Iterable

from sync.central.store.tickets import Ticket
from sync.central.usecases.central import Central

__all__ = ["Ticket", "import_tickets"]


def import_tickets(central: Central, tickets: Iterable[Ticket]) -> int:
    """Store how many tickets each counter called on each day; how many rows."""
    with central.store.transaction(central.site) as t:
        return t.tickets.put(tickets)
