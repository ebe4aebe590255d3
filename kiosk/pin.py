"""PINs: made here, weak ones refused, hashed with a pepper that lies outside the database.

argon2id alone leaves a six-digit PIN some core-hours from a stolen file; the pepper (32 random
bytes, a file of mode 0600) makes the file alone worthless. A PIN that central issues is hashed
there, under a random key of its own in place of a pepper; each database keeps that key encrypted
under what lies outside it, and so can be handed on without anybody knowing the PIN.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from itertools import pairwise

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

PEPPER_BYTES = 32
DIGITS = 6
FREE_TRIES = 5
FIRST_WAIT = 15.0
"""Seconds after the last free try; doubled with each further one."""
DEAD_AT = 15
"""Tries after which only a supervisor can unlock."""

_HASHER = PasswordHasher(
    time_cost=3, memory_cost=12 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
"""OWASP's second profile (12 MiB, 3 passes): well under the terminal's memory, ~30 ms."""
ISSUED = "issued-1"
"""How a stored Verifier begins: what a terminal hashed itself begins with argon2's own name."""
_NONCE_BYTES = 12
_USUAL = "$argon2id$v=19$m=12288,t=3,p=1$" + "A" * 22 + "$" + "A" * 43
"""The form and the cost of our hashes."""


class WeakPin(ValueError):
    """A PIN that is no six digits, or among the first that anyone would try."""


class BadVerifier(ValueError):
    """Bytes that are no Verifier, or one that was encrypted under another pepper."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """What tells whether a PIN is right, and is not the PIN: a random key of PEPPER_BYTES and the
    argon2id hash of the PIN mixed with it. Both together leave a PIN some core-hours away."""

    key: bytes = field(repr=False)
    hash: str = field(repr=False)

    @classmethod
    def of(cls, owner: str, pin: str) -> "Verifier":
        key = secrets.token_bytes(PEPPER_BYTES)
        return cls(key, hash_pin(key, owner, pin))

    def to_bytes(self) -> bytes:
        return self.key + self.hash.encode("ascii")

    @classmethod
    def parse(cls, data: bytes) -> "Verifier":
        """BadVerifier unless it costs exactly what a hash made here costs."""
        try:
            hashed = data[PEPPER_BYTES:].decode("ascii")
            if extract_parameters(hashed) != extract_parameters(_USUAL):
                raise BadVerifier("a PIN's hash is of another strength than here")
        except (InvalidHashError, UnicodeDecodeError):
            raise BadVerifier("a PIN's hash is out of form") from None
        return cls(data[:PEPPER_BYTES], hashed)

    def encrypted(self, pepper: bytes, owner: str) -> str:
        """As the database has it: worthless without `pepper`, and for nobody but `owner`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = _cipher(pepper).encrypt(nonce, self.to_bytes(), owner.encode())
        return f"{ISSUED}${base64.b64encode(nonce + hidden).decode()}"

    @classmethod
    def decrypted(cls, pepper: bytes, owner: str, text: str) -> "Verifier":
        """BadVerifier when `pepper` is not the one it was encrypted under."""
        try:
            data = base64.b64decode(text.removeprefix(f"{ISSUED}$"), validate=True)
            nonce, hidden = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
            return cls.parse(_cipher(pepper).decrypt(nonce, hidden, owner.encode()))
        except (InvalidTag, ValueError) as error:
            raise BadVerifier(str(error) or "was encrypted under another key") from None


def fingerprint(pepper: bytes) -> str:
    """Tells peppers apart, and tells nothing of this one."""
    return hmac.digest(pepper, b"which pepper this is", "sha256").hex()


def generate(number: str = "") -> str:
    """A random PIN that is not weak, for the officer with this number."""
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if not _weak(pin) and not _tells(number, pin):
            return pin


def require_strong(pin: str, number: str = "") -> None:
    """WeakPin unless `pin` is six digits, no run or repetition, and not the officer's number."""
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdigit()):
        raise WeakPin(f"a PIN has {DIGITS} digits")
    if _weak(pin) or _tells(number, pin):
        raise WeakPin("this PIN is too easy to guess; choose another")


def _weak(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = pin[: DIGITS // 2] == pin[DIGITS // 2 :]
    return steps in ({0}, {1}, {9}) or halves or len(set(pin)) <= 2


def _tells(number: str, pin: str) -> bool:
    return len(number) >= DIGITS - 1 and number in pin


def wait_after(tries: int) -> float:
    """Seconds to wait after so many failed tries: none for the first five, then 15 s doubling."""
    if tries < FREE_TRIES:
        return 0.0
    return FIRST_WAIT * 2.0 ** (tries - FREE_TRIES)


def hash_pin(pepper: bytes, owner: str, pin: str) -> str:
    return _HASHER.hash(_mixed(pepper, owner, pin))


def is_issued(hashed: str) -> bool:
    """Whether central issued the PIN of this hash."""
    return hashed.startswith(f"{ISSUED}$")


def matches(pepper: bytes, owner: str, pin: str, hashed: str) -> bool:
    try:
        if is_issued(hashed):
            verifier = Verifier.decrypted(pepper, owner, hashed)
            pepper, hashed = verifier.key, verifier.hash
        return _HASHER.verify(hashed, _mixed(pepper, owner, pin))
    except (VerificationError, InvalidHashError, BadVerifier):
        return False


def _cipher(pepper: bytes) -> ChaCha20Poly1305:
    # Not the pepper itself: that is a key to another purpose.
    return ChaCha20Poly1305(hmac.digest(pepper, b"keys of issued PINs", "sha256"))


def _mixed(pepper: bytes, owner: str, pin: str) -> bytes:
    return hmac.new(pepper, f"{owner}\x00{pin}".encode(), hashlib.sha256).digest()
