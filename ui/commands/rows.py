"""What the lists, `kiosk status` and `kiosk verify` show: each described once. Its fields are a
table's columns and the keys of `--json`.
"""

from typing import Literal

from msgspec import Struct


class OfficerRow(Struct, frozen=True):
    number: str
    name: str
    position: str
    pin: Literal["set", "no PIN yet"]
    state: Literal["active", "retired"]


class PortRow(Struct, frozen=True):
    """`name`: what stays the same when the panel is plugged in elsewhere."""

    port: str
    name: str
    description: str


class ProfileRow(Struct, frozen=True):
    profile: str
    description: str


class NoticeRow(Struct, frozen=True):
    """`state`: "shown", or why it can't be."""

    notice: str
    state: str


class PromptRow(Struct, frozen=True):
    """`recording`: its file, or "missing"."""

    file: str
    recording: str
    words: str


class DeviceRow(Struct, frozen=True):
    name: str
    description: str


class StatusShown(Struct, frozen=True):
    """How a terminal is; no score. Times are ISO 8601, "": never. `not_mine`: days that central has
    under this terminal's name and that it never made."""

    version: str
    data: str
    counter: str
    central: str
    site: str
    terminal: str
    officers: int
    days_stored: int
    days_not_closed: int
    reports_to_send: int
    reports_parked: int
    last_sync: str
    last_backup: str
    last_failure: str
    not_mine: tuple[str, ...]
    free_mib: int
    panels: tuple[str, ...]


class Verified(Struct, frozen=True):
    """`wrong`: the first thing that does not agree; "": all agrees."""

    agrees: bool
    wrong: str = ""
    ratings: int = 0
    sheets: int = 0
    entries: int = 0
    day_reports: int = 0
    receipts: int = 0
