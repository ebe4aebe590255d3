"""What is tried with the image, each in a machine of its own, beside a real central.

`python -m tests.evidence.image_trials IMAGE FOLDER CUTS SEED [NAME…]`, in a network of its own
(`image_office.alone`). Each line names a trial and what is not as it should be.
"""

import re
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic

import httpx2 as httpx
from PIL import Image

import kiosk
from hardware.simulator import SimulatedPanel
from kiosk.datafolder import DataFolder
from kiosk.releases import Releases
from kiosk.store.engine import Store
from kiosk.store.verify import Verified, verify
from tests.evidence import guest, image_office
from tests.evidence.booted import Disk, Machine, device, is_lit, switched_on, tool
from tests.evidence.image_questions import TERMINAL, Drawn, Finger, NotThere, invited
from tests.supply import debian
from ui.trial.stage import command

STARTS = 420
"""Seconds that a start may take: nothing helps the processor, and others are at work beside it."""
ANSWERS = 60
"""Seconds that anything else may take."""
_NIGHT = 25 * 60
"""And a night: a sync is not tried in the first quarter of an hour after a start."""
_FILLS = 15 * 60
"""Until presses have filled what a disk has left."""
_STANDS = 240
"""Until a program that gives no sign of life is ended: a minute for systemd, the rest for QEMU."""
_FORWARDED = 9443
_NEWER, _BROKEN = "9.9.8", "9.9.9"
_HOLD = 4.0
_KEYS = {
    str(digit): ((150, 184, 219)[(digit - 1) % 3] / 240, (49, 77, 106)[(digit - 1) // 3] / 150)
    for digit in range(1, 10)
} | {"0": (184 / 240, 134 / 150)}
_BY_STICK = (122 / 240, 136 / 150)
"""Of the page for a PIN, and of the service menu (tests/ui/approved)."""
_BEST, _WORST = (145, 365), (1135, 365)
_GREEN, _RED = (138, 208, 160), (255, 172, 154)
_BEST_FACE = (145 / 1280, 430 / 800)
"""Of the ready screen at 1280 by 800 (ui/pictures/ready.png)."""
_STALLS = ("STOPPED", "LOCKED")
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
        self.panel.press(5, monotonic())
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
    central: Path
    random: Random
    cuts: int

    def disk(
        self,
        *,
        given: bool = True,
        room: int = 0,
        free: int = 0,
        terminal: Path | None = None,
    ) -> Disk:
        """A new disk; `given`: with the data of a terminal; `room` and `free`: bytes of its data
        partition, and those that are left."""
        disk = Disk(self.image, self.folder / "disk.img")
        if given:
            disk.give_data(terminal or self.terminal, self.folder, room, free)
        return disk

    def with_release(self, version: str) -> Path:
        """A terminal's data with a release on trial that has no program yet."""
        data = self.folder / "updated"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.terminal, data, symlinks=True)
        (data / "releases" / version / "bin").mkdir(parents=True)
        python = data / "releases" / version / "bin" / "python"
        python.touch()
        python.chmod(0o755)
        Releases(data / "releases").switch(version)
        return data

    def hindered(self) -> Path:
        """A terminal's data whose program has somebody beside it who stops it, or locks its file,
        once each, when a device of that name is plugged in."""
        data = self.with_release(_NEWER)
        Releases(data / "releases").prove()
        home, packaged = data / "releases" / _NEWER, debian.terminal()
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
    def on(self, disk: Disk, *more: str, uefi: bool = False) -> Iterator[Machine]:
        with switched_on(disk, self.folder, uefi=uefi, more=more) as machine:
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


def starts_from_bios_and_makes_its_data_partition(bench: Bench) -> str:
    disk = bench.disk(given=False)
    with bench.on(disk) as machine:
        if trouble := comes_up(machine, is_lit):
            return trouble
        shutil.copy(machine.picture, bench.folder / "first-screen.png")
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    data = disk.data(bench.folder)
    place = disk.partition("kiosk-data")
    if place is None or place[1] < disk.file.stat().st_size // 2:
        return f"the data partition: {place}"
    return "" if (data / "machine-id").stat().st_size else "no machine-id"


def starts_from_uefi_with_secure_boots_files(bench: Bench) -> str:
    with bench.on(bench.disk(), uefi=True) as machine:
        return comes_up(machine)


def a_finger_on_the_screen_rates_once(bench: Bench) -> str:
    disk = bench.disk()
    with bench.on(disk) as machine:
        if trouble := comes_up(machine):
            return trouble
        machine.touch(*_BEST_FACE)
        if not machine.comes_to(lambda picture: not shows_faces(picture), ANSWERS):
            return "the touch changed nothing"
        if not machine.comes_to(shows_faces, ANSWERS):
            return "the question did not come back"
        machine.cut()
    ratings, wrong = bench.ratings(disk)
    return wrong or ("" if ratings == 1 else f"{ratings} ratings")


def a_panel_is_pulled_renumbered_and_plugged_again(bench: Bench) -> str:
    disk, panel = bench.disk(), Panel(bench.folder)
    other = ("-chardev", "null,id=other")
    with bench.on(disk, *panel.options, *other, "-device", PANEL) as machine:
        if trouble := comes_up(machine):
            return trouble
        if not panel.press():
            return "not acknowledged"
        machine.hand.pull("panel")
        panel.until(3, lambda: False)
        # Another adapter takes the number that the panel had.
        words = {"driver": "usb-serial", "bus": "usb.0", "serial": "OTHER"}
        machine.hand.do("device_add", **words, chardev="other", id="other")
        panel.until(3, lambda: False)
        words["serial"] = "PANEL"
        machine.hand.do("device_add", **words, chardev="panel", id="again")
        if not panel.press():
            return "not acknowledged after it came back under another number"
        machine.cut()
    ratings, wrong = bench.ratings(disk)
    return wrong or ("" if ratings == 2 else f"{ratings} ratings of 2")


def a_stick_takes_what_is_due(bench: Bench) -> str:
    """Staff holds the corner, types the PIN, and sends by stick; the line in fstab mounts it."""
    stick = bench.folder / "stick.img"
    with stick.open("wb") as new:
        new.truncate(64 * 2**20)
    tool("mkfs.vfat", "-n", "KIOSK", stick)
    drive = ("-drive", f"file={stick},format=raw,if=none,id=stick")
    socket = device(driver="usb-storage", drive="stick", bus="usb.0")
    with bench.on(bench.disk(), *drive, "-device", socket) as machine:
        if trouble := comes_up(machine):
            return trouble
        machine.touch(0.01, 0.01, _HOLD)
        guest.within(3, lambda: False)
        for digit in (bench.folder / image_office.SERVICE_PIN).read_text():
            machine.touch(*_KEYS[digit], 0.5)
        guest.within(5, lambda: False)
        machine.screen("service-menu")
        machine.touch(*_BY_STICK)
        there = guest.within(ANSWERS, lambda: bool(_files(stick)))
        machine.screen("sent-by-stick")
        machine.cut()
    return "" if there else "nothing on the stick"


def _files(stick: Path) -> list[str]:
    """What a PC would find on it."""
    return tool("mdir", "-b", "-/", "-i", stick, "::").split()


def a_program_that_stands_is_started_again(bench: Bench) -> str:
    """Its process is stopped; later its file is locked by another one. Signs of life end then, and
    systemd starts the program anew within some minutes."""
    disk = bench.disk(terminal=bench.hindered())
    wires = [word for how in _STALLS for word in ("-chardev", f"null,id={how}")]
    with bench.on(disk, *wires) as machine:
        if trouble := comes_up(machine):
            return trouble
        for how in _STALLS:
            words = {"driver": "usb-serial", "bus": "usb.0", "serial": how}
            machine.hand.do("device_add", **words, chardev=how, id=how)
            if not machine.comes_to(lambda picture: not shows_faces(picture), _STANDS):
                return f"{how}: nothing happened"
            if trouble := comes_up(machine):
                return f"{how}: {trouble}"
        machine.touch(*_BEST_FACE)
        machine.comes_to(lambda picture: not shows_faces(picture), ANSWERS)
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    ratings, wrong = bench.ratings(disk)
    logs = disk.data(bench.folder).glob("log/journal/*/*.journal")
    ended = sum(log.read_bytes().count(b"Watchdog timeout") for log in logs)
    if wrong or ratings != 1:
        return wrong or f"{ratings} ratings"
    return "" if ended == len(_STALLS) else f"ended {ended} times by the watchdog"


def the_mains_are_cut_in_the_middle_of_presses(bench: Bench) -> str:
    """Again and again, on the same disk."""
    disk = bench.disk()
    least = most = 0
    for cut in range(bench.cuts):
        panel = Panel(bench.folder)
        with bench.on(disk, *panel.options, "-device", PANEL) as machine:
            if not panel.comes_up():
                return f"cut {cut}: it did not come up again"
            deadline = monotonic() + bench.random.uniform(0, 4)
            while monotonic() < deadline:
                panel.press(max(0, deadline - monotonic()))
            machine.cut()
        least += panel.lit
        most += panel.lit + panel.panel.waiting
        ratings, wrong = bench.ratings(disk)
        if wrong or not least <= ratings <= most:
            return f"cut {cut}: {ratings} ratings, {least} thanked, {most} pressed; {wrong}"
        least, most = ratings, ratings
    return ""


def a_full_disk_thanks_for_nothing_that_is_not_there(bench: Bench) -> str:
    disk, panel = bench.disk(room=24 * 2**20, free=3 * 2**19), Panel(bench.folder)
    with bench.on(disk, *panel.options, "-device", PANEL) as machine:
        if not panel.comes_up():
            return "not one was acknowledged"
        deadline = monotonic() + _FILLS
        while (is_thanked := panel.press(10)) and monotonic() < deadline:
            pass
        machine.screen("full-disk")
        machine.cut()
    if is_thanked:
        return f"{panel.lit} presses did not fill it"
    return bench.wrong(disk, panel)


def a_clock_in_another_year_keeps_what_is_thanked(bench: Bench) -> str:
    disk, panel = bench.disk(), Panel(bench.folder)
    year = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%dT%H:%M:%S}"
    with bench.on(disk, *panel.options, "-device", PANEL, "-rtc", f"base={year}") as machine:
        panel.comes_up()
        machine.screen("another-year")
        machine.cut()
    return bench.wrong(disk, panel)


