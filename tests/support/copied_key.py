"""Somebody with a laptop, this code and a copy of a terminal's key, and nothing else of it."""

import secrets

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.central.greetings import Words
from sync.messages import DayReport, Head, Heads, NewKey, PinStatus, Welcome
from sync.sealing import sealing_text
from sync.signing import prove_key, public_text, sign_request
from tests.support.central_server import Server
from tests.support.hellos import made_hello


class CopiedKey:
    """Signs whatever it likes, over real HTTP."""

    def __init__(self, server: Server, key: Ed25519PrivateKey, terminal: str = "counter-1") -> None:
        self.server, self.key, self.nonce = server, key, ""
        self.at = f"/v1/sites/dindaeng/terminals/{terminal}"

    def call(self, method: str, name: str, body: bytes = b"") -> httpx.Response:
        path = f"{self.at}/{name}"
        signature = sign_request(self.key, method, path, self.nonce, body)
        headers = {"Kiosk-Nonce": self.nonce, "Kiosk-Signature": signature}
        return self.server.browser.request(method, path, content=body, headers=headers)

    def hello(self, window: str) -> httpx.Response:
        self.nonce = secrets.token_hex(8)
        hello = made_hello(
            nonce=self.nonce, software="x", clock=int(self.server.now.timestamp()), window=window
        )
        return self.call("POST", "hello", hello.to_bytes())

    def greet(self) -> httpx.Response:
        """Say hello with the word of now; where a run is opened, the later requests are of it."""
        answer = self.hello(Words.at(self.server.central.key, self.server.now).now)
        if answer.status_code == httpx.codes.OK:
            self.nonce = Welcome.parse(answer.content).nonce
        return answer

    def open_run(self) -> Welcome:
        return Welcome.parse(self.greet().content)

    def heads(self, now: Head, at_last: str = "") -> httpx.Response:
        heads = Heads(now=now, at_last=at_last, steps=(), answers=())
        return self.call("PUT", "heads", heads.to_bytes())

    def pins(self) -> httpx.Response:
        key = sealing_text(X25519PrivateKey.generate())
        return self.call("PUT", "pins", PinStatus(key=key, pins=()).to_bytes())

    def photos(self) -> httpx.Response:
        return self.call("GET", "photos")

    def photo(self) -> httpx.Response:
        return self.call("GET", "photos/101")

    def another_key(self) -> httpx.Response:
        """Of one's own."""
        key = Ed25519PrivateKey.generate()
        return self.name_key(key, key)

    def day(self, report: DayReport) -> httpx.Response:
        return self.call("PUT", f"days/{report.date}", report.to_bytes())

    def name_key(self, key: Ed25519PrivateKey, proof_by: Ed25519PrivateKey) -> httpx.Response:
        """Another key to go on with, and the proof that `proof_by` is had."""
        proof = prove_key(proof_by, f"{self.at}/key", self.nonce)
        named = NewKey(public_key=public_text(key), proof=proof)
        return self.call("PUT", "key", named.to_bytes())
