"""What is tried with the image, each in a machine of its own, beside a real central.

`python -m tests.evidence.image_trials IMAGE FOLDER CUTS SEED [NAME…]`, in a network of its own
(`image_office.alone`). Each line names a trial and what is not as it should be.
"""

import shutil
import sys
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from time import monotonic

import httpx2 as httpx

from kiosk.datafolder import DataFolder
from kiosk.releases import Releases
from tests.evidence import guest, image_office
from tests.evidence.booted import Disk, Machine, switched_on, tool
from tests.evidence.image_attacks import ATTACKS
from tests.evidence.image_bench import (
    ADAPTER,
    ANSWERS,
    BEST_FACE,
    BROKEN,
    NEWER,
    PANEL,
    STALLS,
    STARTS,
    Bench,
    Panel,
    Trial,
    comes_up,
    shows_faces,
)
from tests.evidence.image_clock import names_lead_to, right_time
from tests.evidence.image_night import the_night_brings_to_central_what_was_rated
from tests.evidence.image_questions import DRAWN, TERMINAL, Finger, NotThere, invited
from tests.evidence.image_staff import Staff
from ui.trial.stage import command

_FILLS = 15 * 60
"""Seconds until presses have filled what a disk has left."""
_ROOM = 512 * 2**20
"""Bytes: the least that a machine makes a data partition of (repart.d)."""
_LEFT = 352 * 2**10
"""Bytes: less than SQLite's log takes before it is folded in, so that some presses fill it."""
_STANDS = 600
"""Until a program that gives no sign of life is ended: a minute for systemd, the rest for QEMU."""
_WRITES = 15
"""Between an answer of central and what a terminal writes down of it."""
_FORWARDED = 9443
_EMPTY_BATTERY = ("-rtc", "base=2000-01-01T00:00:00")


def an_empty_disk_is_set_up_by_a_finger(bench: Bench) -> str:
    """From BIOS. The first questions, from the clock to the PIN, with central's certificate
    compared; the data partition is made meanwhile."""
    disk = bench.disk(given=False)
    with bench.on(disk) as machine:
        try:
            Finger(machine, bench.folder).answer_all(lambda: invited(bench.central), STARTS)
            Staff(machine, bench.folder).finds_nobody_on_duty()
        except NotThere as missing:
            return str(missing)
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    if TERMINAL not in _terminals(bench):
        return "central does not know it"
    place = disk.partition("kiosk-data")
    if place is None or place[1] < disk.file.stat().st_size // 2:
        return f"the data partition: {place}"
    data = disk.data(bench.folder)
    if not (data / "machine-id").stat().st_size:
        return "no machine-id"
    home = DataFolder(data / "kiosk")
    is_marked = home.unfinished_file.exists() or not home.in_service_file.exists()
    return "it would ask its questions again" if is_marked else ""


def _terminals(bench: Bench) -> str:
    return command("sync.central.cli", bench.central, "terminals", "list", "--json")


def a_panel_comes_back_renumbered_and_a_stick_takes_what_is_due(bench: Bench) -> str:
    """A panel is pulled; another adapter takes the number that it had; it is plugged in again.
    Then staff holds the corner, types the PIN, and sends by stick, by the line in fstab."""
    stick = bench.folder / "stick.img"
    with stick.open("wb") as new:
        new.truncate(64 * 2**20)
    tool("mkfs.vfat", "-n", "KIOSK", stick)
    disk, panel = bench.disk(), Panel(bench.folder)
    wires = (*panel.options, "-chardev", "null,id=other", "-device", PANEL)
    drive = ("-drive", f"file={stick},format=raw,if=none,id=stick")
    with bench.on(disk, *wires, *drive) as machine:
        if trouble := comes_up(machine) or _pulled_and_plugged(machine, panel):
            return trouble
        machine.hand.do("device_add", driver="usb-storage", drive="stick", bus="usb.0", id="socket")
        staff = Staff(machine, bench.folder)
        try:
            staff.sees_question()
            staff.opens_service_menu((bench.folder / image_office.SERVICE_PIN).read_text())
            staff.chooses("stick", on_duty=True)
        except NotThere as missing:
            return str(missing)
        there = guest.within(ANSWERS, lambda: bool(_files(stick)))
        machine.screen("sent-by-stick")
        if not there:
            return "nothing on the stick"
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    ratings, wrong = bench.ratings(disk)
    if wrong or ratings != 2:
        return wrong or f"{ratings} ratings of 2"
    log = disk.log(bench.folder)
    was = all(line in log for line in ("now attached to ttyUSB0", "now attached to ttyUSB1"))
    return "" if was else "the panel had one number all the time"


