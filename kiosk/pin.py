"""PINs: made here, weak ones refused, hashed with a pepper that lies outside the database.

argon2id alone leaves a six-digit PIN some core-hours from a stolen file; the pepper (32 random
bytes, a file of mode 0600) makes the file alone worthless.
"""

import hashlib
import hmac
import secrets
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

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


class WeakPin(ValueError):
    """A PIN that is no six digits, or among the first that anyone would try."""


def generate() -> str:
    """A random PIN that is not weak."""
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if not _weak(pin):
            return pin


def require_strong(pin: str, number: str = "") -> None:
    """WeakPin unless `pin` is six digits, no run or repetition, and not the officer's number."""
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdigit()):
        raise WeakPin(f"a PIN has {DIGITS} digits")
    if _weak(pin) or (number and number in pin and len(number) >= DIGITS - 1):
        raise WeakPin("this PIN is too easy to guess; choose another")


def _weak(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = pin[: DIGITS // 2] == pin[DIGITS // 2 :]
    return steps in ({0}, {1}, {9}) or halves or len(set(pin)) <= 2


def wait_after(tries: int) -> float:
    """Seconds to wait after so many failed tries: none for the first five, then 15 s doubling."""
    if tries < FREE_TRIES:
        return 0.0
    return FIRST_WAIT * 2.0 ** (tries - FREE_TRIES)


def hash_pin(pepper: bytes, owner: str, pin: str) -> str:
    return _HASHER.hash(_mixed(pepper, owner, pin))


def matches(pepper: bytes, owner: str, pin: str, hashed: str) -> bool:
    try:
        return _HASHER.verify(hashed, _mixed(pepper, owner, pin))
    except (VerificationError, InvalidHashError):
        return False


def _mixed(pepper: bytes, owner: str, pin: str) -> bytes:
    return hmac.new(pepper, f"{owner}\x00{pin}".encode(), hashlib.sha256).digest()
