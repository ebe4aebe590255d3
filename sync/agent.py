"""One sync run: hello, heads, roster down, days up, receipts kept.

Only what central signed counts: a captive portal also answers 200. The network is never waited
for inside a transaction, so a slow central can't hold up a press.
"""

import json
import os
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import kiosk
from kiosk import pin
from kiosk.clock import Clock
from kiosk.domain.people import OfficerId
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.pins import PinRecord
from kiosk.store.state import Enrolment
from sync.client import NotCentral, SyncFailed, TryLater, client_of, not_central, send
from sync.closing import NotEnrolled
from sync.messages import (
    Answer,
    DayReport,
    Enrol,
    Enrolled,
    ErrorLine,
    Head,
    Heads,
    HeadsAnswer,
    Hello,
    IssuedPins,
    OpenSheet,
    PanelState,
    Photos,
    PinStatus,
    Receipt,
    Roster,
    StoredDays,
    TerminalPin,
    Welcome,
)
from sync.messages.values import MAX_COUNT
from sync.protocol import BadMessage, digest, etag
from sync.sealing import sealing_text, unseal
from sync.signing import (
    NONCE_HEADER,
    SIGNATURE_HEADER,
    BadSignature,
    check_answer,
    public_key,
    public_text,
    sign_request,
)

PATIENCE = 300.0
"""Seconds that one run waits in all where it is asked to come again later: longer than any honest
answer asks for, and shorter than central keeps a run open."""
LOOK_BACK = 365
"""Days; central tells what it holds for somewhat longer."""
MAX_PHOTO = 128 * 1024
"""Bytes of an officer's photo: central's, of 320 pixels, have some 20,000."""
MOST_ROUNDS = 50
"""How often one run asks for PINs; central sends some hundreds at a time."""

_HELD = (Answer.ROLLBACK, Answer.FORK, Answer.QUARANTINED)


class Refused(SyncFailed):
    """Central answered and said no, by name."""

    def __init__(self, answer: Answer, text: str) -> None:
        super().__init__(text)
        self.answer = answer


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


Progress = Callable[[str], None]
Wait = Callable[[float], None]
"""Lets so many seconds pass."""
T = TypeVar("T")


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
) -> Synced:
    """Run once, over the network or another `transport`. PINs that central issued are kept under
    `pepper`, and not asked for without one. Where central asks to come again later, `wait`, for
    PATIENCE in all. Raises a kind of SyncFailed, and NotEnrolled; the journal says how it went."""
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled; run `kiosk enrol URL CODE`")
    try:
        with client_of(enrolment.url, ca, transport) as client:
            result = _Run(
                store=store,
                clock=clock,
                key=key,
                enrolment=enrolment,
                client=client,
                progress=progress,
                pepper=pepper,
                wait=wait,
            ).all()
    except SyncFailed as error:
        with store.transaction() as t:
            t.journal.append(clock.now(), Kind.SYNC_FAILED, {"reason": str(error)[:200]})
        raise
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNCED, {"days": str(result.sent)})
    return result


def heartbeat(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str = "",
    transport: httpx.BaseTransport | None = None,
    pepper: bytes | None = None,
) -> None:
    """Show central that this terminal lives, and what its journal and open sheets are now; no
    score. With a `pepper`, take the PINs that central issued. Over the network or another
    `transport`. Raises a kind of SyncFailed, and NotEnrolled. The journal says only if central has
    lost a day, or issued a PIN."""
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled; run `kiosk enrol URL CODE`")
    with client_of(enrolment.url, ca, transport) as client:
        run = _Run(
            store=store,
            clock=clock,
            key=key,
            enrolment=enrolment,
            client=client,
            progress=_silent,
            pepper=pepper,
        )
        run.greet()
        run.pins()


def enrol(url: str, code: str, key: Ed25519PrivateKey, ca: str = "") -> Enrolment:
    """Use a one-time code at central; the terminal's identity. SyncFailed when it is refused."""
    url = url.rstrip("/")
    body = Enrol(code.strip().upper(), public_text(key)).to_bytes()
    with client_of(url, ca) as client:
        status, answer, _ = send(client, "POST", "/v1/enrol", body, {})
    if status == httpx.codes.FORBIDDEN:
        raise SyncFailed("the code is wrong, used or older than 10 minutes; ask for a new one")
    try:
        enrolled = Enrolled.parse(answer) if status == httpx.codes.OK else None
        if enrolled is not None:
            public_key(enrolled.central_key)
    except BadMessage:
        enrolled = None
    if enrolled is None:
        raise NotCentral(f"{url} answered {status}, but not as a central report does")
    return Enrolment(
        url=url,
        site=enrolled.site,
        terminal=enrolled.terminal,
        counter=enrolled.counter,
        central_key=enrolled.central_key,
    )


