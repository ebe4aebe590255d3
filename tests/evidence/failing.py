"""The disk answers EIO or ENOSPC at the k-th call, once or from then on; or is full; or read-only.

What the terminal thanked for must be there, and what the panel sends again must not be doubled.
"""

import errno
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.pressing import new_terminal
from tests.evidence.stories import Closing, Ingest, Presses, Story, calls_of
from tests.evidence.tracing import Ended, fail_at, run

ERRORS = ("EIO", "ENOSPC", "EROFS")
FAILING = ("pwrite64", "fdatasync", "fsync", "ftruncate", "openat", "fallocate")
LIMIT = 4096
SMALL_DISK = 768 * 1024
STORIES: tuple[type[Story], ...] = (Presses, Closing, Ingest)


def fail_everywhere(given: Run) -> Measured:
    """Every call's every k up to `size` with EIO and with ENOSPC, once or from then on as the seed
    says; size 0: every k with each error, both ways."""
    random = Random(given.seed)
    places: list[tuple[Story, str, int, str, bool]] = []
    for kind in STORIES:
        story = kind(given.folder / kind.name)
        counts = calls_of(story, given.folder / "calls", FAILING)
        for call, n in counts.items():
            for k in range(1, (min(n, given.size) if given.size else n) + 1):
                both = (False, True)
                if given.size:
                    places += [(story, call, k, e, random.choice(both)) for e in ERRORS[:2]]
                else:
                    places += [(story, call, k, e, on) for e in ERRORS for on in both]
    failures = [wrong for place in places for wrong in failed(*place)]
    return Measured(f"{len(places)} faults: {len(failures)} wrong", tuple(failures))


def failed(story: Story, call: str, k: int, error: str, on: bool) -> list[str]:
    """One run with one fault, and what did not hold once the disk was well again."""
    where = f"{story.name}, {error} at {call} {k}{' and on' if on else ''}"
    story.begin()
    ended = run(story.try_it, *fail_at(call, k, error, on=on))
    return _judge(where, story, ended)


def _judge(where: str, story: Story, ended: Ended) -> list[str]:
    if ended.code:
        return [f"{where}: {ended.said[-1:] or 'died'} (code {ended.code})"]
    try:
        return [f"{where}: {wrong}" for wrong in story.wrong(ended.said)]
    except Exception as problem:
        return [f"{where}: {type(problem).__name__}: {problem}"]


def small_and_read_only(given: Run) -> Measured:
    """The whole data folder on a disk of SMALL_DISK bytes that fills up, then on one that is
    read-only after a restart; presses go on until the disk is well again. (A disk that turns
    read-only under open files is EROFS in the figure before: tmpfs refuses to.)"""
    failures: list[str] = []
    try:
        with tmpfs(given.folder / "small"):
            pass
    except PermissionError:
        return _with_a_limit(given)
    for turn in range(given.size):
        random = Random(given.seed + turn)
        for trouble in (_fill, _make_read_only):
            with tmpfs(given.folder / "small") as disk:
                failures += _through(trouble, disk, random)
    return Measured(f"{2 * given.size} disks: {len(failures)} wrong", tuple(failures))


def _with_a_limit(given: Run) -> Measured:
    """Where mounting is not allowed: the limit on a file's size, which ends writes as a full disk
    does (EFBIG for ENOSPC)."""
    failures: list[str] = []
    for turn in range(given.size):
        folder = given.folder / str(turn)
        folder.mkdir()
        failures += _through(_limit_files, folder, Random(given.seed + turn))
    text = f"no right to mount: {given.size} file limits, {len(failures)} wrong"
    return Measured(text, tuple(failures))


def _limit_files(_disk: Path) -> Callable[[], None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)


Trouble = Callable[[Path], Callable[[], None]]


def _through(trouble: Trouble, disk: Path, random: Random) -> list[str]:
    terminal = new_terminal(disk / "data")
    for _ in range(random.randint(1, 5)):
        terminal.press()
    if trouble is _make_read_only:
        terminal.stop()
    mend = trouble(disk)
    for _ in range(random.randint(1, 5)):
        terminal.press()
    mend()
    for _ in range(3):
        terminal.press()
    return [f"{trouble.__name__.strip('_')}: {wrong}" for wrong in terminal.wrong()]


def _fill(disk: Path) -> Callable[[], None]:
    rest = disk / "rest"
    with rest.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return rest.unlink


def _make_read_only(disk: Path) -> Callable[[], None]:
    _mount("-o", "remount,ro", str(disk))
    return lambda: _mount("-o", "remount,rw", str(disk))


@contextmanager
def tmpfs(at: Path) -> Iterator[Path]:
    """A disk of SMALL_DISK bytes; PermissionError where mounting is not allowed."""
    at.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(at))
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def _mount(*options: str) -> None:
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(done.stderr.strip())


FIGURES = (
    Figure(
        name="EIO and ENOSPC at the k-th file call",
        target="0 wrong thanks, 0 doubles",
        quick=15,
        full=0,
        measure=fail_everywhere,
    ),
    Figure(
        name="a full disk; one that turns read-only",
        target="0 wrong thanks, 0 doubles",
        quick=5,
        full=500,
        measure=small_and_read_only,
    ),
)
