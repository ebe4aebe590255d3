"""Until when the certificates in a file hold."""

from datetime import datetime
from pathlib import Path

from cryptography import x509

WARN_DAYS, URGENT_DAYS = 21, 7
"""Days before a certificate ends: three weeks to order the next one, and a last week."""


def ends(path: Path) -> list[datetime]:
    """When each certificate in a PEM file ends, in the file's order. OSError; ValueError: it holds
    none."""
    return [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes())]


def days_left(end: datetime, now: datetime) -> int:
    """Whole days; negative once it has ended."""
    return (end - now).days
