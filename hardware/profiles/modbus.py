"""Button boxes that speak Modbus RTU: asked many times a second which of their inputs are on.

Read Discrete Inputs (02h) from input 0, as many as there are keys; the lamp, where there is one, is
coil 0 (Write Single Coil, 05h). CRC-16 with polynomial A001h (reflected 8005h), start FFFFh, low
byte first; check value of `123456789`: 4B37h. (Modbus Application Protocol 1.1b3, 6.2 and 6.5;
Modbus over Serial Line 1.02, 6.2.2.)
"""

from hardware.codec import (
    Denied,
    KeysDown,
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Unknown,
)
from hardware.framing import BAD_FRAME, NO_FRAME, Scan

READ, WRITE, ERROR = 0x02, 0x05, 0x80
LAMP_COIL = 0
MAX_KEYS = 16
_MAX_REPLY = 8
_REQUEST = 8
_WHY = {1: "knows no such function", 2: "has not so many inputs", 4: "says that it is broken"}


def crc(data: bytes) -> bytes:
    """The two bytes that follow `data` on the line."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def frame(address: int, function: int, data: bytes) -> bytes:
    body = bytes([address, function]) + data
    return body + crc(body)


class ModbusCodec:
    """`address` 1-247; 0 in the settings means 1. `keys`: how many inputs are asked for.
    ValueError when one of them can't be."""

    def __init__(self, address: int = 1, keys: int = 5) -> None:
        if not 0 <= address <= 247 or not 1 <= keys <= MAX_KEYS:
            raise ValueError(f"address {address} must be 1 to 247, buttons {keys} 1 to {MAX_KEYS}")
        self._address, self._keys = address or 1, keys
        self._scan = Scan(self._measure, _MAX_REPLY)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(held) for held in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(held) for held in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll():
                wanted = (0).to_bytes(2, "big") + self._keys.to_bytes(2, "big")
                return frame(self._address, READ, wanted)
            case Lamp(on):
                coil = LAMP_COIL.to_bytes(2, "big") + (b"\xff\x00" if on else b"\x00\x00")
                return frame(self._address, WRITE, coil)

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _measure(self, held: bytes) -> int | None:
        if held[0] != self._address:
            return NO_FRAME
        if len(held) < 3:
            return None
        count = (self._keys + 7) // 8
        sizes = {READ: 5 + count, WRITE: 8, READ | ERROR: 5, WRITE | ERROR: 5}
        size = sizes.get(held[1], NO_FRAME)
        if size == NO_FRAME or (held[1] == READ and held[2] != count):
            return NO_FRAME
        if len(held) < size:
            return None
        return size if crc(held[: size - 2]) == held[size - 2 : size] else BAD_FRAME

    def _parse(self, held: bytes) -> PlainFromPanel:
        self._frames += 1
        if held[1] == READ:
            bits = int.from_bytes(held[3:-2], "little")
            return KeysDown(tuple(key for key in range(1, self._keys + 1) if bits >> (key - 1) & 1))
        if held[1] == READ | ERROR:
            why = _WHY.get(held[2], f"answers with exception {held[2]}")
            return Denied(f"Modbus device {self._address} {why}; check address and buttons")
        return Unknown("lamp")


class ModbusBox:
    """The far end: answers what it is asked, says nothing by itself."""

    def __init__(self, keys: int = 5, address: int = 1) -> None:
        self.keys, self.lamp = keys, False
        self._address = address or 1
        self._held: set[int] = set()
        self._scan = Scan(self._measure, _REQUEST)

    def down(self, key: int, ms: int) -> bytes:
        self._held.add(key)
        return b""

    def up(self, key: int, ms: int) -> bytes:
        self._held.discard(key)
        return b""

    def heard(self, data: bytes) -> bytes:
        return b"".join(self._answer(request) for request in self._scan.feed(data))

    def _measure(self, held: bytes) -> int | None:
        if held[0] != self._address or (len(held) > 1 and held[1] not in (READ, WRITE)):
            return NO_FRAME
        if len(held) < _REQUEST:
            return None
        return _REQUEST if crc(held[:6]) == held[6:8] else BAD_FRAME

    def _answer(self, request: bytes) -> bytes:
        function, start = request[1], int.from_bytes(request[2:4], "big")
        value = int.from_bytes(request[4:6], "big")
        if function == WRITE and start == LAMP_COIL:
            self.lamp = value == 0xFF00
            return request
        if function == READ and start == 0 and 1 <= value <= self.keys:
            bits = sum(1 << (key - 1) for key in self._held if key <= value)
            count = (value + 7) // 8
            return frame(self._address, READ, bytes([count]) + bits.to_bytes(count, "little"))
        return frame(self._address, function | ERROR, b"\x02")
