"""The longest press at a terminal of ten years beside everything else that runs there, against the
longest of as many presses alone; with the whole machine, and with a fifth of one processor.

`python -m tests.bench.aged [--quick]`; part of `make bench`. Only root may slow a processor down;
without root the table says that a fifth was not measured.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from kiosk.background import behind
from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.businessday import business_date
from kiosk.domain.encounter import DutyBegan, Record
from kiosk.domain.rating import Half
from kiosk.store.engine import Store
from kiosk.terminal import Terminal
from sync.central.usecases.central import Central
from sync.central.usecases.installation import open_central
from sync.central.usecases.people import put_officers
from sync.central.usecases.pins import MOST_ISSUED, issue_pins, read_pins
from sync.central.viewer import ROLES, Viewer
from tests.bench.beside import aged_terminal
from tests.bench.figures import report
from tests.support.builders import an_officer, duty_of, rating

DAYS, RATINGS, EVENTS_A_DAY = 2_610, 1_044_000, 60
"""Ten years of working days with 400 ratings each, and what each adds to the journal."""
OFFICERS, PHOTO_BYTES = 300, 20_000
PAUSE = 0.01
"""Seconds between two presses: far more often than citizens press, and never by turns with a
command."""
MOST = 1.5


@dataclass(frozen=True, slots=True)
class Beside:
    """What runs beside the presses, and how often."""

    name: str
    words: tuple[str, ...]
    runs: int


@dataclass(slots=True)
class Presses:
    """Seconds that each press took, run by run."""

    alone: list[list[float]] = field(default_factory=list)
    accompanied: list[list[float]] = field(default_factory=list)


def aged(folder: Path, *, quick: bool) -> Iterator[str]:
    days, ratings = (DAYS // 20, RATINGS // 20) if quick else (DAYS, RATINGS)
    with aged_terminal(folder, days, ratings, EVENTS_A_DAY) as (terminal_folder, central):
        yield from beside_everything(terminal_folder, central, folder, 2 if quick else 6)


def beside_everything(
    terminal_folder: DataFolder, central: Path, folder: Path, runs: int
) -> Iterator[str]:
    """For each command the longest press: the median over its runs, against the same of as many
    presses alone. A press that failed is an error."""
    store, terminal = terminal_folder.open(SystemClock())
    terminal.carry_out([DutyBegan(duty_of())])
    for title, slow in (("", False), (", a fifth of a CPU", True)):
        with _processor(slow) as measured:
            if not measured:
                yield f"longest press{title}: not measured, only root may slow a processor down"
                continue
            _presses(terminal, 20)
            for one in _commands(folder, runs, title):
                yield _line(terminal_folder, store, terminal, one, title)
            with open_central(central, "") as office:
                send_pins_and_photos(office)
            pins = Beside(name=f"sync, {OFFICERS} PINs and photos", words=("sync",), runs=1)
            yield _line(terminal_folder, store, terminal, pins, title)
    store.close()


def _settle(store: Store) -> None:
    """As if a half-day were over: an office has hundreds of presses in one, not thousands."""
    store.forget_order((date.max, Half.MORNING))


def _commands(folder: Path, runs: int, title: str) -> Iterator[Beside]:
    yield Beside(name="heartbeat", words=("heartbeat",), runs=runs)
    yield Beside(name="verify --rows", words=("verify", "--rows"), runs=1 if title else 2)
    yield Beside(name="sync", words=("sync",), runs=max(2, runs // 2))
    copy = folder / f"{secrets.token_hex(4)}.db"
    yield Beside(name="backup", words=("backup", str(copy)), runs=1)


def _line(folder: DataFolder, store: Store, terminal: Terminal, one: Beside, title: str) -> str:
    presses = Presses()
    for _ in range(one.runs):
        _settle(store)
        accompanied = []
        with _running(folder, one) as process:
            while process.poll() is None:
                accompanied.append(press(terminal))
        if process.returncode:
            raise AssertionError(f"kiosk {one.name} ended with {process.returncode}")
        presses.accompanied.append(accompanied)
        presses.alone.append(_presses(terminal, len(accompanied)))
    alone, accompanied_ms = _longest_ms(presses.alone), _longest_ms(presses.accompanied)
    return report(
        f"longest press beside {one.name}{title}",
        f"<= {MOST:g} x alone",
        f"{accompanied_ms:.1f} ms",
        f"{alone:.1f} ms",
        accompanied_ms / alone,
        MOST,
    )


def _longest_ms(runs: list[list[float]]) -> float:
    return median(max(seconds) for seconds in runs) * 1000


def _presses(terminal: Terminal, n: int) -> list[float]:
    return [press(terminal) for _ in range(n)]


def press(terminal: Terminal) -> float:
    """Seconds until a rating is durable; StoreFailed when it could not be kept."""
    sleep(PAUSE)
    record = Record(rating(5, day=business_date(SystemClock().now().wall)))
    start = perf_counter()
    terminal.carry_out([record])
    return perf_counter() - start


@contextmanager
def _running(folder: DataFolder, one: Beside) -> Iterator["subprocess.Popen[bytes]"]:
    words = [sys.executable, "-m", "ui", "--data", str(folder.path), *one.words]
    with subprocess.Popen(behind(words), stdout=subprocess.DEVNULL) as process:
        yield process


@contextmanager
def _processor(slow: bool) -> Iterator[bool]:
    """Have this process, and what it starts, share a fifth of one processor; whether that is so."""
    if not slow:
        yield True
        return
    processors = os.sched_getaffinity(0)
    one = min(processors)
    words = [sys.executable, "-m", "tests.bench.slow_processor", str(one)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as taker:
        assert taker.stdout is not None
        os.sched_setaffinity(0, {one})
        try:
            yield bool(taker.stdout.readline())
        finally:
            os.sched_setaffinity(0, processors)
            taker.kill()


def send_pins_and_photos(office: Central) -> None:
    """Have central issue a PIN and have a photo for each of a large office's officers."""
    now = datetime.now(UTC)
    viewer = Viewer(account="hr", name="hr", site=office.site, roles=frozenset({ROLES["hr"]}))
    people = [an_officer(str(1000 + n), f"เจ้าหน้าที่ คนที่ {n}") for n in range(OFFICERS)]
    with office.store.transaction(office.site) as t:
        put_officers(t, people, now)
    bases = {str(row.officer.id): row.base for row in read_pins(office)}
    owners = sorted(bases)
    for first in range(0, len(owners), MOST_ISSUED):
        some = {owner: bases[owner] for owner in owners[first : first + MOST_ISSUED]}
        issue_pins(office, some, viewer, now)
    with office.store.transaction(office.site) as t:
        for officer in people:
            photo = b"\xff\xd8\xff\xda" + secrets.token_bytes(PHOTO_BYTES)
            t.photos.put(str(officer.id), photo)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for line in aged(Path(name), quick="--quick" in sys.argv[1:]):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
