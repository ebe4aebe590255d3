"""What every trial of the image has: the image, a terminal's data to put into it, a panel, and the
screens that are waited for. Nothing waits for a time where a condition can be seen."""

import select
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from PIL import Image

import kiosk
from hardware.simulator import SimulatedPanel
from kiosk.releases import Releases
from kiosk.store.engine import Store
from kiosk.store.verify import Verified, verify
from tests.evidence.booted import Disk, Machine, device, switched_on, tool
from tests.supply import debian

STARTS = 900
"""Seconds that a start may take: nothing helps the processor, and others are at work beside it."""
ANSWERS = 120
"""Seconds that anything else may take."""
NEWER, BROKEN = "9.9.8", "9.9.9"
_BEST, _WORST = (145, 365), (1135, 365)
_GREEN, _RED = (138, 208, 160), (255, 172, 154)
BEST_FACE = (145 / 1280, 430 / 800)
"""Of the ready screen at 1280 by 800."""
_BEST_BUTTON = 1
"""Asks for no reasons, so that each press is a rating."""
STALLS = ("STOPPED", "LOCKED")
_BESIDE = """\
#!/bin/sh
# Runs as what it hinders, which takes the place of this shell.
cd /var/lib/kiosk
called() {{
    [ ! -e "seen-$1" ] && ls /dev/serial/by-id/*_"$1"-* >/dev/null 2>&1 && touch "seen-$1"
}}
lock='import sqlite3, time
held = sqlite3.connect("kiosk.db", isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
time.sleep(9999)'
case " $* " in
*" run ")
    while sleep 1; do
        if called STOPPED; then kill -STOP $$; fi
        if called LOCKED; then python3 -c "$lock" & fi
    done &
esac
exec {python} "$@"
"""
ADAPTER = {"driver": "usb-serial", "bus": "usb.0", "always-plugged": True}
"""Without that word, QEMU plugs it only once somebody listens at its other end."""
PANEL = device(driver="usb-serial", chardev="panel", id="panel", bus="usb.0", serial="PANEL")


def shows_faces(picture: Image.Image) -> bool:
    """Whether the question stands there."""
    if picture.size != (1280, 800):
        return False
    pairs = ((_BEST, _GREEN), (_WORST, _RED))
    return all(_close(picture.getpixel(place), colour) for place, colour in pairs)


def _close(one: object, other: tuple[int, int, int]) -> bool:
    return isinstance(one, tuple) and all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


class Panel:
    """A panel at the end of a USB cable, and the finger on it."""

    def __init__(self, folder: Path) -> None:
        self.panel = SimulatedPanel(folder / "panel")
        self.panel.start(monotonic())
        self.heard = False
        """Whether a terminal has spoken to it."""

    @property
    def options(self) -> tuple[str, ...]:
        return ("-chardev", f"serial,id=panel,path={self.panel.path}")

    @property
    def lit(self) -> int:
        """Presses that were acknowledged."""
        return len(self.panel.acknowledged)

    def until(self, seconds: float, holds: Callable[[], bool]) -> bool:
        deadline = monotonic() + seconds
        while monotonic() < deadline and not holds():
            readable, _, _ = select.select([self.panel], [], [], 0.02)
            if readable:
                self.heard = True
                self.panel.readable(monotonic())
            self.panel.tick(monotonic())
        return holds()

    def comes_up(self) -> bool:
        """Whether a terminal speaks to it in time, and keeps a press."""
        return self.until(STARTS, lambda: self.heard) and any(self.press(20) for _ in range(6))

    def press(self, seconds: float = ANSWERS) -> bool:
        """The best face; whether its lamp was lit."""
        before, late = self.lit, len(self.panel.late)
        self.panel.press(_BEST_BUTTON, monotonic())
        self.until(seconds, lambda: self.lit > before or len(self.panel.late) > late)
        return self.lit > before


