"""Central's use cases: enrol, greet, judge, take a day, publish, tally. One transaction each."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import pin
from kiosk.clock import plausible
from kiosk.domain.people import Officer, identifier, plain
from kiosk.domain.wording import MAX_IMPROVEMENTS, Improvement, Wording
from sync.central import publishing
from sync.central.disclosure import Counts
from sync.central.ingest import decide, grown, judge_heads, judge_sheets
from sync.central.intake import new_run
from sync.central.settings import CentralSettings
from sync.central.sitesettings import SiteSettings
from sync.central.store.days import Days, KeptAside, Scaled, Ticket, came_in
from sync.central.store.engine import CentralStore, Transaction
from sync.central.store.office import EditedMeanwhile
from sync.central.store.pins import Issued
from sync.central.store.terminals import Invitation, KnownTerminal
from sync.central.store.witness import Alarm, Twice
from sync.messages import (
    Answer,
    DayReport,
    Enrol,
    Enrolled,
    Heads,
    Hello,
    IssuedPin,
    IssuedPins,
    PhotoDigest,
    Photos,
    PinStatus,
    Receipt,
    Roster,
    StoredDays,
    StoredRevision,
    TerminalPin,
    Welcome,
)
from sync.protocol import BadMessage, digest
from sync.sealing import seal
from sync.signing import public_key, public_text

CODE_MINUTES = 10
RUN = timedelta(minutes=10)
"""How long a terminal's run stays open."""
HELD_DAYS = 400
"""A fiscal year and more: as far back as a terminal is told what is held."""
FLEET_DAYS = 60
"""How far back the fleet page looks for one officer in two places."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for one another: ten of them are 50 bits."""


MOST_ISSUED = 60
"""PINs issued at once: hashing them takes some 30 ms each."""
MOST_SEALED = 500
"""PINs in one answer to a terminal, which then asks again."""


class NoSuchCode(ValueError):
    """A code that is wrong, used or too old."""


@dataclass(frozen=True, slots=True)
class DayTally:
    """One day, raw: for the audit role."""

    officers: dict[str, Officer]
    counts: dict[Scaled, Counts]
    outcomes: Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OfficersPin:
    """How it stands with one officer's PIN. `issued` None: central has issued none, or withdrew
    it."""

    officer: Officer
    base: int
    """The newest issue, also one that was withdrawn; 0: there never was one."""
    issued: Issued | None
    has: tuple[str, ...] = ()
    """The terminals that have it."""
    own: tuple[str, ...] = ()
    """Those that have it, but where another was set at the terminal itself since."""
    waits: tuple[str, ...] = ()
    """Those that have not fetched it yet."""
    lost: bool = False
    """Whether it can't be handed on any more: it was issued under another key of central."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How the site's terminals are. `newest_days`: the last day that each has reported."""

    terminals: tuple[KnownTerminal, ...]
    alarms: tuple[Alarm, ...]
    twice: tuple[Twice, ...]
    newest_days: dict[str, date]
    aside: tuple[KeptAside, ...]
    over_tickets: list[tuple[date, str]]
    """Days and counters with more ratings than tickets."""
    flags: Counter[str]
    """Ratings flagged as unlikely, by terminal."""


