"""A whole round of the ITA measures report as a JSON file: how an office brings an earlier one."""

import re
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

import msgspec

from kiosk.domain.people import tidied
from kiosk.domain.refusal import Refusal
from sync.central.store.ita import ITA_TEXT, NOTHING_WRITTEN, ItaBody

DIN_DAENG = "itaround-dindaeng-2567-1.json"
"""That office's real report of fiscal year 2567, first round, without names and pictures."""


_SCORE = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?|100(\.00?)?")


class BadItaFile(Refusal):
    """A file that is no round of the report."""


class FiledRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row as in the office's settings, and what is written in it."""

    code: str
    form: str
    indicator: str
    joined: bool = False
    body: ItaBody = NOTHING_WRITTEN


class _Filed(msgspec.Struct, frozen=True):
    rows: tuple[FiledRow, ...]


def read(data: bytes) -> tuple[FiledRow, ...]:
    """The rows of a file; BadItaFile says what is wrong, and where."""
    try:
        rows = msgspec.json.decode(data, type=_Filed).rows
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadItaFile("ita_file", problem=str(error)) from None
    if not rows:
        raise BadItaFile("ita_file", problem="it has no rows")
    return tuple(msgspec.structs.replace(row, body=_checked(row)) for row in rows)


def _checked(row: FiledRow) -> ItaBody:
    texts = {name: value for name, value in asdict(row.body).items() if isinstance(value, str)}
    for name, text in texts.items():
        if len(text) > ITA_TEXT:
            problem = f"{row.code}: {name} has more than {ITA_TEXT} characters"
            raise BadItaFile("ita_file", problem=problem)
    if texts["score"] and not _SCORE.fullmatch(texts["score"]):
        problem = f"{row.code}: the score is no number such as 82.87"
        raise BadItaFile("ita_file", problem=problem)
    tidy: dict[str, Any] = {name: tidied(text) for name, text in texts.items()}
    return replace(row.body, **tidy)


def shipped() -> bytes:
    """Din Daeng's report, as it comes with the program."""
    return (files("sync.central") / DIN_DAENG).read_bytes()
