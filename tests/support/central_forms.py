"""What a person types into central's settings page, and a harmful picture."""

import struct
import zlib
from itertools import zip_longest

from httpx2 import Response
from starlette.testclient import TestClient

from sync.central.sitesettings import SiteSettings
from sync.central.web.settings_form import draft_of
from sync.central.web.settings_groups import GROUPS, LEVEL_WORDS, fields_of


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 40,000 × 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 100_000)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SETTINGS = "/settings/dindaeng"


def group_of(name: str) -> str:
    """The group of the settings page whose form has this setting."""
    return next(
        group
        for group in GROUPS
        for field in fields_of(group)
        if name in (*field.settings, field.name)
    )


def group_form(group: str, version: int | str = 0, **changed: str) -> dict[str, str]:
    """A group's form, with the defaults but for what is changed. A table is changed as lines, the
    cells of each between bars."""
    filled = {"version": f"{version}", "do": "save"}
    for field in fields_of(group):
        typed = draft_of(SiteSettings(), group)[field.name]
        if isinstance(typed, str):
            filled[field.name] = changed.get(field.name, typed)
            continue
        columns = [column.name for column in field.columns]
        rows = [[row[name] for name in columns] for row in typed]
        if field.name == LEVEL_WORDS:
            thai, english = zip(*rows, strict=True)
            words = {"th": [*thai], "en": [*english]}
            for code in words:
                if (lines := changed.get(f"level_words_{code}")) is not None:
                    words[code] = lines.split("\n")
            rows = [[*pair] for pair in zip_longest(words["th"], words["en"], fillvalue="")]
        elif field.name in changed:
            rows = [_cells(line) for line in changed[field.name].splitlines() if line.strip()]
        for index, row in enumerate(rows):
            for name, cell in zip(columns, row, strict=False):
                filled[f"{field.name}.{index}.{name}"] = cell
    return filled


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    return ["" if cell == "–" else "yes" if cell == "ใช่" else cell for cell in cells]


def post_settings(client: TestClient, version: int | str = 0, **changed: str) -> Response:
    """Save settings, each on the page of its group; the first answer that is no redirect, else the
    last."""
    groups = dict.fromkeys(map(group_of, changed))
    for group in groups:
        mine = {name: text for name, text in changed.items() if group_of(name) == group}
        answer = client.post(f"{SETTINGS}/{group}", data=group_form(group, version, **mine))
        if answer.status_code != 303:
            break
    return answer
