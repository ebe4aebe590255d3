"""What a rig offers: a figure with a target, measured on real input, repeatable from its seed."""

import gc
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """How much to try, from which seed, and an empty folder of its own."""

    size: int
    seed: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out. `text` stands in the table; `failures` name each miss, to be repeated."""

    text: str
    failures: tuple[str, ...] = ()


SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of its own is made in it)


def in_memory() -> Path:
    """A folder of its own for rigs that are not about what a disk does."""
    return Path(tempfile.mkdtemp(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))


def collect_seldom() -> None:
    """For rigs that build and drop much: what is loaded by now stays, and is not looked through
    again and again. A sixth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table. `measure` never raises for a miss: it reports it.

    Size 0 means: everything there is (every call, every place).
    """

    name: str
    target: str
    quick: int
    full: int
    measure: Callable[[Run], Measured]
    full_only: bool = False
    """Whether it takes too long, or needs too much, for the quick sizes."""
