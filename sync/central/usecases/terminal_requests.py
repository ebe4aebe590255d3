"""What a terminal may ask, each request in one transaction that begins with who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.wording import MAX_IMPROVEMENTS, Improvement, Wording
from sync.central.logbook import told
from sync.central.settings import CentralSettings
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal
from sync.central.store.witness import Alarm
from sync.central.usecases.central import Central
from sync.central.usecases.day_reports import receive_day_report
from sync.central.usecases.intake import Signed, greeted
from sync.central.usecases.loghistory import prove_logs
from sync.central.usecases.pins import Issued, issued_verifier
from sync.central.usecases.recordings import current_recordings
from sync.central.usecases.releases import release_piece, wanted_release
from sync.central.usecases.terminals import NOT_MINE
from sync.central.usecases.witness import Points, witness_heads
from sync.messages import (
    DayReport,
    Heads,
    HeadsAnswer,
    HeldWhy,
    Hello,
    IssuedPin,
    IssuedPins,
    Late,
    LogsAnswer,
    NewKey,
    NotMine,
    Outbox,
    PhotoDigest,
    Photos,
    PinStatus,
    Receipt,
    RecordingDigest,
    Recordings,
    Roster,
    SeenLogs,
    Step,
    StoredDays,
    StoredRevision,
    UpdateState,
    WantedRelease,
    Welcome,
)
from sync.messages.values import MAX_ROWS
from sync.protocol import BadMessage
from sync.sealing import seal
from sync.signing import check_key

DAY_DROPPED = "day-dropped"
"""An alarm: a person at a terminal decided that a day's report is not sent."""
EARLIER_KEY = "earlier-key"
"""An alarm: somebody came with the key that a terminal had before."""
_MOST_NOT_MINE = 20
"""Days of one message for which an alarm stands: more do not say more."""
HELD_DAYS = 400
"""A fiscal year and more: as far back as a terminal learns which days central has."""
MOST_SEALED = 500
"""PINs in one answer to a terminal, which then asks again."""


@contextmanager
def terminal_request(central: Central, terminal: str) -> "Iterator[TerminalRequest | None]":
    """One request of a terminal in one transaction, in which nobody else changes what is known
    of it; None when there is no such terminal."""
    with central.store.transaction(central.site) as t:
        asking = t.terminals.get(terminal, for_update=True)
        yield TerminalRequest(central, t, asking) if asking else None


