"""The way from a panel to its terminal over the network: lines go in HTTP, sealed (../PROTOCOL.md, 7).

Runs on MicroPython, the same file on a board and on a PC. Nothing here waits: `tick` does what can
be done at this moment, so that the keys are looked at while a request is on its way. What does not
arrive is not sent again from here: the panel says it again.
"""

import hashlib
import select
import socket

from panel import VERSION, line  # type: ignore[import-not-found]  # a flat folder on the board

TYPE_CHECKING = False
if TYPE_CHECKING:  # MicroPython has neither of the two
    from collections.abc import Callable

PATIENCE_MS = 2000
"""For a connection and an answer; then a new connection."""
AGAIN_MS = 200
"""After a connection that failed."""
MAX_OUT = 512
"""Bytes that wait for a request. When there are more, the oldest lines go: they come again."""
MAX_ANSWER = 2048
PAD = 128
IDLE, CONNECTING, WAITING = 0, 1, 2


def sha256(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def hmac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256; `key` has at most 64 bytes."""
    key = key + bytes(64 - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in key]), *parts)
    return sha256(bytes([byte ^ 0x5C for byte in key]), inner)


def hexadecimal(data: bytes) -> bytes:
    return "".join(["%02x" % byte for byte in data]).encode()


class Direction:
    """One way over the network: its own two keys."""

    def __init__(self, key: bytes, name: bytes) -> None:
        self._secret, self._proof = hmac(key, name, b" secret"), hmac(key, name, b" proof")

    def crypt(self, nonce: bytes, data: bytes) -> bytes:
        out = bytearray()
        for start in range(0, len(data), 32):
            stream = hmac(self._secret, nonce, b":%d" % (start // 32))
            piece = data[start : start + 32]
            out += bytes([piece[place] ^ stream[place] for place in range(len(piece))])
        return bytes(out)

    def proof(self, nonce: bytes, data: bytes) -> bytes:
        return hexadecimal(hmac(self._proof, nonce, b"\n", data))


def body_of(answer: bytes) -> "tuple[int, bytes] | None":
    """Status and body of an HTTP answer; None while it is not whole."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return None
    words = head.split(b"\r\n")
    for word in words[1:]:
        name, _, value = word.partition(b":")
        if name.lower() == b"content-length" and len(body) >= int(value):
            return int(words[0].split(b" ")[1]), body[: int(value)]
    return None


class Courier:
    """`address`: what getaddrinfo gave."""

    def __init__(self, address: object, key: bytes, boot: str) -> None:
        self._address, self._boot = address, boot.encode()
        self.receive: "Callable[[bytes], object]" = print
        """Takes the terminal's lines; whoever makes a courier sets it."""
        self._to_host, self._to_panel = Direction(key, b"to host"), Direction(key, b"to panel")
        self._session, self._count, self._nonce = b"0" * 16, 0, b""
        self._outbox: list[bytes] = []
        self._answer = b""
        self._line: socket.socket | None = None
        self._poll: object = None
        self._state, self._passed = IDLE, AGAIN_MS

    def write(self, data: bytes) -> None:
        """A line for the terminal; for Panel."""
        self._outbox.append(data)
        while sum([len(waiting) for waiting in self._outbox]) > MAX_OUT:
            self._outbox.pop(0)

    def tick(self, passed: int) -> None:
        """`passed` milliseconds later."""
        self._passed += passed
        try:
            self._step()
        except (OSError, ValueError):
            self._hang_up()

    def _step(self) -> None:
        if self._state == IDLE:
            if self._outbox and (self._line or self._passed >= AGAIN_MS):
                self._begin()
        elif self._passed >= PATIENCE_MS:
            self._hang_up()
        elif self._state == CONNECTING:
            if self._events(select.POLLOUT):
                self._send()
        elif self._events(select.POLLIN):
            self._read()

    def _events(self, wanted: int) -> bool:
        """Whether the line is ready for that, or is over: then what is done with it fails."""
        for event in self._poll.poll(0):  # type: ignore[attr-defined]  # a poll object
            if event[1] & (wanted | select.POLLHUP | select.POLLERR):
                return True
        return False

    def _begin(self) -> None:
        self._passed = 0
        if self._line is not None:
            self._send()
            return
        self._line = socket.socket()
        self._line.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._line, select.POLLIN | select.POLLOUT)
        self._state = CONNECTING
        try:
            self._line.connect(self._address)  # type: ignore[arg-type]  # as getaddrinfo gave it
        except OSError as error:
            if error.errno not in (115, 119):  # it goes on: EINPROGRESS of Linux, and of an ESP32
                raise

    def _send(self) -> None:
        lines, self._outbox = b"".join(self._outbox), []
        lines += b"\n" * (-len(lines) % PAD)
        self._count += 1
        self._nonce = b"%s:%s:%d" % (self._boot, self._session, self._count)
        sealed = self._to_host.crypt(self._nonce, lines)
        body = self._nonce + b":" + self._to_host.proof(self._nonce, sealed) + b"\n" + sealed
        head = b"POST /v1/panel HTTP/1.1\r\nHost: terminal\r\nContent-Length: %d\r\n\r\n"
        request = head % len(body) + body
        if self._line.send(request) != len(request):  # type: ignore[union-attr]  # it is there
            raise OSError(11)  # no room for a few hundred bytes: the line is no good
        self._answer, self._state = b"", WAITING

    def _read(self) -> None:
        data = self._line.recv(1024)  # type: ignore[union-attr]  # it is there
        self._answer += data
        if not data or len(self._answer) > MAX_ANSWER:
            raise OSError(104)  # closed, or no terminal of ours
        whole = body_of(self._answer)
        if whole is None:
            return
        self._state, self._passed = IDLE, 0
        status, body = whole
        if status == 401 and len(body) == 16:
            self._session = body
            self.receive(line("WH", VERSION))  # as the terminal would ask: say everything anew
        elif status == 200 and self._is_terminals(body):
            lines = self._to_panel.crypt(self._nonce, body[65:])
            self._session = lines[:16]
            self.receive(lines[17:])
        else:
            raise OSError(71)  # not from the terminal that has the key

    def _is_terminals(self, body: bytes) -> bool:
        return body[:64] == self._to_panel.proof(self._nonce, body[65:])

    def _hang_up(self) -> None:
        self.close()
        self._state, self._passed = IDLE, 0

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None
