"""The register: officers, PINs, enrolment and wording. They may change, and so can't be sealed for
good; instead every change is a journal entry with a digest of all of them as they are after it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

_READS = (
    "SELECT id, number, name, position, section, retired, origin FROM officers ORDER BY id",
    "SELECT officer, digest FROM officer_photos ORDER BY officer",
    "SELECT owner, hash, tries, tried_boot_ms, boot_id, issue, hashed_for FROM pins ORDER BY owner",
    "SELECT url, site, terminal, counter, central_key, next_url, publisher_key FROM enrolment",
    "SELECT question_th, question_en, comment_url, etag, lists FROM wording",
)

DETAIL = "register"
"""Under which name the digest stands in a journal entry's detail."""


def register_digest(read: Callable[[str], Iterable[Iterable[Any]]]) -> str:
    """SHA-256, hex, over every row of the register; `read` runs one SELECT. Photos stand in it by
    their digests: verify recomputes these, and nobody waits for it."""
    whole = hashlib.sha256()
    for query in _READS:
        rows = [list(row) for row in read(query)]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=_of_bytes)
        whole.update(text.encode())
        whole.update(b"\n")
    return whole.hexdigest()


def _of_bytes(value: Any) -> str:
    """Of a value that was a text, until somebody put bytes in its place."""
    return hashlib.sha256(value).hexdigest()
