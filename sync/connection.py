"""Signed requests of one enrolled terminal. Only answers that central signed come back: a captive
portal also answers 200."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.store.state import Enrolment
from sync.client import Answered, CentralRefused, NotCentral, TryLater, not_central, send
from sync.incoming import Progress
from sync.outgoing import Line, path_of
from sync.protocol import BadMessage
from sync.receipts import AnswerProof
from sync.signing import (
    NONCE_HEADER,
    SIGNATURE_HEADER,
    BadSignature,
    sign_request,
)

PATIENCE = 300.0
"""Seconds that one run waits in all where it is asked to come again later: longer than any honest
answer asks for, and shorter than central keeps a run open."""

Wait = Callable[[float], None]
"""Lets so many seconds pass."""


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """What central answered, and what proves it."""

    body: bytes
    proof: AnswerProof

    @property
    def status(self) -> int:
        return self.proof.status


@dataclass(slots=True)
class Connection:
    """Central, as this terminal reaches it in one run."""

    client: httpx.Client
    enrolment: Enrolment
    key: Ed25519PrivateKey
    progress: Progress
    wait: Wait | None = None
    """None: a request to come again later ends the run."""
    authority: str = ""
    """The file by which central's certificate is believed; "" for the system's."""
    certificate_end: datetime | None = None
    """Of the certificate that central showed; None while none was seen, or without TLS."""
    nonce: str = ""
    """Goes into every signature: the terminal's own until central has given one."""
    patience: float = PATIENCE
    """Seconds that are left of it."""

    @property
    def line(self) -> Line:
        return Line(certificate_end=self.certificate_end, authority=self.authority)

    def ask(
        self,
        method: str,
        name: str,
        body: bytes = b"",
        *,
        expected: Collection[int] = (200,),
        etag: str = "",
    ) -> SignedAnswer:
        """The answer to one request. `etag`: of what the terminal has already. NotCentral where the
        answer is not central's, CentralRefused where its status is none of `expected`."""
        path = path_of(self.enrolment, name)
        signature = sign_request(self.key, method, path, self.nonce, body)
        headers = {NONCE_HEADER: self.nonce, SIGNATURE_HEADER: signature}
        if etag:
            headers["If-None-Match"] = etag
        answered = self._send(method, path, body, headers)
        self.certificate_end = answered.certificate_end
        status, answer = answered.status, answered.body
        proof = AnswerProof(
            status=status,
            path=path,
            nonce=self.nonce,
            signature=answered.headers.get(SIGNATURE_HEADER, ""),
        )
        self._check(proof, answer)
        if status not in expected:
            raise CentralRefused.of(f"{method} {name}", status, answer)
        return SignedAnswer(answer, proof)

    def _check(self, proof: AnswerProof, answer: bytes) -> None:
        try:
            proof.check_signature(self.enrolment, answer)
        except (BadSignature, BadMessage):
            explanation = not_central(self.enrolment.url, proof.status, answer)
            raise NotCentral(explanation, proof.status) from None

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answered:
        """One request; the same again where central asks for it, as long as there is patience."""
        while True:
            try:
                return send(self.client, method, path, body, headers)
            except TryLater as error:
                # Terminals that were sent away in one moment must not all come back in one.
                seconds = error.seconds * random.uniform(1, 1.25)  # noqa: S311  (no secret)
                if self.wait is None or seconds > self.patience:
                    raise
            self.patience -= seconds
            self.progress(f"central asks to come again; waiting {seconds:.0f} s")
            self.wait(seconds)
