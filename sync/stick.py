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

from kiosk.clock import Clock
from kiosk.files import read_found, write_whole
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Parcel
from kiosk.store.state import Enrolment
from sync.agent import (
    Progress,
    Refused,
    greeting,
    heads,
    parsed,
    path_of,
    pins_held,
    proof_of,
    reopen_lost,
    settle,
    take_heads_answer,
    take_pins,
    take_roster,
)
from sync.bundle import BOX, FROM_CENTRAL, MAX_BYTES, TO_CENTRAL, Homeward, Outward, Reply, Request
from sync.client import NotCentral, SyncFailed
from sync.closing import NotEnrolled
from sync.messages import NO_HEAD, Answer, Head, Receipt, Welcome
from sync.messages.message import Message
from sync.messages.values import ShortText
from sync.protocol import BadMessage
from sync.signing import BadSignature, check_answer, public_key, sign_request

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
    run's nonce and the head central then had; `box`: central's key for sealed requests;
    `pin_key`: the private half of the key that this run's PINs are sealed to, in base64."""

    hello: ShortText = ""
    run: ShortText = ""
    last: Head = NO_HEAD
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
) -> Visit:
    """Take what central put on the stick, and leave what it is to have. PINs that central issued
    are kept under `pepper`, and not asked for without one. Raises NotEnrolled and a
    kind of SyncFailed; whatever was due and is not receipted stays due."""
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled; run `kiosk enrol URL CODE`")
    try:
        done = _Visit(
            store=store,
            clock=clock,
            key=key,
            enrolment=enrolment,
            stick=stick,
            memory=memory,
            progress=progress,
            pepper=pepper,
        ).whole()
    except SyncFailed as error:
        with store.transaction() as t:
            t.journal.append(clock.now(), Kind.SYNC_FAILED, {"reason": str(error)[:200]})
        raise
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNCED, {"days": str(done.receipted), "by": "stick"})
    return done


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
    pins: int = 0
    receipted: int = 0
    parked: tuple[str, ...] = ()
    officers: int | None = None
    refused: Refused | None = None

    def whole(self) -> Visit:
        kept = _Memory.read(self.memory)
        kept = self._take_in(kept)
        if not kept.hello:
            kept = replace(kept, hello=secrets.token_hex(16))
        if kept.run and self.pepper and not kept.pin_key:
            new = X25519PrivateKey.generate().private_bytes_raw()
            kept = replace(kept, pin_key=base64.b64encode(new).decode())
        requests, carried = self._run(kept) if kept.run else ([], None)
        requests.append(self._hello(kept.hello))
        outward = Outward(
            site=self.enrolment.site, terminal=self.enrolment.terminal, requests=tuple(requests)
        )
        try:
            # First what is remembered: a greeting on the stick must be known when it is answered.
            write_whole(self.memory, kept.to_bytes())
            write_whole(self._file(TO_CENTRAL), outward.sealed(kept.box))
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

    # --- what comes in -----------------------------------------------------------------------

    def _take_in(self, kept: _Memory) -> _Memory:
        """Everything on the stick that answers what this terminal asked."""
        path = self._file(FROM_CENTRAL)
        try:
            found = read_found(path, MAX_BYTES + 1)
        except FileNotFoundError:
            if not self.stick.is_dir():
                raise SyncFailed(f"{self.stick}: no such folder (is the stick in?)") from None
            return kept
        except OSError as error:
            raise SyncFailed(f"{path}: {error.strerror}") from None
        try:
            home = Homeward.parse(found)
            if (home.site, home.terminal) != (self.enrolment.site, self.enrolment.terminal):
                raise BadMessage("is for another terminal")
            self._believe(
                Reply(
                    method="",
                    name=BOX,
                    nonce="",
                    status=200,
                    signature=home.box_signature,
                    body=home.box.encode(),
                )
            )
            for reply in home.replies:
                self._believe(reply)
        except (BadMessage, BadSignature) as error:
            raise NotCentral(f"{path}: {error}; write it anew at central") from None
        if kept.run:
            run = [reply for reply in home.replies if reply.nonce == kept.run]
            self._settle_run(run, kept.pin_key)
        for reply in home.replies:
            if (reply.name, reply.nonce) == ("hello", kept.hello) and reply.status == 200:
                welcome = parsed(Welcome.parse, reply.body)
                kept = _Memory(hello="", run=welcome.nonce, last=welcome.last, box=home.box)
        return kept

    def _believe(self, reply: Reply) -> None:
        """BadSignature unless central signed it."""
        check_answer(
            public_key(self.enrolment.central_key),
            reply.signature,
            reply.status,
            path_of(self.enrolment, reply.name),
            reply.nonce,
            reply.body,
        )

    def _settle_run(self, replies: list[Reply], pin_key: str) -> None:
        """The answers to this run's requests, in the order of the requests."""
        with self.store.read() as snapshot:
            due = {parcel.digest: parcel for parcel in snapshot.outbox.due()}
        try:
            for reply in replies:
                if reply.name != "pins":
                    self._settle(reply, due)
                elif reply.status == 200 and pin_key and self.pepper:
                    key = X25519PrivateKey.from_private_bytes(base64.b64decode(pin_key))
                    where = (self.store, self.clock, self.enrolment, key, self.pepper)
                    self.pins += take_pins(*where, reply.body)
        except Refused as error:
            self.refused = error

    def _settle(self, reply: Reply, due: dict[str, Parcel]) -> None:
        match reply.method, reply.name, reply.status:
            case "PUT", "heads", _:
                take_heads_answer(reply.body)
            case "GET", "days", 200:
                reopen_lost(self.store, self.clock, reply.body, self.progress)
            case "GET", "roster", 200:
                self.officers = take_roster(self.store, self.clock, reply.body)
            case "PUT", _, 200 | 201 | 409:
                parcel = due.get(parsed(Receipt.parse, reply.body).digest)
                if parcel is not None:
                    self._receipt(reply, parcel)

    def _receipt(self, reply: Reply, parcel: Parcel) -> None:
        path = path_of(self.enrolment, reply.name)
        proof = proof_of(reply.status, path, reply.nonce, reply.signature)
        receipt = settle(self.store, parcel, self.enrolment.terminal, reply.body, proof)
        told = f"{parcel.day} revision {parcel.revision}: {receipt.answer.value}"
        self.progress(told)
        if receipt.answer in (Answer.STORED, Answer.ALREADY_HAVE):
            self.receipted += 1
        else:
            self.parked = (*self.parked, told)

    # --- what goes out -----------------------------------------------------------------------

    def _run(self, kept: _Memory) -> tuple[list[Request], int]:
        """The run's requests, as `kiosk sync` would send them one by one."""
        with self.store.read() as snapshot:
            due, tag = snapshot.outbox.due(), snapshot.state.roster_etag()
        requests = [
            self._request("PUT", "heads", kept.run, heads(self.store, kept.last).to_bytes()),
            self._request("GET", "days", kept.run),
            *(self._request("PUT", f"days/{p.day}", kept.run, p.body) for p in due),
            self._request("GET", "roster", kept.run, etag=tag),
        ]
        if kept.pin_key:
            key = X25519PrivateKey.from_private_bytes(base64.b64decode(kept.pin_key))
            message = pins_held(self.store, key).to_bytes()
            requests.append(self._request("PUT", "pins", kept.run, message))
        return requests, len(due)

    def _hello(self, nonce: str) -> Request:
        return self._request(
            "POST", "hello", nonce, greeting(self.store, self.clock, nonce).to_bytes()
        )

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
