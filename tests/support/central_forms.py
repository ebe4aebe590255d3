"""What a person types into central's settings page, and a harmful picture."""

import struct
import zlib

from sync.central.sitesettings import (
    SiteSettings,
)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 40,000 × 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 100_000)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def form(**changed: str) -> dict[str, str]:
    s = SiteSettings()
    return {
        "version": "0",
        "office_en": "",
        "question_th": "",
        "question_en": "",
        "comment_url": "",
        "level_words_th": "\r\n".join(s.level_words_th),
        "level_words_en": "\n".join(s.level_words_en),
        "reasons": "\n".join(f"{r.id} | {r.th} | {r.en}" for r in s.reasons),
        "channels": "\n".join(f"{c.th}|{c.en}|{c.address}" for c in s.channels),
        "opening_hours": s.opening_hours,
        "target": "0",
        "compare_from": "30",
        "cuts_from": "100",
        "appraisal_from": "300",
        "appraisal_response": "50",
        "appraisal_reason": "",
        "objection_days": "30",
        "decision_days": "30",
        "appeal_days": "30",
        "security_days": "365",
        "controller": "",
        "dpo": "",
        "results_years": "10",
        "raw_months": "24",
        "record_years": "5",
        "comments_months": "24",
        "backup_days": "90",
        "oit_numbers": s.oit_numbers,
        "licence": s.licence,
        "fiscal_year_starts": "10",
        "holidays": "",
        "second_factor": "yes",
        "one_session": "yes",
        "early_word": "no",
        "own_result_at_terminal": "yes",
        **changed,
    }
