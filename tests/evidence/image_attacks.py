"""Somebody at the counter who wants out of the terminal, or a disk that was changed."""

import re

from tests.evidence import guest
from tests.evidence.booted import Disk, device, tool
from tests.evidence.image_bench import ANSWERS, Bench, Trial, comes_up
from tests.evidence.image_questions import NotThere
from tests.evidence.image_staff import Staff

_SECURE = "secureboot: Secure boot enabled"
"""What Linux says, and its journal keeps."""
_STARTED = "Linux version "
_MENU_KEYS = ("e", "c", "shift", "spc", "down", "ctrl", "ret")
"""Into the menu of GRUB, its editor and command line. Esc and F2 lead into the firmware's set-up,
which a PC protects by a password."""
_MENU_SECONDS = 30
_COMBINATIONS = (
    *(("ctrl", "alt", f"f{number}") for number in range(1, 8)),
    *(("ctrl", "alt", word) for word in ("delete", "backspace", "esc", "t", "sysrq")),
    *(("alt", word) for word in ("f1", "f2", "f4", "tab", "esc", "spc", "left")),
    *(("meta_l", word) for word in ("r", "l", "d", "e", "ret")),
    *(("ctrl", word) for word in ("q", "w", "n", "o", "p", "c", "d", "z", "r")),
    *(("alt", "sysrq", word) for word in ("h", "r", "k", "e", "i", "s", "u", "b", "o", "c")),
    *(("ctrl", "alt", "delete") for _ in range(10)),
    ("f1",),
    ("f5",),
    ("f11",),
    ("f12",),
    ("esc",),
    ("menu",),
    ("print",),
)
_OWN_ADDRESS, _STRANGE_ADDRESS = "10.0.2.15", "10.9.9."
_HAS_CARD = re.compile(r"register '(?:rndis_host|cdc_ether|cdc_subset)'")
_STRANGE_CARD = ("-netdev", "user,id=strange,net=10.9.9.0/24")
"""A card whose network would give the machine an address, a way out, and the time."""
_EITHER = """\
options="root=/dev/disk/by-partlabel/kiosk-root rootfstype=squashfs ro quiet fsck.repair=yes"
if linux /changed $options kiosk.kernel=changed; then
    initrd /initrd.img
    boot
fi
linux /vmlinuz $options kiosk.kernel=signed
initrd /initrd.img
boot
"""
"""A boot loader that would start a kernel that somebody changed, and starts ours where it can't."""


def keys_end_nothing_where_secure_boot_is_on(bench: Bench) -> str:
    """From UEFI as a PC is sold. In the boot menu, and later on the screen, every combination that
    is known to lead out somewhere; a strange keyboard, and a strange network card."""
    disk = bench.disk()
    with bench.on(disk, *_STRANGE_CARD, uefi=True) as machine:
        while machine.seconds < _MENU_SECONDS:
            for code in _MENU_KEYS:
                machine.key(code)
        if trouble := comes_up(machine):
            return trouble
        machine.hand.do("device_add", driver="usb-net", bus="usb.0", id="card", netdev="strange")
        machine.hand.do("device_add", driver="usb-kbd", bus="usb.0", id="keyboard")
        guest.within(5, lambda: False)
        for codes in _COMBINATIONS:
            machine.key(*codes)
            if machine.process.poll() is not None:
                return f"{'-'.join(codes)} ended the machine"
        try:
            Staff(machine, bench.folder).rates(1)
        except NotThere as missing:
            machine.screen("after-the-keys")
            return f"after the keys: {missing}"
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    ratings, wrong = bench.ratings(disk)
    log = disk.log(bench.folder)
    if wrong or ratings != 1:
        return wrong or f"{ratings} ratings"
    if (starts := log.count(_STARTED)) != 1:
        return f"{starts} starts in its log"
    if not _HAS_CARD.search(log):
        return "Linux knows no strange card"
    if _STRANGE_ADDRESS in log or _OWN_ADDRESS not in log:
        return "it took an address of the strange network, or none at all"
    return "" if _SECURE in log else "Secure Boot was not on"


def a_stick_that_calls_itself_the_terminals_disk_is_not_taken_for_it(bench: Bench) -> str:
    """It is in its socket before the machine starts. It has a boot partition, a root and data of
    the same names, and all are empty: what would start from them would not start."""
    disk, like = bench.disk(), Disk(bench.image, bench.folder / "like.img")
    like.give_data(bench.on_duty, bench.folder)
    for name in ("kiosk-boot", "kiosk-root"):
        place = like.partition(name)
        assert place is not None
        words = (f"of={like.file}", "oflag=seek_bytes", "conv=notrunc", "bs=1M", "count=8")
        tool("dd", "if=/dev/zero", *words, f"seek={place[0]}", "status=none")
    drive = ("-drive", f"file={like.file},format=raw,if=none,id=stick")
    socket = device(driver="usb-storage", drive="stick", bus="usb.0")
    with bench.on(disk, *drive, "-device", socket) as machine:
        if trouble := comes_up(machine):
            return trouble
        try:
            Staff(machine, bench.folder).rates(1)
        except NotThere as missing:
            return str(missing)
        machine.cut()
    rated, of_stick = bench.ratings(disk), bench.ratings(like)
    like.file.unlink()
    return "" if (rated, of_stick) == ((1, ""), (0, "")) else f"{rated}, on the stick {of_stick}"


def a_changed_kernel_does_not_start_where_secure_boot_is_on(bench: Bench) -> str:
    """One byte of it is another. Ours, beside it, starts."""
    disk = bench.disk()
    _add_changed_kernel(disk, bench)
    with bench.on(disk, uefi=True) as machine:
        if trouble := comes_up(machine):
            return trouble
        if not machine.shuts_down(ANSWERS):
            return "the power button did not switch it off"
    log = disk.log(bench.folder)
    if "kiosk.kernel=changed" in log:
        return "the changed kernel started"
    return "" if "kiosk.kernel=signed" in log and _SECURE in log else "its log does not say so"


def _add_changed_kernel(disk: Disk, bench: Bench) -> None:
    place = disk.partition("kiosk-boot")
    assert place is not None
    boot = f"{disk.file}@@{place[0]}"
    kernel, rows = bench.folder / "vmlinuz", bench.folder / "grub.cfg"
    kernel.unlink(missing_ok=True)
    tool("mcopy", "-n", "-i", boot, "::/vmlinuz", kernel)
    code = bytearray(kernel.read_bytes())
    code[len(code) // 2] ^= 1
    kernel.write_bytes(code)
    rows.write_text(_EITHER)
    tool("mcopy", "-o", "-i", boot, kernel, "::/changed")
    tool("mcopy", "-o", "-i", boot, rows, "::/EFI/debian/grub.cfg")


ATTACKS: tuple[Trial, ...] = (
    keys_end_nothing_where_secure_boot_is_on,
    a_stick_that_calls_itself_the_terminals_disk_is_not_taken_for_it,
    a_changed_kernel_does_not_start_where_secure_boot_is_on,
)