def _pulled_and_plugged(machine: Machine, panel: Panel) -> str:
    if not panel.press():
        return "not acknowledged"
    machine.hand.pull("panel")
    panel.until(3, lambda: False)
    # Another adapter takes the number that the panel had.
    machine.hand.do("device_add", **ADAPTER, serial="OTHER", chardev="other", id="other")
    panel.until(3, lambda: False)
    machine.hand.do("device_add", **ADAPTER, serial="PANEL", chardev="panel", id="again")
    return "" if panel.press() else "not acknowledged after it came back under another number"


def _files(stick: Path) -> list[str]:
    """What a PC would find on it."""
    return tool("mdir", "-b", "-/", "-i", stick, "::").split()


def a_program_that_stands_is_started_again(bench: Bench) -> str:
    """Its process is stopped; later its file is locked by another one. Signs of life end then, and
    systemd starts the program anew within some minutes."""
    disk = bench.disk(terminal=bench.hindered())
    wires = [word for how in STALLS for word in ("-chardev", f"null,id={how}")]
    with bench.on(disk, *wires) as machine:
        if trouble := comes_up(machine):
            return trouble
        for how in STALLS:
            machine.hand.do("device_add", **ADAPTER, serial=how, chardev=how, id=how)
            if not machine.comes_to(lambda picture: not shows_faces(picture), _STANDS):
                return f"{how}: nothing happened"
            if trouble := comes_up(machine):
                return f"{how}: {trouble}"
        machine.touch(*BEST_FACE)
        machine.comes_to(lambda picture: not shows_faces(picture), ANSWERS)
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    ratings, wrong = bench.ratings(disk)
    ended = disk.log(bench.folder).count("Watchdog timeout")
    if wrong or ratings != 1:
        return wrong or f"{ratings} ratings"
    return "" if ended == len(STALLS) else f"ended {ended} times by the watchdog"


def the_mains_are_cut_in_the_middle_of_presses(bench: Bench) -> str:
    """Again and again, on the same disk."""
    disk = bench.disk()
    least = most = 0
    for cut in range(bench.cuts):
        panel = Panel(bench.folder)
        with bench.on(disk, *panel.options, "-device", PANEL) as machine:
            if not panel.comes_up():
                machine.screen()
                done = "lit no lamp" if panel.heard else "never spoke to its panel"
                return f"cut {cut}: it did not come up again, and {done}"
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
    """Presses fill what it has left, until the screen says that it is out of service. What it held
    in reserve is used up already, and its log has its room."""
    disk = bench.disk(room=_ROOM)
    with bench.on(disk) as machine:
        if trouble := comes_up(machine):
            return trouble
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    disk.fill_data(bench.folder, _LEFT)
    panel = Panel(bench.folder)
    with bench.on(disk, *panel.options, "-device", PANEL) as machine:
        staff = Staff(machine, bench.folder)
        if not panel.comes_up():
            return "not one was acknowledged"
        deadline = monotonic() + _FILLS
        while panel.press(5) or not staff.has("out-of-service"):
            if monotonic() > deadline:
                return f"{panel.lit} presses did not fill it"
        machine.screen("full-disk")
        machine.cut()
    return bench.wrong(disk, panel)


def a_clock_in_another_year_keeps_what_is_thanked(bench: Bench) -> str:
    """Somebody typed a wrong year. Then the battery is right, with no time server in reach; then it
    is wrong again, and a time server sets the clock back."""
    disk = bench.disk()
    pin = (bench.folder / image_office.OFFICER_PIN).read_text()
    starts = ((400, False), (0, False), (400, True))
    for rated, (days, is_served) in enumerate(starts, start=1):
        clock = image_office.machine_clock(timedelta(days=days))
        time_server = right_time() if is_served else nullcontext()
        with time_server as is_told, bench.on(disk, *clock) as machine:
            staff = Staff(machine, bench.folder)
            # A clock that is set into another day ends the duty of whoever signed on before.
            if is_told and guest.within(STARTS, is_told.is_set):
                guest.within(_WRITES, lambda: False)
            try:
                if not staff.finds_it_ready(STARTS):
                    staff.signs_on(image_office.OFFICER, pin)
                elif not is_served:
                    return f"start {rated}: who began in another year is on duty"
                staff.rates(1)
            except NotThere as missing:
                return f"start {rated}, {days} days ahead: {missing}"
            machine.screen(f"start-{rated}-{days}-days-ahead")
            # In order, so that its log is on the disk too.
            if not machine.shuts_down(ANSWERS):
                return "the power button did not switch it off"
        ratings, trouble = bench.ratings(disk)
        if trouble or ratings != rated:
            return trouble or f"{ratings} ratings of {rated}, {days} days ahead"
    log = disk.log(bench.folder)
    return "" if "Contacted time server" in log else "no time server set the clock"


