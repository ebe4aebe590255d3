"""A real TLS server on this machine, between a history's terminal and its network."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import httpx2 as httpx

from tests.support.certificates import DAY, Authority

Answer = Callable[[httpx.Request], httpx.Response]


class SecureLine:
    """Serves `answer` at `url`; each request is a handshake of its own. `ca` is the authority to
    believe. While `bad()` says so, the next handshake shows a certificate that must not be
    believed: expired, of another name, or by another authority."""

    def __init__(self, folder: Path, answer: Answer, bad: Callable[[], bool]) -> None:
        office, other = Authority.new("Office CA"), Authority.new("Another CA")
        self.ca = office.write(folder / "ca.pem")
        now = datetime.now(UTC)
        good = office.issue("localhost", now - DAY, now + DAY, folder / "good.pem")
        wrong = (
            office.issue("localhost", now - 2 * DAY, now - DAY, folder / "expired.pem"),
            office.issue("report.example.go.th", now - DAY, now + DAY, folder / "name.pem"),
            other.issue("localhost", now - DAY, now + DAY, folder / "authority.pem"),
        )
        self._server = _Server(answer, bad, _context(good), [_context(path) for path in wrong])
        self.url = f"https://localhost:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def refused(self) -> int:
        """Handshakes that the terminal broke off."""
        return self._server.refused

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(HTTPServer):
    def __init__(
        self,
        answer: Answer,
        bad: Callable[[], bool],
        good: ssl.SSLContext,
        wrong: list[ssl.SSLContext],
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self._bad, self._good, self._wrong = answer, bad, good, wrong
        self._random = Random(0)
        self.refused = 0

    def get_request(self) -> "tuple[ssl.SSLSocket, object]":
        raw, address = super().get_request()
        context = self._random.choice(self._wrong) if self._bad() else self._good
        try:
            return context.wrap_socket(raw, server_side=True), address
        except OSError:
            self.refused += 1
            raw.close()
            raise

    def handle_error(self, *_: object) -> None:
        """What a cut line looks like from here is what the histories are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = f"https://localhost{self.path}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = self.server.answer(
                httpx.Request(self.command, url, headers=headers, content=body)
            )
        except httpx.TransportError:
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_PUT = do_POST = _serve

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


def _context(chain: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
