"""What the lists, `kiosk-central status` and `verify` show: each described once. Its fields are a
table's columns and the keys of `--json`.
"""

from datetime import date
from typing import Literal

from msgspec import Struct


class OfficerRow(Struct, frozen=True):
    number: str
    name: str
    position: str
    section: str
    state: Literal["active", "retired"]


class HolidayRow(Struct, frozen=True):
    day: date


class AccountRow(Struct, frozen=True):
    account: str
    roles: tuple[str, ...]
    name: str
    state: Literal["active", "disabled"]


class TerminalRow(Struct, frozen=True):
    """`seen`, `backed_up`: ISO 8601 in the time of this machine, or "never". `time_sync`: "on"
    where the network sets its clock, "off", or "". `certificate_end` of central's certificate,
    and `authority_end` of the one by which the terminal believes it: a day, or ""."""

    terminal: str
    state: str
    counter: str
    seen: str
    software: str
    time_sync: str
    certificate_end: str
    authority_end: str
    backed_up: str


class SiteRow(Struct, frozen=True):
    """`state`: active or retired."""

    site: str
    name: str
    state: str


class ReleaseRow(Struct, frozen=True):
    """`first`: the terminal that takes it first; "": whichever asks first. `hours`: after how many
    there the rest follow."""

    version: str
    python: str
    machine: str
    ring: str
    first: str
    hours: int
    added: str
    added_by: str


class StandingRow(Struct, frozen=True):
    """How a terminal stands with releases; "": nothing to say."""

    terminal: str
    version: str
    since: str
    on_trial: bool
    to_run: str
    fetched: str
    went_back_from: str


class ReleasesShown(Struct, frozen=True):
    releases: tuple[ReleaseRow, ...]
    terminals: tuple[StandingRow, ...]


class TaskRow(Struct, frozen=True):
    """What central does by itself. `done`: when it last succeeded, ISO 8601; "": never."""

    task: str
    done: str
    result: str


class NeedRow(Struct, frozen=True):
    """What a person has to look at."""

    urgent: bool
    words: str


class NotificationRow(Struct, frozen=True):
    """A message of the outbox. `to`: an account, or one of LINE's ids; "" for a webhook. `made`:
    ISO 8601 in the time of this machine. `answer`: what came of the newest try."""

    id: str
    state: Literal["waiting", "sent", "failed", "dropped"]
    topic: str
    transport: Literal["mail", "line", "webhook"]
    to: str
    made: str
    tries: int
    answer: str


class StatusShown(Struct, frozen=True):
    version: str
    data: str
    database: str
    tasks: tuple[TaskRow, ...]
    needs: tuple[NeedRow, ...]


class Verified(Struct, frozen=True):
    """`wrong`: the first thing that does not agree; "": all agrees. `remarks`: what a person may
    want to know of what agrees."""

    agrees: bool
    wrong: str
    remarks: tuple[str, ...]