def a_release_that_can_not_start_is_given_up_by_the_machine_itself(bench: Bench) -> str:
    """It is on trial, and its program ends at once: after three starts the one before runs."""
    data = bench.with_release(_BROKEN)
    python = data / "releases" / _BROKEN / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    disk = bench.disk(terminal=data)
    with bench.on(disk) as machine:
        if trouble := comes_up(machine):
            return trouble
        machine.cut()
    releases = Releases(disk.data(bench.folder) / "kiosk" / "releases")
    refused = [refusal.version for refusal in releases.refused()]
    return "" if (releases.current(), refused) == ("", [_BROKEN]) else f"{releases.current()}"


def a_newer_release_proves_itself_on_the_machine(bench: Bench) -> str:
    """The image's own program under another number: it starts, verifies, and central answers."""
    data = bench.with_release(_NEWER)
    home = data / "releases" / _NEWER
    bench.unpack(debian.terminal().home, home)
    for file in home.glob("lib/python3*/site-packages/kiosk/__init__.py"):
        own = file.read_text("utf-8").replace(kiosk.__version__, _NEWER, 1)
        file.write_text(own, "utf-8")
    disk = bench.disk(terminal=data)
    with bench.on(disk) as machine:
        if trouble := comes_up(machine):
            return trouble
        guest.within(ANSWERS, lambda: False)
        machine.cut()
    releases = Releases(disk.data(bench.folder) / "kiosk" / "releases")
    state = releases.current(), releases.highest(), releases.on_trial()
    return "" if state == (_NEWER, _NEWER, "") else f"current, proven, on trial: {state}"


