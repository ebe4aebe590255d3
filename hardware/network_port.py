"""A panel on the local network: one listening socket, on one named interface, for one panel.

The lines of our own protocol travel in HTTP, sealed (`hardware/sealing.py`): PROTOCOL.md, 7. To the
rest of the program it is a port like a serial line: readable when a line has come, and what is
written answers the request that brought it.

Nobody who has not the key can hold it up. Strangers have STRANGERS places, the oldest of them makes
room, each has PATIENCE seconds, and so many may come in a second; the panel keeps its own place.
"""

import contextlib
import errno
import os
import re
import select
import socket
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Final

import h11

from hardware.port import Connection, LineMode, Port, PortInfo, PortLost, Wiring
from hardware.sealing import KEY_BYTES, Seals
from kiosk.domain.refusal import Refusal

PATH: Final = b"/v1/panel"
MAX_HEAD = 2048
MAX_BODY = 2048
STRANGERS = 8
"""Connections that have not shown the key."""
PLACES = 2
"""Connections that have: the panel's, and the one it had before."""
PATIENCE = 3.0
"""Seconds a stranger has for its whole request."""
ABSENCE = 10.0
"""Seconds without a request after which the panel's connection is closed."""
ARRIVALS = 64
"""Strangers a second; further ones wait."""
BACKLOG = 128
"""Connections that the kernel holds until they are looked at."""
AT_ONCE = 8
"""Sockets looked at in one read, so that the screen's turn comes soon."""
_NAME = re.compile(r"([^/\s:]{1,15}):(\d{4,5})")
_FAILURES = {
    errno.ENODEV: "interface_not_there",
    errno.EADDRINUSE: "port_in_use",
    errno.EACCES: "port_not_allowed",
    errno.EPERM: "port_not_allowed",
}


INTERFACES = Path("/sys/class/net")


def split_name(name: str) -> tuple[str, int] | None:
    """Interface and port number of a name such as wlan0:8766."""
    match = _NAME.fullmatch(name)
    return (match[1], int(match[2])) if match and 1024 <= int(match[2]) < 2**16 else None


