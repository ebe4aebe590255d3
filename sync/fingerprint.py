"""The fingerprint of central's certificate (SHA-256): how a person, or a code that is scanned,
tells a terminal which one is meant."""

import hashlib
import re
import ssl
from pathlib import Path

_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{64}")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_GROUP = 4
"""Characters that are compared at a glance."""


def fingerprint_of(pem: str) -> str:
    """64 digits, of the first certificate in `pem`: a server's own. ValueError."""
    first = _PEM.search(pem)
    if first is None:
        raise ValueError("there is no certificate")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first[0])).hexdigest()


def fingerprint_in(file: Path | None) -> str:
    """Of the certificate in a file; "" where there is none that can be read."""
    try:
        return fingerprint_of(file.read_text("ascii")) if file else ""
    except (OSError, ValueError):
        return ""


def plain_fingerprint(text: str) -> str:
    """64 digits, whatever stands between its groups; "" where it is no fingerprint."""
    digits = re.sub(r"[\s:-]", "", text)
    return digits.lower() if _FINGERPRINT.fullmatch(digits) else ""


def groups(fingerprint: str) -> tuple[str, ...]:
    """As a person compares it."""
    digits = fingerprint.upper()
    return tuple(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
