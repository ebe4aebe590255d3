"""One visit of a stick to a terminal that has no network: what central answered comes in, what is
due goes out, sealed. `sync.bundle` is what lies on the stick.

A walk to central and back is one sync run. The greeting that opens the next run travels with the
requests of this one; the first walk carries a greeting alone. A stick that is lost, doubled or old
changes nothing: what has no receipt stays due, and a run's answers count once.
"""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec.structs import replace

import kiosk
from kiosk.clock import Clock
from kiosk.domain.businessday import business_date
from kiosk.files import read_found, write_whole
from kiosk.releases import Releases
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Parcel
from kiosk.store.state import Enrolment
from sync.bundle import BOX, FROM_CENTRAL, MAX_BYTES, TO_CENTRAL, Homeward, Outward, Reply, Request
from sync.centrallogs import seen_logs, take_proofs
from sync.client import CentralRefused, NotCentral, SyncFailed
from sync.exchange import enrolment_of, write_failure
from sync.incoming import (
    Progress,
    Refused,
    parsed,
    reopen_lost,
    take_heads_answer,
    take_new_key,
    take_pins,
    take_roster,
)
from sync.keyfile import Renewal
from sync.messages import (
    ErrorLine,
    HeldWhy,
    Late,
    LogsAnswer,
    NotMine,
    Receipt,
    WantedRelease,
    Welcome,
)
from sync.messages.message import Message
from sync.messages.values import Count, ShortText
from sync.outgoing import due_now, greeting, new_key, path_of, pin_status
from sync.parking import held_reports, park
from sync.protocol import BadMessage
from sync.receipts import ARRIVED, AnswerProof, answer_words, settle
from sync.signing import BadSignature, sign_request
from sync.updating import install_from_stick, state_of
from sync.witness import heads

_DAYS = "days/"
MEMORY = "stick.json"
"""What a terminal remembers between visits, in its data folder."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit did. `carried`: day reports that are on the stick now; None: a greeting is,
    and they go with the next walk."""

    receipted: int
    parked: tuple[str, ...]
    officers: int | None
    carried: int | None
    pins: int = 0
    """PINs that central issued and this terminal took, or withdrew."""


class _Memory(Message, frozen=True):
    """`hello`: nonce of the greeting that central has not answered yet; `run`, `last`: the open
    run's nonce and the journal entry central then had; `window`: the run that central last opened
    on a stick, which the next greeting names; `box`: central's key for sealed requests;
    `pin_key`: the private half of the key that this run's PINs are sealed to, in base64."""

    hello: ShortText = ""
    run: ShortText = ""
    last: Count = 0
    window: ShortText = ""
    box: ShortText = ""
    pin_key: ShortText = ""

    @classmethod
    def read(cls, path: Path) -> "_Memory":
        """What is remembered; nothing where there is no file, or one that can't be read: the next
        walk is then a first one."""
        try:
            return cls.parse(path.read_bytes())
        except (OSError, BadMessage):
            return cls()


def visit(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    stick: Path,
    memory: Path,
    progress: Progress,
    pepper: bytes | None = None,
    renewal: Renewal | None = None,
    releases: Releases | None = None,
) -> Visit:
    """Take what central put on the stick, and leave what it is to have. PINs that central issued
    are stored under `pepper`; without one they are not asked for. `renewal`: the key to go on with,
    once central has said that it knows it. Raises NotEnrolled and a kind of
    SyncFailed; what was due and has no receipt stays due."""
    enrolment = enrolment_of(store)
    try:
        result = _Visit(
            store=store,
            clock=clock,
            key=key,
            enrolment=enrolment,
            stick=stick,
            memory=memory,
            progress=progress,
            pepper=pepper,
            renewal=renewal,
            releases=releases,
        ).whole()
    except SyncFailed as error:
        write_failure(store, clock, error)
        raise
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNCED, {"days": str(result.receipted), "by": "stick"})
    return result


