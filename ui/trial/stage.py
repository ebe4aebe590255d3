"""Sets the trial up with the real commands: central, one terminal, officers, a few past weeks."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.people import CounterId, Officer, ServiceId
from kiosk.domain.rating import Channel, Half, Rating, RatingId
from kiosk.domain.scale import Score
from sync.central.store.engine import CentralStore

ROSTER = """\
number,name,position,section
101,นางสาวสมหญิง ใจดี,เจ้าพนักงานปกครองชำนาญงาน,ฝ่ายทะเบียน
102,นายประสิทธิ์ ญาณวุฒิ,เจ้าพนักงานธุรการปฏิบัติงาน,ฝ่ายทะเบียน
103,นางน้ำผึ้ง ปิ่นเกล้า,นักจัดการงานทะเบียนปฏิบัติการ,ฝ่ายทะเบียน
201,นายกตัญญู พันธุ์ศุกร์,เจ้าพนักงานจัดเก็บรายได้,ฝ่ายรายได้
"""
_WEIGHTS = {"101": (1, 2, 6, 30, 61), "102": (4, 8, 18, 40, 30)}
"""How often each level comes, the lowest first."""
PEOPLE = ("101", "102", "103", "201")

SETTINGS = """\
[office]
opens = "00:00"
closes = "23:59"

[times]
lock = {lock}
thanks = {lock}

[panel]
port = "{panel}"
"""


class TrialFailed(Exception):
    """A step of the trial did not do what it should; one line or the step's own output."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything set up. `pins` by officer number, and "service"."""

    root: Path
    terminal: Path
    central: Path
    panel: Path
    pins: dict[str, str]
    report: str
    password: str
    """First password of the report's account `director`."""


def command(module: str, folder: Path, *words: str, timeout: float = 60.0) -> str:
    """Run one of our commands as a person would; its output, or TrialFailed."""
    process = subprocess.run(  # noqa: S603  (our own modules, our own words)
        [sys.executable, "-m", module, "--data", str(folder), *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if process.returncode:
        raise TrialFailed(f"{module} {' '.join(words)}: {process.stderr.strip() or process.stdout}")
    return process.stdout


@contextmanager
def serving(folder: Path, module: str = "sync.central.cli") -> Iterator[str]:
    """Central as its own process; yields its first lines: address and report."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module, "--data", str(folder), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        out = process.stdout
        greeting = "".join(out.readline() for _ in range(2)) if out else ""
        if "http" not in greeting:
            raise TrialFailed("central did not start")
        yield greeting
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


def prepare_central(root: Path, people: str = ROSTER) -> Path:
    central = root / "central"
    command("sync.central.cli", central, "init")
    roster = root / "roster.csv"
    roster.write_text(people, encoding="utf-8")
    command("sync.central.cli", central, "officers", "import", str(roster))
    return central


def prepare_terminal(root: Path, central: Path, greeting: str, lock_seconds: float) -> Stage:
    """A terminal, enrolled and with its roster, and a second one with some past weeks."""
    url = _match(r"Serving \S+ at (\S+)", greeting)
    panel = root / "panel"
    terminal = root / "terminal"
    pins = {"service": _set_up(terminal, central, url, "counter-1")}
    settings = SETTINGS.format(lock=lock_seconds, panel=panel)
    (terminal / "kiosk.toml").write_text(settings, encoding="utf-8")
    for number in PEOPLE:
        answer = command("ui", terminal, "officer", "pin", number)
        pins[number] = _match(r"PIN: (\d{6})", answer)
    past = root / "past"
    _set_up(past, central, url, "counter-2")
    _remember_past_weeks(past)
    _enrol_earlier(central, "counter-2")
    command("ui", past, "sync")
    words = ("accounts", "add", "director", "--role", "director")
    account = command("sync.central.cli", central, *words)
    password = _match(r"password of director: (\S+)", account)
    report = _match(r"Report: (\S+)", greeting)
    return Stage(
        root=root,
        terminal=terminal,
        central=central,
        panel=panel,
        pins=pins,
        report=report,
        password=password,
    )


def _set_up(folder: Path, central: Path, url: str, name: str) -> str:
    pin = _match(r"PIN: (\d{6})", command("ui", folder, "init"))
    invited = command(
        "sync.central.cli", central, "enrol", "--terminal", name, "--counter", name[-1]
    )
    code = _match(r"Code: (\S+)", invited)
    command("ui", folder, "enrol", url, code)
    command("ui", folder, "sync")
    return pin


def _enrol_earlier(central: Path, terminal: str) -> None:
    """Central takes no day of before a terminal's enrolment; this one has past weeks to show."""
    store = CentralStore.open(f"sqlite:///{central / 'central.db'}")
    with store.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE terminals SET enrolled = datetime(enrolled, '-60 days') WHERE terminal = ?",
            (terminal,),
        )
    store.close()


def _remember_past_weeks(folder: Path) -> None:
    """Three weeks of demonstration ratings, as a terminal would have stored them."""
    clock = SystemClock()
    store, _ = DataFolder(folder).open(clock)
    random = Random(2567)  # noqa: S311  (the same demonstration each time)
    today = clock.now().wall.date()
    monday = today - timedelta(days=today.weekday() + 21)
    with store.transaction() as t:
        for day in (monday + timedelta(days=n) for n in range(21) if n % 7 < 5):
            for number in PEOPLE[:3]:
                officer = t.roster.by_number(number)
                for _ in range(random.randint(3, 9)):
                    t.ratings.add(_past_rating(officer, day, random))
    store.close()


def _past_rating(officer: Officer, day: date, random: Random) -> Rating:
    weights = _WEIGHTS.get(officer.number, (2, 4, 10, 40, 44))
    return Rating(
        id=RatingId(secrets.token_bytes(16)),
        business_date=day,
        half=random.choice(tuple(Half)),
        officer=officer.id,
        service=ServiceId("general"),
        counter=CounterId("2"),
        score=Score(random.choices(range(1, 6), weights)[0]),
        levels=5,
        channel=random.choice((Channel.TOUCH, Channel.PANEL)),
    )


def _match(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if not match:
        raise TrialFailed(f"no {pattern!r} in: {text}")
    return match[1]
