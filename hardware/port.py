"""The only importer of pyserial: finds a serial port, opens it, and says when it is gone."""

import errno
import os
import re
import termios
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.tools import list_ports

_BY_ID = Path("/dev/serial/by-id")
_USB = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?::(.+))?")
_MAX_UNSENT = 4096
"""Bytes that may wait for a line that takes none; a minute of acknowledgements is far less."""
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_REMEDIES = {
    errno.ENOENT: "is its cable plugged in? see kiosk panel list",
    errno.EACCES: "add this program's user to the group dialout",
    errno.EAGAIN: "another program has it; close that",
    errno.EBUSY: "another program has it; close that",
}


class PortLost(Exception):
    """The port can't be opened or has gone; one line that names it and the remedy."""


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A serial port of this machine. `stable` is the name to write into the settings."""

    device: str
    stable: str
    description: str


def find_ports() -> tuple[PortInfo, ...]:
    """Every serial port, with a name that stays the same after replugging where there is one."""
    by_id = {str(link.resolve()): str(link) for link in _BY_ID.glob("*")}
    ports = []
    for port in sorted(list_ports.comports(), key=lambda p: p.device):
        usb = f"{port.vid:04X}:{port.pid:04X}" if port.vid is not None else ""
        if usb and port.serial_number:
            usb += f":{port.serial_number}"
        stable = by_id.get(port.device) or usb or port.device
        ports.append(PortInfo(port.device, stable, port.description or ""))
    return tuple(ports)


class Port:
    """An open serial line. Nothing here waits: read and write return at once."""

    def __init__(self, line: serial.Serial, name: str) -> None:
        """`name` begins every error line: what stands at the other end, and where."""
        self._line, self._name = line, name
        self._unsent = bytearray()

    @classmethod
    def open(
        cls, name: str, baud: int = 115200, parity: str = "none", what: str = "panel"
    ) -> "Port":
        """Open by path, by /dev/serial/by-id name or by VID:PID[:SERIAL]; PortLost if it can't be.
        `parity`: none, even or odd; 8 data bits, 1 stop bit. `what` is at the other end.

        Exclusive, so that no second program steals bytes; DTR and RTS low, so that common boards
        don't restart.
        """
        try:
            line = serial.Serial(baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
            line.parity = _PARITIES[parity]
            line.dtr = line.rts = False
            line.port = _path(name)
            line.open()
        except ValueError:
            raise PortLost(f"{what} {name}: {baud} is no speed it can have; check baud") from None
        except (OSError, termios.error) as error:
            raise PortLost(f"{what} {name}: can't be opened: {_opening_failure(error)}") from None
        return cls(line, f"{what} {name}")

    def fileno(self) -> int:
        return int(self._line.fileno())

    def read(self) -> bytes:
        """What has arrived, b"" when nothing has; PortLost when the line is gone."""
        try:
            return bytes(self._line.read(4096))
        except (serial.SerialException, OSError) as error:
            raise PortLost(f"{self._name}: unplugged: {_reason(error)}") from None

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
            raise PortLost(f"{self._name}: unplugged: {_reason(error)}") from None
        if len(self._unsent) > _MAX_UNSENT:
            raise PortLost(f"{self._name}: takes no bytes; check its cable and power")

    def close(self) -> None:
        self._line.close()


def _path(name: str) -> str:
    usb = _USB.fullmatch(name)
    if not usb:
        return name if name.startswith("/") else str(_BY_ID / name)
    vendor, product, number = int(usb[1], 16), int(usb[2], 16), usb[3]
    for port in list_ports.comports():
        if (port.vid, port.pid) == (vendor, product) and number in (None, port.serial_number):
            return str(port.device)
    raise PortLost(f"panel {name}: not plugged in; see kiosk panel list")


def _opening_failure(error: Exception) -> str:
    """Why a port can't be opened, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return "it is no serial port, or is going away; see kiosk panel list"
    return f"{os.strerror(number)}; {_REMEDIES.get(number, 'see kiosk panel list')}"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__