def read_key(path: str) -> bytes:
    """The key in a file; OSError or ValueError when there is none."""
    key = bytes.fromhex(Path(path).read_text(encoding="ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path}: {KEY_BYTES} bytes in hex belong there")
    return key


class Exchange:
    """One connection: requests and answers, one after another."""

    def __init__(self, line: socket.socket, now: float) -> None:
        self.line, self.since = line, now
        self.known = False
        """Whether it has shown the key."""
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._request: h11.Request | None = None
        self._body = bytearray()

    def expired(self, now: float) -> bool:
        return now - self.since >= (ABSENCE if self.known else PATIENCE)

    def read(self) -> bytes | None:
        """The body of a whole request; None when there is none yet. ConnectionError when it is
        over, also after an answer to what is no request of ours."""
        try:
            data = self.line.recv(4096)
        except BlockingIOError:
            return None
        except OSError:
            raise ConnectionResetError from None
        try:
            self._http.receive_data(data)
            return self._read()
        except h11.RemoteProtocolError as error:
            self.answer(HTTPStatus(error.error_status_hint))
            raise ConnectionResetError from None

    def _read(self) -> bytes | None:
        while True:
            event = self._http.next_event()
            match event:
                case h11.Request(method=b"POST", target=target) if target == PATH:
                    self._body.clear()
                case h11.Request():
                    self._refuse(HTTPStatus.NOT_FOUND)
                case h11.Data():
                    self._body += event.data
                    if len(self._body) > MAX_BODY:
                        self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                case h11.EndOfMessage():
                    return bytes(self._body)
                case h11.ConnectionClosed():
                    raise ConnectionResetError
                case _:
                    return None

    def _refuse(self, status: HTTPStatus) -> None:
        self.answer(status)
        raise ConnectionResetError

    def answer(self, status: HTTPStatus, body: bytes = b"") -> None:
        """Send it, and be ready for the next request. ConnectionError when it does not go at
        once: whoever does not read its answers is left."""
        headers = [("Content-Length", str(len(body)))]
        data = b""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            response = h11.Response(status_code=status.value, headers=headers)
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                data += self._http.send(event) or b""
        try:
            if self.line.send(data) < len(data):
                raise ConnectionResetError
        except OSError:
            raise ConnectionResetError from None
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()


class NetworkPort:
    """Open from `open` to `close`."""

    def __init__(self, listener: socket.socket, name: str, key: bytes) -> None:
        self._listener, self._name = listener, name
        self._interface, _ = name.split(":")
        self._index = socket.if_nametoindex(self._interface)
        self._seals = Seals(key)
        self._poll = select.epoll()
        self._poll.register(listener, select.EPOLLIN)
        self._exchanges: dict[int, Exchange] = {}
        """By descriptor, in the order in which they came or last showed the key."""
        self._waiting: Exchange | None = None
        """Whose lines have been read, and will be answered by the next write."""
        self._arrivals = 0
        self._second = monotonic()
        self._accepts = True

    @classmethod
    def open(cls, name: str, key_file: str) -> "NetworkPort":
        """PortLost when it can't be."""
        place = split_name(name)
        if place is None:
            raise PortLost("port_closed", field="panel", name=name, problem=Refusal("no_interface"))
        try:
            key = read_key(key_file)
        except (OSError, ValueError):
            problem = Refusal("no_panel_key", file=key_file)
            raise PortLost("port_closed", field="panel", name=name, problem=problem) from None
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            interface = place[0].encode()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface + b"\0")
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", place[1]))
            listener.listen(BACKLOG)
            return cls(listener, name, key)
        except OSError as error:
            listener.close()
            number = error.errno or 0
            usual = Refusal("port_trouble", error=os.strerror(number))
            problem = Refusal(_FAILURES[number]) if number in _FAILURES else usual
            raise PortLost("port_closed", field="panel", name=name, problem=problem) from None

    @property
    def number(self) -> int:
        """The port's number on the network."""
        return int(self._listener.getsockname()[1])

    def fileno(self) -> int:
        return self._poll.fileno()

    def close(self) -> None:
        for exchange in self._exchanges.values():
            exchange.line.close()
        self._exchanges.clear()
        self._poll.close()
        self._listener.close()

    def read(self) -> bytes:
        """The lines of one request of the panel; b"" when none has come."""
        now = monotonic()
        for descriptor, _ in self._poll.poll(0, AT_ONCE):
            if descriptor == self._listener.fileno():
                self._accept(now)
            elif exchange := self._exchanges.get(descriptor):
                lines = self._lines(exchange, now)
                if lines is not None:
                    return lines
        return b""

    def write(self, data: bytes) -> None:
        """The answer to the request that was read last. Without one it is dropped: a panel asks
        again. PortLost when the interface has gone."""
        now = monotonic()
        exchange, self._waiting = self._waiting, None
        if exchange is not None:
            with self._left(exchange):
                exchange.answer(HTTPStatus.OK, self._seals.seal(data, now))
        self._look_after(now)

    # --- who is there --------------------------------------------------------------------------

    def _accept(self, now: float) -> None:
        try:
            line = self._listener.accept()[0] if self._arrivals < ARRIVALS else None
        except OSError:
            line = None
        if line is None:
            self._poll.unregister(self._listener)
            self._accepts = False
            return
        self._arrivals += 1
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        strangers = [other for other in self._exchanges.values() if not other.known]
        if len(strangers) >= STRANGERS:
            self._leave(strangers[0])
        self._exchanges[line.fileno()] = Exchange(line, now)
        self._poll.register(line, select.EPOLLIN)

    def _lines(self, exchange: Exchange, now: float) -> bytes | None:
        with self._left(exchange):
            body = exchange.read()
            if body is None:
                return None
            lines = self._seals.open(body, now)
            if lines is None:
                exchange.answer(HTTPStatus.UNAUTHORIZED, self._seals.challenge(now))
                return None
            self._welcome(exchange, now)
            return lines
        return None

    def _welcome(self, exchange: Exchange, now: float) -> None:
        """It has shown the key: it keeps its place."""
        exchange.known, exchange.since = True, now
        self._exchanges[exchange.line.fileno()] = self._exchanges.pop(exchange.line.fileno())
        panels = [other for other in self._exchanges.values() if other.known]
        for other in panels[:-PLACES]:
            self._leave(other)
        self._waiting = exchange

    @contextlib.contextmanager
    def _left(self, exchange: Exchange) -> Iterator[None]:
        """A connection that is over is forgotten."""
        try:
            yield
        except ConnectionError:
            self._leave(exchange)

    def _leave(self, exchange: Exchange) -> None:
        if self._exchanges.pop(exchange.line.fileno(), None) is not None:
            exchange.line.close()  # which also takes it out of the poll

    def _look_after(self, now: float) -> None:
        """Whose time is over goes; a new second brings new arrivals."""
        for exchange in [other for other in self._exchanges.values() if other.expired(now)]:
            self._leave(exchange)
        if now - self._second < 1:
            return
        self._second, self._arrivals = now, 0
        if not self._accepts:
            self._accepts = True
            self._poll.register(self._listener, select.EPOLLIN)
        try:
            is_there = socket.if_nametoindex(self._interface) == self._index
        except OSError:
            is_there = False
        if not is_there:
            problem = Refusal("interface_not_there")
            raise PortLost("port_closed", field="panel", name=self._name, problem=problem)


class LocalNetwork(Connection):
    """Ports such as wlan0:8766: an interface, and a number on which one panel is listened to."""

    asked_for_only = True

    def find(self) -> tuple[PortInfo, ...]:
        """None: which panel comes by the network is said in the settings, with its key."""
        return ()

    def owns(self, name: str) -> bool:
        """A USB adapter's 1A86:7523 reads the same, but is no interface of this machine."""
        place = split_name(name)
        return place is not None and (INTERFACES / place[0]).exists()

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        return NetworkPort.open(name, wiring.key_file)


LOCAL_NETWORK = LocalNetwork()