class Central:
    """One site's central report."""

    def __init__(
        self,
        store: CentralStore,
        settings: CentralSettings,
        key: Ed25519PrivateKey,
        run: timedelta = RUN,
    ) -> None:
        self.store, self.settings, self.key, self.run = store, settings, key, run

    @property
    def site(self) -> str:
        return self.settings.site

    def at(self, site: str) -> "Central | None":
        """The same central on another of its sites; None when there is none of that id."""
        if site == self.site:
            return self
        with self.store.transaction(site) as t:
            name = t.people.site_name()
        if name is None:
            return None
        settings = replace(self.settings, site=site, name=name)
        return Central(self.store, settings, self.key, self.run)

    def sites(self) -> tuple[tuple[str, str], ...]:
        """Every site of this central, with its name."""
        with self.store.transaction(self.site) as t:
            return t.people.all_sites()

    def add_site(self, site: str, name: str) -> None:
        """Another office in this central; one that is there is renamed. BadPerson."""
        identifier("site", site)
        plain("name", name)
        with self.store.transaction(site) as t:
            t.people.put_site(name)

    # --- terminals -------------------------------------------------------------------------

    def invite(self, terminal: str, counter: str, now: datetime) -> str:
        """A one-time code for a terminal, CODE_MINUTES long; BadPerson for a bad id."""
        identifier("terminal", terminal)
        identifier("counter", counter)
        code = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        code = f"{code[:5]}-{code[5:]}"
        until = now + timedelta(minutes=CODE_MINUTES)
        with self.store.transaction(self.site) as t:
            t.terminals.drop_old_codes(now)
            t.terminals.invite(_code_hash(code), Invitation(terminal, counter, until))
        return code

    def enrol(self, message: Enrol, now: datetime) -> Enrolled:
        """Use a code; NoSuchCode when it does not hold. BadMessage for a bad key."""
        public_key(message.public_key)
        with self.store.transaction(self.site) as t:
            invitation = t.terminals.use_code(_code_hash(message.code))
            if invitation is not None and now <= invitation.until:
                t.terminals.put_key(invitation.terminal, invitation.counter, message.public_key)
                t.pins.forget(invitation.terminal)
                t.witness.forget(invitation.terminal)
        if invitation is None or now > invitation.until:
            raise NoSuchCode("this code is wrong, used or too old")
        central_key = public_text(self.key)
        return Enrolled(
            site=self.site,
            terminal=invitation.terminal,
            counter=invitation.counter,
            central_key=central_key,
        )

    def enrol_anywhere(self, message: Enrol, now: datetime) -> Enrolled:
        """Use a code of whichever site made it; NoSuchCode when none did."""
        for site, _name in self.sites():
            at = self.at(site)
            try:
                if at is not None:
                    return at.enrol(message, now)
            except NoSuchCode:
                continue
        raise NoSuchCode("this code is wrong, used or too old")

    def terminal(self, terminal: str) -> KnownTerminal | None:
        with self.store.transaction(self.site) as t:
            return t.terminals.get(terminal)

    def terminals(self) -> tuple[KnownTerminal, ...]:
        with self.store.transaction(self.site) as t:
            return t.terminals.all()

    @contextmanager
    def asked(self, terminal: str) -> Iterator["Asked | None"]:
        """One request of a terminal in one transaction, in which nobody else changes what is known
        of it; None when there is no such terminal."""
        with self.store.transaction(self.site) as t:
            known = t.terminals.get(terminal, hold=True)
            yield Asked(self, t, known) if known else None

    def greet(self, known: KnownTerminal, hello: Hello, now: datetime) -> Welcome:
        with self._asked(known) as asked:
            return asked.greet(hello, now)

    def judge(self, known: KnownTerminal, heads: Heads, now: datetime) -> Answer:
        with self._asked(known) as asked:
            return asked.judge(heads, now)

    def take_day(
        self, known: KnownTerminal, report: DayReport, body: bytes, now: datetime
    ) -> Receipt:
        with self._asked(known) as asked:
            return asked.take_day(report, body, now)

    @contextmanager
    def _asked(self, known: KnownTerminal) -> Iterator["Asked"]:
        with self.asked(known.terminal) as asked:
            if asked is None:
                raise LookupError(known.terminal)
            yield asked

    def release(self, terminal: str, by: str, note: str, now: datetime) -> bool:
        """A person has compared both sides: the terminal goes on from what it has now. False
        when it was not in quarantine and had no alarm."""
        with self.store.transaction(self.site) as t:
            known = t.terminals.get(terminal, hold=True)
            if known is None:
                return False
            settled = t.witness.settle(terminal, by, note, now)
            if known.quarantined:
                t.terminals.release(terminal)
                t.witness.forget(terminal)
            return bool(settled) or known.quarantined

    def fleet(self, today: date) -> Fleet:
        """How the terminals are. Holds no score."""
        since = today - timedelta(days=FLEET_DAYS)
        with self.store.transaction(self.site) as t:
            return Fleet(
                terminals=t.terminals.all(),
                alarms=t.witness.alarms(),
                twice=t.witness.twice(since),
                newest_days=t.days.newest_days(),
                aside=t.days.aside(),
                over_tickets=t.days.over_tickets(since, today),
                flags=t.days.flags_since(since),
            )

    def roster(self) -> Roster:
        with self.store.transaction(self.site) as t:
            return _roster(t, self.settings)

    # --- people ----------------------------------------------------------------------------

    def import_officers(self, officers: tuple[Officer, ...]) -> None:
        """All or none; NumberTaken names the first clash."""
        with self.store.transaction(self.site) as t:
            t.people.put(officers)
            t.pins.withdraw(str(officer.id) for officer in officers if officer.retired)

    def officers(self) -> tuple[Officer, ...]:
        with self.store.transaction(self.site) as t:
            return t.people.everyone()

    def retire(self, number: str) -> bool:
        """Retire the active officer with this number, whose PIN ends; whether there was one."""
        with self.store.transaction(self.site) as t:
            t.pins.withdraw(str(o.id) for o in t.people.active() if o.number == number)
            return t.people.retire(number)

    def pins(self) -> tuple[OfficersPin, ...]:
        """How it stands with the PIN of each active officer."""
        with self.store.transaction(self.site) as t:
            officers, found, held = t.people.active(), t.pins.all(), t.pins.held()
            takers = [x.terminal for x in t.terminals.all()]
        return tuple(self._pin_of(o, found.get(str(o.id)), held, takers) for o in officers)

    def _pin_of(
        self,
        officer: Officer,
        issued: Issued | None,
        held: Mapping[str, Mapping[str, TerminalPin]],
        takers: Iterable[str],
    ) -> OfficersPin:
        if issued is None or not issued.verifier:
            return OfficersPin(officer=officer, base=issued.issue if issued else 0, issued=None)
        places: dict[str, list[str]] = {"has": [], "own": [], "waits": []}
        for terminal in takers:
            there = held.get(terminal, {}).get(str(officer.id))
            late = there is None or there.issue < issued.issue
            places["waits" if late else "own" if there and there.own else "has"].append(terminal)
        has, own, waits = (tuple(places[name]) for name in ("has", "own", "waits"))
        lost = self.verifier(issued) is None
        return OfficersPin(
            officer=officer,
            base=issued.issue,
            issued=issued,
            has=has,
            own=own,
            waits=waits,
            lost=lost,
        )

    def issue_pins(self, wanted: Mapping[str, int], by: str, now: datetime) -> dict[str, str]:
        """New PINs, by officer, of the officers in `wanted`, each with the newest issue that was
        seen. They are known to nobody, and come back here this once. EditedMeanwhile, and none is
        issued, when one has another issue by now or is not on the roster."""
        officers = {str(o.id): o for o in self.officers() if not o.retired}
        if not wanted.keys() <= officers.keys():
            raise EditedMeanwhile
        fresh = {id_: pin.generate(officers[id_].number) for id_ in wanted}
        kept = {
            id_: pin.Verifier.of(id_, new).keep(self._pepper, self._owner(id_))
            for id_, new in fresh.items()
        }
        with self.store.transaction(self.site) as t:
            still = {str(o.id) for o in t.people.active()}
            for id_, base in wanted.items():
                if id_ not in still:
                    raise EditedMeanwhile
                issue = max(int(now.timestamp()), base + 1)
                t.pins.put(Issued(officer=id_, issue=issue, author=by, verifier=kept[id_]), base)
        return fresh

    def verifier(self, issued: Issued) -> pin.Verifier | None:
        """What checks an issued PIN; None when it was kept under another key of central."""
        try:
            owner = self._owner(issued.officer)
            return pin.Verifier.kept(self._pepper, owner, issued.verifier)
        except pin.BadVerifier:
            return None

    def _owner(self, officer: str) -> str:
        return f"{self.site} {officer}"

    @property
    def _pepper(self) -> bytes:
        # Out of central's key: that lies outside the database too, and is backed up with it.
        return hmac.digest(self.key.private_bytes_raw(), b"kiosk central pins", "sha256")

    def import_tickets(self, rows: Iterable[Ticket]) -> int:
        with self.store.transaction(self.site) as t:
            return t.days.put_tickets(rows)

    # --- results ---------------------------------------------------------------------------

    def publish(self, today: date) -> int:
        """Close every block that can be closed by `today`; how many. Doing it again adds none, and
        costs next to nothing when nothing came in and no week ended since. On a day that can't be
        (the server's clock is wrong) none: a closed block never changes."""
        if not plausible(today):
            return 0
        with self.store.transaction(self.site) as t:
            return publishing.publish(t, today)

    def tally(self, day: date, reader: str, now: datetime) -> DayTally:
        """Raw counts of a day for the audit role. The read is logged first."""
        with self.store.transaction(self.site) as t:
            t.days.log_read(reader, f"tally {day.isoformat()}", now)
            officers = {str(o.id): o for o in t.people.everyone()}
            return DayTally(officers, t.days.tally(day), t.days.outcomes(day))

    def verify(self) -> str | None:
        """The first day whose bytes, digest, header and rows disagree; None: all agree.

        A transaction for each day: terminals go on sending meanwhile.
        """
        try:
            with self.store.transaction(self.site) as t:
                held, strangers = t.days.days_held(), t.days.unknown_sites()
                rolled = t.published.rollup_agrees()
        except ValueError as error:
            return f"a date that can't be: {error}"
        if not rolled:
            return "the months' sums differ from the published blocks"
        if strangers:
            return f"rows of a site that is not known here: {strangers[0]}"
        for terminal, day in held:
            with self.store.transaction(self.site) as t:
                wrong = self._wrong_with(t.days, terminal, day)
            if wrong:
                return f"{terminal} {day}: {wrong}"
        with self.store.transaction(self.site) as t:
            forgotten = t.unclosed.forgotten()
        return f"ratings of {forgotten} stand in no block and wait for none" if forgotten else None

    def _wrong_with(self, days: Days, terminal: str, day: date) -> str:
        kept = days.kept(terminal, day)
        if kept is None:
            return "has rows but no day report"
        if digest(kept.body) != kept.digest:
            return "bytes differ from their digest"
        try:
            report = DayReport.parse(kept.body)
        except BadMessage as error:
            return f"is no day report: {error}"
        if (report.site, report.terminal, report.date) != (self.site, terminal, day):
            return "the report is another day's or terminal's"
        if report.revision != kept.revision:
            return "the header differs from the report"
        return "" if days.rows_agree(report) else "its rows do not add up to the report"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a terminal may ask, inside the transaction that `Central.asked` opened."""

    central: Central
    t: Transaction
    known: KnownTerminal

    def greet(self, hello: Hello, now: datetime) -> Welcome:
        """Open a run with a fresh nonce."""
        run = new_run(self.known.terminal, hello, now + self.central.run)
        self.t.terminals.open_run(run, now)
        return Welcome(run.nonce, self.known.head)

    def judge(self, heads: Heads, now: datetime) -> Answer:
        """Take the terminal's journal head and open sheets, or put it into quarantine."""
        t, known = self.t, self.known
        if known.quarantined:
            return Answer.QUARANTINED
        answer, why = judge_heads(known.head, heads), ""
        if answer is Answer.STORED:
            answer, why = _judge_open(t, known.terminal, heads)
        if answer is Answer.STORED:
            t.terminals.put_head(known.terminal, heads.now)
            t.witness.put(known.terminal, heads.sheets)
        else:
            why = why or f"journal: entry {heads.now.seq} after {known.head.seq} was seen"
            _quarantine(t, known.terminal, answer, why, now)
        return answer

    def take_day(self, report: DayReport, body: bytes, now: datetime) -> Receipt:
        """Take a day report; the receipt says what became of it."""
        found, held = digest(body), self.known.quarantined
        answer = Answer.QUARANTINED if held else _take(self.t, report, body, found, now)
        if answer in (Answer.QUARANTINED, Answer.ROLLBACK, Answer.FORK):
            self.t.days.keep_aside(report, body, found, answer, now)
        return Receipt(
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=found,
            answer=answer,
        )

    def held(self, now: datetime) -> StoredDays:
        """What central has of a terminal: what a restored central lost is sent again."""
        since = (now - timedelta(days=HELD_DAYS)).date()
        rows = self.t.days.held(self.known.terminal, since)
        return StoredDays(
            tuple(
                StoredRevision(date=day, revision=revision, digest=digest)
                for day, revision, digest in rows
            )
        )

    def roster(self) -> Roster:
        return _roster(self.t, self.central.settings)

    def pins(self, message: PinStatus) -> IssuedPins:
        """Which PINs there are, with what checks those that the terminal has not got."""
        t, terminal = self.t, self.known.terminal
        t.pins.put_held(terminal, message.pins)
        has = {held.officer: held.issue for held in message.pins}
        rows: list[IssuedPin] = []
        left = MOST_SEALED
        for officer, issued in t.pins.all().items():
            verifier, sealed = None, ""
            if issued.verifier and has.get(officer, 0) < issued.issue and left:
                verifier = self.central.verifier(issued)
            if verifier is not None:
                where = (self.central.site, terminal, officer, issued.issue)
                sealed, left = seal(message.key, *where, verifier), left - 1
            if issued.verifier:
                rows.append(IssuedPin(officer, issued.issue, sealed))
        return IssuedPins(tuple(rows))

    def photos(self) -> Photos:
        """The photos of those on the roster, by digest."""
        on_roster = {str(o.id) for o in self.t.people.active()}
        digests = self.t.office.photo_digests()
        return Photos(
            tuple(
                PhotoDigest(officer=officer, digest=photo)
                for officer, photo in digests
                if officer in on_roster
            )
        )

    def photo(self, officer: str) -> bytes | None:
        """The photo of one on the roster."""
        on_roster = any(o.id == officer for o in self.t.people.active())
        return self.t.office.photo(officer) if on_roster else None


