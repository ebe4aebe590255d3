"""Answers that may lie in a cache: those that are the same for everybody.

Nothing else is compressed or cached. A page for who is signed in holds what is theirs, and what
they typed; compressed, its length would tell of it (BREACH).
"""

import gzip
import hashlib
from functools import lru_cache

from fastapi import Request
from fastapi.responses import Response

PUBLIC_SECONDS = 300
"""Of what was published: it changes once a week, and after a correction."""
_LEAST = 1024
"""Bytes; a shorter answer is one packet anyway."""
_COMPRESSED = ("text/", "application/json", "image/svg", "font/")
"""Media types that compress; pictures and documents are compressed by themselves."""


def for_everybody(
    request: Request, answer: Response, seconds: int, version: bytes | None = None
) -> Response:
    """The same answer, to be cached so long, or "not modified" for who has it. `version`: what it
    was made of, where its bytes say when. One that sets a cookie is somebody's and stays as it
    is."""
    if answer.status_code != 200 or "set-cookie" in answer.headers:
        return answer
    body = bytes(answer.body)
    tag = f'W/"{hashlib.sha256(body if version is None else version).hexdigest()[:32]}"'
    # The language is in a cookie.
    headers = {
        "Cache-Control": f"public, max-age={seconds}",
        "ETag": tag,
        "Vary": "Accept-Encoding, Cookie",
    }
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    media = answer.headers.get("content-type", "")
    if len(body) >= _LEAST and media.startswith(_COMPRESSED) and _takes_gzip(request):
        answer.body = _compressed(body)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    answer.headers.update(headers)
    return answer


@lru_cache(maxsize=16)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _has(tags: str, tag: str) -> bool:
    """Whether If-None-Match names a tag (RFC 9110, 13.1.2)."""
    return tags.strip() == "*" or tag in (one.strip() for one in tags.split(","))


def _takes_gzip(request: Request) -> bool:
    """Accept-Encoding (RFC 9110, 12.5.3): named, and not with q=0."""
    for coding in request.headers.get("accept-encoding", "").split(","):
        name, _, quality = coding.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return quality.replace(" ", "").lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
