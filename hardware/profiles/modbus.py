"""Button boxes that speak Modbus RTU: asked many times a second which of their buttons are down.

Without `codes` in the settings: discrete inputs from 0, as many as there are buttons. A code is
where one button stands: `discrete-input:0`, `coil:16`, a bit of a register such as
`holding-register:40.3` or `input-register:2.15`, or the value of a register that holds the number
of the button, such as `holding-register:40=3`. Addresses are those on the line, from 0: what a
manual calls 30001 is input-register 0. All buttons are read by one question. The lamp, where there
is one, is coil 0 or another (Write Single Coil, 05h). CRC-16 with polynomial A001h (reflected
8005h), start FFFFh, low byte first; check value of `123456789`: 4B37h. (Modbus Application Protocol
1.1b3, 6.1 to 6.5; Modbus over Serial Line 1.02, 6.2.2.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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

WRITE, ERROR = 0x05, 0x80
COIL = "coil"
TABLES = {COIL: 0x01, "discrete-input": 0x02, "holding-register": 0x03, "input-register": 0x04}
"""The function that reads each table."""
_OF_WORDS = (0x03, 0x04)
"""Functions whose table has registers of 16 bits; the others' has single bits."""
USUAL_TABLE = "discrete-input"
USUAL_LAMP = 0
NO_LAMP = "none"
MAX_KEYS = 16
ELSEWHERE = (
    tuple(f"holding-register:0.{bit}" for bit in range(16)),
    tuple(f"input-register:0.{bit}" for bit in range(16)),
    *(tuple(f"{COIL}:{number}" for number in range(count)) for count in (16, 8, 6, 5, 4)),
)
"""Where a box without discrete inputs may have its buttons: coils, or the bits of a register, from
0. A search asks there."""
MAX_BITS, MAX_REGISTERS = 64, 8
"""That one question may reach over; its answer still fits between two questions at 9600 baud."""
_MAX_ADDRESS = 0xFFFF
_REQUEST = 8
_MAX_REPLY = 5 + 2 * MAX_REGISTERS
_REASONS = {
    1: "knows no such function",
    2: "has no such address",
    4: "says that it is broken",
}
_CODE = re.compile(r"([a-z-]+):(\d{1,5})(?:\.(\d{1,2})|=(\d{1,5}))?")
_LAMP = re.compile(r"(?:coil:)?(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one button stands: an address of a table; of a register, one bit of it or the value
    that it has while the button is down."""

    function: int
    address: int
    bit: int | None = None
    value: int | None = None


def place_of(code: str) -> Place:
    """What a code means; ValueError when it means nothing."""
    match = _CODE.fullmatch(code)
    function = TABLES.get(match[1]) if match else None
    if match is None or function is None:
        raise ValueError(f"{code!r} is no place such as coil:16 or holding-register:40.3")
    address, bit, value = int(match[2]), match[3], match[4]
    if function in _OF_WORDS and bit is None and value is None:
        raise ValueError(f"{code!r} names no bit (.0 to .15) or value (=1) of the register")
    if function not in _OF_WORDS and (bit or value):
        raise ValueError(f"{code!r}: only a register has bits and values")
    place = Place(
        function=function,
        address=address,
        bit=int(bit) if bit else None,
        value=int(value) if value else None,
    )
    if address > _MAX_ADDRESS or (place.bit or 0) > 15 or (place.value or 0) > _MAX_ADDRESS:
        raise ValueError(f"{code!r}: addresses and values end at {_MAX_ADDRESS}, bits at 15")
    return place


@dataclass(frozen=True, slots=True)
class Question:
    """What is read to see all the buttons: `count` bits or registers from `start`."""

    places: tuple[Place, ...]
    function: int
    start: int
    count: int

    @property
    def of_words(self) -> bool:
        return self.function in _OF_WORDS

    @property
    def data_size(self) -> int:
        """Bytes of data in the answer."""
        return 2 * self.count if self.of_words else (self.count + 7) // 8

    def keys_down(self, data: bytes) -> tuple[int, ...]:
        """The buttons, from 1, that an answer says are down."""
        numbered = enumerate(self.places, start=1)
        return tuple(key for key, place in numbered if self._is_down(place, data))

    def _is_down(self, place: Place, data: bytes) -> bool:
        offset = place.address - self.start
        if not self.of_words:
            return bool(data[offset // 8] >> offset % 8 & 1)
        word = int.from_bytes(data[2 * offset : 2 * offset + 2], "big")
        return bool(word >> place.bit & 1) if place.bit is not None else word == place.value


def question_of(codes: Sequence[str], keys: int) -> Question:
    """ValueError when the buttons can't be read by one question."""
    if not codes and not 1 <= keys <= MAX_KEYS:
        raise ValueError(f"buttons {keys} must be 1 to {MAX_KEYS}")
    codes = codes or [f"{USUAL_TABLE}:{address}" for address in range(keys)]
    places = tuple(place_of(code) for code in codes)
    addresses = [place.address for place in places]
    functions = {place.function for place in places}
    if len(functions) > 1:
        raise ValueError("all buttons must stand in one table")
    function = functions.pop()
    start, count = min(addresses), max(addresses) - min(addresses) + 1
    most = MAX_REGISTERS if function in _OF_WORDS else MAX_BITS
    if count > most:
        raise ValueError(f"addresses {start} and {max(addresses)} are further apart than {most}")
    return Question(places=places, function=function, start=start, count=count)


def lamp_of(lamp: str, question: Question) -> int | None:
    """The coil of the lamp; None where there is none, as where the buttons are coils and nobody has
    said which other is the lamp. ValueError."""
    if lamp == NO_LAMP or (not lamp and question.function == TABLES[COIL]):
        return None
    match = _LAMP.fullmatch(lamp or str(USUAL_LAMP))
    if match is None or int(match[1]) > _MAX_ADDRESS:
        raise ValueError(f"lamp {lamp!r} is no coil such as coil:0, and not {NO_LAMP!r}")
    coil = int(match[1])
    if question.function == TABLES[COIL] and coil in {place.address for place in question.places}:
        raise ValueError(f"lamp {lamp!r} is the coil of a button")
    return coil


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
    """`address` 1-247; 0 in the settings means 1. ValueError when something can't be."""

    def __init__(
        self, address: int = 1, keys: int = 5, codes: Sequence[str] = (), lamp: str = ""
    ) -> None:
        if not 0 <= address <= 247:
            raise ValueError(f"address {address} must be 1 to 247")
        self._address = address or 1
        self._question = question_of(codes, keys)
        self._lamp = lamp_of(lamp, self._question)
        self._scan = Scan(self._measure, _MAX_REPLY)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes) for frame_bytes in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes) for frame_bytes in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Lamp(on) if self._lamp is not None:
                value = b"\xff\x00" if on else b"\x00\x00"
                return frame(self._address, WRITE, self._lamp.to_bytes(2, "big") + value)
            case Poll() | Lamp():
                # A box without a lamp is asked in its place: the line carries one question a turn.
                question = self._question
                start, count = question.start.to_bytes(2, "big"), question.count.to_bytes(2, "big")
                return frame(self._address, question.function, start + count)

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _measure(self, buffer: bytes) -> int | None:
        if buffer[0] != self._address:
            return NO_FRAME
        if len(buffer) < 3:
            return None
        read, data_size = self._question.function, self._question.data_size
        sizes = {read: 5 + data_size, WRITE: 8, read | ERROR: 5, WRITE | ERROR: 5}
        function = buffer[1]
        size = sizes.get(function, NO_FRAME)
        is_other_size = function == read and buffer[2] != data_size
        if size == NO_FRAME or is_other_size:
            return NO_FRAME
        if len(buffer) < size:
            return None
        return size if crc(buffer[: size - 2]) == buffer[size - 2 : size] else BAD_FRAME

    def _parse(self, frame_bytes: bytes) -> PlainFromPanel:
        self._frames += 1
        function = frame_bytes[1]
        if function == self._question.function:
            return KeysDown(self._question.keys_down(frame_bytes[3:-2]))
        if function == self._question.function | ERROR:
            exception = frame_bytes[2]
            reason = _REASONS.get(exception, f"answers with exception {exception}")
            where = "check address, codes and buttons"
            return Denied(f"Modbus device {self._address} {reason}; {where}")
        return Unknown("lamp")


