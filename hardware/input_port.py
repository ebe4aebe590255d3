"""Input devices: keypads, gamepad encoders, macro pads, Bluetooth buttons.

What there is stands in /sys/class/input; what is pressed comes from /dev/input/event*, taken away
from the screen (EVIOCGRAB), so that a button types nothing. Two requests and one record of a kernel
interface that does not change: python-evdev, well kept as it is, has no wheel for ARM and would be
compiled on each terminal, against headers that such a machine lacks.
"""

import errno
import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.key_names import LAST_KEY, OF_BOXES
from hardware.port import Connection, LineMode, Port, PortInfo, PortLost, Wiring
from hardware.record_port import RecordPort, closed, opened

KNOWN = Path("/sys/class/input")
DEVICES = Path("/dev/input")
_KEYS_SIZE = LAST_KEY // 8 + 1
_TYPING_KEYS_SIZE = 0x100 // 8
"""Of the bits before those of gamepads' buttons, which a screen does not listen to."""
GRAB = 0x4004_4590
"""EVIOCGRAB: _IOW('E', 0x90, int)."""
KEYS_DOWN = 0x8000_4518 | _KEYS_SIZE << 16
"""EVIOCGKEY: _IOC(_IOC_READ, 'E', 0x18, length)."""


@dataclass(frozen=True, slots=True)
class InputBox:
    """One box of buttons: all that the kernel made of it, which may be several devices. `where` is
    the socket that it is plugged into, or its Bluetooth address."""

    name: str
    where: str
    devices: tuple[str, ...]


def boxes(known: Path = KNOWN, devices: Path = DEVICES) -> list[InputBox]:
    """Every box of buttons that is plugged in."""
    folders_of_box: dict[tuple[str, str], list[Path]] = {}
    for folder in sorted(known.glob("event*"), key=lambda folder: int(folder.name[5:])):
        if _keys(folder) & OF_BOXES:
            folders_of_box.setdefault(_whose(folder), []).append(folder)
    return [_box(folders, devices) for folders in folders_of_box.values()]


def _whose(folder: Path) -> tuple[str, str]:
    """What the devices of one box have in common: the socket, which stands before the last slash
    (usb-0000:00:14.0-2/input0, …/input1), and its number. All Bluetooth devices say the computer's
    own address in place of a socket."""
    socket, slash, _ = _line(folder / "device/phys").rpartition("/")
    number = _line(folder / "device/uniq")
    return (socket if slash or number else folder.name), number


def _box(folders: Sequence[Path], devices: Path) -> InputBox:
    socket, number = _whose(folders[0])
    name = min((_line(folder / "device/name") for folder in folders), key=len)
    paths = tuple(str(devices / folder.name) for folder in folders)
    return InputBox(name, where=socket or number, devices=paths)


def _keys(folder: Path) -> set[int]:
    """The keys that a device says it has: words of 64 bits in hex, the highest first."""
    words = _line(folder / "device/capabilities/key").split()
    bits = 0
    for word in words:
        bits = bits << 64 | int(word, 16)
    return {key for key in range(LAST_KEY + 1) if bits >> key & 1}


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has no such line, or is being unplugged
        return ""


class InputDevices(Connection):
    """A name in the settings is a box's own, alone or with its place: `NAME @ WHERE`."""

    def __init__(self, known: Path = KNOWN, devices: Path = DEVICES) -> None:
        self._known, self._folder = known, devices

    def find(self) -> tuple[PortInfo, ...]:
        plugged_in = self._boxes()
        names = [box.name for box in plugged_in]
        return tuple(
            PortInfo(box.devices[0], _stable(box, is_one=names.count(box.name) == 1), box.where)
            for box in plugged_in
        )

    def owns(self, name: str) -> bool:
        return name.startswith(str(self._folder)) or bool(_called(name, self._boxes()))

    def _boxes(self) -> list[InputBox]:
        return boxes(self._known, self._folder)

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        files: list[int] = []
        try:
            for device in self._devices(name):
                files.append(opened(device))
                _begin(files[-1], alone)
        except (OSError, PortLost) as error:
            for file in files:
                os.close(file)
            if isinstance(error, OSError):
                raise closed(name, error, not_allowed="input_not_allowed") from None
            raise PortLost("port_closed", field="panel", name=name, problem=error) from None
        return RecordPort(files, name)

    def _devices(self, name: str) -> tuple[str, ...]:
        plugged_in = self._boxes()
        if name.startswith("/"):
            paths = {name, os.path.realpath(name)}
            whole_box = [box.devices for box in plugged_in if paths & {*box.devices}]
            return whole_box[0] if whole_box else (name,)
        called = _called(name, plugged_in)
        if not called:
            raise PortLost("port_not_there")
        if len(called) > 1:
            names = ", ".join(_stable(box, is_one=False) for box in called)
            raise PortLost("several_boxes", names=names)
        return called[0].devices


def _called(name: str, plugged_in: Iterable[InputBox]) -> list[InputBox]:
    box_name, _, where = name.rpartition(" @ ") if " @ " in name else (name, "", "")
    return [box for box in plugged_in if box.name == box_name and where in ("", box.where)]


def _stable(box: InputBox, *, is_one: bool) -> str:
    return box.name if is_one else f"{box.name} @ {box.where}"


def _begin(file: int, alone: bool) -> None:
    """Take a device for this program. A key that is down stays the screen's, which would never hear
    it come up: PortLost until it is up. What is no input device is the line of a simulator."""
    try:
        keys_down = bytearray(_KEYS_SIZE)
        fcntl.ioctl(file, KEYS_DOWN, keys_down)
        if alone and any(keys_down[:_TYPING_KEYS_SIZE]):
            raise PortLost("key_is_held")
        if alone:
            fcntl.ioctl(file, GRAB, 1)
    except OSError as error:
        if not (error.errno in (errno.ENOTTY, errno.EINVAL) and os.isatty(file)):
            raise


INPUT_DEVICES = InputDevices()
