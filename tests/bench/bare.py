"""The least that could answer terminals: a bare ASGI application with the same signatures, the same
rows by COPY, and one commit for all that wait. No judgement, no framework, no log.

`python -m tests.bench.bare DATABASE KEY CHAIN` serves the terminals of the bench over TLS, and says
its port. The raw limit beside central: what it leaves out is what central does more.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sync.messages import Welcome
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, check_request, public_key, sign_answer

MOST = 128
"""Reports in a commit, as at central."""
_CREATE = (
    "CREATE TABLE bare_lines (LIKE day_lines INCLUDING ALL)",
    "CREATE TABLE bare_reports (LIKE day_reports INCLUDING ALL)",
)
Waiting = tuple[str, str, dict[str, Any], bytes, "asyncio.Future[None]"]


class Bare:
    def __init__(self, database: str, key: Ed25519PrivateKey) -> None:
        self._raw = psycopg.connect(database, autocommit=True)
        for table in ("bare_lines", "bare_reports"):
            self._raw.execute(f"DROP TABLE IF EXISTS {table}".encode())
        for statement in _CREATE:
            self._raw.execute(statement.encode())
        rows = self._raw.execute("SELECT site, terminal, public_key FROM terminals").fetchall()
        self._keys = {(site, terminal): text for site, terminal, text in rows}
        self._key = key
        self._waiting: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        path, method = scope["path"], scope["method"]
        _, _, _, site, _, terminal, name, *_ = path.split("/")
        said = json.loads(body)
        nonce = headers.get(NONCE_HEADER.lower(), "") or said["nonce"]
        key = public_key(self._keys[site, terminal])
        check_request(key, headers[SIGNATURE_HEADER.lower()], method, path, nonce, body)
        if name == "hello":
            status = 200
            answer = Welcome(nonce="0" * 32, last=0, clock=0).to_bytes()
        else:
            await self._store(site, terminal, said, body)
            status, answer = 201, b'{"stored":1}'
        signature = sign_answer(self._key, status, path, nonce, answer)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-length", str(len(answer)).encode()),
                    (SIGNATURE_HEADER.lower().encode(), signature.encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    async def _store(self, site: str, terminal: str, said: dict[str, Any], body: bytes) -> None:
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((site, terminal, said, body, stored))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._drain())
        await stored

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                await asyncio.to_thread(self._copy, group)
            except (psycopg.Error, ValueError, KeyError, TypeError) as error:
                for *_, stored in group:
                    stored.set_exception(error)
            else:
                for *_, stored in group:
                    stored.set_result(None)

    def _copy(self, group: Sequence[Waiting]) -> None:
        now = datetime.now(UTC)
        with self._raw.transaction(), self._raw.cursor() as cursor:
            with cursor.copy("COPY bare_reports FROM STDIN") as copy:
                for site, terminal, said, body, _ in group:
                    day = date.fromisoformat(said["date"])
                    copy.write_row((site, terminal, day, 1, "", "", body, now))
            with cursor.copy("COPY bare_lines FROM STDIN") as copy:
                for site, terminal, said, _, _ in group:
                    for officer, service, counter, half, channel, n in said["lines"]:
                        key = (site, terminal, said["date"], officer, service, counter, half)
                        counts = (*n, 0, 0, 0, 0, 0)[:5]
                        copy.write_row((*key, channel, len(n), *counts))


def main() -> None:
    database, key_file, chain = sys.argv[1:]
    key = load_pem_private_key(Path(key_file).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    config = uvicorn.Config(
        Bare(database, key),
        log_level="warning",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=chain,
        ssl_keyfile=chain,
    )
    sys.stdout.write(f"serving at {listener.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
