"""PINs that this central issued: what checks each, and which terminals say that they have it.

The PIN itself is nowhere: it was shown once. What checks it is stored encrypted, under a key that
lies outside the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update

from sync.central.schema import pins, terminal_pins
from sync.central.store.room import Room
from sync.central.store.versions import EditedMeanwhile
from sync.messages import TerminalPin


@dataclass(frozen=True, slots=True)
class Issued:
    """`issue` is the second, since 1970, in which it was issued; a later one has a higher number,
    also after this central was put back from a backup. `verifier` empty: withdrawn."""

    officer: str
    issue: int
    author: str
    verifier: str

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.issue, UTC)


class Pins(Room):
    def all(self) -> dict[str, Issued]:
        """The newest of each officer, by officer; those that were withdrawn too."""
        query = select(pins).where(pins.c.site == self._site).order_by(pins.c.officer)
        return {
            row.officer: Issued(
                officer=row.officer, issue=row.issue, author=row.author, verifier=row.verifier
            )
            for row in self._connection.execute(query)
        }

    def put(self, issued: Issued, base: int) -> None:
        """Replace issue `base` (0: there was none); EditedMeanwhile when another came between."""
        values = {"issue": issued.issue, "author": issued.author, "verifier": issued.verifier}
        first = self._insert(pins).values(site=self._site, officer=issued.officer, **values)
        later = update(pins).where(
            pins.c.site == self._site, pins.c.officer == issued.officer, pins.c.issue == base
        )
        statement = later.values(values) if base else first.on_conflict_do_nothing()
        if self._connection.execute(statement.returning(pins.c.issue)).first() is None:
            raise EditedMeanwhile

    def withdraw(self, officers: Iterable[str]) -> None:
        self._connection.execute(
            update(pins)
            .where(pins.c.site == self._site, pins.c.officer.in_(tuple(officers)))
            .values(verifier="")
        )

    # --- at the terminals ------------------------------------------------------------------

    def at_terminals(self) -> dict[str, dict[str, TerminalPin]]:
        """What each terminal last said it has, by terminal and officer."""
        query = select(terminal_pins).where(terminal_pins.c.site == self._site)
        by_terminal: dict[str, dict[str, TerminalPin]] = {}
        for row in self._connection.execute(query):
            pin = TerminalPin(row.officer, row.issue, bool(row.own))
            by_terminal.setdefault(row.terminal, {})[row.officer] = pin
        return by_terminal

    def put_at_terminal(self, terminal: str, reported: Iterable[TerminalPin]) -> None:
        """What a terminal has now; nothing is written where it had the same before."""
        mine = (terminal_pins.c.site == self._site, terminal_pins.c.terminal == terminal)
        before = {
            TerminalPin(row.officer, row.issue, bool(row.own))
            for row in self._connection.execute(select(terminal_pins).where(*mine))
        }
        now = set(reported)
        if now == before:
            return
        self.forget(terminal)
        rows = [
            {
                "site": self._site,
                "terminal": terminal,
                "officer": one.officer,
                "issue": one.issue,
                "own": int(one.own),
            }
            for one in sorted(now)
        ]
        if rows:
            self._connection.execute(insert(terminal_pins), rows)

    def forget(self, terminal: str) -> None:
        """A terminal that is enrolled again has none."""
        self._connection.execute(
            delete(terminal_pins).where(
                terminal_pins.c.site == self._site, terminal_pins.c.terminal == terminal
            )
        )
