"""An office's HTTP proxy, as a process of its own: it lets through who shows its name and password,
and writes each line that it was asked for. With a certificate it speaks TLS itself: https://.

    python -m tests.support.proxy USER:PASSWORD [CHAIN.pem]
"""

import base64
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket


class Proxy(BaseHTTPRequestHandler):
    expected = ""

    def do_CONNECT(self) -> None:
        sent = self.headers.get("Proxy-Authorization", "")
        _say(f"{self.requestline} {'known' if sent == self.expected else 'stranger'}")
        if sent != self.expected:
            self.send_error(407)
            return
        host, _, port = self.path.rpartition(":")
        with create_connection((host, int(port)), timeout=5) as far:
            self.send_response_only(200)
            self.end_headers()
            back = threading.Thread(target=_copy, args=(far, self.connection), daemon=True)
            back.start()
            _copy(self.connection, far)
            back.join()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Who does not believe hangs up."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _copy(source: socket, target: socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(1)
    except OSError:
        return


@contextmanager
def office_proxy(
    credentials: str, chain: Path | None = None
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The proxy's port, and its process; what it was asked for stands on its output. `chain`: its
    certificate and key, where it speaks TLS itself."""
    command = [sys.executable, "-m", "tests.support.proxy", credentials]
    command += [str(chain)] if chain else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


if __name__ == "__main__":
    Proxy.expected = "Basic " + base64.b64encode(sys.argv[1].encode()).decode()
    server = _Server(("127.0.0.1", 0), Proxy)
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2])
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    _say(str(server.server_port))
    server.serve_forever()
