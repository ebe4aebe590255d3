"""A small HTTPS server with one certificate, for what happens before central is believed."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import TracebackType

_LOOKS_EVERY = 0.02
"""Seconds after which a server notices that it is to stop."""


class QuietHandler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing to say."""


class _QuietServer(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """Who does not believe hangs up: that is what tests are about."""


class TlsServer:
    """Serves at `url`, on this machine, from when it is made until `stop`."""

    def __init__(self, chain: Path, handler: type[BaseHTTPRequestHandler]) -> None:
        """`chain`: certificate and key in one PEM file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        self._server = _QuietServer(("127.0.0.1", 0), handler)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._server.server_port}"
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(_LOOKS_EVERY,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> str:
        return self.url

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
