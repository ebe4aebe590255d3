"""Serial ports. The only importer of pyserial: finds a port, opens it, says when it is gone."""

import errno
import os
import re
import termios
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from hardware.port import Connection, LineMode, Port, PortInfo, PortLost, Wiring
from kiosk.domain.refusal import Refusal

_BY_ID = Path("/dev/serial/by-id")
_BY_PATH = Path("/dev/serial/by-path")
"""Where an adapter is plugged in: all that tells two without serial numbers apart."""
_USB = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?::(.+))?")
_OTHER_PORTS = ("/dev/input/", "/dev/gpiochip")
_MAX_UNSENT = 4096
"""Bytes that may wait for a line that takes none; a minute of acknowledgements is far less."""
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_OPENING_FAILURES = {
    errno.ENOENT: "port_not_there",
    errno.EACCES: "port_not_allowed",
    errno.EAGAIN: "port_in_use",
    errno.EBUSY: "port_in_use",
}


@dataclass(frozen=True, slots=True)
class Plugged:
    """A port as the system lists it. `usb`: VID:PID, with its serial number where it has one; ""
    for any other port."""

    device: str
    usb: str
    description: str = ""


def find_ports() -> tuple[PortInfo, ...]:
    """Every serial port, with a name that stays the same after replugging where there is one."""
    return named_ports(_plugged(), _links(_BY_ID), _links(_BY_PATH))


def named_ports(
    ports: Sequence[Plugged], by_id: Mapping[str, str], by_path: Mapping[str, str]
) -> tuple[PortInfo, ...]:
    """The ports, each by the name for the settings: of its adapter, or of its socket where
    another adapter is just alike. `by_id`, `by_path`: udev's names, by device."""
    alike = _alike(ports)
    named = []
    for port in sorted(ports, key=lambda one: one.device):
        own = by_path.get(port.device) if port.usb in alike else by_id.get(port.device)
        stable = own or (port.device if port.usb in alike else port.usb or port.device)
        named.append(PortInfo(port.device, stable, port.description))
    return tuple(named)


def device_of(usb: str, ports: Sequence[Plugged]) -> str:
    """The device with this VID:PID or VID:PID:SERIAL; PortLost where there is none, or two of
    which nobody knows which one is meant."""
    matching = [p.device for p in ports if f"{p.usb}:".upper().startswith(f"{usb}:".upper())]
    if not matching:
        raise PortLost("usb_not_there", name=usb)
    if len(matching) > 1:
        raise PortLost("usb_alike", name=usb)
    return matching[0]


def _alike(ports: Sequence[Plugged]) -> set[str]:
    counts = Counter(port.usb for port in ports if port.usb)
    return {usb for usb, n in counts.items() if n > 1}


def _plugged() -> list[Plugged]:
    return [
        Plugged(device=port.device, usb=_usb(port), description=port.description or "")
        for port in list_ports.comports()
    ]


def _usb(port: ListPortInfo) -> str:
    if port.vid is None or port.pid is None:
        return ""
    number = f":{port.serial_number}" if port.serial_number else ""
    return f"{port.vid:04X}:{port.pid:04X}{number}"


def _links(folder: Path) -> dict[str, str]:
    """udev's names in a folder, by device; of two names of one device the first."""
    links = sorted(folder.glob("*"), reverse=True)
    return {str(link.resolve()): str(link) for link in links}


class SerialPort:
    """An open serial line. Nothing here waits: read and write return at once."""

    def __init__(self, line: serial.Serial, name: str, device: str) -> None:
        """Every error line begins with `device`, what stands at the other end, and `name`."""
        self._line, self._name, self._device = line, name, device
        self._unsent = bytearray()

    @classmethod
    def open(
        cls, name: str, baud: int = 115200, parity: str = "none", device: str = "panel"
    ) -> "SerialPort":
        """Open by path, by /dev/serial/by-id name or by VID:PID[:SERIAL]; PortLost if it can't be.
        `parity`: none, even or odd; 8 data bits, 1 stop bit. `device` is at the other
        end: `panel` or `ticket_machine`.

        Exclusive, so that no second program steals bytes; DTR and RTS low, so that common boards
        don't restart.
        """
        path = _path(name)
        try:
            line = serial.Serial(baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
            line.parity = _PARITIES[parity]
            line.dtr = line.rts = False
            line.port = path
            line.open()
        except ValueError:
            raise PortLost("port_speed", field=device, name=name, baud=str(baud)) from None
        except (OSError, termios.error) as error:
            problem = _opening_failure(error)
            raise PortLost("port_closed", field=device, name=name, problem=problem) from None
        return cls(line, name, device)

    def fileno(self) -> int:
        return int(self._line.fileno())

    def read(self) -> bytes:
        """What has arrived, b"" when nothing has; PortLost when the line is gone."""
        try:
            return bytes(self._line.read(4096))
        except (serial.SerialException, OSError) as error:
            raise self._unplugged(error) from None

    def write(self, data: bytes) -> None:
        """Send as much as the line takes now and keep the rest for the next call."""
        self._unsent += data
        try:
            if self._unsent:
                # Not pyserial's write: on a full line it spins, even with no time to wait.
                del self._unsent[: os.write(self.fileno(), self._unsent)]
        except BlockingIOError:
            pass
        except (serial.SerialException, OSError) as error:
            raise self._unplugged(error) from None
        if len(self._unsent) > _MAX_UNSENT:
            raise PortLost("port_full", field=self._device, name=self._name)

    def close(self) -> None:
        self._line.close()

    def _unplugged(self, error: Exception) -> PortLost:
        reason = reason_of(error)
        return PortLost("port_unplugged", field=self._device, name=self._name, error=reason)


class SerialLines(Connection):
    """USB adapters and the machine's own serial ports."""

    def find(self) -> tuple[PortInfo, ...]:
        return find_ports()

    def owns(self, name: str) -> bool:
        if name.startswith("/"):
            return not name.startswith(_OTHER_PORTS)
        return bool(_USB.fullmatch(name)) or (_BY_ID / name).exists()

    def place(self, name: str) -> str:
        try:
            return os.path.realpath(_path(name))
        except PortLost:
            return name

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        return SerialPort.open(name, line_mode.baud, line_mode.parity)


SERIAL_LINES = SerialLines()


def _path(name: str) -> str:
    if not _USB.fullmatch(name):
        return name if name.startswith("/") else str(_BY_ID / name)
    return device_of(name, _plugged())


def _opening_failure(error: Exception) -> Refusal:
    """Why a port can't be opened, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return Refusal("port_not_serial")
    if number in _OPENING_FAILURES:
        return Refusal(_OPENING_FAILURES[number])
    return Refusal("port_trouble", error=os.strerror(number))


def reason_of(error: Exception) -> str:
    """Why a line was lost, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # What pyserial guesses stands in brackets: we say "unplugged" ourselves.
    return str(error).partition(" (")[0].partition("\n")[0] or type(error).__name__
