"""The codec of our own protocol, version 1.1 (hardware/PROTOCOL.md): both ends, pure."""

import binascii
import re
from collections.abc import Callable
from typing import Generic, TypeVar

from hardware.codec import (
    Acknowledge,
    Forget,
    FromHost,
    FromPanel,
    Heartbeat,
    Hello,
    KeyDown,
    KeyUp,
    LineCounters,
    Refuse,
    Unknown,
    WhoAreYou,
)
from hardware.framing import Reassembly

VERSION = "1.1"
MAX_LINE = 80
"""Bytes of a line with its end."""
MAX_KEYS = 16
MAX_SEQ = 2**32 - 1
MAX_MS = 2**32 - 1

_START, _END = ord("$"), ord("\n")
_ID = re.compile(r"[A-Za-z0-9._-]{1,16}")
_BOOT = re.compile(r"[0-9a-f]{8}")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)


T = TypeVar("T")


class BadFrame(ValueError):
    """A line that is no message."""


def crc(body: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021h, start FFFFh, no reflection, no final XOR."""
    return binascii.crc_hqx(body, 0xFFFF)


def line(*fields: object) -> bytes:
    """The whole line of a message: `$`, fields between commas, `*`, CRC in hex, CR LF."""
    body = ",".join(str(f) for f in fields).encode("ascii")
    return b"$" + body + b"*%04X\r\n" % crc(body)


def encode_panel(message: FromPanel) -> bytes:
    """A panel's message as bytes."""
    match message:
        case Hello(version, device, boot, firmware, keys):
            return line("HI", version, device, boot, firmware, keys)
        case KeyDown(boot, seq, key, ms):
            return line("KD", boot, seq, key, ms)
        case KeyUp(boot, key, ms):
            return line("KU", boot, key, ms)
        case Heartbeat(boot, ms, keys_down):
            return line("HB", boot, ms, "+".join(map(str, keys_down)) or "-")
        case Unknown(name):
            return line(name)


def encode_host(message: FromHost) -> bytes:
    """A host's message as bytes."""
    match message:
        case WhoAreYou():
            return line("WH", VERSION)
        case Acknowledge(boot, seq):
            return line("AK", boot, seq)
        case Forget(boot, seq):
            return line("FG", boot, seq)
        case Refuse(reason):
            return line("NO", re.sub(r"[^A-Za-z0-9 ._-]", " ", reason)[:60])


class OwnCodec:
    """The host's side of the line."""

    def __init__(self) -> None:
        self._lines = _Lines(_parse_panel)

    def feed(self, data: bytes) -> list[FromPanel]:
        return self._lines.feed(data)

    def encode(self, message: FromHost) -> bytes:
        return encode_host(message)

    @property
    def counters(self) -> LineCounters:
        return self._lines.counters


class OwnPanelCodec:
    """The panel's side of the line, for simulators and tests."""

    def __init__(self) -> None:
        self._lines = _Lines(_parse_host)

    def feed(self, data: bytes) -> list[FromHost | Unknown]:
        return self._lines.feed(data)

    @property
    def counters(self) -> LineCounters:
        return self._lines.counters


class _Lines(Generic[T]):
    """Frames in, messages out; what is no message is counted."""

    def __init__(self, parse: Callable[[str, list[str]], T]) -> None:
        self._parse = parse
        self._reassembly = Reassembly(_START, _END, MAX_LINE)
        self._frames = self._bad = 0

    def feed(self, data: bytes) -> list[T]:
        messages = []
        for frame in self._reassembly.feed(data):
            try:
                messages.append(self._parse(*_split(frame)))
                self._frames += 1
            except BadFrame:
                self._bad += 1
        return messages

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._bad, self._reassembly.dropped)


def _parse_panel(name: str, fields: list[str]) -> FromPanel:
    match name, fields:
        case "HI", [version, *_] if _VERSION.fullmatch(version) and not version.startswith("1."):
            # Another major version may say hello in other fields; its number is all we need.
            return Hello(
                version=version, device="unknown", boot="0" * 8, firmware="unknown", keys=1
            )
        case "HI", [version, device, boot, firmware, keys]:
            _matches(_VERSION, version)
            _matches(_ID, device)
            _matches(_ID, firmware)
            return Hello(
                version=version,
                device=device,
                boot=_boot(boot),
                firmware=firmware,
                keys=_number(keys, 1, MAX_KEYS),
            )
        case "KD", [boot, seq, key, ms]:
            return KeyDown(
                boot=_boot(boot),
                seq=_number(seq, 1, MAX_SEQ),
                key=_number(key, 1, MAX_KEYS),
                ms=_ms(ms),
            )
        case "KU", [boot, key, ms]:
            return KeyUp(_boot(boot), _number(key, 1, MAX_KEYS), _ms(ms))
        case "HB", [boot, ms, keys]:
            numbers = [] if keys == "-" else keys.split("+")
            keys_down = tuple(_number(key, 1, MAX_KEYS) for key in numbers)
            return Heartbeat(_boot(boot), _ms(ms), keys_down)
        case (("HI" | "KD" | "KU" | "HB"), _):
            raise BadFrame(f"{name} with {len(fields)} fields")
    return Unknown(name)


def _parse_host(name: str, fields: list[str]) -> FromHost | Unknown:
    match name, fields:
        case "WH", [_]:
            return WhoAreYou()
        case "AK", [boot, seq]:
            return Acknowledge(_boot(boot), _number(seq, 1, MAX_SEQ))
        case "FG", [boot, seq]:
            return Forget(_boot(boot), _number(seq, 1, MAX_SEQ))
        case "NO", [reason]:
            return Refuse(reason)
        case (("WH" | "AK" | "FG" | "NO"), _):
            raise BadFrame(f"{name} with {len(fields)} fields")
    return Unknown(name)


def _split(frame: bytes) -> tuple[str, list[str]]:
    """Name and fields of a frame whose check holds."""
    body, star, check = frame[1:].rstrip(b"\r").rpartition(b"*")
    if not star or not re.fullmatch(rb"[0-9A-F]{4}", check) or int(check, 16) != crc(body):
        raise BadFrame("the check does not hold")
    if not all(0x20 <= byte < 0x7F for byte in body):
        raise BadFrame("a byte that can't be printed")
    name, *fields = body.decode("ascii").split(",")
    if not re.fullmatch(r"[A-Z][A-Z0-9]", name):
        raise BadFrame("no message name")
    return name, fields


def _matches(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise BadFrame(f"{text!r} is out of form")
    return text


def _boot(text: str) -> str:
    return _matches(_BOOT, text)


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"0|[1-9]\d{0,9}", text, re.ASCII) or not low <= int(text) <= high:
        raise BadFrame(f"{text!r} is no number from {low} to {high}")
    return int(text)


def _ms(text: str) -> int:
    return _number(text, 0, MAX_MS)
