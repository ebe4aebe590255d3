"""Asks central's application as its server would, without a network or a client library."""

import asyncio
import contextlib
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar
from urllib.parse import unquote

from fastapi import FastAPI

T = TypeVar("T")


async def at_once(do: Callable[..., T], *given: Any, **named: Any) -> T:
    """Here and now: where there is one caller, other threads only cost."""
    return do(*given, **named)


def ask_app(
    app: FastAPI,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    loop: asyncio.AbstractEventLoop | None = None,
    cut: int | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """One request straight at the application (ASGI 3): a client library would take longer than
    central does. Status, headers, body. After `cut` bytes of the body the caller is gone."""
    asked = _ask(app, method, path, body, headers, cut)
    return loop.run_until_complete(asked) if loop else asyncio.run(asked)


async def _ask(
    app: FastAPI,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    cut: int | None,
) -> tuple[int, dict[str, str], bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.partition("?")[0]),
        "raw_path": path.encode(),
        "query_string": path.partition("?")[2].encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    body = body if cut is None else body[:cut]
    pieces = [body[i : i + 65_536] for i in range(0, len(body), 65_536)] or [b""]
    gone = cut is not None
    status, told, answer = 0, {}, bytearray()
    begun: list[bool] = []

    async def receive() -> dict[str, Any]:
        if not pieces and gone:
            return {"type": "http.disconnect"}
        if not pieces and begun:
            await asyncio.Event().wait()  # it stays, and says nothing more
        begun.append(True)
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces) or gone}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        told.update({k.decode(): v.decode() for k, v in message.get("headers", ())})
        answer.extend(message.get("body", b""))

    # A bug is answered with 500 and raised again for the server's log.
    with contextlib.suppress(Exception):
        await app(scope, receive, send)
    return status, told, bytes(answer)