def an_empty_disk_is_set_up_by_a_finger(bench: Bench) -> str:
    """The first questions, from the clock to the PIN, with central's certificate compared."""
    disk = bench.disk(given=False)
    with bench.on(disk) as machine:
        try:
            Finger(machine, bench.folder).answer_all(lambda: invited(bench.central), STARTS)
        except NotThere as missing:
            return str(missing)
        guest.within(10, lambda: False)
        machine.screen("first-terminal")
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    if TERMINAL not in command("sync.central.cli", bench.central, "terminals", "list"):
        return "central does not know it"
    data = DataFolder(disk.data(bench.folder) / "kiosk")
    is_marked = data.unfinished_file.exists() or not data.in_service_file.exists()
    return "it would ask its questions again" if is_marked else ""


def what_is_sent_by_hand_is_counted_in_central(bench: Bench) -> str:
    """A finger rates before midnight; after it, staff chooses "Send now"."""
    today = datetime.now(UTC)
    with bench.on(bench.disk(), "-rtc", _before_midnight(today, 5)) as machine:
        return comes_up(machine) or _rates_and_sends(machine, bench, today, 5)


def _before_midnight(day: datetime, minutes: int) -> str:
    """A machine's clock, for QEMU."""
    return f"base={day:%Y-%m-%d}T23:{60 - minutes}:00"


