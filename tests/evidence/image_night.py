"""A night at the counter: what a finger rated before midnight is in central after it.

Central, the terminal's set-up and the machine have one clock, which stands a quarter of an hour
before the midnight that ends the next Monday. The officer signs on at the screen.
"""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests.evidence import guest, image_office
from tests.evidence.image_bench import STARTS, Bench
from tests.evidence.image_questions import NotThere
from tests.evidence.image_staff import Staff
from ui.trial.stage import command

_PORT = 8444
"""Beside the office whose clock is right."""
RATED = 3
_BEFORE = timedelta(minutes=16)
"""Longer than a start takes, and than a terminal waits with its first sync after one."""
_NIGHT = 40 * 60
"""Seconds until what is due at midnight has come, from the first rating on."""


def evening(now: datetime) -> datetime:
    """Before the next midnight that ends a Monday, as far as a sync after it stays in central's
    belief."""
    monday = now.date() + timedelta(days=(7 - now.weekday()) % 7)
    ends = datetime.combine(monday + timedelta(days=1), time(), now.tzinfo)
    return ends - _BEFORE if ends - _BEFORE > now else ends - _BEFORE + timedelta(days=7)


def counted(central: Path, day: date, officer: str) -> int:
    """How many ratings of this officer central has of that day."""
    tally = command("sync.central.cli", central, "tally", "--date", f"{day:%Y-%m-%d}")
    row = re.search(rf"^{officer} +(\d+) ", tally, re.M)
    return int(row[1]) if row else 0


def the_night_brings_to_central_what_was_rated(bench: Bench) -> str:
    """It closes the day and sends it by itself; nobody touches it after the last rating."""
    folder = bench.folder / "night"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    begins = evening(datetime.now(UTC))
    ahead = begins - datetime.now(UTC)
    with image_office.central(folder, _PORT, ahead) as central:
        with image_office.at_another_time(ahead):
            terminal = image_office.terminal(folder, central, port=_PORT)

        def in_central() -> int:
            with image_office.at_another_time(ahead):
                return counted(central, begins.date(), image_office.OFFICER)

        return _night(bench, terminal, ahead, in_central)


def _night(bench: Bench, terminal: Path, ahead: timedelta, in_central: Callable[[], int]) -> str:
    folder = terminal.parent
    disk = bench.disk(terminal=terminal, folder=folder)
    pin = (folder / image_office.OFFICER_PIN).read_text()
    clock = image_office.machine_clock(ahead)
    with bench.on(disk, *clock, folder=folder) as machine:
        staff = Staff(machine, folder)
        try:
            staff.finds_nobody_on_duty(STARTS)
            staff.signs_on(image_office.OFFICER, pin)
            staff.rates(RATED)
        except NotThere as missing:
            return str(missing)
        if early := in_central():
            return f"central has {early} ratings before the day is over"
        sent = guest.within(_NIGHT, lambda: in_central() == RATED)
        machine.screen("after-midnight")
        machine.cut()
    return "" if sent else f"central has {in_central()} of {RATED} ratings"
