"""What follows at the terminal from each answer of central: over the network and on a stick.

Every answer that comes here was signed by central.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import Clock
from kiosk.domain.ownresult import OwnResult
from kiosk.domain.people import OfficerId
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.pins import PinRecord
from kiosk.store.state import Enrolment
from kiosk.store.witnessed import ShownAnswer
from sync.client import SyncFailed
from sync.keyfile import Renewal
from sync.messages import (
    Answer,
    DayReport,
    HeadsAnswer,
    IssuedPin,
    IssuedPins,
    OwnResults,
    Roster,
    StoredDays,
    StoredRevision,
)
from sync.messages.values import MAX_ROWS
from sync.protocol import BadMessage, etag
from sync.sealing import unseal
from sync.signing import public_text
from sync.witness import take_answer

LOOK_BACK = timedelta(days=365)
"""Central lists the days of a somewhat longer time."""

_PINS_AT_ONCE = 10
"""In one transaction: a press waits for all of them."""
_MOST_NOTED = 180
"""Days that are written down."""

Progress = Callable[[str], None]
"""Says in one line what has happened."""
T = TypeVar("T")


class Refused(SyncFailed):
    """Central answered and said no, by name."""

    def __init__(self, answer: Answer, text: str) -> None:
        super().__init__(text)
        self.answer = answer


def parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    """What a signed answer says; SyncFailed where it can't be read."""
    try:
        return parse(body)
    except BadMessage as error:
        raise _unreadable(error) from None


def take_heads_answer(store: Store, clock: Clock, body: bytes, nonce: str, signature: str) -> bool:
    """Store what central has seen, with its signature. Whether central takes days and gives PINs:
    not before another person has confirmed this machine. Refused when it has seen another past."""
    answer = parsed(HeadsAnswer.parse, body)
    if answer.answer not in (Answer.STORED, Answer.WAITING):
        why = "this terminal's past is not the one central has seen"
        if answer.answer is Answer.QUARANTINED:
            why = "it takes nothing until people there have looked"
        raise Refused(
            answer.answer,
            f"central says {answer.answer.value}: {why}; nothing was sent, ask IT to compare both "
            "sides",
        )
    proven = ShownAnswer(body=body, nonce=nonce, signature=signature)
    take_answer(store, clock.now().wall, answer, proven)
    return answer.answer is Answer.STORED


def take_new_key(store: Store, clock: Clock, renewal: Renewal) -> None:
    """Central knows the next key: go on with it."""
    renewal.finish()
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.KEY_RENEWED, {"key": public_text(renewal.key)})


def take_roster(store: Store, clock: Clock, body: bytes) -> int:
    """Take officers and wording as they are at central; how many officers."""
    roster = parsed(Roster.parse, body)
    people = roster.people()
    with store.transaction() as t:
        for before, officer in t.roster.apply(people):
            t.pins.move(before, officer)
        present = t.state.enrolment()
        if present is not None and present.next_url != roster.address:
            t.state.put_enrolment(replace(present, next_url=roster.address))
        t.state.put_wording(roster.wording, etag(body))
        t.witness(clock.now(), Kind.ROSTER_CHANGED, {"sent": str(len(roster.officers))})
    return len(roster.officers)


def take_own_results(store: Store, body: bytes) -> None:
    """Have what central published of each officer's last closed round, and nothing from before."""
    message = parsed(OwnResults.parse, body)
    results = {
        OfficerId(one.officer): OwnResult(
            first_day=message.first_day,
            last_day=message.last_day,
            n=one.n,
            bound=one.bound,
            rate=one.rate,
            low=one.low,
            high=one.high,
            places=one.places,
            response=one.response,
            weeks_objected=one.weeks_objected,
        )
        for one in message.results
    }
    with store.transaction() as t:
        t.roster.put_own_results(results)


def take_pins(
    store: Store,
    clock: Clock,
    enrolment: Enrolment,
    key: X25519PrivateKey,
    pepper: bytes,
    body: bytes,
) -> int:
    """Store the PINs that are later than those here, under `pepper`, and drop those that central
    withdrew; how many. An officer who was locked out may try the new one: who guessed at the old
    one knows nothing of it."""
    issued_pins = parsed(IssuedPins.parse, body).pins
    with store.read() as snapshot:
        records = snapshot.pins.issued()
    fresh = {}
    for issued in issued_pins:
        record = records.get(issued.officer)
        is_later = record is None or record.issue < issued.issue
        if issued.sealed and is_later:
            fresh[issued.officer] = _pin_record(issued, enrolment, key, pepper)
    withdrawn = records.keys() - {issued.officer for issued in issued_pins}
    changes: list[tuple[str, PinRecord | None]] = [*fresh.items()]
    changes += [(officer, None) for officer in sorted(withdrawn)]
    for first in range(0, len(changes), _PINS_AT_ONCE):
        _write_pins(store, clock, changes[first : first + _PINS_AT_ONCE])
    return len(changes)


