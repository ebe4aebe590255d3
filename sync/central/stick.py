"""One visit of a stick to central: the requests that terminals put on it are asked of the same
application as over HTTP, and its signed answers are written beside them. `sync.bundle` is what
lies on the stick.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from kiosk.files import read_found, write_whole
from sync.bundle import (
    BOX,
    FROM_CENTRAL,
    MAX_BYTES,
    TO_CENTRAL,
    Homeward,
    Outward,
    Reply,
    Request,
    box_of,
)
from sync.central.usecases.central import Central
from sync.central.usecases.releases import put_on_stick
from sync.central.web.app import create_app
from sync.central.web.terminal_api import Now, utc_now
from sync.messages import ErrorLine, WantedRelease
from sync.protocol import BadMessage
from sync.sealing import sealing_text
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, sign_answer

CARRIED_FOR = timedelta(days=62)
"""How long a run stays open whose requests come on foot. One over the network ends it."""


@dataclass(frozen=True, slots=True)
class Visited:
    """One terminal's file: how many requests were answered, and why the first that was refused
    was; or why the whole file was not read, or no release goes back with the answers."""

    file: str
    answered: int = 0
    refused: str = ""
    trouble: str = ""


def visit(central: Central, stick: Path, now: Now = utc_now) -> tuple[Visited, ...]:
    """Answer every terminal's file on the stick, of whichever office; OSError. A file that was
    answered is taken off, so that answers are not written over by a second visit."""
    app = create_app(replace(central, run=CARRIED_FOR, on_foot=True), now)
    return tuple(_answer(central, app, path) for path in sorted(stick.glob(f"*{TO_CENTRAL}")))


def _answer(central: Central, app: FastAPI, path: Path) -> Visited:
    box = box_of(central.key)
    try:
        outward = Outward.unsealed(read_found(path, MAX_BYTES + 1), box)
    except OSError as error:
        return Visited(file=path.name, trouble=f"can't be read: {error.strerror}")
    except BadMessage as error:
        return Visited(file=path.name, trouble=str(error))
    at = f"/v1/sites/{outward.site}/terminals/{outward.terminal}/"
    answers = asyncio.run(_ask_all(app, at, outward.requests))
    replies = tuple(reply for reply, _ in answers if reply is not None)
    refused = next((refusal for _, refusal in answers if refusal), "")
    signed = sign_answer(central.key, 200, at + BOX, "", sealing_text(box).encode())
    home = Homeward(
        site=outward.site,
        terminal=outward.terminal,
        box=sealing_text(box),
        box_signature=signed,
        replies=replies,
    )
    trouble = ""
    if replies:
        write_whole(
            path.with_name(f"{outward.site}-{outward.terminal}{FROM_CENTRAL}"), home.to_bytes()
        )
        path.unlink()
        trouble = _carry_release(central, path.parent, replies)
    return Visited(file=path.name, answered=len(replies), refused=refused, trouble=trouble)


def _carry_release(central: Central, stick: Path, replies: Iterable[Reply]) -> str:
    """Put the release that a terminal is to run on the stick, once for all terminals. It comes
    last, and what is wrong with it is only said: answers matter more."""
    for reply in replies:
        if (reply.name, reply.status) == ("update", 200):
            header = WantedRelease.parse(reply.body).header
            try:
                if header:
                    put_on_stick(central, header, stick)
            except OSError as error:
                return f"answered, but a release does not come along: {error.strerror}"
    return ""


async def _ask_all(
    app: FastAPI, at: str, requests: Iterable[Request]
) -> list[tuple[Reply | None, str]]:
    return [await _ask(app, at, request) for request in requests]


async def _ask(app: FastAPI, at: str, request: Request) -> tuple[Reply | None, str]:
    """The application's answer to one request (ASGI 3), and its words where it refuses who asked.
    No answer where it is unsigned, or nothing that a stick carries: a photo is no text."""
    headers = {SIGNATURE_HEADER: request.signature}
    if request.name != "hello":
        headers[NONCE_HEADER] = request.nonce
    if request.etag:
        headers["If-None-Match"] = request.etag
    path = at + request.name
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "client": None,
        "server": None,
    }
    status, got, body = 0, dict[str, str](), bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            got.update((k.decode().lower(), v.decode()) for k, v in message["headers"])
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    signature = got.get(SIGNATURE_HEADER.lower(), "")
    reply = Reply(
        method=request.method,
        name=request.name,
        nonce=request.nonce,
        status=status,
        signature=signature,
        body=bytes(body),
    )
    words = ErrorLine.words(reply.body)
    if got.get("content-type", "application/json") != "application/json":
        return None, f"{request.method} {request.name}: {status}, which no stick carries"
    if status == HTTPStatus.FORBIDDEN:
        return reply if signature else None, words
    return (
        (reply, "") if signature else (None, f"{request.method} {request.name}: {words or status}")
    )
