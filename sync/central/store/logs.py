"""The logs of a site: entries that are appended, read page by page, and never changed.

Who appends holds the heads of the site's logs until the transaction ends: let it be the last thing
that a transaction does. Reading takes no lock.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from sync.central.logbook import (
    Entry,
    Kind,
    Log,
    LogEnd,
    Looker,
    Note,
    Wanted,
    entry_digest,
    read_told,
)
from sync.central.schema import GUARDS, log_entries, log_heads, sites
from sync.central.store.faults import member
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.central.viewer import CITY
from sync.protocol import chained

_BATCH = 2000
"""Entries read at once where a whole log is read."""


# Asked with every heartbeat: building a statement takes longer than running it.
_HEADS = select(log_heads).where(log_heads.c.site == bindparam("site")).order_by(log_heads.c.log)
_HEADS_HELD = _HEADS.with_for_update()
_APPEND = log_entries.insert()
_OF = and_(log_entries.c.site == bindparam("site"), log_entries.c.log == bindparam("log"))
_SINCE = (
    select(log_entries)
    .where(_OF, log_entries.c.seq > bindparam("seq"))
    .order_by(log_entries.c.seq)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Emptied:
    """Up to which entry each log is emptied, and when that was last said; None: never."""

    at: datetime | None = None
    upto: Mapping[Log, int] = field(default_factory=lambda: dict.fromkeys(Log, 0))


class Logs(Room):
    # --- writing -----------------------------------------------------------------------------

    def append(self, log: Log, notes: Iterable[Note], now: datetime) -> None:
        """Log these, in their order."""
        fresh = list(notes)
        if not fresh:
            return
        head = self._held(log)
        rows = []
        for note in fresh:
            seq = head.seq + 1
            entry = entry_digest(self._site, log, seq, now, note)
            head = replace(head, seq=seq, hash=chained(head.hash, entry))
            rows.append(
                {
                    "site": self._site,
                    "log": log.value,
                    "seq": seq,
                    "at": now,
                    "kind": str(note.kind),
                    "who": note.who,
                    "whom": note.whom,
                    "what": note.what,
                    "digest": entry,
                    "hash": head.hash,
                }
            )
        self._connection.execute(_APPEND, rows)
        self._put_head(log, head)

    def change(self, who: str, what: str, now: datetime) -> None:
        """Somebody changed accounts, roster, terminals or settings."""
        self.append(Log.RECORD, [Note(kind=Kind.CHANGE, who=who, what=what)], now)

    def look(self, officers: Iterable[str], reader: str, what: str, now: datetime) -> None:
        """Somebody looked at these officers' results."""
        notes = [Note(kind=Kind.LOOK, who=reader, whom=one, what=what) for one in officers]
        self.append(Log.RECORD, notes, now)

    def read(self, reader: str, what: str, now: datetime) -> None:
        """Somebody read raw counts, or took a log out."""
        self.append(Log.RECORD, [Note(kind=Kind.READ, who=reader, what=what)], now)

    def event(
        self, kind: Kind, account: str, now: datetime, *, who: str = "", what: str = ""
    ) -> None:
        """A security event about `account`; `who` did it, where it was somebody else."""
        note = Note(kind=kind, who=who or account, whom=account, what=what)
        self.append(Log.SECURITY, [note], now)

    def empty(self, log: Log, before: datetime, most: int) -> int:
        """Empty entries that are older than `before`, from the oldest on, at most so many; the
        number of the last one that is empty now."""
        head = self._held(log)
        # One that is older than those before it waits for them: what is empty has no holes.
        oldest = takewhile(lambda entry: entry.at < before, self.since(log, head.emptied, most))
        last = max((entry.seq for entry in oldest), default=head.emptied)
        if last > head.emptied:
            c = log_entries.c
            self._connection.execute(
                update(log_entries)
                .where(self._of(log), c.seq > head.emptied, c.seq <= last)
                .values(kind=Kind.EMPTIED.value, who="", whom="", what="")
            )
            self._put_head(log, replace(head, emptied=last))
        return last

    def _held(self, log: Log) -> LogEnd:
        """The head of a log, that nobody else moves until this transaction ends. Both of a site
        are held, in one order, so that no two transactions wait for one another."""
        heads = self._heads(hold=True)
        if len(heads) < len(Log):
            first = {"site": self._site, "seq": 0, "hash": "", "emptied": 0}
            rows = [{**first, "log": place.value} for place in Log if place not in heads]
            self._connection.execute(self._insert(log_heads).on_conflict_do_nothing(), rows)
            heads = self._heads(hold=True)
        return heads[log]

    def _heads(self, *, hold: bool) -> dict[Log, LogEnd]:
        query = _HEADS_HELD if hold else _HEADS
        rows = self._connection.execute(query, {"site": self._site})
        return {member(Log, row.log, "log_heads.log"): _end(row) for row in rows}

    def _put_head(self, log: Log, head: LogEnd) -> None:
        self._connection.execute(
            update(log_heads)
            .where(log_heads.c.site == self._site, log_heads.c.log == log.value)
            .values(seq=head.seq, hash=head.hash, emptied=head.emptied)
        )

    # --- reading -----------------------------------------------------------------------------

    def heads(self) -> dict[Log, LogEnd]:
        """The head of each log; of one without an entry too."""
        heads = self._heads(hold=False)
        return {log: heads.get(log, LogEnd()) for log in Log}

    def page(self, log: Log, wanted: Wanted, before: int, most: int) -> tuple[Entry, ...]:
        """Entries that are asked for, the newest first: those before number `before` (0: from the
        newest on), at most so many."""
        c = log_entries.c
        query = select(log_entries).where(self._of(log), *_conditions(wanted))
        if before:
            query = query.where(c.seq < before)
        rows = self._connection.execute(query.order_by(c.seq.desc()).limit(most)).all()
        return tuple(map(_entry, rows))

    def about(
        self, log: Log, wanted: Wanted, whom: str, before: int, most: int
    ) -> tuple[Entry, ...]:
        """Entries about one officer or account that are asked for, the newest first."""
        c = log_entries.c
        query = select(log_entries).where(self._of(log), c.whom == whom, *_conditions(wanted))
        if before:
            query = query.where(c.seq < before)
        rows = self._connection.execute(query.order_by(c.seq.desc()).limit(most))
        return tuple(_entry(row) for row in rows)

    def lookers(self, officer: str) -> tuple[Looker, ...]:
        """Everybody who looked at an officer's results, who did so last first: so many looks of one
        hide none of another."""
        c = log_entries.c
        newest = func.max(c.at).label("newest")
        query = (
            select(c.who, func.count().label("n"), func.min(c.at).label("first"), newest)
            .where(self._of(Log.RECORD), c.whom == officer, c.kind == Kind.LOOK.value)
            .group_by(c.who)
            .order_by(newest.desc(), c.who)
        )
        return tuple(
            Looker(who=row.who, n=row.n, first=utc(row.first), newest=utc(row.newest))
            for row in self._connection.execute(query)
        )

    def since(self, log: Log, seq: int, most: int) -> tuple[Entry, ...]:
        """Entries after number `seq`, in their order, at most so many."""
        asked = {"site": self._site, "log": log.value, "seq": seq, "most": most}
        return tuple(_entry(row) for row in self._connection.execute(_SINCE, asked))

    def hash_at(self, log: Log, seq: int) -> str:
        """The hash of entry `seq`; "" where there is none."""
        query = select(log_entries.c.hash).where(self._of(log), log_entries.c.seq == seq)
        return self._connection.scalar(query) or ""

    def every(self, log: Log) -> Iterator[Entry]:
        """The whole log, in its order."""
        seq = 0
        while batch := self.since(log, seq, _BATCH):
            yield from batch
            seq = batch[-1].seq

    def told_emptied(self) -> Emptied:
        """Up to which entry of each log the record says that they are emptied."""
        newest = self.page(Log.RECORD, Wanted(kinds=(Kind.SHORTENED,)), 0, 1)
        if not newest:
            return Emptied()
        _, values = read_told(newest[0].note.what)
        upto = {log: int(values.get(log.value, 0)) for log in Log}
        return Emptied(at=newest[0].at, upto=upto)

    def told_removed(self, key: str) -> Entry | None:
        """The newest entry of the record that says that data of a kind were removed."""
        c = log_entries.c
        query = select(log_entries).where(
            self._of(Log.RECORD),
            c.kind == Kind.REMOVED.value,
            c.what.startswith(f'["{key}",', autoescape=True),
        )
        row = self._connection.execute(query.order_by(c.seq.desc()).limit(1)).first()
        return _entry(row) if row else None

    def stray(self) -> str:
        """What of the logs belongs to no office and no log, stands before the first entry, or lacks
        one of a site's two heads, which are made together; "" where there is nothing."""
        names = [log.value for log in Log]
        for table in (log_entries, log_heads):
            c = table.c
            of_none = and_(c.site != CITY, c.site.not_in(select(sites.c.site)))
            strange = or_(of_none, c.log.not_in(names))
            row = self._connection.execute(select(c.site, c.log).where(strange).limit(1)).first()
            if row is not None:
                return f"log {row.log} of {row.site}: belongs to nothing here"
        e = log_entries.c
        query = select(e.log, e.seq).where(e.site == self._site, e.seq < 1)
        for row in self._connection.execute(query):
            return f"log {row.log}: entry {row.seq} stands before the first"
        heads = select(log_heads.c.log).where(log_heads.c.site == self._site)
        present = set(self._connection.scalars(heads))
        missing = next((name for name in names if present and name not in present), "")
        return f"log {missing}: its head is missing" if missing else ""

    def missing_guard(self) -> str:
        """The first trigger that keeps logs from being changed, and is not there; "" when all
        are."""
        dialect = self._connection.dialect.name
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if dialect == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal"
        )
        present = set(self._connection.scalars(text(query)))
        words = (ddl.split() for ddl in GUARDS[dialect])
        guards = [name for create, kind, name, *_ in words if kind == "TRIGGER"]
        return next((name for name in guards if name not in present), "")

    def _of(self, log: Log) -> ColumnElement[bool]:
        return and_(log_entries.c.site == self._site, log_entries.c.log == log.value)


