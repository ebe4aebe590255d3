"""A press while another command reads the same file, beside a press alone: the real commands, as
processes, on a file of five years whose days central has receipted.

`python -m tests.bench.beside [--quick]`; part of `make bench`.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import perf_counter, sleep

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.terminal import Terminal
from sync.central.store.engine import CentralStore
from tests.bench.figures import Sample, report
from tests.bench.store import fill, fill_journal
from tests.support.builders import rating
from tests.support.office import central_with_fixed_ids
from ui.trial.stage import command, serving

DAYS, RATINGS = 1_305, 78_300
"""Five years of working days with sixty ratings each."""
PAUSE = 0.02
"""Seconds between two presses: far more often than citizens press, and never by turns with a
command."""
MOST = 1.5
IN_MEMORY = "/dev/shm"  # noqa: S108  (a bench's own folder below it)
"""A real central is another machine: its flushes don't keep the terminal's disk busy."""
COMMANDS = ("heartbeat", "verify")


def beside(folder: Path, days: int, ratings: int, runs: int) -> Iterator[str]:
    """For each command three lines: a press's median, its p99 and its longest, against the same
    of a press alone. One longest says little, and has no bound. A press that failed is an error."""
    with aged_terminal(folder, days, ratings) as (terminal_folder, _central):
        store, terminal = terminal_folder.open(SystemClock())
        for name in COMMANDS:
            yield from _beside(terminal_folder, terminal, name, runs)
        store.close()


@contextmanager
def aged_terminal(
    folder: Path, days: int, ratings: int, events_a_day: int = 0
) -> Iterator[tuple[DataFolder, Path]]:
    """An enrolled terminal whose days central has, while central serves; and central's folder."""
    folder.mkdir(exist_ok=True)
    data = folder / "terminal"
    command("ui", data, "init")
    terminal_folder = DataFolder(data)
    fill(terminal_folder.database, ratings, days)
    fill_journal(terminal_folder.database, days, events_a_day)
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as root,
        serving(
            central := central_with_fixed_ids(Path(root)), "tests.bench.older_central"
        ) as output,
    ):
        words = ("enrol", "--terminal", "counter-1", "--counter", "1")
        invitation = command("sync.central.cli", central, *words)
        url, code = (
            re.search(r"Serving \S+ at (\S+)", output),
            re.search(r"Code: (\S+)", invitation),
        )
        assert url
        assert code
        command("ui", data, "enrol", url[1], code[1])
        _enrol_earlier(central)
        command("ui", data, "sync", timeout=3600)
        yield terminal_folder, central


def _enrol_earlier(central: Path) -> None:
    """Central takes no day of before a terminal's enrolment; this one is as old as its days."""
    store = CentralStore.open(f"sqlite:///{central / 'central.db'}")
    with store.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE terminals SET enrolled = datetime(enrolled, '-11 years')"
        )
    store.close()


@dataclass(slots=True)
class _Presses:
    """Seconds that each press took."""

    alone: list[float]
    accompanied: list[float]


def _beside(folder: DataFolder, terminal: Terminal, name: str, runs: int) -> Iterator[str]:
    presses = _Presses([], [])
    for _ in range(10):
        press(terminal)
    for _ in range(runs):
        with _running(folder, name) as process:
            while process.poll() is None:
                presses.accompanied.append(press(terminal))
        if process.returncode:
            raise AssertionError(f"kiosk {name} ended with {process.returncode}")
        while len(presses.alone) < len(presses.accompanied):
            presses.alone.append(press(terminal))
    alone, accompanied = Sample(tuple(presses.alone)), Sample(tuple(presses.accompanied))
    for figure, ours, limit, most in (
        ("median", accompanied.median_ms, alone.median_ms, MOST),
        ("p99", accompanied.p99_ms, alone.p99_ms, MOST),
        ("longest", accompanied.longest_ms, alone.longest_ms, inf),
    ):
        title = f"press beside kiosk {name}, {figure}"
        target = f"<= {most:g} x alone"
        yield report(title, target, f"{ours:.2f} ms", f"{limit:.2f} ms", ours / limit, most)


@contextmanager
def _running(folder: DataFolder, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One of our commands, as the running terminal starts it."""
    words = [sys.executable, "-m", "ui", "--data", str(folder.path), name]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        yield process


def press(terminal: Terminal) -> float:
    """Seconds until a rating is durable; StoreFailed when it could not be kept."""
    sleep(PAUSE)
    record = Record(rating(5))
    start = perf_counter()
    terminal.carry_out([record])
    return perf_counter() - start


def size(quick: bool) -> tuple[int, int, int]:
    """Days and ratings of the file, and how often each command runs."""
    return (DAYS // 10, RATINGS // 10, 6) if quick else (DAYS, RATINGS, 6)


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        for line in beside(Path(name), *size(quick)):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
