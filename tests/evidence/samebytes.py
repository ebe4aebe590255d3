"""The hand that compares: the same ratings pressed in another order, and in other quarters of an
hour, must leave the same file, byte for byte. What differs could tell one day from the other,
whether anybody knows how to read it or not: places in pages, free pages, counters of SQLite's own.

The same in both days are the duties, as they stand in the journal anyway; how many pages the
fullest quarter needs, as the file does not shrink; and that each sheet has its second entry before
the first quarter ends, as a sheet's row grows by a byte then, and moves.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kiosk.domain.encounter import KeepReasons, Record
from kiosk.domain.rating import Half, Outcome, Rating, RatingId
from kiosk.store.engine import Store
from kiosk.store.state import Enrolment
from kiosk.terminal import Terminal
from sync.closing import close_days
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.support.builders import PEPPER, PRASIT, SOMYING, TODAY, FakeClock, asking, rating

OFFICERS = (SOMYING, PRASIT)
PRESSES = 16
"""In each half-day, by the officers in turn."""
_INDEX_HEADER = 136
"""Bytes before the list of pages: a random salt is among them."""
QUARTERS = ((4, 8, 12), (6, 6, 10), (5, 7, 12))
"""After how many presses of a half-day its quarters of an hour pass."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rating, and beside it a press that counts for nothing."""

    rating: Rating
    outcome: bytes


def entries(random: Random) -> list[list[Entry]]:
    """What a day holds, by half-day."""
    return [
        [Entry(_drawn(random, number, half), random.randbytes(16)) for number in range(PRESSES)]
        for half in Half
    ]


def _drawn(random: Random, number: int, half: Half) -> Rating:
    officer = OFFICERS[number % 2]
    one = rating(random.randint(1, 5), officer, half=half)
    return Rating(
        id=RatingId(random.randbytes(16)),
        business_date=one.business_date,
        half=half,
        officer=one.officer,
        service=one.service,
        counter=one.counter,
        score=one.score,
        levels=one.levels,
        channel=one.channel,
    )


def reordered(random: Random, day: list[list[Entry]]) -> list[list[Entry]]:
    """The same day with each officer's presses in another order."""
    halves = []
    for half in day:
        turns = [random.sample(half[first::2], len(half) // 2) for first in (0, 1)]
        halves.append([entry for both in zip(*turns, strict=True) for entry in both])
    return halves


def live(
    empty: Path,
    folder: Path,
    day: list[list[Entry]],
    quarters: tuple[int, ...],
    *,
    forgets: bool,
) -> list[bytes]:
    """The file, the index of its log of writes and a backup, at noon and after closing. `forgets`:
    False for the control."""
    folder.mkdir()
    path = folder / "kiosk.db"
    shutil.copyfile(empty, path)
    store, clock = Store.open(path), FakeClock()
    terminal = Terminal(store, clock, PEPPER, boot_id="boot")
    files = []
    for half, presses in zip(Half, day, strict=True):
        for number, entry in enumerate(presses):
            for _ in range(quarters.count(number) if forgets else 0):
                terminal.forget_order()
            _press(store, terminal, half, entry)
        if half is Half.MORNING:
            clock.pass_seconds(4 * 3600)
            if forgets:
                terminal.forget_order()
        else:
            clock.pass_seconds(6 * 3600)
            if forgets:
                close_days(store, clock, today=True)
        store.checkpoint()
        index = path.with_name("kiosk.db-shm").read_bytes()
        files += [path.read_bytes(), index[_INDEX_HEADER:]]
        copy = folder / f"{half}.db"
        store.backup(copy)
        files.append(copy.read_bytes())
    store.close()
    return files


def _press(store: Store, terminal: Terminal, half: Half, entry: Entry) -> None:
    terminal.carry_out([Record(entry.rating)])
    if entry.rating.score < 3:
        terminal.carry_out([KeepReasons(asking(entry.rating, "wait"))])
    with store.transaction() as t:
        officer = entry.rating.officer
        t.ratings.add_outcome(entry.outcome, TODAY, half, officer, Outcome.SUPPRESSED)


def template(folder: Path) -> Path:
    """An enrolled terminal on which nobody has pressed."""
    path = folder / "template.db"
    Store.create(path)
    store = Store.open(path)
    terminal = Terminal(store, FakeClock(), PEPPER, boot_id="boot")
    terminal.add_officers(OFFICERS)
    terminal.join(
        Enrolment(
            url="http://127.0.0.1:1", site="dindaeng", terminal="t1", counter="1", central_key="x"
        )
    )
    store.checkpoint()
    store.close()
    return path


def differing(folder: Path, random: Random, *, forgets: bool = True) -> int:
    """How many of the files of other days are not those of the first."""
    empty, day = template(folder), entries(random)
    first, *others = (
        live(
            empty,
            folder / f"{number}",
            reordered(random, day) if number else day,
            quarters,
            forgets=forgets,
        )
        for number, quarters in enumerate(QUARTERS)
    )
    return sum(file != same for files in others for same, file in zip(first, files, strict=True))


def compare_files(given: Run) -> Measured:
    """`given.size` days, each in three orders."""
    random, memory = Random(given.seed), in_memory()
    differ = control = 0
    for number in range(given.size):
        folder = memory / f"{number}"
        folder.mkdir()
        differ += differing(folder, random)
        shutil.rmtree(folder)
    folder = memory / "control"
    folder.mkdir()
    control = differing(folder, random, forgets=False)
    shutil.rmtree(memory)
    failures = []
    if differ:
        failures.append(f"{differ} files of {given.size} days tell another order from the first")
    if control < len(QUARTERS) - 1:
        failures.append("files in which nothing is rewritten are the same in every order")
    text = f"{differ} files differ; where nothing is rewritten {control}"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="days that differ in order leave the same bytes",
    target="none differs",
    quick=1,
    full=50,
    measure=compare_files,
)
