"""Press to durable, at several sizes of the file."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from kiosk.domain.encounter import Encounter, SignOn, step
from kiosk.domain.people import OfficerId
from kiosk.domain.rating import Half
from kiosk.domain.rules import Rules
from kiosk.domain.seal import Seal, rating_entry
from kiosk.store.engine import Store
from kiosk.store.journal import Kind, entry_hash
from kiosk.terminal import Terminal
from tests.bench.figures import compare, in_turn
from tests.support.builders import MORNING, PEPPER, SOMYING, FakeClock, duty_of
from tests.support.builders import rating as made_rating
from tests.support.encounters import press

OFFICERS = ("101", "102", "103", "104")


def fill(path: Path, ratings: int, days: int = 250, before: int = 0) -> None:
    """So many ratings on past days into a terminal's file, sealed as real ones are; made if there
    is none. `before`: how many days ago the last of them is over."""
    if not path.exists():
        Store.create(path)
    store = Store.open(path)
    sheets = days * len(OFFICERS)
    sizes = [ratings // sheets + (n < ratings % sheets) for n in range(sheets)]
    with store.transaction() as t:
        raw = t.ratings._connection
        for number, size in enumerate(sizes):
            day = MORNING.date() - timedelta(days=1 + before + number // len(OFFICERS))
            officer = OFFICERS[number % len(OFFICERS)]
            entries = []
            rows = []
            for _ in range(size):
                one = made_rating(1 + secrets.randbelow(5), day=day)
                row = (one.id, day.isoformat(), Half.MORNING.value, officer, "general", "1",
                       one.score, 5, "touch")  # fmt: skip
                rows.append(row)
                entries.append(rating_entry(replace(one, officer=OfficerId(officer))))
            if rows:
                seal = Seal.of(entries)
                raw.exec_driver_sql("INSERT INTO ratings VALUES (?,?,?,?,?,?,?,?,?)", rows)
                sheet = (day.isoformat(), officer, size, seal.entries, seal.state)
                raw.exec_driver_sql("INSERT INTO sheets VALUES (?,?,?,?,?)", sheet)
    store.checkpoint()
    store.close()


def fill_journal(path: Path, days: int, events_a_day: int, before: int = 0) -> None:
    """So many events of each past day into a terminal's journal, chained as real ones are."""
    store = Store.open(path)
    with store.transaction() as t:
        seq, previous = t.journal.head()
        rows = []
        for back in range(days, 0, -1):
            opened = MORNING - timedelta(days=before + back)
            day = opened.date().isoformat()
            for number in range(events_a_day):
                at = (opened + timedelta(minutes=8 * number)).isoformat(timespec="seconds")
                kind, detail = _event(number, events_a_day)
                seq += 1
                previous = entry_hash(previous, seq, at, number, day, kind, detail)
                rows.append((seq, at, number, day, kind, detail, previous))
        if rows:
            raw = t.journal._connection
            raw.exec_driver_sql("INSERT INTO journal VALUES (?,?,?,?,?,?,?)", rows)
    store.checkpoint()
    store.close()


def _event(number: int, events: int) -> tuple[str, str]:
    """What a terminal writes on a day: a start, a stop, duties, and that it runs."""
    if number in (0, events - 1):
        return (Kind.STOPPED if number else Kind.STARTED).value, "{}"
    if number % 10 in (1, 2):
        kind = Kind.DUTY_BEGAN if number % 10 == 1 else Kind.DUTY_ENDED
        served = {"counter": "1", "officer": OFFICERS[number % 4], "service": "general"}
        return kind.value, json.dumps(served, sort_keys=True, separators=(",", ":"))
    return Kind.RUNNING.value, "{}"


def durable(folder: Path, sizes: tuple[int, ...], runs: int = 400) -> Iterator[str]:
    """One press kept, against the same bytes appended and fdatasync'ed."""
    for size in sizes:
        path = folder / f"{size}.db"
        fill(path, size)
        yield _durable(path, size, runs)


def _durable(path: Path, size: int, runs: int) -> str:
    store = Store.open(path)
    clock = FakeClock()
    terminal = Terminal(store, clock, PEPPER)
    terminal.add_officers([SOMYING])
    state, _ = step(Encounter(), SignOn(duty_of()), clock.now(), Rules())

    def ours() -> float:
        start = perf_counter()
        _, effects = step(state, press(5), clock.now(), Rules())
        terminal.carry_out(effects)
        return perf_counter() - start

    pages = _pages_of_a_press(path, ours)
    block = b"x" * (pages * 4120)
    file = os.open(path.with_suffix(".raw"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def raw() -> float:
        start = perf_counter()
        os.write(file, block)
        os.fdatasync(file)
        return perf_counter() - start

    mine, limit = in_turn(ours, raw, runs)
    os.close(file)
    store.close()
    return compare(f"press to durable, {size:,} stored", mine, limit, 2.0)


def _pages_of_a_press(path: Path, ours: Callable[[], float]) -> int:
    """How many WAL pages (4,096 + 24 bytes) a press writes: counted, not guessed."""
    store = Store.open(path)
    store.checkpoint()
    store.close()
    wal = Path(f"{path}-wal")
    ours()
    before = wal.stat().st_size
    ours()
    return max(1, round((wal.stat().st_size - before) / 4120))
