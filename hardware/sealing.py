"""How lines travel over a network: sealed with the panel's key, fresh, each once (PROTOCOL.md, 7).

Secret, because which button was pressed is nobody's business; authentic both ways, because a false
terminal could say that a press is stored. HMAC-SHA256 for both, so that a microcontroller needs
nothing else.
"""

import hmac
import os
import re
from typing import Final

KEY_BYTES: Final = 32
SESSION_SECONDS = 5.0
"""A session is accepted for so long, and once more so long: nobody can hold a request back for
longer, and bring it then."""
PAD: Final = 128
"""Lines are filled up to a multiple of this: their length says nothing."""
_BLOCK = 32
_HEAD = re.compile(rb"([0-9a-f]{8}):([0-9a-f]{16}):([1-9]\d{0,9}):([0-9a-f]{64})\n", re.ASCII)


def digest(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(parts), "sha256")


class Direction:
    """One way over the network: its own two keys."""

    def __init__(self, key: bytes, name: bytes) -> None:
        self._secret, self._authentic = digest(key, name, b" secret"), digest(key, name, b" proof")

    def crypt(self, nonce: bytes, data: bytes) -> bytes:
        """Encrypted or decrypted: the same."""
        blocks = range(-(-len(data) // _BLOCK))
        stream = b"".join(digest(self._secret, nonce, b":%d" % block) for block in blocks)
        return bytes(one ^ other for one, other in zip(data, stream, strict=False))

    def proof(self, nonce: bytes, data: bytes) -> bytes:
        return digest(self._authentic, nonce, b"\n", data).hex().encode()


def padded(data: bytes) -> bytes:
    return data + b"\n" * (-len(data) % PAD)


class Seals:
    """The terminal's end, for one panel. Times are seconds of one steady clock."""

    def __init__(self, key: bytes) -> None:
        self._to_host, self._to_panel = Direction(key, b"to host"), Direction(key, b"to panel")
        self._session = self._earlier = b""
        self._session_at = float("-inf")
        self._counts: dict[tuple[bytes, bytes], int] = {}
        """The last request of each session and boot."""
        self._nonce = b""
        """Of the request that awaits its answer."""

    def challenge(self, now: float) -> bytes:
        """The session that a request must name."""
        if now - self._session_at >= SESSION_SECONDS:
            is_next = now - self._session_at < 2 * SESSION_SECONDS
            self._earlier = self._session if is_next else b""
            self._session, self._session_at = os.urandom(8).hex().encode(), now
            sessions = (self._session, self._earlier)
            self._counts = {at: n for at, n in self._counts.items() if at[0] in sessions}
        return self._session

    def open(self, body: bytes, now: float) -> bytes | None:
        """The lines of a request that nobody but the panel can have made, now, and that has not
        been here before; None for any other."""
        head = _HEAD.match(body)
        if head is None:
            return None
        boot, session, count, proof = head.groups()
        sealed, nonce = body[head.end() :], b"%b:%b:%b" % (boot, session, count)
        if not hmac.compare_digest(proof, self._to_host.proof(nonce, sealed)):
            return None
        if session not in (self.challenge(now), self._earlier):
            return None
        if int(count) <= self._counts.get((session, boot), 0):
            return None
        self._counts[session, boot] = int(count)
        self._nonce = nonce
        return self._to_host.crypt(nonce, sealed).rstrip(b"\n") + b"\n"

    def seal(self, lines: bytes, now: float) -> bytes:
        """The answer to the request that was opened last."""
        data = padded(self.challenge(now) + b"\n" + lines)
        sealed = self._to_panel.crypt(self._nonce, data)
        return self._to_panel.proof(self._nonce, sealed) + b"\n" + sealed
