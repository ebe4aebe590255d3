"""What came of a try, and how long one may take."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR, socket
from typing import Protocol

MAX_ANSWER = 200
"""Characters of a server's words that a page repeats."""
STEP_SECONDS = 15.0
"""For each answer of a server."""
LONGEST_SECONDS = 60.0
"""For the whole of a try: a server that sends a letter every few seconds holds nobody up."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has it. `code`: its own."""

    code: int
    words: str = ""


class NotSent(Exception):
    """It has not gone. `key`: of a sentence in the table `not_sent`, with the remedy; `code` and
    `words`: the server's. `again`: whether another try may help; `all_of_it`: whether nothing goes
    by this transport now."""

    def __init__(
        self,
        key: str,
        *,
        code: int = 0,
        words: str = "",
        again: bool = True,
        all_of_it: bool = False,
    ) -> None:
        super().__init__(key)
        self.key, self.code, self.words = key, code, readable_words(words)
        self.again, self.all_of_it = again, all_of_it


def readable_words(words: str) -> str:
    """A server's words as a page may show them: one line, nothing that no screen shows."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(plain.split())[:MAX_ANSWER]


class _HasSocket(Protocol):
    sock: socket | None


@contextmanager
def ended_after(seconds: float, connection: _HasSocket) -> Iterator[None]:
    """Whatever waits on this connection after so many seconds waits no more: it fails."""

    done = threading.Event()

    def end() -> None:
        pause = seconds
        while not done.wait(pause):
            pause = 1.0  # the connection may be changing its socket just then
            with suppress(OSError, AttributeError):
                # The base class's: the TLS layer must not be taken from under who reads.
                socket.shutdown(connection.sock, SHUT_RDWR)  # type: ignore[arg-type]  # None is no socket yet

    timer = threading.Thread(target=end, daemon=True)
    timer.start()
    try:
        yield
    finally:
        done.set()
        timer.join()


def trusted(authority: str) -> ssl.SSLContext:
    """Checks a server's certificate and name: by the machine's authorities, or the office's own."""
    context = ssl.create_default_context(cadata=authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def secured(line: socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """The same line under TLS. The handshake is the caller's, who has the socket by then: so that
    it can be ended too."""
    return context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)


def fault_of(error: OSError) -> NotSent:
    """What a network's fault means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent("certificate", words=error.verify_message, all_of_it=True)
    if isinstance(error, ssl.SSLError):
        return NotSent("no_tls", words=error.reason or str(error), all_of_it=True)
    if isinstance(error, TimeoutError):
        return NotSent("slow", all_of_it=True)
    return NotSent("unreachable", words=error.strerror or str(error), all_of_it=True)
