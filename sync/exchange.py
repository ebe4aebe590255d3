"""One exchange with central over the network: a whole sync run, or a heartbeat between two.

Nothing waits for the network inside a transaction, so a slow central can't hold up a press.
"""

import contextlib
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import Clock
from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.people import Officer
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Parcel
from kiosk.store.state import Enrolment
from sync.centrallogs import seen_logs, take_proofs
from sync.client import NotCentral, SyncFailed, client_of
from sync.closing import NotEnrolled
from sync.connection import Connection, Wait
from sync.incoming import (
    Progress,
    Refused,
    parsed,
    reopen_lost,
    take_heads_answer,
    take_new_key,
    take_own_results,
    take_pins,
    take_roster,
)
from sync.keyfile import Renewal
from sync.messages import Late, LogsAnswer, NotMine, Photos, Receipt, Welcome
from sync.messages.values import MAX_ROWS
from sync.outgoing import due_now, greeting, new_key, pin_status
from sync.protocol import digest
from sync.receipts import ARRIVED, settle
from sync.recordings import take_recordings
from sync.steps import Asked
from sync.witness import heads, look, take_up_rest, waiting_days

MAX_PHOTO = 128 * 1024
"""Bytes of an officer's photo: central's, of 320 pixels, have some 20,000."""
MOST_PIN_REQUESTS = 50
"""In one run; central sends some hundreds of PINs at a time."""
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Synced:
    """What one run did."""

    sent: int
    parked: tuple[str, ...]
    roster_changed: bool
    officers: int
    pins: int = 0
    """PINs that central issued and this terminal took, or withdrew."""
    photos: int = 0
    """Officers' photos that came, changed or went."""
    recordings: int = 0
    """Prompts of the audible guide that came, changed or went."""


MOST_SHOWN = 40
"""Days that a terminal in quarantine shows to be compared: two months of an office."""
MOST_HELLOS = 3
"""Central's word changes every some minutes: perhaps between two of them."""
WAITING_FOR_SECOND = "central waits until another person has confirmed this machine"


def _silent(_line: str) -> None:
    pass


def sync(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str = "",
    progress: Progress = _silent,
    transport: httpx.BaseTransport | None = None,
    pepper: bytes | None = None,
    wait: Wait = time.sleep,
    asked: Asked = Asked(),  # noqa: B008  (a value)
    renewal: Renewal | None = None,
    before: Ed25519PrivateKey | None = None,
    recordings: Path | None = None,
) -> Synced:
    """Run once, over the network or another `transport`. PINs that central issued are stored under
    `pepper`; without one they are not asked for. Prompts that the office recorded come into the
    folder `recordings`; without one neither are they. Where central asks to come again later,
    `wait`, for PATIENCE in all. `renewal`: the key to go on with, made known to central on the
    way; `before`: the one before. Raises a kind of SyncFailed, and NotEnrolled; the journal says
    how it went."""
    enrolment, others = enrolment_of(store), _OtherKeys(renewal, before)
    take_up_rest(store, clock.now().wall, asked)
    try:
        with client_of(enrolment.url, ca, transport) as client:
            connection = Connection(
                client=client, enrolment=enrolment, key=key, progress=progress, wait=wait
            )
            run = _Run(store, clock, connection, pepper, asked, others)
            synced = run.complete(recordings)
    except SyncFailed as error:
        write_failure(store, clock, error)
        raise
    finally:
        store.checkpoint()
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNCED, {"days": str(synced.sent)})
    return synced


def heartbeat(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str = "",
    transport: httpx.BaseTransport | None = None,
    pepper: bytes | None = None,
    asked: Asked = Asked(),  # noqa: B008  (a value)
    renewal: Renewal | None = None,
    before: Ed25519PrivateKey | None = None,
) -> None:
    """Show central that this terminal lives, its journal's head, and a step of each open sheet; no
    count. With a `pepper`, take the PINs that central issued. Over the network or another
    `transport`. `renewal`: the key to go on with. Raises a kind of SyncFailed, and NotEnrolled.
    The journal says only if central has lost a day, or issued a PIN."""
    enrolment = enrolment_of(store)
    now = clock.now().wall
    store.forget_order((business_date(now), half_day(now)))
    take_up_rest(store, now, asked)
    try:
        with client_of(enrolment.url, ca, transport) as client:
            connection = Connection(client=client, enrolment=enrolment, key=key, progress=_silent)
            run = _Run(store, clock, connection, pepper, asked, _OtherKeys(renewal, before))
            if run.greet():
                run.take_pins()
    finally:
        # Of two sums of one sheet, one before a step and one after it, the difference opens the
        # step: the older one must not stay in the file while the newer one is in the log.
        store.checkpoint()