def _roster(t: Transaction, file: CentralSettings) -> Roster:
    """Officers and words for terminals: what the settings page says, else central.toml."""
    officers, own, usual = t.people.active(), t.office.settings().settings, SiteSettings()
    level_words = own.level_words
    improvements = t.office.newest_done(MAX_IMPROVEMENTS)
    wording = Wording(
        question_th=own.question_th or file.question_th,
        question_en=own.question_en or file.question_en,
        comment_url=own.comment_url or file.comment_url,
        # What nobody has changed here is each terminal's own.
        level_words=() if level_words == usual.level_words else level_words,
        reasons=() if own.reasons == usual.reasons else own.reasons,
        improvements=tuple(Improvement(said=one.said, done=one.done) for one in improvements),
        holidays=tuple(date.fromisoformat(day) for day in own.holidays),
    )
    return Roster.of(officers, wording)


def _judge_open(t: Transaction, terminal: str, heads: Heads) -> tuple[Answer, str]:
    """The open sheets against those seen. A day that is not shown is as it was reported."""
    shown = {sheet.date for sheet in heads.sheets}
    seen = t.witness.open_or(terminal, shown)
    closed = {day for day, _ in seen} - shown
    reported = t.days.sheets(terminal, closed) if closed else ()
    now = (*heads.sheets, *reported)
    answer, why = judge_sheets(seen, now, whole={day for day, _ in seen})
    if answer is Answer.STORED and closed:
        t.witness.judged(terminal, closed)
    return answer, why


