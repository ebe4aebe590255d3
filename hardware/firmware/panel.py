"""The reference panel: our own protocol (../PROTOCOL.md) from the contacts of its keys to the line.

Runs on MicroPython, the same file on a board and on a PC, and knows neither: time, contacts and
bytes come in as arguments, what it sends goes to `write`. It imports nothing, so that it can be copied.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # MicroPython has neither of the two
    from collections.abc import Callable

FIRMWARE = "1.1"
VERSION = "1.1"
DEBOUNCE_MS = 20
"""A contact that has not moved for so long has settled; good keys bounce for 1-10 ms."""
RESEND_MS = 200
HEARTBEAT_MS = 2000
LAMP_MS = 1000
KEEPS = 32
"""Presses stored until acknowledged. Further ones are refused in red: nobody is thanked for them."""
MAX_LINE = 80
MAX_KEYS = 16
_MASK = 0xFFFFFFFF

OFF, GREEN, RED = 0, 1, 2

# CRC-16/CCITT-FALSE by half bytes: polynomial 1021h. Check value of 123456789: 29B1h.
_CRC = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)


def crc(data: bytes) -> int:
    value = 0xFFFF
    for byte in data:
        value = (value << 4 & 0xFFFF) ^ _CRC[value >> 12 ^ byte >> 4]
        value = (value << 4 & 0xFFFF) ^ _CRC[value >> 12 ^ byte & 15]
    return value


def line(*fields: object) -> bytes:
    """The whole line of a message, with its check and its end."""
    body = ",".join([str(field) for field in fields])
    return ("$%s*%04X\r\n" % (body, crc(body.encode()))).encode()


def read_line(data: bytes) -> list[str]:
    """Name and fields of a line without its end; nothing when its check does not hold."""
    body, star, check = data[1:].strip().rpartition(b"*")
    if not star or check != ("%04X" % crc(body)).encode():
        return []
    for byte in body:
        if not 0x20 <= byte < 0x7F:
            return []
    return body.decode().split(",")


class Panel:
    """One panel. `write` takes bytes for the host and returns at once."""

    def __init__(
        self, keys: int, device: str, boot: str, write: "Callable[[bytes], object]"
    ) -> None:
        self.keys, self.device, self.boot = keys, device, boot
        self._write = write
        self.ms = 0
        """Since the start, modulo 2**32."""
        self.waiting: list[tuple[int, int, int]] = []
        """Presses not acknowledged: seq, key, ms."""
        self._seq = 0
        self._down = [False] * keys
        self._moved_at = [-1] * keys
        self._sent_at = self._beat_at = 0
        self._green_at = self._red_at = -1
        self._refused = False
        self._line = bytearray()
        self._hello()

    def tick(self, passed: int, contacts: int) -> None:
        """`passed` milliseconds later; bit 0 of `contacts` is key 1, set while it is closed. Call
        every millisecond or so."""
        self.ms = (self.ms + passed) & _MASK
        for key in range(self.keys):
            if self._settled(key, bool(contacts >> key & 1)):
                if self._down[key]:
                    self._press(key + 1)
                else:
                    self._write(line("KU", self.boot, key + 1, self.ms))
        if self.waiting and self._since(self._sent_at) >= RESEND_MS:
            self._send_oldest()
        if self._since(self._beat_at) >= HEARTBEAT_MS:
            self._beat()

    def receive(self, data: bytes) -> None:
        """Bytes from the host, in any pieces."""
        for byte in data:
            if byte == 36:  # $ always begins a new line
                self._line = bytearray(b"$")
            elif byte == 10:
                self._take_line(bytes(self._line))
                self._line = bytearray()
            elif self._line:
                self._line.append(byte)
                if len(self._line) >= MAX_LINE:
                    self._line = bytearray()

    def lamp(self) -> int:
        """GREEN for a second after an acknowledgement, the same for every key; RED when a press
        could not be stored, and while the host can't work with this panel."""
        # Forgotten when over, so that the wrap of the milliseconds lights none again.
        if self._since(self._green_at) >= LAMP_MS:
            self._green_at = -1
        if self._since(self._red_at) >= LAMP_MS:
            self._red_at = -1
        if self._green_at >= 0:
            return GREEN
        return RED if self._refused or self._red_at >= 0 else OFF

    # --- keys ------------------------------------------------------------------------------

    def _settled(self, key: int, closed: bool) -> bool:
        """Whether the key has just changed for good."""
        if closed == self._down[key]:
            self._moved_at[key] = -1
        elif self._moved_at[key] < 0:
            self._moved_at[key] = self.ms
        elif self._since(self._moved_at[key]) >= DEBOUNCE_MS:
            self._down[key], self._moved_at[key] = closed, -1
            return True
        return False

    def _press(self, key: int) -> None:
        if len(self.waiting) >= KEEPS:
            self._red_at = self.ms
            return
        self._seq += 1
        self.waiting.append((self._seq, key, self.ms))
        if len(self.waiting) == 1:
            self._send_oldest()

    # --- the line --------------------------------------------------------------------------

    def _take_line(self, data: bytes) -> None:
        fields = read_line(data)
        if fields and fields[0] == "WH":
            self._hello()
            if self.waiting:
                self._send_oldest()
        elif len(fields) == 3 and fields[0] in ("AK", "FG"):
            self._answered(fields[1], fields[2], fields[0] == "AK")
        elif fields and fields[0] == "NO":
            self._refused = True

    def _answered(self, boot: str, seq: str, stored: bool) -> None:
        """Only the oldest can be: another boot's or an earlier one's means nothing now. `stored`
        False: it came too late, nobody is thanked."""
        if boot != self.boot or not self.waiting or seq != str(self.waiting[0][0]):
            return
        self.waiting.pop(0)
        self._refused = False
        if stored:
            self._green_at = self.ms
        if self.waiting:
            self._send_oldest()

    def _hello(self) -> None:
        self._write(line("HI", VERSION, self.device, self.boot, FIRMWARE, self.keys))
        self._beat()

    def _send_oldest(self) -> None:
        seq, key, ms = self.waiting[0]
        self._sent_at = self.ms
        self._write(line("KD", self.boot, seq, key, ms))

    def _beat(self) -> None:
        self._beat_at = self.ms
        down = [str(key + 1) for key in range(self.keys) if self._down[key]]
        self._write(line("HB", self.boot, self.ms, "+".join(down) or "-"))

    def _since(self, ms: int) -> int:
        return (self.ms - ms) & _MASK
