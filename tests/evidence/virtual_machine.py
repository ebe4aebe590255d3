"""A virtual machine with Debian's own kernel, whose files are this machine's, read only.

QEMU without acceleration boots it to a program of ours in half a minute. The program talks over the
serial line: it asks for what a hand would do (plug, press, pull), and reports what it saw.
"""

import gzip
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

PACKAGES = "qemu-system-x86 busybox-static"
KERNEL = "linux-image-amd64"
BUSYBOX = Path("/bin/busybox")
MODULES = (
    "virtio_pci",
    "9pnet_virtio",
    "9p",
    "xhci-pci",
    "usbhid",
    "hid-generic",
    "evdev",
    "uinput",
)
SOCKETS = "usb.0"
_SECONDS = 240
"""After which a machine is ended, whatever it does."""
_INIT = """\
#!/bin/sh
/bin/busybox mkdir -p /bin /proc /sys /dev /root
/bin/busybox --install -s /bin
mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t devtmpfs dev /dev
for module in $(cat /order); do insmod /modules/$module; done
mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,ro,msize=262144 host /root
mount -t proc proc /root/proc && mount -t sysfs sys /root/sys && mount -t devtmpfs dev /root/dev
mount -t tmpfs tmp /root/tmp
stty raw -echo
cd /root{folder}
exec chroot /root /bin/sh -c 'cd {folder} && {python} -B -m {program}; echo ended; sleep 1000'
"""


class NoMachine(Exception):
    """What is missing, as one line."""


def kernel(folder: Path) -> Path:
    """Debian's kernel package, fetched and opened in `folder`. NoMachine."""
    if shutil.which("qemu-system-x86_64") is None or not BUSYBOX.exists():
        raise NoMachine(f"an administrator can run: apt-get install {PACKAGES}")
    words = _output(["apt-cache", "depends", KERNEL], folder).split()
    names = [word for word in words if word.startswith("linux-image-") and word != KERNEL]
    if not names:
        raise NoMachine("there is no kernel package; an administrator can run: apt-get update")
    opened = folder / "kernel"
    try:
        _output(["apt-get", "download", "-qq", names[0]], folder)
        [package] = folder.glob("linux-image-*.deb")
        _output(["dpkg-deb", "-x", str(package), str(opened)], folder)
    except subprocess.SubprocessError as error:
        raise NoMachine(f"the kernel can't be fetched: {error}") from None
    return opened