class ModbusBox:
    """The far end: answers what it is asked, says nothing by itself."""

    def __init__(self, keys: int = 5, address: int = 1, codes: Sequence[str] = ()) -> None:
        self._question = question_of(codes, keys)
        self.keys, self.lamp = len(self._question.places), False
        self._address = address or 1
        self._keys_down: set[int] = set()
        self._scan = Scan(self._measure, _REQUEST)

    def down(self, key: int, ms: int) -> bytes:
        if key <= self.keys:
            self._keys_down.add(key)
        return b""

    def up(self, key: int, ms: int) -> bytes:
        self._keys_down.discard(key)
        return b""

    def answer(self, data: bytes) -> bytes:
        return b"".join(self._answer(request) for request in self._scan.feed(data))

    def _measure(self, buffer: bytes) -> int | None:
        is_own = buffer[0] == self._address
        is_known = len(buffer) == 1 or buffer[1] in (*TABLES.values(), WRITE)
        if not (is_own and is_known):
            return NO_FRAME
        if len(buffer) < _REQUEST:
            return None
        return _REQUEST if crc(buffer[:6]) == buffer[6:8] else BAD_FRAME

    def _answer(self, request: bytes) -> bytes:
        function, start = request[1], int.from_bytes(request[2:4], "big")
        value = int.from_bytes(request[4:6], "big")
        if function == WRITE and start == USUAL_LAMP:
            self.lamp = value == 0xFF00
            return request
        question = self._question
        if function != question.function:
            return frame(self._address, function | ERROR, b"\x01")
        if start < question.start or not 1 <= value <= question.start + question.count - start:
            return frame(self._address, function | ERROR, b"\x02")
        data = self._words(start, value) if question.of_words else self._bits(start, value)
        return frame(self._address, function, bytes([len(data)]) + data)

    def _bits(self, start: int, count: int) -> bytes:
        numbers = [place.address - start for place in self._places_down()]
        bits = sum(1 << number for number in numbers if 0 <= number < count)
        return bits.to_bytes((count + 7) // 8, "little")

    def _words(self, start: int, count: int) -> bytes:
        words = [0] * count
        for place in self._places_down():
            if 0 <= place.address - start < count:
                pressed = place.value if place.bit is None else 1 << place.bit
                words[place.address - start] |= pressed or 0
        return b"".join(word.to_bytes(2, "big") for word in words)

    def _places_down(self) -> list[Place]:
        return [self._question.places[key - 1] for key in sorted(self._keys_down)]
