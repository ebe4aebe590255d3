"""Power cuts: the real program's writes are recorded once, and the disks that cuts at any moment
may leave of them are opened by the real program."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

from kiosk.datafolder import DataFolder
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.verify import Wrong, verify
from kiosk.terminal import Terminal
from sync.closing import close_days, compare_reports
from tests.evidence.disklog import OPTIONS, Deed, Disk, Said, read_log
from tests.evidence.figure import Figure, Measured, Run, collect_seldom, in_memory
from tests.evidence.pressing import Pressing
from tests.evidence.stories import Closing
from tests.evidence.tracing import Say, run
from tests.support.builders import FakeClock
from tests.support.entries import RATING_IDS

PRESSES = 70
"""Enough for two checkpoints of the WAL."""


class Night:
    """What is recorded: a day of presses, then past days closed."""

    gives_way = False
    presses = PRESSES

    def __init__(self, folder: Path) -> None:
        self._closing = Closing(folder)
        self.folder = self._closing.folder
        self._closing.begin()
        self.before = {str(p): p.read_bytes() for p in self.folder.iterdir()}

    def open(self) -> tuple[Store, Terminal]:
        return DataFolder(self.folder).open(FakeClock(), gives_way=self.gives_way)

    def act(self, say: Say) -> None:
        store, terminal = self.open()
        pressing = Pressing(store, terminal)
        for _ in range(self.presses):
            pressing.press()
            say(f"thanked {pressing.thanked[-1].hex()}")
        close_days(store, FakeClock(), today=False)
        say("closed")
        store.close()


class GivingWay(Night):
    """As a command beside the terminal writes."""

    gives_way = True


def cut_power(given: Run) -> Measured:
    """`given.size` power cuts: of a Night as the terminal writes, and as one beside it does."""
    random, half = Random(given.seed), given.size // 2
    failures = [*cuts(Night(given.folder / "presses"), given.size - half, random)]
    failures += cuts(GivingWay(given.folder / "beside"), half, random)
    return Measured(f"{given.size} cuts: {len(failures)} wrong", tuple(failures))


def cuts(
    night: Night, size: int, random: Random, *faults: str, honest: bool = True
) -> Iterator[str]:
    """What is wrong after each of `size` cuts. `faults`: strace's options for a failing disk."""
    log = night.folder.parent / "log"
    ended = run(night.act, *OPTIONS, *faults, log=log)
    if ended.code:
        yield f"the night itself failed: {ended.said[-1:]}"
        return
    deeds = list(read_log(log))
    moments = sorted(random.randint(0, len(deeds)) for _ in range(size))
    disk, done, said = Disk(durable=night.before, honest=honest), 0, []
    image = Image(in_memory(), night.folder)
    collect_seldom()
    for number, moment in enumerate(moments):
        for deed in deeds[done:moment]:
            disk.do(deed)
            said += _words(deed)
        done = moment
        image.put(disk.after_a_cut(random))
        for wrong in _wrong_with(image, said):
            yield f"cut {number} after deed {moment} of {len(deeds)}: {wrong}"
    shutil.rmtree(image.folder)


def _words(deed: Deed) -> list[str]:
    return [deed.line] if isinstance(deed, Said) else []


class Image:
    """The files that a cut left, in memory: what a disk does to them is over by then. All lie in
    the same place, so that a statement compiled for one serves the next."""

    def __init__(self, folder: Path, of: Path) -> None:
        self.folder, self._of = folder, of
        self._store: Store | None = None

    def put(self, files: dict[str, bytes]) -> None:
        for left in self.folder.iterdir():
            left.unlink()
        for path, content in files.items():
            if not path.endswith("-shm"):  # an index of the WAL, made anew at each start
                (self.folder / Path(path).relative_to(self._of)).write_bytes(content)

    def open(self) -> Store:
        """The terminal's file, opened now; StoreFailed."""
        if self._store is None:
            self._store = Store.open(self.folder / "kiosk.db")
        else:
            self._store.reopen()
        return self._store


def _wrong_with(image: Image, said: list[str]) -> list[str]:
    try:
        store = image.open()
    except StoreFailed as error:
        return [f"does not open: {error}"]
    try:
        verdict = verify(store)
        if isinstance(verdict, Wrong):
            return [f"verify: {verdict.what}"]
        found = [f"verify: {wrong}"] if (wrong := compare_reports(store)) else []
        with store.read() as snapshot:
            cursor = snapshot.cursor()
            kept = {id_.hex() for (id_,) in cursor.execute(RATING_IDS)}
            (reports,) = cursor.execute("SELECT count(*) FROM outbox").fetchone()
        lost = [line for line in said if line.startswith("thanked") and line.split()[1] not in kept]
        found += [f"lost: {line}" for line in lost]
        if "closed" in said and reports == 0:
            found.append("lost: the closed days")
        return found
    except StoreFailed as error:
        return [f"can't be read: {error}"]
    finally:
        store.close()


FIGURE = Figure(
    name="power cuts, torn sectors",
    target="0 acknowledged lost",
    quick=1_000,
    full=200_000,
    measure=cut_power,
)
