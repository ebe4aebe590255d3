"""A stand-in for the board: its files as they are, on MicroPython's unix port.

    micropython unix_board.py TRACE [clock | FOLDER]

The line is standard input and output; with FOLDER, where config.py is, it is the network instead
(network_main.py). The fingers are TRACE: one line for each change of the
contacts, the millisecond since the start and the contacts (bit 0 is the first key), such as
`1200 5`. With `clock`, standard error begins with the start in nanoseconds since 1970. Each change of a lamp goes to standard error: millisecond, pin, 0 or 1. Ends when standard
input does, or, with the word `watchdog` there, when that was not fed in time.
"""

import select
import sys
from time import ticks_diff, ticks_ms, time_ns  # type: ignore[attr-defined]  # MicroPython's own

START = ticks_ms()
NETWORK = "/" in sys.argv[-1] and len(sys.argv) > 2
if len(sys.argv) > 2 and not NETWORK:
    sys.stderr.write("started %d\n" % time_ns())


def since_start() -> int:
    return int(ticks_diff(ticks_ms(), START))


def read_trace(path: str) -> "list[tuple[int, int]]":
    with open(path) as file:
        rows = [row.split() for row in file if row.strip()]
    return [(int(row[0]), int(row[1])) for row in rows]


class Fingers:
    """The contacts at this moment."""

    def __init__(self, trace: "list[tuple[int, int]]") -> None:
        self._trace, self._step, self._closed = trace, 0, 0

    def closed(self) -> int:
        now = since_start()
        while self._step < len(self._trace) and self._trace[self._step][0] <= now:
            self._closed = self._trace[self._step][1]
            self._step += 1
        return self._closed


FINGERS = Fingers(read_trace(sys.argv[1]))


class Pin:
    """An input is the next key; an output is a lamp."""

    IN, OUT, PULL_UP = 0, 1, 2
    keys = 0

    def __init__(self, number: int, mode: int = IN, pull: int = 0, value: int = 0) -> None:
        self._number, self._mode, self._lit = number, mode, value
        self._key = Pin.keys
        if mode == Pin.IN:
            Pin.keys += 1

    def value(self, lit: "int | None" = None) -> int:
        if self._mode == Pin.IN:
            return 1 - (FINGERS.closed() >> self._key & 1)
        if lit is not None and lit != self._lit:
            self._lit = lit
            sys.stderr.write("%d %d %d\n" % (since_start(), self._number, lit))
        return self._lit


class UART:
    def __init__(self, number: int, baud: int, **wiring: object) -> None:
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN | select.POLLHUP)

    def write(self, data: bytes) -> int:
        return sys.stdout.buffer.write(data)

    def any(self) -> int:
        return len(self._poll.poll(0))

    def read(self, size: int) -> bytes:
        data = sys.stdin.buffer.read(size)
        if not data:
            sys.exit(0)
        return data


class WDT:
    def __init__(self, timeout: int) -> None:
        self._timeout, self._fed = timeout, ticks_ms()

    def feed(self) -> None:
        now = ticks_ms()
        if ticks_diff(now, self._fed) > self._timeout:
            sys.stderr.write("%d watchdog\n" % since_start())
            sys.exit(1)
        self._fed = now


class Machine:
    """What main.py asks of the module `machine`."""

    Pin, UART, WDT = Pin, UART, WDT

    @staticmethod
    def unique_id() -> bytes:
        return b"\x00\x00\x00\x00desk"


class WLAN:
    """This machine's network, which is always joined."""

    def __init__(self, interface: int) -> None:
        pass

    def active(self, wanted: bool) -> None:
        pass

    def connect(self, name: str, password: str) -> None:
        pass


class Network:
    """What network_main.py asks of the module `network`."""

    WLAN, STA_IF = WLAN, 0


sys.modules["machine"] = Machine  # type: ignore[assignment]  # MicroPython takes any object
sys.modules["network"] = Network  # type: ignore[assignment]
if NETWORK:
    sys.path.append(sys.argv[2])
    import network_main  # type: ignore[import-not-found]  # a flat folder, as on the board

    sys.exit(0)
import main  # type: ignore[import-not-found]  # a flat folder, as on the board