def _output(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout


def with_what_they_need(names: Sequence[str], files: dict[str, Path]) -> list[Path]:
    """Modules in the order in which they can be loaded."""
    order: dict[Path, None] = {}
    for name in names:
        file = files.get(name.replace("-", "_"))
        if file is None:
            continue  # built into the kernel
        needs = file.read_bytes().partition(b"\0depends=")[2].partition(b"\0")[0].decode()
        order |= dict.fromkeys(with_what_they_need(needs.split(","), files))
        order[file] = None
    return list(order)


_File = tuple[str, int, bytes]
"""Name, mode and content."""


def _start_files(kernel_folder: Path, program: str, more: Sequence[Path]) -> Iterator[_File]:
    """What the kernel starts from."""
    files = {path.stem.replace("-", "_"): path for path in kernel_folder.rglob("*.ko")}
    files |= {path.stem.replace("-", "_"): path for path in more}
    wanted = [*MODULES, *(path.stem for path in more)]
    order = with_what_they_need(wanted, files)
    init = _INIT.format(folder=Path.cwd(), python=sys.executable, program=program)
    yield "bin", 0o40755, b""
    yield "bin/busybox", 0o100755, BUSYBOX.read_bytes()
    yield "bin/sh", 0o120777, b"busybox"
    yield "init", 0o100755, init.encode()
    yield "order", 0o100644, "\n".join(path.name for path in order).encode()
    yield "modules", 0o40755, b""
    for path in order:
        yield f"modules/{path.name}", 0o100644, path.read_bytes()


def _archive(files: Iterator[_File]) -> bytes:
    """The cpio archive (newc) that a kernel unpacks at its start."""
    archive = bytearray()
    for number, (name, mode, data) in enumerate([*files, ("TRAILER!!!", 0, b"")], start=1):
        numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        archive += b"070701" + b"".join(b"%08X" % value for value in numbers)
        archive += name.encode() + b"\0"
        archive += bytes(-len(archive) % 4)
        archive += data + bytes(-len(data) % 4)
    return gzip.compress(bytes(archive), 1)


class Hand:
    """Plugs, presses and pulls, by QEMU's control protocol."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(30)
        self._line.connect(str(path))
        self._answers = self._line.makefile("r")
        json.loads(self._answers.readline())
        self.do("qmp_capabilities")

    def do(self, command: str, **arguments: Any) -> None:
        said = {"execute": command, "arguments": arguments}
        self._line.sendall(json.dumps(said).encode() + b"\n")
        while "event" in (answer := json.loads(self._answers.readline())):
            pass
        if "error" in answer:
            raise NoMachine(f"{command}: {answer['error']['desc']}")

    def plug(self, name: str, socket_number: str) -> None:
        self.do("device_add", driver="usb-kbd", id=name, bus=SOCKETS, port=socket_number)

    def pull(self, name: str) -> None:
        self.do("device_del", id=name)

    def key(self, code: str, *, down: bool) -> None:
        key = {"type": "qcode", "data": code}
        self.do("input-send-event", events=[{"type": "key", "data": {"down": down, "key": key}}])

    def close(self) -> None:
        self._answers.close()
        self._line.close()


def simulated_pins(folder: Path, kernel_folder: Path) -> Path:
    """The kernel's own gpio-sim, which Debian's kernel leaves out, compiled for it. NoMachine."""
    [image] = kernel_folder.glob("boot/vmlinuz-*")
    version = image.name.removeprefix("vmlinuz-")
    headers = Path("/usr/src", f"linux-headers-{version}")
    sources = Path("/usr/src", f"linux-source-{'.'.join(version.split('.')[:2])}.tar.xz")
    if not headers.exists() or not sources.exists():
        packages = f"make gcc {headers.name} {sources.name.removesuffix('.tar.xz')}"
        raise NoMachine(f"an administrator can run: apt-get install {packages}")
    wanted = ("drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c")
    patterns = [f"*/{name}" for name in wanted]
    flat = ["--transform", "s,.*/,,"]
    _output(["tar", "-xJf", str(sources), "--wildcards", *flat, *patterns], folder)
    source = folder / "irq_sim.c"
    # What only the kernel itself may call, by what a module may.
    inside, outside = "handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq(irqnum)"
    source.write_text(source.read_text().replace(inside, outside))
    made_of = "obj-m := gpio-simulated.o\ngpio-simulated-y := gpio-sim.o irq_sim.o\n"
    (folder / "Makefile").write_text(made_of)
    try:
        _output(["make", "-C", str(headers), f"M={folder}", "modules"], folder)
    except subprocess.SubprocessError as error:
        raise NoMachine(f"gpio-sim can't be compiled: {error}") from None
    return folder / "gpio-simulated.ko"


@contextmanager
def running(
    folder: Path, kernel_folder: Path, program: str, more: Sequence[Path] = ()
) -> Iterator[tuple["subprocess.Popen[str]", Hand]]:
    """The machine with our `program` in it, and who has a hand on it. `more`: modules besides."""
    start = folder / "start.gz"
    start.write_bytes(_archive(_start_files(kernel_folder, program, more)))
    [image] = kernel_folder.glob("boot/vmlinuz-*")
    control = folder / "control"
    command = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "1024"]
    command += ["-machine", "q35,i8042=off", "-display", "none", "-nodefaults", "-no-reboot"]
    command += ["-kernel", str(image), "-initrd", str(start), "-serial", "stdio"]
    command += ["-append", "console=ttyS0 quiet loglevel=0 panic=-1"]
    command += ["-device", "qemu-xhci,id=usb", "-qmp", f"unix:{control},server=on,wait=off"]
    command += [
        "-virtfs",
        "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    ]
    machine = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace"
    )
    hand: Hand | None = None
    too_long = Timer(_SECONDS, machine.kill)
    too_long.start()
    try:
        assert machine.stdout is not None
        machine.stdout.readline()  # the program has begun, so that the control is there too
        hand = Hand(control)
        yield machine, hand
    finally:
        too_long.cancel()
        if hand is not None:
            hand.close()
        machine.kill()
        machine.wait(30)
