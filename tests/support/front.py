"""A proxy in front of central that has its own ideas."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2 as httpx

from tests.support.central_server import Kept


class Front(ThreadingHTTPServer):
    """In front of central, as a proxy: sends away whom `away` says, and passes on the rest. Whose
    path ends with `busy` gets `status` each time; of an answer to `cut` only a half comes."""

    daemon_threads = True

    def __init__(self, central: str, away: list[dict[str, str]], status: int = 503) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.central, self.away, self.status = central, away, status
        self.busy = self.cut = "nothing"
        self.asked: list[str] = []


class _Passing(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.path.rpartition("/terminals/")[2].partition("/")[2])
        if self.server.away:
            self._answer(
                self.server.status, self.server.away.pop(0), b'{"error":"try again later"}'
            )
            return
        if self.path.endswith(self.server.busy):
            self._answer(self.server.status, {}, b"<html><h1>Bad Gateway</h1></html>")
            return
        kept = {k: v for k, v in self.headers.items() if k.lower().startswith(("kiosk-", "if-"))}
        url = self.server.central + self.path
        got = httpx.request(self.command, url, content=body, headers=kept, trust_env=False)
        own = {k: v for k, v in got.headers.items() if k.lower().startswith(("kiosk-", "etag"))}
        self._answer(got.status_code, own, got.content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.path.endswith(self.server.cut):
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = _pass

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def front(kept: Kept, *away: dict[str, str], status: int = 503) -> Iterator[Front]:
    """Whatever `kept` asks goes through a front that first sends it away so many times."""
    with kept.store.transaction() as t:
        known = t.state.enrolment()
    assert known is not None
    front = Front(known.url, list(away), status)
    thread = threading.Thread(target=front.serve_forever, daemon=True)
    thread.start()
    kept.terminal.join(replace(known, url=f"http://127.0.0.1:{front.server_port}"))
    try:
        yield front
    finally:
        front.shutdown()
        front.server_close()
        thread.join()
