"""Terminals: their keys, what they last showed of themselves, and one-time codes to enrol."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sync.central.schema import enrol_codes, terminals
from sync.central.store.room import Room
from sync.messages import Answer, Head, Hello

ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class KnownTerminal:
    """`state` is "active", or the answer (rollback, fork) that put it into quarantine."""

    terminal: str
    counter: str
    public_key: str
    state: str
    software: str
    seen: datetime | None
    head: Head
    nonce: str
    nonce_until: datetime | None
    skew: int | None = None
    """Seconds by which its clock was ahead of central's when last seen."""
    due: int | None = None
    """Day reports that waited in its outbox when last seen."""
    free: int | None = None
    """Disk in MiB that was free then."""
    panel: str = ""
    """ "up", "down", or "" where there is none."""

    @property
    def quarantined(self) -> bool:
        return self.state != ACTIVE


@dataclass(frozen=True, slots=True)
class Run:
    """A terminal's sync run: the nonce that its requests carry, and what its hello told."""

    terminal: str
    nonce: str
    until: datetime
    hello: Hello


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a one-time code stands for."""

    terminal: str
    counter: str
    until: datetime


# Asked with every request of every terminal: building a statement takes longer than running it.
_ONE = select(terminals).where(
    terminals.c.site == bindparam("site"), terminals.c.terminal == bindparam("terminal")
)
_ONE_FOR_UPDATE = _ONE.with_for_update()
_ALL = select(terminals).where(terminals.c.site == bindparam("site"))
_SET = update(terminals).where(
    terminals.c.site == bindparam("of_site"), terminals.c.terminal == bindparam("of_terminal")
)


def open_runs(connection: Connection, runs: Iterable[tuple[str, Run]], now: datetime) -> None:
    """Open runs, each with its site."""
    rows = [
        {
            "of_site": site,
            "of_terminal": run.terminal,
            "nonce": run.nonce,
            "nonce_until": run.until,
            "software": run.hello.software,
            "seen": now,
            "skew": _bounded(run.hello.clock - int(now.timestamp())),
            "due": run.hello.due,
            "free": run.hello.free,
            "panel": run.hello.panel,
        }
        for site, run in runs
    ]
    if rows:
        connection.execute(_SET, rows)


class Terminals(Room):
    def get(self, terminal: str, *, for_update: bool = False) -> KnownTerminal | None:
        """One terminal; with `for_update`, nobody else changes it until this transaction ends."""
        asked = {"site": self._site, "terminal": terminal}
        row = self._connection.execute(_ONE_FOR_UPDATE if for_update else _ONE, asked).first()
        return known_terminal(row) if row else None

    def all(self) -> tuple[KnownTerminal, ...]:
        rows = self._connection.execute(_ALL, {"site": self._site})
        every = (known_terminal(row) for row in rows)
        return tuple(sorted(every, key=lambda t: (len(t.terminal), t.terminal)))

    def put_key(self, terminal: str, counter: str, public_key: str) -> None:
        """Enrol (again): a new key, and a new history."""
        self._connection.execute(
            delete(terminals).where(
                terminals.c.site == self._site, terminals.c.terminal == terminal
            )
        )
        self._connection.execute(
            insert(terminals).values(
                site=self._site,
                terminal=terminal,
                counter=counter,
                public_key=public_key,
                state=ACTIVE,
                software="",
                head_seq=0,
                head_hash="",
                nonce="",
            )
        )

    def open_run(self, run: Run, now: datetime) -> None:
        open_runs(self._connection, [(self._site, run)], now)

    def put_head(self, terminal: str, head: Head) -> None:
        self._set(terminal, head_seq=head.seq, head_hash=head.hash)

    def quarantine(self, terminal: str, answer: Answer) -> None:
        self._set(terminal, state=answer.value)

    def release(self, terminal: str) -> None:
        """Out of quarantine: its next head is taken as it comes."""
        self._set(terminal, state=ACTIVE, head_seq=0, head_hash="")

    def invite(self, code_hash: str, invitation: Invitation) -> None:
        self._connection.execute(
            insert(enrol_codes).values(
                site=self._site,
                code_hash=code_hash,
                terminal=invitation.terminal,
                counter=invitation.counter,
                until=invitation.until,
            )
        )

    def use_code(self, code_hash: str) -> Invitation | None:
        """Take a code out of the list: it works once, whoever was faster."""
        row = self._connection.execute(
            delete(enrol_codes)
            .where(enrol_codes.c.site == self._site, enrol_codes.c.code_hash == code_hash)
            .returning(enrol_codes.c.terminal, enrol_codes.c.counter, enrol_codes.c.until)
        ).first()
        if row is None:
            return None
        return Invitation(row.terminal, row.counter, utc(row.until))

    def drop_old_codes(self, now: datetime) -> None:
        self._connection.execute(
            delete(enrol_codes).where(enrol_codes.c.site == self._site, enrol_codes.c.until < now)
        )

    def _set(self, terminal: str, **values: object) -> None:
        of = {"of_site": self._site, "of_terminal": terminal}
        self._connection.execute(_SET, {**of, **values})


def known_terminal(row: Row[Any]) -> KnownTerminal:
    return KnownTerminal(
        terminal=row.terminal,
        counter=row.counter,
        public_key=row.public_key,
        state=row.state,
        software=row.software,
        seen=utc(row.seen) if row.seen else None,
        head=Head(row.head_seq, row.head_hash),
        nonce=row.nonce,
        nonce_until=utc(row.nonce_until) if row.nonce_until else None,
        skew=row.skew,
        due=row.due,
        free=row.free,
        panel=row.panel or "",
    )


def _bounded(seconds: int) -> int:
    """What an INTEGER column holds, however wrong a clock is."""
    return max(-(2**31), min(2**31 - 1, seconds))


def utc(time: datetime) -> datetime:
    """SQLite forgets the zone (all we write is UTC); PostgreSQL answers in its session's zone."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
