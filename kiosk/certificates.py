"""Until when the certificates in a file hold."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509

WARN_DAYS, URGENT_DAYS = 21, 7
"""Days before a certificate ends: three weeks to order the next one, and a last week."""


class Validity(StrEnum):
    """Each is worse than the one before."""

    LONG = "long"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


def ends(path: Path) -> list[datetime]:
    """When each certificate in a PEM file ends, in the file's order. OSError; ValueError: it holds
    none."""
    return [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes())]


def days_left(end: datetime, now: datetime) -> int:
    """Whole days; negative once it has ended."""
    return (end - now).days


def validity(end: datetime, now: datetime) -> Validity:
    """How long a certificate with this end still holds."""
    days = days_left(end, now)
    if days < 0:
        return Validity.OVER
    if days <= URGENT_DAYS:
        return Validity.URGENT
    return Validity.SOON if days <= WARN_DAYS else Validity.LONG


def authority_end(path: Path) -> datetime:
    """When the last certificate ends in a file of authorities: the next one may lie beside the old
    one. OSError; ValueError: it holds none."""
    return max(ends(path))