def _write_pins(
    store: Store, clock: Clock, changes: Sequence[tuple[str, PinRecord | None]]
) -> None:
    """Store these PINs, and drop those without a record. Whatever is not written when this stops is
    still later than what is here, and comes again."""
    with store.transaction() as t:
        events = []
        for officer, record in changes:
            if record is None:
                t.pins.drop(officer)
                events.append((Kind.PIN_WITHDRAWN, {"owner": officer}))
            else:
                t.pins.put(officer, record)
                events.append((Kind.PIN_SET, {"owner": officer, "issue": str(record.issue)}))
        t.witness_all(clock.now(), events)


def _pin_record(
    issued: IssuedPin, enrolment: Enrolment, key: X25519PrivateKey, pepper: bytes
) -> PinRecord:
    try:
        verifier = unseal(
            key,
            site=enrolment.site,
            terminal=enrolment.terminal,
            officer=issued.officer,
            issue=issued.issue,
            sealed=issued.sealed,
        )
    except BadMessage as error:
        raise _unreadable(error) from None
    return PinRecord(
        hash=verifier.encrypted(pepper, issued.officer),
        tries=0,
        tried_boot_ms=0,
        boot_id="",
        issue=issued.issue,
    )


def reopen_lost(store: Store, clock: Clock, body: bytes, progress: Progress) -> tuple[date, ...]:
    """What central gave a receipt for and has no more becomes due again: a central that was put
    back from a backup has lost it. The days that are at central, and are not as this terminal made
    them."""
    at_central = _AtCentral(parsed(StoredDays.parse, body).days)
    oldest = clock.now().wall.date() - LOOK_BACK
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
        everything = snapshot.outbox.everything()
        sent_again = snapshot.journal.sent_again()
    missing = [
        parcel
        for parcel in everything
        if parcel.state is Delivery.RECEIPTED
        and parcel.day >= oldest
        and not at_central.has(parcel)
        and _is_of(parcel, enrolment)
    ]
    strange = at_central.strange(everything, missing, sent_again)
    _note_foreign(store, clock, strange)
    lost = {p.day for p in missing if p.revision > at_central.newest[p.day]} - {*strange}
    newest = {parcel.day: parcel for parcel in everything}
    again = [
        newest[day]
        for day in sorted(lost)
        if newest[day].state is Delivery.RECEIPTED or day not in sent_again
    ]
    if not again:
        return strange
    with store.transaction() as t:
        for parcel in again:
            if parcel.state is Delivery.RECEIPTED:
                t.outbox.reopen(parcel)
            detail = {"day": parcel.day.isoformat(), "revision": str(parcel.revision)}
            t.journal.append(clock.now(), Kind.SENT_AGAIN, detail)
    for parcel in again:  # whoever reads this may be slow: not under the lock
        progress(f"{parcel.day} revision {parcel.revision}: central has not got it; again")
    return strange


class _AtCentral:
    """What central says that it has of this terminal's days."""

    def __init__(self, stored_days: Sequence[StoredRevision]) -> None:
        self._digests = {(stored.date, stored.digest) for stored in stored_days}
        self._is_whole = len(stored_days) < MAX_ROWS
        self.newest: Counter[date] = Counter()
        """The newest revision of each day."""
        for stored in stored_days:
            self.newest[stored.date] = max(self.newest[stored.date], stored.revision)

    def has(self, parcel: Parcel) -> bool:
        return (parcel.day, parcel.digest) in self._digests

    def strange(
        self, everything: Iterable[Parcel], missing: Iterable[Parcel], sent_again: Container[date]
    ) -> tuple[date, ...]:
        """Days with a revision that this terminal never made; and those without one that central
        had, and has a later one of. Of what a restored central has lost, the newest revision alone
        goes out again."""
        own = {(parcel.day, parcel.digest) for parcel in everything}
        days = {day for day, _ in self._digests - own}
        if self._is_whole:
            replaced = (p.day for p in missing if p.revision < self.newest[p.day])
            days |= {day for day in replaced if day not in sent_again}
        return tuple(sorted(days))


def _is_of(parcel: Parcel, enrolment: Enrolment | None) -> bool:
    """Whether this generation of the terminal made it."""
    return enrolment is not None and DayReport.parse(parcel.body).terminal == enrolment.terminal


def _note_foreign(store: Store, clock: Clock, foreign: tuple[date, ...]) -> None:
    """Write down which days central has under this terminal's name that are not its own; and once
    that there are none any more."""
    noted = foreign[:_MOST_NOTED]
    with store.read() as snapshot:
        if noted == snapshot.journal.foreign_days():
            return
    days = " ".join(day.isoformat() for day in noted)
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.NOT_MINE, {"days": days})


def _unreadable(error: BadMessage) -> SyncFailed:
    return SyncFailed(f"central's answer can't be read: {error}")
