"""What `kiosk check` and `kiosk-central check` say: a line for each thing that a working machine
needs, with the remedy where it lacks something. What concerns both machines is looked at here.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from kiosk.certificates import Validity, days_left, validity
from kiosk.clock import UNSYNCHRONISED, is_battery_empty, plausible
from kiosk.domain.machine import TimeSync
from kiosk.language import counted
from kiosk.release import earliest_day
from kiosk.soundsqlite import fault_of


class Level(StrEnum):
    """Each is worse than the one before."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Line(Struct, frozen=True):
    """One thing that was looked at. `remedy`: what a person does about it; "": nothing to do."""

    about: str
    level: Level
    says: str
    remedy: str = ""


class Checked(Struct, frozen=True):
    """Everything that was looked at. `level`: the worst of the lines."""

    version: str
    level: Level
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, version: str, lines: Iterable[Line]) -> "Checked":
        every = tuple(lines)
        order = list(Level)
        worst = max((line.level for line in every), key=order.index, default=Level.OK)
        return cls(version, worst, every)


LOW_DISK, FULL_DISK = 1024, 100
"""MiB that are free: less than this is soon too little, or is too little now."""


def fine(about: str, says: str) -> Line:
    return Line(about=about, level=Level.OK, says=says)


def warning(about: str, says: str, remedy: str) -> Line:
    return Line(about=about, level=Level.WARN, says=says, remedy=remedy)


def failure(about: str, says: str, remedy: str) -> Line:
    return Line(about=about, level=Level.FAIL, says=says, remedy=remedy)


def sqlite_line(version: tuple[int, ...]) -> Line:
    if fault := fault_of(version):
        says, _, remedy = fault.partition(". ")
        return failure("sqlite", says, remedy)
    return fine("sqlite", ".".join(map(str, version)))


def clock_line(now: datetime) -> Line:
    wall_time = now.isoformat(" ", "minutes")
    if not plausible(now.date()):
        remedy = f"set the date of this machine, in the common era: it is after {earliest_day()}"
        return failure("clock", wall_time, remedy)
    if is_battery_empty():
        remedy = "replace the battery on the PC's board: after each power cut the date is wrong"
        return warning("clock", f"{wall_time}, and the battery's clock is wrong", remedy)
    return fine("clock", wall_time)


def time_sync(state: int) -> TimeSync:
    """`state`: what adjtimex(2) answers."""
    if state < 0:
        return ""
    return "off" if state == UNSYNCHRONISED else "on"


def time_sync_line(state: TimeSync) -> Line:
    if not state:
        remedy = "timedatectl says it; a container's clock is its host's"
        return warning("time sync", "the kernel does not say whether anything sets it", remedy)
    if state == "off":
        remedy = (
            "apt install systemd-timesyncd, then timedatectl set-ntp true; where the network lets "
            "no time through, name the office's own server in /etc/systemd/timesyncd.conf"
        )
        return warning("time sync", "nothing sets this clock", remedy)
    return fine("time sync", "the clock is set from the network")


def disk_line(folder: Path) -> Line:
    """OSError where there is no such folder."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize // 2**20
    says = f"{free:,} MiB free"
    if free >= LOW_DISK:
        return fine("disk", says)
    remedy = f"make room on the disk of {folder}: journalctl --vacuum-size=100M, apt clean"
    return (failure if free < FULL_DISK else warning)("disk", says, remedy)


def certificate_line(end: datetime, now: datetime, remedy: str) -> Line:
    """`end`: when the certificate ends that central shows."""
    says = f"holds until {end:%Y-%m-%d}, {counted(days_left(end, now), 'day', 'days')}"
    match validity(end, now):
        case Validity.LONG:
            return fine("certificate", says)
        case Validity.SOON:
            return warning("certificate", says, remedy)
        case Validity.URGENT:
            return failure("certificate", says, remedy)
        case Validity.OVER:
            return failure("certificate", f"ended on {end:%Y-%m-%d}", remedy)