@dataclass(frozen=True, slots=True)
class TerminalRequest:
    """What a terminal may ask, inside the transaction that `terminal_request` opened."""

    central: Central
    t: Transaction
    terminal: KnownTerminal

    def greet(self, hello: Hello, now: datetime) -> Welcome | Late:
        """Open a run with a fresh nonce, or say which word a hello carries now."""
        answer, run = greeted(self.central, self.terminal, hello, now)
        if run is not None:
            self.t.terminals.open_run(run, now)
        return answer

    def put_next_key(self, message: NewKey, path: str, nonce: str) -> None:
        """Take the key that the terminal is to go on with. The one before holds until this one is
        used. BadMessage, BadSignature."""
        check_key(message.public_key, message.proof, path, nonce)
        if message.public_key in self.t.terminals.earlier_keys(self.terminal.terminal):
            raise BadMessage("public_key: this terminal had this key before")
        if message.public_key != self.terminal.public_key:
            self.t.terminals.put_next_key(self.terminal.terminal, message.public_key)

    def renew_key(self, now: datetime) -> None:
        """The next key was used: it takes the place of the one before."""
        self.t.terminals.renew_key(self.terminal, now)
        terminal = self.terminal.terminal
        self.t.logs.change(terminal, told("key_renewed", terminal=terminal), now)

    def wanted_release(self, state: UpdateState, now: datetime) -> WantedRelease:
        """The release of the program that this terminal is to run."""
        return wanted_release(self.t, self.terminal.terminal, state, now)

    def release_piece(self, digest: str, number: int) -> bytes:
        """Nothing where there is no such release or piece."""
        return release_piece(self.central, self.t, digest, number)

    def earlier_key_of(self, signed: Signed) -> str:
        """The key that this terminal had before with which this was signed; "" where none was."""
        if self.terminal.renewed is None or signed.is_by(self.terminal.public_key):
            return ""
        keys = self.t.terminals.earlier_keys(self.terminal.terminal)
        return next((key for key in keys if signed.is_by(key)), "")

    def greet_by_earlier_key(self, hello: Hello, now: datetime) -> Late | None:
        """Who has the key that this terminal had before is told how to say hello: an old greeting
        may be repeated by anybody. Who then does so raises the alarm."""
        answer, run = greeted(self.central, self.terminal, hello, now)
        if run is None:
            return answer if isinstance(answer, Late) else None
        detail = f"after {self.terminal.renewed:%Y-%m-%d %H:%M} UTC"
        terminal = self.terminal.terminal
        self.t.witness.alarm(Alarm(at=now, terminal=terminal, kind=EARLIER_KEY, detail=detail))
        return None

    def judge(self, heads: Heads, points: Points, now: datetime) -> HeadsAnswer | tuple[Step, ...]:
        """Take the terminal's journal head and steps, or put it into quarantine. Steps that come
        back are to be proved first."""
        return witness_heads(self.central, self.t, self.terminal, heads, points, now)

    def prove_logs(self, seen: SeenLogs, now: datetime) -> LogsAnswer:
        """How central's logs go on from what the terminal has seen of them."""
        return LogsAnswer(prove_logs(self.t, self.terminal.terminal, seen.logs, now))

    def take_day(self, report: DayReport, body: bytes, now: datetime) -> Receipt:
        """Take a day report; the receipt says what became of it."""
        return receive_day_report(self.t, self.terminal, report, body, now)

    def stored_days(self, now: datetime) -> StoredDays:
        """The days that central has of a terminal: what a restored central lost is sent again, and
        what is not as the terminal made it is named by it."""
        since = (now - timedelta(days=HELD_DAYS)).date()
        rows = self.t.days.digests(self.terminal.terminal, since)
        rows += self.t.days.earlier_digests(self.terminal.terminal, since)
        return StoredDays(
            tuple(
                StoredRevision(date=day, revision=revision, digest=digest)
                for day, revision, digest in rows[:MAX_ROWS]
            )
        )

    def not_mine(self, message: NotMine, now: datetime) -> None:
        """Raise the alarm: days that the terminal never made are under its name. Not for others:
        who has a key could drown alarms in them."""
        terminal = self.terminal.terminal
        stored = {day.date for day in self.stored_days(now).days}
        strange = [day for day in message.days if day in stored]
        for day in strange[:_MOST_NOT_MINE]:
            detail = day.isoformat()
            if self._is_decided(day, self.t.witness.settled(terminal, NOT_MINE, detail)):
                continue
            self.t.witness.alarm(Alarm(at=now, terminal=terminal, kind=NOT_MINE, detail=detail))

    def put_outbox(self, message: Outbox, now: datetime) -> None:
        """Remember what the terminal holds back. What a person there dropped raises the alarm: a
        day that never comes may be one that somebody would rather not show."""
        terminal = self.terminal.terminal
        fresh = set(message.reports) - {*self.terminal.held}
        self.t.terminals.put_held(terminal, message)
        dropped = sorted(report for report in fresh if report.why is HeldWhy.DROPPED)
        for report in dropped[:_MOST_NOT_MINE]:
            detail = f"{report.date} revision {report.revision}: {report.words}"
            alarm = Alarm(at=now, terminal=terminal, kind=DAY_DROPPED, detail=detail)
            self.t.witness.alarm(alarm)
        for report in dropped[:_MOST_NOT_MINE]:
            what = told(
                "day_dropped",
                terminal=terminal,
                day=report.date.isoformat(),
                revision=str(report.revision),
                reason=report.words,
            )
            self.t.logs.change(terminal, what, now)

    def _is_decided(self, day: date, settled: datetime | None) -> bool:
        """Whether people have looked at the report of this day that is here now."""
        looked = [at for at in (settled, self.terminal.central_stays) if at is not None]
        report = self.t.days.report(self.terminal.terminal, day)
        return bool(looked) and report is not None and report.received <= max(looked)

    def roster(self) -> Roster:
        """Officers and words for terminals."""
        return _roster(self.t, self.central.settings)

    def pins(self, message: PinStatus) -> IssuedPins:
        """Which PINs there are, with what checks those that the terminal has not got."""
        terminal = self.terminal.terminal
        self.t.pins.put_at_terminal(terminal, message.pins)
        issues = {pin.officer: pin.issue for pin in message.pins}
        rows: list[IssuedPin] = []
        room = MOST_SEALED
        for officer, issued in self.t.pins.all().items():
            if not issued.verifier:
                continue
            sealed = ""
            if room and issues.get(officer, 0) < issued.issue:
                sealed = self._sealed(message.key, issued)
            if sealed:
                room -= 1
            rows.append(IssuedPin(officer, issued.issue, sealed))
        return IssuedPins(tuple(rows))

    def photos(self) -> Photos:
        """The photos of those on the roster, by digest."""
        on_roster = {str(officer.id) for officer in self.t.people.active()}
        return Photos(
            tuple(
                PhotoDigest(officer=officer, digest=digest)
                for officer, digest in self.t.photos.digests()
                if officer in on_roster
            )
        )

    def photo(self, officer_id: str) -> bytes | None:
        """The photo of one on the roster."""
        on_roster = any(officer.id == officer_id for officer in self.t.people.active())
        return self.t.photos.of(officer_id) if on_roster else None

    def recordings(self) -> Recordings:
        """Which prompts the office recorded, in the words that it has now."""
        recorded = current_recordings(self.t, self.t.settings.newest().settings)
        return Recordings(
            tuple(
                RecordingDigest(language=language, prompt=prompt, digest=one.digest)
                for (language, prompt), one in recorded.items()
            )
        )

    def recording(self, language: str, prompt: str) -> bytes | None:
        return self.t.recordings.of(language, prompt)

    def _sealed(self, key: str, issued: Issued) -> str:
        """What checks a PIN, sealed to the terminal's `key`; empty where it was lost."""
        verifier = issued_verifier(self.central, issued)
        if verifier is None:
            return ""
        site, terminal = self.central.site, self.terminal.terminal
        return seal(key, site, terminal, issued.officer, issued.issue, verifier)