def an_empty_battery_counts_nothing_until_somebody_tells_the_time(bench: Bench) -> str:
    """It starts in the year 2000, with no time server in reach: the screen says that it is out of
    service. Once one is there, the terminal goes on by itself."""
    disk = bench.disk()
    pin = (bench.folder / image_office.OFFICER_PIN).read_text()
    with bench.on(disk, *_EMPTY_BATTERY) as machine:
        staff = Staff(machine, bench.folder)
        if not machine.comes_to(lambda _: staff.has("out-of-service"), STARTS):
            return "the screen does not say that it is out of service"
        machine.screen("empty-battery")
        try:
            with right_time():
                if not staff.finds_it_ready(STARTS):
                    staff.signs_on(image_office.OFFICER, pin)
                staff.rates(1)
        except NotThere as missing:
            return f"with a time server: {missing}"
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    ratings, trouble = bench.ratings(disk)
    return trouble or ("" if ratings == 1 else f"{ratings} ratings of 1")


def a_release_proves_itself_and_one_that_can_not_start_is_given_up(bench: Bench) -> str:
    """An update to the image's own program under another number: it starts, verifies, and central
    answers. Then one to a program that ends at once: after three starts the one before runs."""
    disk = bench.disk(terminal=bench.updated())
    with bench.on(disk) as machine:
        try:
            Staff(machine, bench.folder).finds_nobody_on_duty(STARTS)
        except NotThere as missing:
            return f"the update: {missing}"
        # Nobody is on duty, which would prove it too.
        if not guest.within(ANSWERS, lambda: NEWER in _terminals(bench)):
            return "central has not heard of the update"
        guest.within(_WRITES, lambda: False)
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    data = bench.folder / "proven"
    shutil.rmtree(data, ignore_errors=True)
    (disk.data(bench.folder) / "kiosk").rename(data)
    releases = Releases(data / "releases")
    state = releases.current(), releases.highest(), releases.on_trial()
    if state != (NEWER, NEWER, ""):
        return f"current, proven, on trial: {state}"
    bench.breaks(data)
    disk = bench.disk(terminal=data)
    with bench.on(disk) as machine:
        try:
            Staff(machine, bench.folder).finds_nobody_on_duty(STARTS)
        except NotThere as missing:
            return f"the roll-back: {missing}"
        machine.cut()
    releases = Releases(disk.data(bench.folder) / "kiosk" / "releases")
    refused = [refusal.version for refusal in releases.refused()]
    return "" if (releases.current(), refused) == (NEWER, [BROKEN]) else f"{releases.current()}"


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


TRIALS: tuple[Trial, ...] = (
    an_empty_disk_is_set_up_by_a_finger,
    *ATTACKS,
    a_panel_comes_back_renumbered_and_a_stick_takes_what_is_due,
    a_full_disk_thanks_for_nothing_that_is_not_there,
    a_clock_in_another_year_keeps_what_is_thanked,
    an_empty_battery_counts_nothing_until_somebody_tells_the_time,
    a_release_proves_itself_and_one_that_can_not_start_is_given_up,
    a_program_that_stands_is_started_again,
    the_mains_are_cut_in_the_middle_of_presses,
    the_night_brings_to_central_what_was_rated,
    the_package_of_central_serves_at_443,
)


def main() -> None:
    image, folder, cuts, seed, *names = sys.argv[1:]
    place = Path(folder)
    with names_lead_to(image_office.HOST), image_office.central(place) as central:
        terminal = image_office.terminal(place, central)
        bench = Bench(
            image=Path(image),
            folder=place,
            terminal=terminal,
            on_duty=image_office.on_duty(terminal),
            central=central,
            random=Random(int(seed)),
            cuts=int(cuts),
        )
        chosen = [trial for trial in TRIALS if not names or trial.__name__ in names]
        guest.run(named(trial, bench) for trial in chosen)


def named(trial: Trial, bench: Bench) -> guest.Trial:
    def tried() -> str:
        try:
            remark = trial(bench)
        except Exception:
            _evidence(bench, trial)
            raise
        return f"{remark}; its screen and disk: {_evidence(bench, trial)}" if remark else ""

    tried.__name__ = trial.__name__
    return tried


def _evidence(bench: Bench, trial: Trial) -> Path:
    """The last screen and the disk, beside the image, where they outlive the trial."""
    place = bench.image.parent / trial.__name__
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    screens = [path for path in bench.folder.rglob("*.png") if path.name != DRAWN]
    screens.sort(key=lambda path: path.stat().st_mtime)
    for file in (*screens[-1:], *bench.folder.glob("disk.img")):
        tool("cp", "--sparse=always", file, place)
    return place


if __name__ == "__main__":
    main()
