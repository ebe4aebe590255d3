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
_REASONS = {1: "knows no such function", 2: "has not so many inputs", 4: "says that it is broken"}


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
        return [self._parse(frame_bytes) for frame_bytes in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes) for frame_bytes in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll():
                first_input, count = (0).to_bytes(2, "big"), self._keys.to_bytes(2, "big")
                return frame(self._address, READ, first_input + count)
            case Lamp(on):
                coil = LAMP_COIL.to_bytes(2, "big")
                value = b"\xff\x00" if on else b"\x00\x00"
                return frame(self._address, WRITE, coil + value)

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _measure(self, buffer: bytes) -> int | None:
        if buffer[0] != self._address:
            return NO_FRAME
        if len(buffer) < 3:
            return None
        data_size = (self._keys + 7) // 8
        sizes = {READ: 5 + data_size, WRITE: 8, READ | ERROR: 5, WRITE | ERROR: 5}
        function = buffer[1]
        size = sizes.get(function, NO_FRAME)
        is_other_size = function == READ and buffer[2] != data_size
        if size == NO_FRAME or is_other_size:
            return NO_FRAME
        if len(buffer) < size:
            return None
        return size if crc(buffer[: size - 2]) == buffer[size - 2 : size] else BAD_FRAME

    def _parse(self, frame_bytes: bytes) -> PlainFromPanel:
        self._frames += 1
        function = frame_bytes[1]
        if function == READ:
            bits = int.from_bytes(frame_bytes[3:-2], "little")
            all_keys = range(1, self._keys + 1)
            return KeysDown(tuple(key for key in all_keys if bits >> (key - 1) & 1))
        if function == READ | ERROR:
            exception = frame_bytes[2]
            reason = _REASONS.get(exception, f"answers with exception {exception}")
            return Denied(f"Modbus device {self._address} {reason}; check address and buttons")
        return Unknown("lamp")


class ModbusBox:
    """The far end: answers what it is asked, says nothing by itself."""

    def __init__(self, keys: int = 5, address: int = 1) -> None:
        self.keys, self.lamp = keys, False
        self._address = address or 1
        self._keys_down: set[int] = set()
        self._scan = Scan(self._measure, _REQUEST)

    def down(self, key: int, ms: int) -> bytes:
        self._keys_down.add(key)
        return b""

    def up(self, key: int, ms: int) -> bytes:
        self._keys_down.discard(key)
        return b""

    def answer(self, data: bytes) -> bytes:
        return b"".join(self._answer(request) for request in self._scan.feed(data))

    def _measure(self, buffer: bytes) -> int | None:
        is_own = buffer[0] == self._address
        is_known = len(buffer) == 1 or buffer[1] in (READ, WRITE)
        if not (is_own and is_known):
            return NO_FRAME
        if len(buffer) < _REQUEST:
            return None
        return _REQUEST if crc(buffer[:6]) == buffer[6:8] else BAD_FRAME

    def _answer(self, request: bytes) -> bytes:
        function, start = request[1], int.from_bytes(request[2:4], "big")
        value = int.from_bytes(request[4:6], "big")
        if function == WRITE and start == LAMP_COIL:
            self.lamp = value == 0xFF00
            return request
        if function == READ and start == 0 and 1 <= value <= self.keys:
            bits = sum(1 << (key - 1) for key in self._keys_down if key <= value)
            count = (value + 7) // 8
            return frame(self._address, READ, bytes([count]) + bits.to_bytes(count, "little"))
        return frame(self._address, function | ERROR, b"\x02")