def ends_of(connection: Connection, sites: Collection[str]) -> dict[str, dict[Log, LogEnd]]:
    """The heads of every log of these sites; of one without an entry too."""
    ends = {site: {log: LogEnd() for log in Log} for site in sites}
    query = select(log_heads).where(log_heads.c.site.in_(sorted(sites)))
    for row in connection.execute(query):
        ends[row.site][member(Log, row.log, "log_heads.log")] = _end(row)
    return ends


def _end(row: Row[Any]) -> LogEnd:
    return LogEnd(seq=row.seq, hash=row.hash, emptied=row.emptied)


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    c = log_entries.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(c.kind.in_([str(kind) for kind in wanted.kinds]))
    if wanted.person:
        part = wanted.person
        conditions.append(
            or_(
                c.who.icontains(part, autoescape=True),
                c.whom.icontains(part, autoescape=True),
                c.whom.in_(wanted.officers),
            )
        )
    if wanted.who:
        conditions.append(c.who == wanted.who)
    if wanted.first:
        conditions.append(c.at >= wanted.first)
    if wanted.end:
        conditions.append(c.at < wanted.end)
    return conditions


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        at=utc(row.at),
        note=Note(kind=row.kind, who=row.who, whom=row.whom, what=row.what),
        digest=row.digest,
        hash=row.hash,
    )