def _rates_and_sends(machine: Machine, bench: Bench, day: datetime, minutes: int) -> str:
    before = _counted(bench.central, day, "101")
    machine.touch(*_BEST_FACE)
    guest.within(minutes * 60 + 20 - machine.seconds, lambda: False)
    machine.touch(0.01, 0.01, _HOLD)
    guest.within(3, lambda: False)
    for digit in (bench.folder / image_office.SERVICE_PIN).read_text():
        machine.touch(*_KEYS[digit], 0.5)
    guest.within(5, lambda: False)
    machine.screen("before-sending")
    machine.touch(*Drawn(bench.folder).send_now())
    sent = guest.within(ANSWERS, lambda: _counted(bench.central, day, "101") == before + 1)
    machine.screen("after-sending")
    return "" if sent else "central has no rating of it"


def the_night_brings_to_central_what_was_pressed(bench: Bench) -> str:
    """The machine's clock is six minutes before midnight; after it the day is closed and sent."""
    today = datetime.now(UTC)
    if today.hour >= 22:
        return "not tried in the last two hours of a day: central would not believe the clock"
    disk, panel = bench.disk(), Panel(bench.folder)
    before, clock = _counted(bench.central, today, "101"), _before_midnight(today, 6)
    with bench.on(disk, *panel.options, "-device", PANEL, "-rtc", clock) as machine:
        pressed = sum([panel.comes_up(), *(panel.press() for _ in range(11))])
        whole = before + pressed
        sent = panel.until(_NIGHT, lambda: _counted(bench.central, today, "101") == whole)
        machine.cut()
    return "" if sent and pressed == 12 else f"{pressed} thanked, central has not as many"


def _counted(central: Path, day: datetime, officer: str) -> int:
    """How many ratings of this officer central has of that day."""
    tally = command("sync.central.cli", central, "tally", "--date", f"{day:%Y-%m-%d}")
    row = re.search(rf"^{officer} +(\d+) ", tally, re.M)
    return int(row[1]) if row else 0


def the_package_of_central_serves_at_443(bench: Bench) -> str:
    """Its own units on a machine of its own; nobody has typed a command."""
    made = sorted(bench.image.parent.glob("kiosk-central_*.img"))
    if not made:
        return "there is no image of central: `make image PART=central`, as root"
    disk = Disk(made[-1], bench.folder / "disk.img")
    forward = f"hostfwd=tcp:127.0.0.1:{_FORWARDED}-:443"
    with switched_on(disk, bench.folder, forward=forward):
        if not guest.within(STARTS, _serves):
            return "no answer"
    return ""


def _serves() -> bool:
    with suppress(httpx.HTTPError):
        address = f"https://127.0.0.1:{_FORWARDED}/healthz"
        return bool(httpx.get(address, verify=False, timeout=10).json()["status"] == "ok")
    return False


TRIALS = (
    starts_from_bios_and_makes_its_data_partition,
    starts_from_uefi_with_secure_boots_files,
    a_finger_on_the_screen_rates_once,
    a_panel_is_pulled_renumbered_and_plugged_again,
    a_stick_takes_what_is_due,
    a_full_disk_thanks_for_nothing_that_is_not_there,
    a_clock_in_another_year_keeps_what_is_thanked,
    a_release_that_can_not_start_is_given_up_by_the_machine_itself,
    a_newer_release_proves_itself_on_the_machine,
    a_program_that_stands_is_started_again,
    the_mains_are_cut_in_the_middle_of_presses,
    an_empty_disk_is_set_up_by_a_finger,
    what_is_sent_by_hand_is_counted_in_central,
    the_night_brings_to_central_what_was_pressed,
    the_package_of_central_serves_at_443,
)


def main() -> None:
    image, folder, cuts, seed, *names = sys.argv[1:]
    place = Path(folder)
    with image_office.central(place) as central:
        bench = Bench(
            image=Path(image),
            folder=place,
            terminal=image_office.terminal(place, central),
            central=central,
            random=Random(int(seed)),
            cuts=int(cuts),
        )
        chosen = [trial for trial in TRIALS if not names or trial.__name__ in names]
        guest.run(named(trial, bench) for trial in chosen)


def named(trial: Trial, bench: Bench) -> guest.Trial:
    def tried() -> str:
        return trial(bench)

    tried.__name__ = trial.__name__
    return tried


if __name__ == "__main__":
    main()