Trial = Callable[["Bench"], str]
"""Empty when all was as it should be, else what was not."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every trial has: the image, a folder, and a terminal's data to put into it."""

    image: Path
    folder: Path
    terminal: Path
    on_duty: Path
    """Its data, and the same while an officer is on duty."""
    central: Path
    random: Random
    cuts: int

    def disk(
        self,
        *,
        given: bool = True,
        room: int = 0,
        terminal: Path | None = None,
        folder: Path | None = None,
    ) -> Disk:
        """A new disk; `given`: with the data of a terminal, on duty where none is named; `room`:
        bytes of the disk for them."""
        work = folder or self.folder
        disk = Disk(self.image, work / "disk.img", room)
        if given:
            disk.give_data(terminal or self.on_duty, work)
        return disk

    def with_release(self, version: str, terminal: Path) -> Path:
        """A terminal's data with a release on trial that has no program yet."""
        data = self.folder / "updated"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(terminal, data, symlinks=True)
        (data / "releases" / version / "bin").mkdir(parents=True)
        python = data / "releases" / version / "bin" / "python"
        python.touch()
        python.chmod(0o755)
        Releases(data / "releases").switch(version)
        return data

    def breaks(self, data: Path) -> None:
        """Put a release on trial whose program ends at once."""
        home = data / "releases" / BROKEN / "bin"
        home.mkdir(parents=True)
        (home / "python").write_text("#!/bin/sh\nexit 1\n")
        (home / "python").chmod(0o755)
        Releases(data / "releases").switch(BROKEN)

    def updated(self) -> Path:
        """A terminal's data with the image's own program on trial, under another number."""
        data = self.with_release(NEWER, self.terminal)
        home = data / "releases" / NEWER
        self.unpack(debian.terminal().home, home)
        for file in home.glob("lib/python3*/site-packages/kiosk/__init__.py"):
            own = file.read_text("utf-8").replace(kiosk.__version__, NEWER, 1)
            file.write_text(own, "utf-8")
        return data

    def hindered(self) -> Path:
        """A terminal's data whose program has somebody beside it who stops it, or locks its file,
        once each, when a device of that name is plugged in."""
        data = self.with_release(NEWER, self.on_duty)
        Releases(data / "releases").prove()
        home, packaged = data / "releases" / NEWER, debian.terminal()
        (home / "bin" / "python").write_text(_BESIDE.format(python=packaged.home / "bin/python"))
        (home / "bin" / "kiosk").write_text("from ui.__main__ import main\n\nmain()\n")
        return data

    def unpack(self, folder: Path, into: Path) -> None:
        """A folder of the image's root."""
        disk = Disk(self.image, self.folder / "disk.img")
        place = disk.partition("kiosk-root")
        assert place is not None
        words = ("-quiet", "-no-progress", "-force", "-offset", str(place[0]))
        out = self.folder / "unpacked"
        shutil.rmtree(out, ignore_errors=True)
        tool("unsquashfs", *words, "-dest", out, disk.file, folder.relative_to("/"))
        shutil.rmtree(into)
        (out / folder.relative_to("/")).rename(into)

    @contextmanager
    def on(
        self, disk: Disk, *more: str, uefi: bool = False, folder: Path | None = None
    ) -> Iterator[Machine]:
        with switched_on(disk, folder or self.folder, uefi=uefi, more=more) as machine:
            yield machine

    def ratings(self, disk: Disk) -> tuple[int, str]:
        """How many the disk has, and what is wrong with its file."""
        data = disk.data(self.folder)
        store = Store.open(data / "kiosk" / "kiosk.db")
        try:
            verified = verify(store)
        finally:
            store.close()
        shutil.rmtree(data)
        return (verified.ratings, "") if isinstance(verified, Verified) else (-1, verified.what)

    def wrong(self, disk: Disk, panel: Panel) -> str:
        """Whether it has each rating that was thanked, and none that was not pressed."""
        ratings, wrong = self.ratings(disk)
        if wrong or panel.lit <= ratings <= panel.lit + panel.panel.waiting:
            return wrong
        return f"{ratings} ratings, {panel.lit} thanked"


def comes_up(machine: Machine, shows: Callable[[Image.Image], bool] = shows_faces) -> str:
    """Wait for the screen. Empty once it shows that, else how long was waited for nothing."""
    if machine.comes_to(shows, STARTS):
        return ""
    return f"nothing on the screen after {machine.seconds:.0f} s"