def take_day_report(
    central: Central, terminal: str, report: DayReport, body: bytes, now: datetime
) -> Receipt:
    """Take a terminal's day report; LookupError when there is none of that id."""
    with _request(central, terminal) as request:
        return request.take_day(report, body, now)


@contextmanager
def _request(central: Central, terminal: str) -> Iterator[TerminalRequest]:
    with terminal_request(central, terminal) as request:
        if request is None:
            raise LookupError(terminal)
        yield request


def _roster(t: Transaction, file: CentralSettings) -> Roster:
    """Officers and words for terminals: what the settings page says, else central.toml."""
    settings = t.settings.newest().settings
    usual = SiteSettings()
    done = t.improvements.newest_done(MAX_IMPROVEMENTS)
    # What nobody has changed here is each terminal's own.
    own_levels = settings.level_words != usual.level_words
    own_reasons = settings.reasons != usual.reasons
    wording = Wording(
        question_th=settings.question_th or file.question_th,
        question_en=settings.question_en or file.question_en,
        comment_url=settings.comment_url or file.comment_url,
        level_words=settings.level_words if own_levels else (),
        reasons=settings.reasons if own_reasons else (),
        improvements=tuple(Improvement(said=line.said, done=line.done) for line in done),
        holidays=tuple(sorted(settings.holidays)),
        office_th=file.name,
        office_en=settings.office_en,
    )
    return Roster.of(t.people.active(), wording, file.moves_to)
