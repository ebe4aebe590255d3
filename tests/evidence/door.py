"""Central's application and one terminal that is enrolled there, for rigs that try its API."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central.greetings import Words
from sync.central.schema import seen_sheets, terminals
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import invite_terminal
from sync.central.web.app import create_app
from sync.messages import Head, Heads
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, public_text, sign_request
from tests.evidence.caller import ask_app, at_once
from tests.support.central import NIGHT as NOW
from tests.support.central import begin_terminal, made_central
from tests.support.hellos import made_hello

AT = "/v1/sites/dindaeng/terminals/counter-1"
FINE = {200, 201, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out, and what its answer must not be."""

    what: str
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    signed: bool


class Door:
    """A real central behind its real application, and one enrolled terminal's key."""

    def __init__(self, folder: Path) -> None:
        self.store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
        self.central: Central = made_central(self.store, folder)
        self.app = create_app(self.central, lambda: NOW, at_once)
        self._loop = asyncio.new_event_loop()
        self.key = Ed25519PrivateKey.generate()
        self.nonce = ""
        self.enrol()
        self.hello()

    def close(self) -> None:
        self._loop.close()
        self.store.close()

    def code(self) -> str:
        """A fresh code for the terminal."""
        return invite_terminal(self.central, "counter-1", "1", NOW)

    def enrol(self) -> None:
        """Begin anew: central has seen nothing of the terminal's journal then."""
        with self.store.connection() as connection:
            connection.execute(terminals.delete())
            connection.execute(seen_sheets.delete())
        with self.central.store.transaction(self.central.site) as t:
            begin_terminal(t, "counter-1", "1", public_text(self.key))

    def hello(self) -> None:
        """Open a run: later requests need its nonce."""
        nonce = secrets.token_hex(8)
        body = made_hello(
            nonce=nonce,
            software="rig",
            clock=int(NOW.timestamp()),
            window=Words.at(self.central.key, NOW).now,
        ).to_bytes()
        _, answer = self.ask(
            "POST", f"{AT}/hello", body, self.signature("POST", f"{AT}/hello", nonce, body)
        )
        self.nonce = json.loads(answer)["nonce"]

    def heads(self) -> None:
        """Show the head of an empty journal: PINs go out only in a run that has shown heads."""
        body = Heads(now=Head(0, ""), at_last="", steps=(), answers=()).to_bytes()
        path = f"{AT}/heads"
        status, answer = self.ask("PUT", path, body, self.signature("PUT", path, self.nonce, body))
        if status != 200:
            raise AssertionError(f"heads: {status} {answer!r}")

    def signature(self, method: str, path: str, nonce: str, body: bytes) -> dict[str, str]:
        """The headers with which the terminal signs a request."""
        signature = sign_request(self.key, method, path, nonce, body)
        return {NONCE_HEADER: nonce, SIGNATURE_HEADER: signature}

    def send(self, sent: Sent) -> str | None:
        """What is wrong with the answer."""
        status, answer = self.ask(sent.method, sent.path, sent.body, sent.headers)
        if status not in FINE:
            return f"{sent.what}: {status} {answer[:80]!r}"
        if not sent.signed and status < 400:
            return f"{sent.what}: {status} without a signature"
        if b"Traceback" in answer:
            return f"{sent.what}: a traceback went out"
        return None

    def ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        status, _, answer = ask_app(self.app, method, path, body, headers, self._loop)
        return status, answer
