"""The image on a machine: QEMU with a disk that starts by itself, a screen, touch and USB sockets.

Nobody can look into the image while it runs, as nobody can at a counter. What it did is seen on its
screen, in central, and on its data partition once it is off.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Timer
from time import monotonic
from typing import Any

from PIL import Image, ImageStat

from tests.evidence.virtual_machine import Hand, NoMachine
from tests.support.screen import eventually

PACKAGES = "qemu-system-x86 ovmf faketime e2fsprogs fdisk mtools dosfstools squashfs-tools"
SIZE = 4 * 2**30
"""Bytes of the disk that the image is put on."""
UEFI = Path("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd")
UEFI_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.ms.fd")
"""As a PC is sold: with Microsoft's keys, and Secure Boot on."""
TOUCH_RANGE = 0x7FFF
WIDTH, HEIGHT = 1280, 800
_SBIN = f"{os.environ['PATH']}:/usr/sbin:/sbin"


@cache
def accelerator() -> str:
    """Hardware's help where it really works: a machine whose firmware comes to its end."""
    words = ["qemu-system-x86_64", "-accel", "kvm", "-cpu", "max", "-machine", "q35"]
    words += ["-smp", "2", "-nodefaults", "-display", "none"]
    words += ["-chardev", "stdio,id=said", "-device", "isa-debugcon,iobase=0x402,chardev=said"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tried:
        too_long = Timer(10, tried.kill)
        too_long.start()
        assert tried.stdout is not None
        works = any(b"handle_19" in line for line in tried.stdout)
        too_long.cancel()
        tried.kill()
    return "kvm" if works else "tcg,thread=multi"


def tool(*words: str | Path, given: str = "") -> str:
    """What an administrator's tool says. NoMachine."""
    program = shutil.which(str(words[0]), path=_SBIN)
    if program is None:
        raise NoMachine(
            f"{words[0]} is missing; an administrator can run: apt-get install {PACKAGES}"
        )
    done = subprocess.run(
        [program, *map(str, words[1:])], input=given, capture_output=True, text=True
    )
    if done.returncode > 1:  # fsck: 1 is "mended"
        raise NoMachine(f"{words[0]}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


class Disk:
    """The machine's disk: the image on a bigger one, or on one that has only `room` bytes more. The
    machine gives all the room there is to its data partition."""

    def __init__(self, image: Path, file: Path, room: int = 0) -> None:
        self.file = file
        tool("cp", "--sparse=always", image, file)
        size = image.stat().st_size
        os.truncate(file, size + room if room else max(SIZE, size))

    def partition(self, name: str) -> tuple[int, int] | None:
        """Where it begins and how long it is, in bytes."""
        rows = json.loads(tool("sfdisk", "--json", self.file))["partitiontable"]["partitions"]
        for row in rows:
            if row.get("name") == name:
                return row["start"] * 512, row["size"] * 512
        return None

    def data(self, folder: Path) -> Path:
        """What the data partition has, mended as a start would mend it; the disk stays as it is."""
        begin, size = self._data_partition()
        copy = folder / "data.ext4"
        copy.unlink(missing_ok=True)
        words = (f"if={self.file}", f"of={copy}", "iflag=skip_bytes,count_bytes", "conv=sparse")
        tool("dd", *words, f"skip={begin}", f"count={size}", "bs=1M", "status=none")
        tool("e2fsck", "-fy", copy)
        out = folder / "data"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        tool("debugfs", "-R", f"rdump / {out}", copy)
        copy.unlink()
        return out

    def log(self, folder: Path) -> str:
        """What the journal of its machine says, a line for each message: the files themselves keep
        a message that came twice once."""
        place = self.data(folder) / "log" / "journal"
        return tool("journalctl", "--directory", place, "--quiet", "--no-pager", "--output", "cat")

    def give_data(self, kiosk: Path, work: Path) -> None:
        """A data partition that has this terminal's folder, as if the machine had made it."""
        tool("sfdisk", "--quiet", "--append", self.file, given=",,L,\n")
        number = len(
            json.loads(tool("sfdisk", "--json", self.file))["partitiontable"]["partitions"]
        )
        tool("sfdisk", "--quiet", "--part-label", self.file, str(number), "kiosk-data")
        begin, size = self._data_partition()
        top = work / "top"
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(kiosk, top / "kiosk", symlinks=True)
        made = work / "made.ext4"
        made.unlink(missing_ok=True)
        tool("mke2fs", "-q", "-t", "ext4", "-d", top, made, f"{size // 1024}k")
        words = (f"if={made}", f"of={self.file}", "oflag=seek_bytes", "conv=sparse,notrunc")
        tool("dd", *words, f"seek={begin}", "bs=1M", "status=none")
        made.unlink()

    def fill_data(self, work: Path, left: int) -> None:
        """Put a file onto the data partition, of a machine that was shut down, that leaves only so
        many bytes to who is not root. What the terminal holds in reserve for this is gone."""
        begin, _ = self._data_partition()
        partition = f"{self.file}?offset={begin}"
        tool("debugfs", "-w", "-R", "rm /kiosk/ballast", partition)
        said = tool("dumpe2fs", "-h", partition)
        facts = re.findall(r"^([A-Z][a-z ]+): +(\d+)$", said, re.M)
        numbers = {name: int(number) for name, number in facts}
        # Linux keeps these for the file system's own tables (fs/ext4/super.c).
        tables = min(numbers["Block count"] // 50, 4096)
        blocks = numbers["Free blocks"] - numbers["Reserved block count"] - tables
        filler = work / "filler"
        filler.write_bytes(os.urandom(max(0, blocks * numbers["Block size"] - left)))
        tool("debugfs", "-w", "-R", f"write {filler} filler", partition)
        filler.unlink()

    def _data_partition(self) -> tuple[int, int]:
        place = self.partition("kiosk-data")
        if place is None:
            raise NoMachine("the disk has no data partition")
        return place


class Machine:
    """One that is on. Times are seconds since it was switched on."""

    def __init__(self, process: "subprocess.Popen[bytes]", hand: Hand, folder: Path) -> None:
        self.process, self.hand, self._folder = process, hand, folder
        self._began = monotonic()
        self.picture = folder / "screen.png"
        """Of the screen as it was seen last."""

    @property
    def seconds(self) -> float:
        return monotonic() - self._began

    def screen(self, name: str = "screen") -> Image.Image:
        if (ended := self.process.poll()) is not None:
            raise NoMachine(f"it went off by itself after {self.seconds:.0f} s ({ended})")
        file = self.picture = self._folder / f"{name}.png"
        self.hand.do("screendump", filename=str(file), format="png")
        with Image.open(file) as picture:
            return picture.convert("RGB")

    def comes_to(self, shows: Callable[[Image.Image], bool], seconds: float) -> bool:
        """Whether the screen shows that in time. Looked at seldom: each look stops the machine."""
        deadline = monotonic() + seconds
        while not shows(self.screen()):
            if monotonic() > deadline:
                return False
            Event().wait(2)
        return True

    def touch(self, x: float, y: float, seconds: float = 0.2) -> None:
        """A finger at a place, given as parts of the screen's width and height."""
        for down in (True, False):
            place = [
                {"type": "abs", "data": {"axis": axis, "value": round(part * TOUCH_RANGE)}}
                for axis, part in (("x", x), ("y", y))
            ]
            button = {"type": "btn", "data": {"down": down, "button": "left"}}
            self.hand.do("input-send-event", events=[*place, button])
            Event().wait(seconds)

    def key(self, *codes: str) -> None:
        """Keys pressed together, by QEMU's names for them."""
        for code in codes:
            self.hand.key(code, down=True)
        Event().wait(0.1)
        for code in reversed(codes):
            self.hand.key(code, down=False)
        Event().wait(0.1)

    def goes_off(self, seconds: float) -> bool:
        """Whether it switches itself off, or begins anew, in time."""
        return eventually(lambda: self.process.poll() is not None, seconds)

    def cut(self) -> None:
        """The mains go: nothing is written any more, by anybody."""
        self.process.kill()
        self.process.wait(30)

    def shuts_down(self, seconds: float) -> bool:
        """Press the button on its case: whether it goes off by itself."""
        self.hand.do("system_powerdown")
        return self.goes_off(seconds)


def is_lit(picture: Image.Image) -> bool:
    """Whether there is more than a black screen, or a few letters on one."""
    return ImageStat.Stat(picture.convert("L")).mean[0] > 60


@contextmanager
def switched_on(
    disk: Disk, folder: Path, *, uefi: bool = False, more: Sequence[str] = (), forward: str = ""
) -> Iterator[Machine]:
    """The machine runs until the block ends: then its plug is pulled."""
    control = folder / "control"
    control.unlink(missing_ok=True)
    command = ["qemu-system-x86_64", "-accel", accelerator(), "-cpu", "max"]
    command += ["-m", "1024", "-smp", "2"]
    machine = "q35,smm=on" if uefi else "q35"
    command += ["-machine", machine, "-nodefaults", "-display", "none", "-no-reboot"]
    command += ["-device", f"virtio-vga,xres={WIDTH},yres={HEIGHT}"]
    command += ["-drive", f"file={disk.file},format=raw,if=none,id=disk"]
    command += ["-device", "ahci,id=sata", "-device", "ide-hd,drive=disk,bus=sata.0,bootindex=0"]
    command += [
        "-netdev",
        ",".join(filter(None, ("user,id=net", forward))),
        "-device",
        "e1000e,netdev=net,romfile=",
    ]
    command += ["-device", "qemu-xhci,id=usb", "-device", "usb-tablet,bus=usb.0,port=1"]
    command += ["-qmp", f"unix:{control},server=on,wait=off", *more]
    if uefi:
        variables = folder / "variables.fd"
        shutil.copy(UEFI_VARIABLES, variables)
        command += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
        command += ["-drive", f"if=pflash,format=raw,readonly=on,file={UEFI}"]
        command += ["-drive", f"if=pflash,format=raw,file={variables}"]
    with (folder / "qemu.log").open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    hand: Hand | None = None
    try:
        eventually(lambda: control.exists() or process.poll() is not None, 20)
        if process.poll() is not None:
            raise NoMachine(f"qemu: {(folder / 'qemu.log').read_text()[-300:]}")
        hand = Hand(control)
        yield Machine(process, hand, folder)
    finally:
        if hand is not None:
            hand.close()
        process.kill()
        process.wait(30)


def device(**words: Any) -> str:
    """A device's words on QEMU's command line."""
    return ",".join(f"{name}={value}" for name, value in words.items())