def _take(t: Transaction, report: DayReport, body: bytes, found: str, now: datetime) -> Answer:
    """Take a day report whose sheets have only grown; raise the alarm for any other."""
    terminal, sheets = report.terminal, report.open_sheets()
    stored = t.days.stored(report)
    seen = t.witness.seen(terminal, {report.date})
    replaced = t.days.came_in_before(report) if stored is not None else set()
    if stored is not None and decide(stored, report, found) is Answer.STORED:
        # Not against the heads: what was closed before they were shown may have less.
        # Nor against what a person has released: that is no longer witnessed.
        reported = {(s.date, s.officer): s for s in t.days.sheets(terminal, {report.date})}
        before = {key: was for key, was in reported.items() if key in seen}
        answer, why = judge_sheets(before, sheets, whole={report.date})
        if answer is not Answer.STORED:
            _quarantine(t, terminal, answer, why, now)
            return answer
    answer = t.days.take(report, body, found, now, stored)
    if answer is Answer.STORED:
        t.unclosed.came(came_in(report) | replaced)
        fresh = (s for s in sheets if grown(s, seen.get((s.date, s.officer))))
        t.witness.put(terminal, fresh)
    elif answer is Answer.CONFLICT:
        detail = f"{report.date} revision {report.revision}: other bytes than were taken"
        t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=detail))
    return answer


def _quarantine(t: Transaction, terminal: str, answer: Answer, why: str, now: datetime) -> None:
    t.terminals.quarantine(terminal, answer)
    t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=why))


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
