"""Single-use tokens of the online questionnaire, made offline by a terminal.

A token says: this terminal made it on this day, with this random number. It knows no officer, no
citizen and no rating, so that an answer can't be joined to a press. Signed with the terminal's
key (Ed25519), which central knows; the first use takes it (sync/WIRE.md).
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
VALID_DAYS = 7
_EPOCH = date(2024, 1, 1)
_RANDOM, _SIGNATURE = 9, 64
_LENGTH = 1 + 2 + _RANDOM + _SIGNATURE
PLACE = "{token}"
"""Stands for the token in the address that an office sets."""


class BadToken(ValueError):
    """No token of this terminal."""


@dataclass(frozen=True, slots=True)
class FormToken:
    day: date
    random: str

    def valid_on(self, today: date) -> bool:
        """Valid from the day before (clocks differ) until VALID_DAYS after it was made."""
        return self.day - timedelta(days=1) <= today <= self.last_day

    @property
    def last_day(self) -> date:
        return self.day + timedelta(days=VALID_DAYS)


def make(key: Ed25519PrivateKey, site: str, terminal: str, day: date) -> str:
    """A new token as it stands in an address: `site/terminal/` and 102 characters."""
    head = bytes([VERSION]) + (day - _EPOCH).days.to_bytes(2, "big")
    head += secrets.token_bytes(_RANDOM)
    signed = head + key.sign(_signed(site, terminal, head))
    return f"{site}/{terminal}/{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"


def read(key: Ed25519PublicKey, site: str, terminal: str, token: str) -> FormToken:
    """The last part of what `make` made; BadToken for anything else."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadToken from None
    if len(raw) != _LENGTH or raw[0] != VERSION:
        raise BadToken
    head = raw[:-_SIGNATURE]
    try:
        key.verify(raw[-_SIGNATURE:], _signed(site, terminal, head))
    except InvalidSignature:
        raise BadToken from None
    return FormToken(_EPOCH + timedelta(days=int.from_bytes(head[1:3], "big")), head[3:].hex())


def _signed(site: str, terminal: str, head: bytes) -> bytes:
    return b"kiosk form token\x00" + f"{site}\x00{terminal}\x00".encode() + head
