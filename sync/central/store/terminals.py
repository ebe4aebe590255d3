"""Terminals: their keys, what they last showed of themselves, and one-time codes to enrol."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sync.central.schema import earlier_keys, enrol_codes, terminals
from sync.central.store.faults import member
from sync.central.store.room import Room
from sync.messages import Head, HeldReport, Hello, Outbox


class State(StrEnum):
    """How central stands to one generation of a terminal."""

    ACTIVE = "active"
    WAITING = "waiting"
    """A new generation of a terminal that exists: another person has not confirmed it yet."""
    ROLLBACK = "rollback"
    FORK = "fork"
    BY_HAND = "by-hand"
    """Somebody put it into quarantine."""
    REPLACED = "replaced"
    """A later generation was confirmed."""
    REVOKED = "revoked"
    """Its key was withdrawn, or its generation was not confirmed."""


_QUARANTINE = (State.ROLLBACK, State.FORK, State.BY_HAND)
ENDED = (State.REPLACED, State.REVOKED)


@dataclass(frozen=True, slots=True)
class KnownTerminal:
    """One generation of a terminal. `terminal` is its id on the wire and in every table: `name`,
    and from the second generation on its number too, so that nothing of two generations meets."""

    terminal: str
    name: str
    generation: int
    enrolled: datetime
    invited_by: str
    """Whose code it used."""
    invited_roles: str
    """The roles of that account, by space."""
    counter: str
    public_key: str
    next_key: str
    """The key that it is to go on with, or "". Its first use ends the one before."""
    renewed: datetime | None
    """When its key was last exchanged for another one."""
    state: State
    release_by: str
    """Who has proposed that it leaves quarantine; "" while nobody has."""
    release_roles: str
    """The roles of that account, by space."""
    release_reason: str
    release_keeps: str
    """Whose days stay as they are by that proposal: KEEP_CENTRAL, or "" where nothing is said."""
    release_at: datetime | None
    central_stays: datetime | None
    """When two people last said so; None: never."""
    software: str
    seen: datetime | None
    head: Head
    nonce: str
    nonce_until: datetime | None
    shown: str
    """The nonce of the run in which its heads were last taken."""
    greetings: str
    """What its last greetings said (`sync.central.greetings`)."""
    skew: int | None = None
    """Seconds by which its clock was ahead of central's when last seen."""
    due: int | None = None
    """Day reports that waited in its outbox when last seen."""
    free: int | None = None
    """Disk in MiB that was free then."""
    panel: str = ""
    """ "up", "down", or "" where there is none."""
    time_sync: str = ""
    """ "on" where the network sets its clock, "off", or "" where it is not known."""
    certificate_end: datetime | None = None
    """Of central's certificate, as it last saw it; None: it never did."""
    authority_end: datetime | None = None
    """Of the certificate by which it believes central's; None: the system's authorities do."""
    backed_up: datetime | None = None
    """When its newest copy was made; None: it never was."""
    held: tuple[HeldReport, ...] = ()
    """Day reports that it holds back, as it last said."""

    @property
    def quarantined(self) -> bool:
        return self.state in _QUARANTINE

    @property
    def went_back(self) -> bool:
        """Whether it showed another past than before: two people let it go on."""
        return self.state in (State.ROLLBACK, State.FORK)

    @property
    def waiting(self) -> bool:
        return self.state is State.WAITING

    @property
    def ended(self) -> bool:
        """Whether central takes no request of this key any more."""
        return self.state in ENDED

    @property
    def active(self) -> bool:
        return self.state is State.ACTIVE


@dataclass(frozen=True, slots=True)
class Run:
    """A terminal's sync run: the nonce that its requests carry, and what its hello told."""

    terminal: str
    nonce: str
    until: datetime
    hello: Hello
    greetings: str
    """What its last greetings said, this one with them."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a one-time code stands for."""

    name: str
    counter: str
    until: datetime
    invited_by: str
    invited_roles: str


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
    encrypted, others = [], []
    for site, run in runs:
        row = _opened(site, run, now)
        if run.hello.certificate_end:
            encrypted.append(row | _certificates(run.hello))
        else:  # on a stick nothing is seen of a certificate: what was known stays
            others.append(row)
    for rows in (encrypted, others):
        if rows:
            connection.execute(_SET, rows)


