"""Serial ports. The only importer of pyserial: finds a port, opens it, says when it is gone."""

import errno
import os
import re
import termios
from pathlib import Path

import serial
from serial.tools import list_ports

from hardware.port import Connection, LineMode, Port, PortInfo, PortLost, Wiring
from kiosk.domain.refusal import Refusal

_BY_ID = Path("/dev/serial/by-id")
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
        reason = _reason(error)
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
    usb = _USB.fullmatch(name)
    if not usb:
        return name if name.startswith("/") else str(_BY_ID / name)
    vendor, product, number = int(usb[1], 16), int(usb[2], 16), usb[3]
    for port in list_ports.comports():
        if (port.vid, port.pid) == (vendor, product) and number in (None, port.serial_number):
            return str(port.device)
    raise PortLost("usb_not_there", name=name)


def _opening_failure(error: Exception) -> Refusal:
    """Why a port can't be opened, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return Refusal("port_not_serial")
    if number in _OPENING_FAILURES:
        return Refusal(_OPENING_FAILURES[number])
    return Refusal("port_trouble", error=os.strerror(number))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__