@dataclass(slots=True)
class _Visit:
    store: Store
    clock: Clock
    key: Ed25519PrivateKey
    enrolment: Enrolment
    stick: Path
    memory: Path
    progress: Progress
    pepper: bytes | None = None
    renewal: Renewal | None = None
    releases: Releases | None = None
    pins: int = 0
    receipted: int = 0
    parked: tuple[str, ...] = ()
    officers: int | None = None
    refused: SyncFailed | None = None

    def whole(self) -> Visit:
        memory = self._take_in(_Memory.read(self.memory))
        memory = self._prepared(memory)
        requests, carried = self._run(memory) if memory.run else ([], None)
        requests.append(self._hello(memory))
        outward = Outward(
            site=self.enrolment.site, terminal=self.enrolment.terminal, requests=tuple(requests)
        )
        try:
            # First what is remembered: a greeting on the stick must be known when it is answered.
            write_whole(self.memory, memory.to_bytes())
            write_whole(self._file(TO_CENTRAL), outward.sealed(memory.box))
        except OSError as error:
            raise SyncFailed(f"{error.filename or self.stick}: {error.strerror}") from None
        if self.refused:
            raise self.refused
        return Visit(
            receipted=self.receipted,
            parked=self.parked,
            officers=self.officers,
            carried=carried,
            pins=self.pins,
        )

    def _prepared(self, memory: _Memory) -> _Memory:
        """With a nonce for the next greeting, and a key for the PINs of an open run."""
        if not memory.hello:
            memory = replace(memory, hello=secrets.token_hex(16))
        if memory.run and self.pepper and not memory.pin_key:
            fresh = X25519PrivateKey.generate().private_bytes_raw()
            memory = replace(memory, pin_key=base64.b64encode(fresh).decode())
        return memory

    # --- what comes in -----------------------------------------------------------------------

    def _take_in(self, memory: _Memory) -> _Memory:
        """Everything on the stick that answers what this terminal asked."""
        path = self._file(FROM_CENTRAL)
        data = self._read(path)
        if data is None:
            return memory
        try:
            homeward = Homeward.parse(data)
            self._check(homeward)
        except (BadMessage, BadSignature) as error:
            raise NotCentral(f"{path}: {error}; write it again at central") from None
        if memory.run:
            run = [reply for reply in homeward.replies if reply.nonce == memory.run]
            self._settle_run(run, memory.pin_key)
        for reply in homeward.replies:
            if (reply.name, reply.nonce) == ("hello", memory.hello):
                memory = self._greeted(reply, homeward.box)
        return memory

    def _read(self, path: Path) -> bytes | None:
        """The bytes of a file on the stick; None where there is no such file."""
        try:
            return read_found(path, MAX_BYTES + 1)
        except FileNotFoundError:
            if not self.stick.is_dir():
                raise SyncFailed(f"{self.stick}: no such folder (is the stick in?)") from None
            return None
        except OSError as error:
            raise SyncFailed(f"{path}: {error.strerror}") from None

    def _check(self, homeward: Homeward) -> None:
        """BadMessage for another terminal's file, BadSignature for what central did not sign."""
        addressee = homeward.site, homeward.terminal
        if addressee != (self.enrolment.site, self.enrolment.terminal):
            raise BadMessage("is for another terminal")
        box = AnswerProof(
            status=200,
            path=path_of(self.enrolment, BOX),
            nonce="",
            signature=homeward.box_signature,
        )
        box.check_signature(self.enrolment, homeward.box.encode())
        for reply in homeward.replies:
            self._proof(reply).check_signature(self.enrolment, reply.body)

    def _proof(self, reply: Reply) -> AnswerProof:
        return AnswerProof(
            status=reply.status,
            path=path_of(self.enrolment, reply.name),
            nonce=reply.nonce,
            signature=reply.signature,
        )

    def _greeted(self, reply: Reply, box: str) -> _Memory:
        """What the answer to a greeting leaves to remember: the run it opened, or which run the
        next greeting has to name."""
        if reply.status == 200:
            welcome = parsed(Welcome.parse, reply.body)
            return _Memory(run=welcome.nonce, last=welcome.last, window=welcome.nonce, box=box)
        if reply.status == 409:
            return _Memory(window=parsed(Late.parse, reply.body).window, box=box)
        self.refused = CentralRefused.of("hello", reply.status, reply.body)
        return _Memory(box=box)

    def _settle_run(self, replies: list[Reply], pin_key: str) -> None:
        """The answers to this run's requests, in the order of the requests."""
        with self.store.read() as snapshot:
            due = {parcel.digest: parcel for parcel in snapshot.outbox.due()}
        try:
            for reply in replies:
                self._take_one(reply, due, pin_key)
        except Refused as error:
            self.refused = error

    def _take_one(self, reply: Reply, due: dict[str, Parcel], pin_key: str) -> None:
        """One answer: where it can't be taken it is named, and the others are."""
        try:
            if reply.name == "pins":
                self._take_pins(reply, pin_key)
            else:
                self._settle(reply, due)
        except Refused:
            raise
        except SyncFailed as error:
            self.progress(f"{reply.method} {reply.name}: {error}")

    def _take_pins(self, reply: Reply, pin_key: str) -> None:
        if reply.status != 200 or not pin_key or not self.pepper:
            return
        self.pins += take_pins(
            self.store,
            self.clock,
            enrolment=self.enrolment,
            key=_private_key(pin_key),
            pepper=self.pepper,
            body=reply.body,
        )

    def _settle(self, reply: Reply, due: dict[str, Parcel]) -> None:
        match reply.method, reply.name, reply.status:
            case "PUT", "heads", _:
                take_heads_answer(self.store, self.clock, reply.body, reply.nonce, reply.signature)
            case "PUT", "logs", 200:
                proofs = parsed(LogsAnswer.parse, reply.body).logs
                take_proofs(self.store, self.clock, self.enrolment, proofs, self.progress)
            case "GET", "days", 200:
                reopen_lost(self.store, self.clock, reply.body, self.progress)
            case "GET", "roster", 200:
                self.officers = take_roster(self.store, self.clock, reply.body)
            case "PUT", "key", 204:
                self._go_on_with_new_key()
            case "PUT", "update", 200:
                self._take_release(reply)
            case "PUT", name, 200 | 201 | 409 if name.startswith(_DAYS):
                parcel = due.get(parsed(Receipt.parse, reply.body).digest)
                if parcel is not None:
                    self._receipt(reply, parcel)
            case "PUT", name, 400 if name.startswith(_DAYS):
                self._park(reply, due)
            case _:
                if words := ErrorLine.words(reply.body):
                    self.progress(f"{reply.method} {reply.name}: central refuses it: {words}")

    def _park(self, reply: Reply, due: dict[str, Parcel]) -> None:
        """Central refused a day's report. Of several reports of that day nobody knows which one,
        before the others have their receipts."""
        day = reply.name.removeprefix(_DAYS)
        with self.store.read() as snapshot:
            still_due = {parcel.digest for parcel in snapshot.outbox.due()}
        of_day = [p for p in due.values() if p.day.isoformat() == day and p.digest in still_due]
        if len(of_day) == 1:
            words = ErrorLine.words(reply.body)
            line = park(self.store, self.clock.now(), of_day[0], HeldWhy.REFUSED, words)
            self.progress(f"parked: {line}")
            self.parked = (*self.parked, line)

    def _take_release(self, reply: Reply) -> None:
        """Central wants a release of the program here: its file came on the stick."""
        if self.releases is not None:
            release = parsed(WantedRelease.parse, reply.body)
            line = install_from_stick(
                self.stick, self.enrolment, release, self.releases, kiosk.__version__
            )
            if line:
                self.progress(line)

    def _go_on_with_new_key(self) -> None:
        """Central knows the next key."""
        if self.renewal is not None:
            take_new_key(self.store, self.clock, self.renewal)
            self.key, self.renewal = self.renewal.key, None
            self.progress("the key is renewed")

    def _receipt(self, reply: Reply, parcel: Parcel) -> None:
        terminal = self.enrolment.terminal
        receipt = settle(self.store, parcel, terminal, reply.body, self._proof(reply))
        line = f"{parcel.day} revision {parcel.revision}: {answer_words(receipt.answer)}"
        self.progress(line)
        if receipt.answer in ARRIVED:
            self.receipted += 1
        else:
            self.parked = (*self.parked, line)

    # --- what goes out -----------------------------------------------------------------------

    def _run(self, memory: _Memory) -> tuple[list[Request], int]:
        """The run's requests, as `kiosk sync` would send them one by one; how many days are due."""
        with self.store.read() as snapshot:
            due = due_now(snapshot, business_date(self.clock.now().wall))
            etag = snapshot.state.roster_etag()
            foreign = snapshot.journal.foreign_days()
            outbox = held_reports(snapshot)
        nonce = memory.run
        seen = seen_logs(self.store, self.enrolment)
        requests = [self._request("PUT", "logs", nonce, seen.to_bytes())]
        requests += [
            self._request("PUT", "heads", nonce, current.to_bytes())
            for current in heads(self.store, memory.last)
        ]
        requests.append(self._request("GET", "days", nonce))
        if foreign:
            body = NotMine(foreign).to_bytes()
            requests.append(self._request("PUT", "not-mine", nonce, body))
        for parcel in due:
            requests.append(self._request("PUT", f"days/{parcel.day}", nonce, parcel.body))
        if outbox.reports:
            requests.append(self._request("PUT", "outbox", nonce, outbox.to_bytes()))
        requests.append(self._request("GET", "roster", nonce, etag=etag))
        if memory.pin_key:
            status = pin_status(self.store, _private_key(memory.pin_key))
            requests.append(self._request("PUT", "pins", nonce, status.to_bytes()))
        if self.releases is not None:
            state = state_of(self.releases, kiosk.__version__, self.enrolment.publisher_key)
            requests.append(self._request("PUT", "update", nonce, state.to_bytes()))
        if self.renewal is not None:
            named = new_key(self.enrolment, self.renewal.key, nonce)
            requests.append(self._request("PUT", "key", nonce, named.to_bytes()))
        return requests, len(due)

    def _hello(self, memory: _Memory) -> Request:
        hello = greeting(self.store, self.clock, memory.hello, memory.window)
        return self._request("POST", "hello", memory.hello, hello.to_bytes())

    def _request(
        self, method: str, name: str, nonce: str, body: bytes = b"", etag: str = ""
    ) -> Request:
        path = path_of(self.enrolment, name)
        return Request(
            method=method,
            name=name,
            nonce=nonce,
            signature=sign_request(self.key, method, path, nonce, body),
            body=body,
            etag=etag,
        )

    def _file(self, tail: str) -> Path:
        return self.stick / f"{self.enrolment.site}-{self.enrolment.terminal}{tail}"


def _private_key(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(base64.b64decode(text))