def _opened(site: str, run: Run, now: datetime) -> dict[str, object]:
    hello = run.hello
    return {
        "of_site": site,
        "of_terminal": run.terminal,
        "nonce": run.nonce,
        "nonce_until": run.until,
        "greetings": run.greetings,
        "software": hello.software,
        "seen": now,
        "skew": _bounded(hello.clock - int(now.timestamp())),
        "due": hello.due,
        "free": hello.free,
        "panel": hello.panel,
        "time_sync": hello.time_sync,
        "backed_up": _moment(hello.backed_up),
    }


def _certificates(hello: Hello) -> dict[str, object]:
    return {
        "certificate_end": _moment(hello.certificate_end),
        "authority_end": _moment(hello.authority_end),
    }


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


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

    def generations(self, name: str) -> tuple[KnownTerminal, ...]:
        """Every generation of a terminal, the first one first."""
        query = select(terminals).where(terminals.c.site == self._site, terminals.c.name == name)
        rows = self._connection.execute(query.order_by(terminals.c.generation))
        return tuple(map(known_terminal, rows))

    def begin(self, invitation: Invitation, public_key: str, now: datetime) -> KnownTerminal:
        """The terminal's next generation: a history of its own. The first one counts from now on;
        a later one waits until another person has confirmed it."""
        generation = max((g.generation for g in self.generations(invitation.name)), default=0) + 1
        terminal = terminal_id(invitation.name, generation)
        self._connection.execute(
            insert(terminals).values(
                site=self._site,
                terminal=terminal,
                name=invitation.name,
                generation=generation,
                enrolled=now,
                invited_by=invitation.invited_by,
                invited_roles=invitation.invited_roles,
                counter=invitation.counter,
                public_key=public_key,
                next_key="",
                state=(State.ACTIVE if generation == 1 else State.WAITING).value,
                release_by="",
                release_roles="",
                release_reason="",
                release_keeps="",
                software="",
                head_seq=0,
                head_hash="",
                nonce="",
                shown="",
                greetings="",
                held="",
            )
        )
        begun = self.get(terminal)
        if begun is None:
            raise AssertionError("it was just put in")
        return begun

    def put_state(self, terminal: str, state: State) -> None:
        """From now on; an open run ends."""
        self._set(terminal, state=state.value, nonce="", nonce_until=None, shown="")

    # --- keys ------------------------------------------------------------------------------

    def put_next_key(self, terminal: str, public_key: str) -> None:
        """The key that this terminal is to go on with."""
        self._set(terminal, next_key=public_key)

    def renew_key(self, known: KnownTerminal, now: datetime) -> None:
        """The next key takes the place of the one before, which is remembered. Everything that
        was witnessed stays, and so does an open run."""
        self._connection.execute(
            self._insert(earlier_keys)
            .values(
                site=self._site,
                terminal=known.terminal,
                public_key=known.public_key,
                until=now,
            )
            .on_conflict_do_nothing()
        )
        self._set(known.terminal, public_key=known.next_key, next_key="", renewed=now)

    def earlier_keys(self, terminal: str) -> dict[str, datetime]:
        """The keys that this terminal had before, and until when."""
        c = earlier_keys.c
        query = select(c.public_key, c.until).where(c.site == self._site, c.terminal == terminal)
        return {row.public_key: utc(row.until) for row in self._connection.execute(query)}

    # --- runs ------------------------------------------------------------------------------

    def heads_taken(self, terminal: str, nonce: str) -> None:
        """The heads were taken in the run of this nonce."""
        self._set(terminal, shown=nonce)

    def counters(self) -> set[str]:
        """The counters at which terminals of the site stand, or stood."""
        query = select(terminals.c.counter).distinct().where(terminals.c.site == self._site)
        return set(self._connection.scalars(query))

    def open_run(self, run: Run, now: datetime) -> None:
        open_runs(self._connection, [(self._site, run)], now)

    def put_held(self, terminal: str, outbox: Outbox) -> None:
        """What a terminal says that it holds back."""
        self._set(terminal, held=outbox.to_bytes().decode())

    def put_head(self, terminal: str, head: Head) -> None:
        self._set(terminal, head_seq=head.seq, head_hash=head.hash)

    def quarantine(self, terminal: str, state: State) -> None:
        self._set(terminal, state=state.value)
        self.propose_release(terminal, "", "", "", None)

    def propose_release(
        self,
        terminal: str,
        by: str,
        roles: str,
        reason: str,
        now: datetime | None,
        keeps: str = "",
    ) -> None:
        """Somebody proposes it; nobody any more, where all are empty."""
        self._set(
            terminal,
            release_by=by,
            release_roles=roles,
            release_reason=reason,
            release_keeps=keeps,
            release_at=now,
        )

    def keep_central(self, terminal: str, now: datetime) -> None:
        """Two people have said that central's days stay as they are."""
        self._set(terminal, central_stays=now)

    def resume(self, terminal: str) -> None:
        """Out of a quarantine that a person began: what was witnessed holds."""
        self._set(terminal, state=State.ACTIVE.value)

    def release(self, terminal: str) -> None:
        """Out of quarantine: its next head is taken as it comes."""
        self._set(terminal, state=State.ACTIVE.value, head_seq=0, head_hash="")

    def invite(self, code_hash: str, invitation: Invitation) -> None:
        self._connection.execute(
            insert(enrol_codes).values(
                site=self._site,
                code_hash=code_hash,
                terminal=invitation.name,
                counter=invitation.counter,
                until=invitation.until,
                invited_by=invitation.invited_by,
                invited_roles=invitation.invited_roles,
                used_by="",
            )
        )

    def use_code(self, code_hash: str, public_key: str) -> Invitation | None:
        """Give a code to one key, whoever was faster: it works once. The same key may ask again, as
        its first answer may be lost."""
        row = self._connection.execute(
            update(enrol_codes)
            .where(enrol_codes.c.site == self._site, enrol_codes.c.code_hash == code_hash)
            .where(enrol_codes.c.used_by.in_(("", public_key)))
            .values(used_by=public_key)
            .returning(enrol_codes)
        ).first()
        if row is None:
            return None
        return Invitation(
            name=row.terminal,
            counter=row.counter,
            until=utc(row.until),
            invited_by=row.invited_by,
            invited_roles=row.invited_roles,
        )

    def site_of_code(self, code_hash: str) -> str | None:
        """Which site made a code, whichever it is."""
        query = select(enrol_codes.c.site).where(enrol_codes.c.code_hash == code_hash)
        site: str | None = self._connection.scalar(query)
        return site

    def drop_old_codes(self, now: datetime) -> None:
        self._connection.execute(
            delete(enrol_codes).where(enrol_codes.c.site == self._site, enrol_codes.c.until < now)
        )

    def drop_all_codes(self) -> None:
        """Nobody enrols with one that was made before."""
        self._connection.execute(delete(enrol_codes).where(enrol_codes.c.site == self._site))

    def _set(self, terminal: str, **values: object) -> None:
        of = {"of_site": self._site, "of_terminal": terminal}
        self._connection.execute(_SET, {**of, **values})


