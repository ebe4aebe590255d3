"""A connection of the web server: what it may hold unread, and how long it waits.

Who asks and never reads costs memory in two places: the answer that waits here, and what the kernel
took of it to send. So an answer goes out in pieces, each when the one before is nearly gone; the
kernel takes little at once; and who is cut off leaves nothing behind.
"""

import asyncio
import logging
import socket
import struct
import termios
from collections import Counter
from collections.abc import MutableMapping
from fcntl import ioctl

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_LOG = logging.getLogger("kiosk.central")
_LOOKS_UNFINISHED = 3
_SENT_AND_ACKED = 120
"""Where `tcpi_bytes_acked` stands in Linux's `struct tcp_info`: what the other side has taken."""
_WITHOUT_REST = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, and drops what is not sent."""


MOST_UNREAD = 64 << 20
"""Bytes of answers that wait for slow readers, over all processes of a server."""


class Unread:
    """Answers that wait for slow readers, over all connections of a process. Beyond `most` bytes
    whoever has the most of them is cut off: the largest source's largest connection."""

    def __init__(self, most: int = MOST_UNREAD) -> None:
        self._most = most
        self._sizes: MutableMapping[Impatient, int] = {}

    def add(self, slow: "Impatient", size: int) -> None:
        self._sizes[slow] = size
        while sum(self._sizes.values()) > self._most:
            by_source: Counter[str] = Counter()
            for one, waiting in self._sizes.items():
                by_source[one.source] += waiting
            (source, _size), *_others = by_source.most_common(1)
            of_source = (one for one in self._sizes if one.source == source)
            largest = max(of_source, key=self._sizes.__getitem__)
            self.drop(largest)
            largest.cut()

    def drop(self, one: "Impatient") -> None:
        self._sizes.pop(one, None)


MOST_OPEN = 3_000
"""Connections, over all processes of a server: with TLS each takes a third of a megabyte in Python.
A proxy in front holds many more."""
_SAY_SECONDS = 60.0


class Open:
    """The connections of a process. Beyond `most` new ones are closed before they say anything:
    their terminals come again, and the process does not swell."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._said = -_SAY_SECONDS
        self._ones: set[Impatient] = set()
        self.refused = 0
        """Since the process began."""

    def __len__(self) -> int:
        return len(self._ones)

    def add(self, one: "Impatient", now: float) -> bool:
        """Whether it may stay."""
        if len(self._ones) < self._most:
            self._ones.add(one)
            return True
        self.refused += 1
        if now - self._said >= _SAY_SECONDS:
            self._said = now
            _LOG.warning(
                "%d connections at once: more are refused (%d so far); put a proxy in front",
                self._most,
                self.refused,
            )
        return False

    def drop(self, one: "Impatient") -> None:
        self._ones.discard(one)


class Impatient(H11Protocol):
    """uvicorn waits for ever for a request that was not begun or not ended, and for whoever does
    not read: some hundreds of silent connections would leave no descriptor, and no memory, for
    terminals."""

    patience = 20.0
    """Seconds between two looks; what is unfinished at three in a row is not waited for, nor who
    has read less than `least_read` since the last."""
    least_read = 20 << 10
    """Bytes: a kilobyte a second."""
    piece = 16 << 10
    """Bytes of an answer that are handed over at once; the next waits until these are read."""
    kernel_takes = 64 << 10
    """Bytes; Linux doubles them, for its own records. By itself it takes up to 4 MB."""
    all_unread = Unread()
    all_open = Open()
    _next_look: asyncio.TimerHandle | None = None
    _unfinished: tuple[object, ...] = ()
    _looks = 0
    _acked_before = 0
    _unread_before = 0
    _waiting = 0
    """Bytes of the answer that are not handed over yet."""
    _waits_for_reader = False
    _has_asked_more = False

    @property  # not set in __init__: a connection that holds its own method is freed late
    def app(self) -> ASGIApp:
        return self._answer_in_pieces

    @app.setter
    def app(self, application: ASGIApp) -> None:
        self._application = application

    @property
    def source(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        if not self.all_open.add(self, self.loop.time()):
            self.cut()
            return
        transport.set_write_buffer_limits(high=self.piece)
        line: socket.socket = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.kernel_takes)
        # The kernel goes on sending for connections that are closed here.
        longest = int(_LOOKS_UNFINISHED * self.patience * 1000)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, longest)
        self._next_look = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self.all_unread.drop(self)
        self.all_open.drop(self)
        if self._next_look is not None:
            self._next_look.cancel()
        super().connection_lost(exc)

    def cut(self) -> None:
        """End the connection now; what is not read is dropped, here and in the kernel."""
        line = self._open_socket()
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _WITHOUT_REST)
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._waits_for_reader = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self._waits_for_reader = False
        if self._has_asked_more and not self.transport.is_closing():
            self._has_asked_more = False
            self.flow.resume_reading()
            self.handle_events()

    def handle_events(self) -> None:
        """No request is begun for who does not read the answer before."""
        if self._waits_for_reader:
            self._has_asked_more = True
            self.flow.pause_reading()
        else:
            super().handle_events()

    async def _answer_in_pieces(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_pieces(message: Message) -> None:
            body: bytes = message.get("body", b"")
            if len(body) <= self.piece:
                await send(message)
                return
            try:
                await self._send_body(body, message, send)
            finally:
                self._waiting = 0
                self.all_unread.drop(self)

        await self._application(scope, receive, send_in_pieces)

    async def _send_body(self, body: bytes, message: Message, send: Send) -> None:
        counted = False
        for start in range(0, len(body), self.piece):
            if self._waits_for_reader and not counted:
                self.all_unread.add(self, len(body))
                counted = True
            self._waiting = len(body) - start
            piece = body[start : start + self.piece]
            is_last = start + self.piece >= len(body)
            more = not is_last or message.get("more_body", False)
            await send({**message, "body": piece, "more_body": more})

    def _open_socket(self) -> socket.socket | None:
        """None: it is closed, which TLS says a moment later."""
        try:
            line: socket.socket | None = self.transport.get_extra_info("socket")
        except AttributeError:  # closed twice over TLS, as at an end: asyncio has let go of it
            return None
        return line if line is not None and line.fileno() >= 0 else None

    def _unread(self, line: socket.socket) -> int:
        """Bytes that the other side has not taken: here, in the transport and in the kernel."""
        in_kernel = ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4))
        here: int = self.transport.get_write_buffer_size()
        return self._waiting + here + int.from_bytes(in_kernel, "little")

    def _look(self) -> None:
        line = self._open_socket()
        if line is None:
            return
        acked = _acked(line)
        if acked - self._acked_before < min(self._unread_before, self.least_read):
            self.cut()
            return
        self._acked_before, self._unread_before = acked, self._unread(line)
        if self._is_left_alone() and not self.transport.is_closing():
            self.transport.close()
        self._next_look = self.loop.call_later(self.patience, self._look)

    def _is_left_alone(self) -> bool:
        """Whether the same request has not begun or not ended for three looks."""
        waits = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        unfinished = (self.cycle,) if waits else ()
        same = bool(unfinished) and unfinished == self._unfinished
        self._looks = self._looks + 1 if same else 0
        self._unfinished = unfinished
        return self._looks >= _LOOKS_UNFINISHED


def _acked(line: socket.socket) -> int:
    """Bytes that the other side has taken, since the connection was made."""
    info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SENT_AND_ACKED + 8)
    return int(struct.unpack_from("=Q", info, _SENT_AND_ACKED)[0])
