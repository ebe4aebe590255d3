"""What tells a machine the time: a name server of one address, and a time server (RFC 4330).

QEMU hands a machine's questions for names on to the name server of whoever runs it.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from threading import Event, Thread
from time import time

_ANY = "127.0.0.1"
_DNS, _NTP = 53, 123
_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
_ADDRESS_RECORD = 1
_FROM_SERVER = 0x24
"""No leap second, version 4, mode 4: a server's answer."""


@contextmanager
def names_lead_to(address: str) -> Iterator[None]:
    """Each of them to this one."""
    with _server(_DNS, lambda asked: _one_address(asked, IPv4Address(address))):
        yield


@contextmanager
def right_time() -> Iterator[Event]:
    """A time server tells this machine's own time. Set once somebody was told."""
    is_told = Event()

    def tell(asked: bytes) -> bytes:
        answer = _time_of_day(asked)
        is_told.set()
        return answer

    with _server(_NTP, tell):
        yield is_told


def _server(port: int, answer: Callable[[bytes], bytes]) -> socket.socket:
    """It answers each datagram, until it is closed."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((_ANY, port))

    def answers() -> None:
        while server.fileno() != -1:
            try:
                asked, sender = server.recvfrom(512)
                server.sendto(answer(asked), sender)
            except (OSError, ValueError, struct.error):
                continue

    Thread(target=answers, daemon=True).start()
    return server


def _one_address(asked: bytes, address: IPv4Address) -> bytes:
    """RFC 1035, section 4: the question again, and for an address record one answer."""
    end = asked.index(b"\0", 12) + 5
    (kind,) = struct.unpack_from("!H", asked, end - 4)
    answer = b""
    if kind == _ADDRESS_RECORD:
        answer = struct.pack("!HHHIH", 0xC00C, _ADDRESS_RECORD, 1, 60, 4) + address.packed
    head = asked[:2] + struct.pack("!HHHHH", 0x8180, 1, bool(answer), 0, 0)
    return head + asked[12:end] + answer


def _time_of_day(asked: bytes) -> bytes:
    now = time() + _NTP_EPOCH
    stamp = struct.pack("!II", int(now), int(now % 1 * 2**32))
    head = struct.pack("!BBbbII4s", _FROM_SERVER, 1, 6, -20, 0, 0, b"GPS\0")
    return head + stamp + asked[40:48] + stamp + stamp
