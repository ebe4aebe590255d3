"""What someone with every file of a terminal learns of single presses: neither when nor in which
order. A day is pressed at known minutes; then everything that is kept or sent is searched."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import SignOff, SignOn
from kiosk.domain.rating import Channel
from kiosk.settings.reading import parse
from kiosk.store.engine import Store
from kiosk.store.state import Enrolment
from sync.closing import close_days
from sync.steps import Asked
from sync.witness import heads, look
from tests.evidence.pageorder import pairs_in_order
from tests.support.builders import SOMYING, FakeClock, duty_of
from tests.support.entries import RATING_IDS
from ui.app import start
from ui.window import TerminalWindow

PRESSES = 100
NOISE = 0.2
"""By how much the share of pairs in order strays from a half by chance: its standard deviation is
under 0.05 at 100 presses."""


@dataclass(slots=True)
class Watched:
    """A terminal after its day, and what the watcher knows from standing beside it."""

    folder: DataFolder
    store: Store
    pressed_at: list[datetime]
    boot_at: list[float]
    ids: list[bytes]
    said: str
    """What the program wrote for the machine's log while citizens pressed: a line gets a time."""


@pytest.fixture
def watched(
    tmp_path: Path, window: TerminalWindow, capfd: pytest.CaptureFixture[str]
) -> Iterator[Watched]:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    clock = FakeClock()
    store, terminal = folder.open(clock)
    terminal.add_officers([SOMYING])
    terminal.join(
        Enrolment(
            url="http://127.0.0.1:1", site="dindaeng", terminal="t1", counter="1", central_key="x"
        )
    )
    store.close()
    running = start(folder, parse(""), clock, window)
    presenter = running.presenter
    presenter.session.step(SignOn(duty_of()))
    clock.pass_seconds(120)  # duty has its moments in the journal: keep clear of them
    times, boots, ids = [], [], []
    capfd.readouterr()
    known: set[bytes] = set()
    for number in range(PRESSES):
        clock.pass_seconds(47)
        presenter.clock.look()
        presenter.citizen.press(1 + number % 5, Channel.TOUCH)
        times.append(clock.wall)
        boots.append(clock.boot)
        with running.store.read() as snapshot:
            cursor = snapshot.cursor()
            now = {id_ for (id_,) in cursor.execute(RATING_IDS)}
        [fresh] = now - known
        known = now
        ids.append(fresh)
        for _ in range(2):  # the reasons run out, then the thanks
            clock.pass_seconds(25)
            presenter.tick()
    said = "".join(capfd.readouterr())
    clock.pass_seconds(120)
    presenter.session.step(SignOff())
    clock.pass_seconds(3600)
    close_days(running.store, clock, today=True)
    yield Watched(
        folder=folder,
        store=running.store,
        pressed_at=times,
        boot_at=boots,
        ids=ids,
        said=said,
    )
    running.stop()


def everything_kept(watched: Watched) -> dict[str, bytes]:
    """Every file of the data folder, a backup, and what goes over the wire."""
    copy = watched.folder.path / "copy.db"
    watched.store.backup(copy)
    kept = {path.name: path.read_bytes() for path in watched.folder.path.iterdir()}
    with watched.store.transaction() as t:
        kept |= {f"report {p.day}": p.body for p in t.outbox.everything()}
    look(watched.store, datetime(2026, 11, 22, 12, tzinfo=FakeClock().wall.tzinfo), Asked())
    for number, said in enumerate(heads(watched.store, 0)):
        kept[f"heads {number}"] = said.to_bytes()
    return kept


def spellings(at: datetime, boot: float) -> Iterator[bytes]:
    """How a moment might have been written, to the second."""
    seconds, ms = int(at.timestamp()), int(boot * 1000)
    yield f"{at:%H:%M:%S}".encode()
    yield f"{at:%Y-%m-%dT%H:%M}".encode()
    yield f"{at:%Y-%m-%d %H:%M}".encode()
    yield str(seconds).encode()
    yield str(ms).encode()
    for order in "<>":
        yield struct.pack(f"{order}I", seconds)
        yield struct.pack(f"{order}q", seconds * 1000)
        yield struct.pack(f"{order}d", at.timestamp())
        yield struct.pack(f"{order}d", boot)


def test_no_moment_of_a_press_is_kept_or_sent(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = everything_kept(watched)
    kept["log"] = "".join(capfd.readouterr()).encode()
    assert {"kiosk.db", "kiosk.db-wal", "copy.db"} <= set(kept)
    for at, boot in zip(watched.pressed_at, watched.boot_at, strict=True):
        for spelling in spellings(at, boot):
            for name, content in kept.items():
                assert spelling not in content, f"{spelling!r} in {name}"


def test_nothing_is_logged_while_citizens_press(watched: Watched) -> None:
    assert watched.said == ""


def test_the_search_finds_what_is_written(watched: Watched) -> None:
    """The journal does have moments, of duty: the same search must find those."""
    with watched.store.transaction() as t:
        [signed_on] = [
            at for at, kind, _ in t.journal.of_day(FakeClock().wall.date()) if kind == "duty-began"
        ]
    content = everything_kept(watched)["kiosk.db"]
    assert any(spelling in content for spelling in spellings(signed_on, 0.0))


def test_after_the_day_is_closed_the_log_of_writes_is_empty(watched: Watched) -> None:
    assert (watched.folder.path / "kiosk.db-wal").stat().st_size == 0


def test_where_a_rating_lies_says_nothing_of_when_it_came(watched: Watched) -> None:
    for name, content in everything_kept(watched).items():
        right, pairs = pairs_in_order(content, watched.ids)
        if pairs:
            assert abs(right / pairs - 0.5) < NOISE, name
    content = (watched.folder.path / "kiosk.db").read_bytes()
    for id_ in watched.ids:
        assert content.count(id_) == 1, "an older place of it was left"


def test_no_journal_entry_is_written_at_a_press(watched: Watched) -> None:
    with watched.store.transaction() as t:
        moments = {at for at, _, _ in t.journal.of_day(FakeClock().wall.date())}
    assert not moments & {at.replace(microsecond=0) for at in watched.pressed_at}


def test_the_files_are_their_owners_alone(watched: Watched) -> None:
    for path in watched.folder.path.iterdir():
        assert os.stat(path).st_mode & 0o077 == 0, path.name