def enrolment_of(store: Store) -> Enrolment:
    """Which terminal of which central this is; NotEnrolled."""
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled; run `kiosk enrol URL CODE`")
    return enrolment


def write_failure(store: Store, clock: Clock, error: SyncFailed) -> None:
    """A run that failed, for the journal."""
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNC_FAILED, {"reason": str(error)[:200]})


class _OtherKeys(NamedTuple):
    """Beside the key of now: the one to go on with, and the one before."""

    renewal: Renewal | None
    before: Ed25519PrivateKey | None


class _Run:
    """The requests of one run, in their order."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        connection: Connection,
        pepper: bytes | None,
        asked: Asked,
        others: "_OtherKeys",
    ) -> None:
        self._store, self._clock, self._pepper, self._asked = store, clock, pepper, asked
        self._connection, self._others = connection, others

    def greet(self) -> bool:
        """Open the run, and show that nothing of the past has changed. Whether central takes days
        and gives PINs."""
        last = self._hello_with_any_key()
        stored = self._connection.ask("GET", "days")
        foreign = reopen_lost(self._store, self._clock, stored.body, self._connection.progress)
        self._witness_logs()
        look(self._store, self._clock.now().wall, self._asked)
        confirmed = True
        for current in heads(self._store, last):
            answer = self._connection.ask("PUT", "heads", current.to_bytes(), expected=(200, 409))
            nonce, signature = answer.proof.nonce, answer.proof.signature
            stored_now = take_heads_answer(self._store, self._clock, answer.body, nonce, signature)
            confirmed = confirmed and stored_now
        if confirmed and self._others.renewal is not None:
            self._renew_key(self._others.renewal)
        if foreign:
            body = NotMine(foreign[:MAX_ROWS]).to_bytes()
            self._connection.ask("PUT", "not-mine", body, expected=(204,))
            count = len(foreign)
            self._connection.progress(f"central has {count} days that this terminal never made")
        return confirmed

    def complete(self, recordings: Path | None) -> Synced:
        """Everything: days up, then roster, PINs, photos and recordings down. A roster that can't
        be taken comes too late to hold a day back."""
        try:
            confirmed = self.greet()
        except Refused:
            self._show_days()
            raise
        if not confirmed:
            officers = self._take_roster()
            return Synced(
                sent=0,
                parked=(WAITING_FOR_SECOND,),
                roster_changed=officers is not None,
                officers=officers or 0,
            )
        with self._store.read() as snapshot:
            waiting = waiting_days(snapshot)
            today = business_date(self._clock.now().wall)
            due = [parcel for parcel in due_now(snapshot, today) if parcel.day not in waiting]
        sent, parked = 0, []
        for parcel in due:
            receipt = self._send_day(parcel)
            line = f"{parcel.day} revision {parcel.revision}: {receipt.answer.value}"
            if receipt.answer in ARRIVED:
                sent += 1
            else:
                parked.append(line)
            self._connection.progress(line)
        officers = self._take_roster()
        take_own_results(self._store, self._connection.ask("GET", "own-results").body)
        return Synced(
            sent=sent,
            parked=tuple(parked),
            roster_changed=officers is not None,
            officers=officers or 0,
            pins=self.take_pins(),
            photos=self._take_photos(),
            recordings=take_recordings(self._connection, recordings) if recordings else 0,
        )

    def _show_days(self) -> None:
        """In quarantine: the reports that are due, so that people at central can compare before
        they decide. Central parks them, and they stay due here."""
        with self._store.read() as snapshot:
            due = due_now(snapshot, business_date(self._clock.now().wall))
        for parcel in due[-MOST_SHOWN:]:
            with contextlib.suppress(Refused):
                self._send_day(parcel)

    def _hello_with_any_key(self) -> int:
        """Say hello: with the next key first, where there is one. Central may know it already,
        though its answer never came. A central that was put back from a backup may know the one
        before, and then learns the one of now again."""
        renewal, before = self._others
        key = self._connection.key
        if renewal is not None and (last := self._hello_where_known(renewal.key)) is not None:
            self._go_on_with(renewal)
            return last
        self._connection.key = key
        if before is None:
            return self._hello()
        if (last := self._hello_where_known(key)) is not None:
            return last
        self._connection.key = before
        self._others = _OtherKeys(renewal or Renewal.again(key), None)
        return self._hello()

    def _hello_where_known(self, key: Ed25519PrivateKey) -> int | None:
        """Say hello with this key; None where central does not know it."""
        self._connection.key = key
        try:
            return self._hello()
        except NotCentral as error:
            if error.status != httpx.codes.UNAUTHORIZED:
                raise
            return None

    def _renew_key(self, renewal: Renewal) -> None:
        """Have central know the next key, and go on with it."""
        connection = self._connection
        body = new_key(connection.enrolment, renewal.key, connection.nonce).to_bytes()
        connection.ask("PUT", "key", body, expected=(204,))
        connection.key = renewal.key
        self._go_on_with(renewal)

    def _go_on_with(self, renewal: Renewal) -> None:
        take_new_key(self._store, self._clock, renewal)
        self._others = _OtherKeys(None, None)
        self._connection.progress("the key is renewed")

    def _hello(self) -> int:
        """Say hello until central opens a run: first without its word of these minutes, which the
        answer has. The number of the journal entry that central last saw."""
        window = ""
        for _ in range(MOST_HELLOS):
            nonce = secrets.token_hex(16)
            self._connection.nonce = nonce
            hello = greeting(self._store, self._clock, nonce, window)
            answer = self._connection.ask("POST", "hello", hello.to_bytes(), expected=(200, 409))
            if answer.status == httpx.codes.OK:
                welcome = parsed(Welcome.parse, answer.body)
                self._connection.nonce = welcome.nonce
                return welcome.last
            window = parsed(Late.parse, answer.body).window
        raise SyncFailed("central opened no run, though this terminal said its word")

    def _witness_logs(self) -> None:
        """See how central's own logs go on from what this terminal has seen of them."""
        enrolment = self._connection.enrolment
        seen = seen_logs(self._store, enrolment)
        answer = self._connection.ask("PUT", "logs", seen.to_bytes())
        proofs = parsed(LogsAnswer.parse, answer.body).logs
        take_proofs(self._store, self._clock, enrolment, proofs, self._connection.progress)

    def _send_day(self, parcel: Parcel) -> Receipt:
        name = f"days/{parcel.day.isoformat()}"
        answer = self._connection.ask("PUT", name, parcel.body, expected=(200, 201, 409))
        terminal = self._connection.enrolment.terminal
        return settle(self._store, parcel, terminal, answer.body, answer.proof)

    def _take_roster(self) -> int | None:
        """How many officers a new roster has; None: the terminal had it."""
        with self._store.read() as snapshot:
            etag = snapshot.state.roster_etag()
        answer = self._connection.ask("GET", "roster", expected=(200, 304), etag=etag)
        if answer.status == httpx.codes.NOT_MODIFIED:
            return None
        return take_roster(self._store, self._clock, answer.body)

    def take_pins(self) -> int:
        """Take the PINs that central issued, and drop those it withdrew; how many. The terminal
        asks again until nothing is new, so that central knows of all that it has."""
        if self._pepper is None:
            return 0
        changed = 0
        for _ in range(MOST_PIN_REQUESTS):
            key = X25519PrivateKey.generate()
            status = pin_status(self._store, key)
            answer = self._connection.ask("PUT", "pins", status.to_bytes())
            news = take_pins(
                self._store,
                self._clock,
                enrolment=self._connection.enrolment,
                key=key,
                pepper=self._pepper,
                body=answer.body,
            )
            if not news:
                break
            changed += news
        return changed

    def _take_photos(self) -> int:
        """Have the photos that central has of those on the roster; how many changed."""
        answer = self._connection.ask("GET", "photos")
        at_central = {p.officer: p.digest for p in parsed(Photos.parse, answer.body).photos}
        with self._store.read() as snapshot:
            here = snapshot.roster.photos_from_central()
        changed = 0
        for officer, photo in here.items():
            new = at_central.get(officer.id, "")
            if new != photo and self._replace_photo(officer, new):
                changed += 1
        return changed

    def _replace_photo(self, officer: Officer, new: str) -> bool:
        """Have the photo of this digest, or with none take it away; whether it was done."""
        jpeg = self._fetch_photo(officer, new) if new else None
        if new and jpeg is None:
            self._connection.progress(f"photo of {officer.name}: changed meanwhile; next time")
            return False
        with self._store.transaction() as t:
            t.roster.put_photo(officer.id, jpeg)
            t.witness(self._clock.now(), Kind.ROSTER_CHANGED, {"photo": officer.id})
        return True

    def _fetch_photo(self, officer: Officer, photo: str) -> bytes | None:
        """The photo of this digest; None where central has another one by now."""
        answer = self._connection.ask("GET", f"photos/{officer.id}", expected=(200, 404))
        if answer.status != httpx.codes.OK or digest(answer.body) != photo:
            return None
        if len(answer.body) > MAX_PHOTO or not answer.body.startswith(_JPEG):
            raise SyncFailed(f"central's photo of {officer.name} is no JPEG of a fitting size")
        return answer.body
