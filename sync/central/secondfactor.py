"""The second factor: six digits from an app that change every 30 seconds (TOTP, RFC 6238), and
recovery codes for a lost telephone. Pure.

`cryptography`, a dependency already, computes the digits: pyotp would only be one more.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

DIGITS, STEP_SECONDS = 6, 30
DRIFT = 1
"""Steps that a telephone's clock may be fast or slow."""
SECRET_BYTES = 20
"""As long as the hash (RFC 4226, 4)."""
RECOVERY_CODES = 8
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 6, 4
"""120 bits: a plain hash keeps them (OWASP ASVS 6.5.2)."""


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a time step."""
    # SHA-1 is what every app knows; its collisions are no matter in an HMAC.
    hotp = HOTP(secret, DIGITS, SHA1())  # noqa: S303  (RFC 6238)
    return hotp.generate(step).decode()


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, now or within the drift; None: of none."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    here = step_of(now)
    matching = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), typed):
            matching = step
    return matching


def app_address(secret: bytes, account: str, office: str) -> str:
    """What the code on the page says to an authenticator app."""
    query = urlencode({"secret": typed_secret(secret), "issuer": office}, quote_via=quote)
    return f"otpauth://totp/{quote(office, safe='')}:{quote(account, safe='')}?{query}"


def typed_secret(secret: bytes) -> str:
    """The secret to type into an app that reads no code."""
    return b32encode(secret).decode().rstrip("=")


def new_recovery_codes() -> tuple[str, ...]:
    return tuple(_recovery_codes())


def recovery_hash(code: str) -> str:
    """How a recovery code is stored; spaces, dashes and capitals don't matter."""
    plain = "".join(char for char in code.casefold() if char in _LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()


def _recovery_codes() -> Iterator[str]:
    for _ in range(RECOVERY_CODES):
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        yield "-".join(groups)