def known_terminal(row: Row[Any]) -> KnownTerminal:
    return KnownTerminal(
        terminal=row.terminal,
        name=row.name,
        generation=row.generation,
        enrolled=utc(row.enrolled),
        invited_by=row.invited_by,
        invited_roles=row.invited_roles,
        counter=row.counter,
        public_key=row.public_key,
        next_key=row.next_key,
        renewed=utc(row.renewed) if row.renewed else None,
        state=member(State, row.state, "terminals.state"),
        release_by=row.release_by,
        release_roles=row.release_roles,
        release_reason=row.release_reason,
        release_keeps=row.release_keeps,
        release_at=utc(row.release_at) if row.release_at else None,
        central_stays=utc(row.central_stays) if row.central_stays else None,
        software=row.software,
        seen=utc(row.seen) if row.seen else None,
        head=Head(row.head_seq, row.head_hash),
        nonce=row.nonce,
        nonce_until=utc(row.nonce_until) if row.nonce_until else None,
        shown=row.shown,
        greetings=row.greetings,
        skew=row.skew,
        due=row.due,
        free=row.free,
        panel=row.panel or "",
        time_sync=row.time_sync or "",
        certificate_end=utc(row.certificate_end) if row.certificate_end else None,
        authority_end=utc(row.authority_end) if row.authority_end else None,
        backed_up=utc(row.backed_up) if row.backed_up else None,
        held=Outbox.parse(row.held.encode()).reports if row.held else (),
    )


def terminal_id(name: str, generation: int) -> str:
    """The id of a generation on the wire and in every table."""
    return name if generation == 1 else f"{name}.g{generation}"


def _bounded(seconds: int) -> int:
    """What an INTEGER column holds, however wrong a clock is."""
    return max(-(2**31), min(2**31 - 1, seconds))


def utc(time: datetime) -> datetime:
    """SQLite forgets the zone (all we write is UTC); PostgreSQL answers in its session's zone."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