def _panel(snapshot: Snapshot) -> PanelState:
    """How the panel was last told of: "up", "down", or "" where there never was one."""
    newest = snapshot.journal.last(Kind.PANEL_UP, Kind.PANEL_DOWN)
    if newest is None:
        return ""
    return "up" if newest.kind is Kind.PANEL_UP else "down"


@dataclass(slots=True)
class _Run:
    store: Store
    clock: Clock
    key: Ed25519PrivateKey
    enrolment: Enrolment
    client: httpx.Client
    progress: Progress
    pepper: bytes | None = None
    wait: Wait | None = None
    """None: who is asked to come again later ends the run instead."""
    patience: float = PATIENCE
    """Seconds that are left of it."""
    nonce: str = ""

    def greet(self) -> None:
        """Open the run, and show that nothing of the past has changed."""
        last = self._hello()
        self._send_again_what_is_gone()
        self._heads(last)

    def all(self) -> Synced:
        self.greet()
        with self.store.read() as snapshot:
            due = snapshot.outbox.due()
        sent, parked = 0, []
        for parcel in due:
            receipt = self._day(parcel)
            if receipt.answer in (Answer.STORED, Answer.ALREADY_HAVE):
                sent += 1
            else:
                parked.append(f"{parcel.day} revision {parcel.revision}: {receipt.answer.value}")
            self.progress(f"{parcel.day} revision {parcel.revision}: {receipt.answer.value}")
        # Last: a roster that can't be taken holds no day back.
        changed, officers = self._roster()
        return Synced(
            sent=sent,
            parked=tuple(parked),
            roster_changed=changed,
            officers=officers,
            pins=self.pins(),
            photos=self._photos(),
        )

    def _hello(self) -> Head:
        self.nonce = secrets.token_hex(16)
        hello = greeting(self.store, self.clock, self.nonce)
        _, body, _ = self._ask("POST", "hello", hello.to_bytes(), {200})
        welcome = parsed(Welcome.parse, body)
        self.nonce = welcome.nonce
        return welcome.last

    def _heads(self, last: Head) -> None:
        _, body, _ = self._ask("PUT", "heads", heads(self.store, last).to_bytes(), {200, 409})
        take_heads_answer(body)

    def _roster(self) -> tuple[bool, int]:
        with self.store.read() as snapshot:
            known = snapshot.state.roster_etag()
        headers = {"If-None-Match": known} if known else {}
        status, body, _ = self._ask("GET", "roster", b"", {200, 304}, headers)
        if status == httpx.codes.NOT_MODIFIED:
            return False, 0
        return True, take_roster(self.store, self.clock, body)

    def pins(self) -> int:
        """Take the PINs that central issued, and drop those it withdrew; how many. Asked again
        until central has been told of all."""
        done = 0
        for _ in range(MOST_ROUNDS if self.pepper else 0):
            key = X25519PrivateKey.generate()
            status = pins_held(self.store, key)
            _, body, _ = self._ask("PUT", "pins", status.to_bytes(), {200})
            taken = take_pins(self.store, self.clock, self.enrolment, key, self.pepper or b"", body)
            if not taken:
                break
            done += taken
        return done

    def _photos(self) -> int:
        """Have the photos that central has of those on the roster; how many changed."""
        _, body, _ = self._ask("GET", "photos", b"", {200})
        wanted = {photo.officer: photo.digest for photo in parsed(Photos.parse, body).photos}
        with self.store.read() as snapshot:
            have = snapshot.roster.photos_from_central()
        done = 0
        for officer, before in have.items():
            new = wanted.get(officer, "")
            if new != before and self._photo(officer, new):
                done += 1
        return done

    def _photo(self, officer: OfficerId, wanted: str) -> bool:
        """Fetch and keep one photo, or with no digest take it away; whether it was done."""
        jpeg = None
        if wanted:
            status, jpeg, _ = self._ask("GET", f"photos/{officer}", b"", {200, 404})
            if status != httpx.codes.OK or digest(jpeg) != wanted:
                self.progress(f"photo of {officer}: changed meanwhile; next time")
                return False
            if len(jpeg) > MAX_PHOTO or not jpeg.startswith(b"\xff\xd8\xff"):
                raise SyncFailed(f"central's photo of {officer} is no JPEG of a fitting size")
        with self.store.transaction() as t:
            t.roster.put_photo(officer, jpeg)
            t.witness(self.clock.now(), Kind.ROSTER_CHANGED, {"photo": officer})
        return True

    def _send_again_what_is_gone(self) -> None:
        """A central that was put back from a backup has lost what it gave receipts for."""
        _, body, _ = self._ask("GET", "days", b"", {200})
        reopen_lost(self.store, self.clock, body, self.progress)

    def _day(self, parcel: Parcel) -> Receipt:
        path = f"days/{parcel.day.isoformat()}"
        _, body, proof = self._ask("PUT", path, parcel.body, {200, 201, 409})
        return settle(self.store, parcel, self.enrolment.terminal, body, proof)

    def _ask(
        self,
        method: str,
        name: str,
        body: bytes,
        expected: set[int],
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        """A signed request; status, body and proof of the answer. Only a signed one is returned."""
        path = path_of(self.enrolment, name)
        signature = sign_request(self.key, method, path, self.nonce, body)
        signed = {NONCE_HEADER: self.nonce, SIGNATURE_HEADER: signature, **(headers or {})}
        status, answer, got = self._send(method, path, body, signed)
        own = got.get(SIGNATURE_HEADER, "")
        try:
            check_answer(
                public_key(self.enrolment.central_key), own, status, path, self.nonce, answer
            )
        except (BadSignature, BadMessage):
            raise NotCentral(not_central(self.enrolment.url, status, answer), status) from None
        if status not in expected:
            said = ErrorLine.words(answer) or "no reason given"
            raise SyncFailed(f"central answered {status} to {method} {name}: {said}")
        return status, answer, proof_of(status, path, self.nonce, own)

    def _send(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes, httpx.Headers]:
        """One request; the same again where we are asked to, as long as there is patience."""
        while True:
            try:
                return send(self.client, method, path, body, headers)
            except TryLater as error:
                # All who were sent away in the same moment shall not be back in the same one.
                seconds = error.seconds * random.uniform(1, 1.25)  # noqa: S311  (no secret)
                if self.wait is None or seconds > self.patience:
                    raise
            self.patience -= seconds
            self.progress(f"central asks to come again; waiting {seconds:.0f} s")
            self.wait(seconds)


def greeting(store: Store, clock: Clock, nonce: str) -> Hello:
    """The hello that opens a run: how this terminal is now."""
    with store.read() as snapshot:
        due, panel = snapshot.outbox.count(Delivery.DUE), _panel(snapshot)
    now = int(clock.now().wall.timestamp())
    found = os.statvfs(store.path.parent)
    free = min(found.f_bavail * found.f_frsize // 2**20, MAX_COUNT)
    return Hello(
        nonce=nonce,
        software=f"kiosk {kiosk.__version__}",
        clock=now,
        due=due,
        free=free,
        panel=panel,
    )


def heads(store: Store, last: Head) -> Heads:
    """The journal's head and the open sheets; `last`: the head that central acknowledged."""
    with store.read() as snapshot:
        seq, newest = snapshot.journal.head()
        at_last = snapshot.journal.hash_at(last.seq) if last.seq else ""
        return Heads(Head(seq, newest), at_last, _open_sheets(snapshot))


def take_heads_answer(body: bytes) -> None:
    """Refused when central has seen another past."""
    answer = parsed(HeadsAnswer.parse, body).answer
    if answer is not Answer.STORED:
        raise Refused(
            answer,
            f"central says {answer.value}: this terminal's past is not the one central has "
            "seen; nothing was sent, ask IT to compare both sides",
        )


def take_roster(store: Store, clock: Clock, body: bytes) -> int:
    """Take officers and wording as they are at central; how many officers."""
    roster = parsed(Roster.parse, body)
    with store.transaction() as t:
        t.roster.apply(roster.people())
        t.state.put_wording(roster.wording, etag(body))
        t.witness(clock.now(), Kind.ROSTER_CHANGED, {"sent": str(len(roster.officers))})
    return len(roster.officers)


def pins_held(store: Store, key: X25519PrivateKey) -> PinStatus:
    """Which issued PINs are here; central seals what is sent to `key`."""
    with store.read() as snapshot:
        held = snapshot.pins.issued()
    pins = tuple(
        TerminalPin(officer=officer, issue=record.issue, own=not pin.is_issued(record.hash))
        for officer, record in held.items()
    )
    return PinStatus(key=sealing_text(key), pins=pins)


def take_pins(
    store: Store,
    clock: Clock,
    enrolment: Enrolment,
    key: X25519PrivateKey,
    pepper: bytes,
    body: bytes,
) -> int:
    """Keep the PINs that are later than those here, under `pepper`, and drop those that central
    withdrew; how many. Who was locked out may try a new one: whoever guessed at the old one knows
    nothing of it."""
    sent = parsed(IssuedPins.parse, body).pins
    with store.read() as snapshot:
        held = snapshot.pins.issued()
    fresh = {}
    for one in sent:
        known = held.get(one.officer)
        if not one.sealed or (known and known.issue >= one.issue):
            continue
        where = (enrolment.site, enrolment.terminal, one.officer, one.issue)
        try:
            kept = unseal(key, *where, one.sealed).encrypted(pepper, one.officer)
        except BadMessage as error:
            raise SyncFailed(f"central's answer can't be read: {error}") from None
        fresh[one.officer] = PinRecord(
            hash=kept, tries=0, tried_boot_ms=0, boot_id="", issue=one.issue
        )
    void = held.keys() - {one.officer for one in sent}
    if not fresh and not void:
        return 0
    with store.transaction() as t:
        events = []
        for officer, record in fresh.items():
            t.pins.put(officer, record)
            events.append((Kind.PIN_SET, {"owner": officer, "issue": str(record.issue)}))
        for officer in sorted(void):
            t.pins.drop(officer)
            events.append((Kind.PIN_WITHDRAWN, {"owner": officer}))
        t.witness_all(clock.now(), events)
    return len(fresh) + len(void)


def reopen_lost(store: Store, clock: Clock, body: bytes, progress: Progress) -> None:
    """What central gave a receipt for and has no more, becomes due again."""
    stored_days = parsed(StoredDays.parse, body).days
    held = {stored.date: (stored.revision, stored.digest) for stored in stored_days}
    oldest = clock.now().wall.date() - timedelta(days=LOOK_BACK)
    with store.read() as snapshot:
        receipted = snapshot.outbox.newest_receipted(since=oldest)
    lost = [p for p in receipted if held.get(p.day) != (p.revision, p.digest)]
    if not lost:
        return
    with store.transaction() as t:
        for parcel in lost:
            t.outbox.reopen(parcel)
            detail = {"day": parcel.day.isoformat(), "revision": str(parcel.revision)}
            t.journal.append(clock.now(), Kind.SENT_AGAIN, detail)
            progress(f"{parcel.day} revision {parcel.revision}: central has not got it; again")


def settle(store: Store, parcel: Parcel, terminal: str, body: bytes, proof: str) -> Receipt:
    """Keep central's receipt for `parcel` and what follows from it."""
    receipt = parsed(Receipt.parse, body)
    ours = (terminal, parcel.day, parcel.revision, parcel.digest)
    if (receipt.terminal, receipt.date, receipt.revision, receipt.digest) != ours:
        raise NotCentral(f"the receipt for {parcel.day} is for another day report")
    if receipt.answer in _HELD:
        # Nothing is wrong with these bytes: they go again once a person has looked.
        raise Refused(receipt.answer, f"central says {receipt.answer.value}; ask IT to compare")
    arrived = receipt.answer in (Answer.STORED, Answer.ALREADY_HAVE)
    state = Delivery.RECEIPTED if arrived else Delivery.PARKED
    with store.transaction() as t:
        t.outbox.settle(parcel, state, body, proof)
    return receipt


def proof_of(status: int, path: str, nonce: str, signature: str) -> str:
    """What is needed beside an answer's body to check its signature again later."""
    kept = {"status": status, "path": path, "nonce": nonce, "signature": signature}
    return json.dumps(kept, sort_keys=True)


def path_of(enrolment: Enrolment, name: str) -> str:
    return f"/v1/sites/{enrolment.site}/terminals/{enrolment.terminal}/{name}"


def _open_sheets(snapshot: Snapshot) -> tuple[OpenSheet, ...]:
    """The sheets of every day that central has not receipted as it is now."""
    receipted = {parcel.day: parcel for parcel in snapshot.outbox.newest_receipted()}
    sheets = []
    for day, kept in snapshot.ratings.all_sheets().items():
        now = [
            OpenSheet(
                date=day, officer=s.officer, n=s.n, entries=s.seal.entries, seal=s.seal.digest
            )
            for s in kept
        ]
        told = DayReport.parse(receipted[day].body).open_sheets() if day in receipted else ()
        if sorted(now) != sorted(told):
            sheets += now
    return tuple(sheets)


def check_receipt(enrolment: Enrolment, parcel: Parcel) -> bool:
    """Whether a kept receipt is by central's key and for this very day report."""
    if parcel.receipt is None or parcel.receipt_proof is None:
        return False
    try:
        kept = json.loads(parcel.receipt_proof)
        if json.dumps(kept, sort_keys=True) != parcel.receipt_proof:
            return False
        check_answer(
            public_key(enrolment.central_key),
            kept["signature"],
            kept["status"],
            kept["path"],
            kept["nonce"],
            parcel.receipt,
        )
        receipt = Receipt.parse(parcel.receipt)
    except (BadSignature, BadMessage, ValueError, KeyError, TypeError):
        return False
    return (receipt.date, receipt.revision, receipt.digest) == (
        parcel.day,
        parcel.revision,
        digest(parcel.body),
    )


def parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    """What a signed answer says; SyncFailed where it can't be read."""
    try:
        return parse(body)
    except BadMessage as error:
        raise SyncFailed(f"central's answer can't be read: {error}") from None
