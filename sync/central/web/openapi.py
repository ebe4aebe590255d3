"""Central's OpenAPI description, as IT reads it at `/openapi.json`: the terminals' API and the
open data.

The messages are `sync.messages` themselves: what is described is what is read.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.security import APIKeyHeader

from sync import messages
from sync.central.papers.statistics import StatisticsRow
from sync.central.web.downloads import MEDIA_TYPES
from sync.messages import ErrorLine
from sync.messages.message import Message
from sync.signing import SIGNATURE_HEADER

Schema = dict[str, Any]
Responses = dict[int | str, Schema]

SIGNATURE_SCHEME = APIKeyHeader(
    name=SIGNATURE_HEADER,
    scheme_name="TerminalSignature",
    description="Ed25519, in base64, by the terminal's key, over these lines, with a line feed "
    "between them: kiosk-request-1, method, path, nonce, SHA-256 of the body in hex. The nonce is "
    "the one in `Kiosk-Nonce`; in a hello, the body's.",
    auto_error=False,
)

_COMPONENTS = "#/components/schemas/{name}"
_MESSAGES = [kind for kind in vars(messages).values() if isinstance(kind, type)]
_PUBLISHED = [
    *(kind for kind in _MESSAGES if issubclass(kind, Message | ErrorLine)),
    StatisticsRow,
]

_SIGNED_HEADER: Schema = {
    SIGNATURE_HEADER: {
        "description": "Ed25519, in base64, by central's key, over these lines, with a line feed "
        "between them: kiosk-answer-1, status, path, nonce, SHA-256 of the body in hex.",
        "required": True,
        "schema": {"type": "string"},
    }
}
_RETRY_HEADER: Schema = {
    "Retry-After": {
        "description": "Seconds to wait before the next request.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
_ETAG_HEADER: Schema = {"ETag": {"required": True, "schema": {"type": "string"}}}
PERIOD_PARAMETER: Schema = {
    "name": "period",
    "in": "query",
    "required": False,
    "description": "A fiscal year, a half or a quarter of one, or a month; several with commas "
    "between. The running fiscal year where none is named.",
    "schema": {"type": "string", "examples": ["fy2027", "fy2027-1", "fy2027-q2", "2026-11"]},
}
_FILES: dict[str, Schema] = {
    "csv": {"type": "string"},
    "xlsx": {"type": "string", "format": "binary"},
    "json": {
        "type": "object",
        "required": ["title", "publisher", "licence", "oit", "made", "dictionary", "rows"],
        "properties": {
            "made": {"type": "string", "format": "date-time"},
            "dictionary": {"type": "array", "items": {"type": "object"}},
            "rows": {
                "type": "array",
                "items": {"$ref": _COMPONENTS.format(name=StatisticsRow.__name__)},
            },
        },
    },
}
_PAGES = {
    400: "There is no such period.",
    404: "There is no such office, or no such kind of file.",
    503: "Central is busy or its database does not answer.",
}
_ERRORS = {
    400: "Out of form, or a day before 2026 or later than tomorrow.",
    401: "Unknown terminal, bad signature, or no open run with this nonce.",
    403: "The code is wrong, used or older than ten minutes.",
    409: "The terminal is in quarantine.",
    413: "The body is longer than 1 MiB.",
    429: "Too many codes were tried.",
    503: "Central is busy or its database does not answer.",
}


def takes(kind: type[Message]) -> Schema:
    """For `openapi_extra` of a route: which message is its body."""
    return {"requestBody": {"required": True, "content": _json(kind)}}


def refuses(*statuses: int) -> Responses:
    """The unsigned answers of a route: one line of JSON each."""
    return {status: _error(status) for status in statuses}


def answers(status: int, kind: type[Message], description: str) -> Responses:
    """An unsigned answer of a route."""
    return {status: {"description": description, "content": _json(kind)}}


def signs(status: int, kind: type[Message], description: str, *, etag: bool = False) -> Responses:
    """A signed answer of a route."""
    headers = {**_SIGNED_HEADER, **(_ETAG_HEADER if etag else {})}
    return {status: {"description": description, "headers": headers, "content": _json(kind)}}


def signs_nothing(status: int, description: str, *, etag: bool = False) -> Responses:
    """A signed answer of a route without a body."""
    headers = {**_SIGNED_HEADER, **(_ETAG_HEADER if etag else {})}
    return {status: {"description": description, "headers": headers}}


def signs_file(status: int, media: str, description: str) -> Responses:
    """A signed answer of a route that is no message."""
    content = {media: {"schema": {"type": "string", "format": "binary"}}}
    return {status: {"description": description, "headers": _SIGNED_HEADER, "content": content}}


def downloads(*kinds: str) -> Responses:
    """A file in one of these kinds, by the end of its name."""
    content = {MEDIA_TYPES[kind]: {"schema": _FILES[kind]} for kind in kinds}
    return {200: {"description": "The file.", "content": content}}


def error_pages(*statuses: int) -> Responses:
    """What is answered instead, as a page for people."""
    page = {"text/html": {"schema": {"type": "string"}}}
    return {status: {"description": _PAGES[status], "content": page} for status in statuses}


def publish_openapi(app: FastAPI) -> None:
    """Have `app` describe itself with the messages of the terminals' API."""
    app.openapi = _described(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _described(app: FastAPI) -> Callable[[], Schema]:
    def description() -> Schema:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    return description


def _description(app: FastAPI) -> Schema:
    whole = get_openapi(
        title=app.title, version=app.version, openapi_version=app.openapi_version, routes=app.routes
    )
    _drop_unanswered(whole["paths"])
    _, schemas = msgspec.json.schema_components(_PUBLISHED, ref_template=_COMPONENTS)
    for schema in schemas.values():
        if "v" in schema.get("properties", {}):
            # Also what has a default in the code: every field is always sent.
            schema["required"] = sorted(schema["properties"])
    components = whole.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **schemas}
    for unanswered in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unanswered, None)
    return whole


def _drop_unanswered(paths: Mapping[str, Mapping[str, Schema]]) -> None:
    """FastAPI writes 422 where a parameter may be out of form; central answers 400 there."""
    for operations in paths.values():
        for operation in operations.values():
            operation["responses"].pop("422", None)


def _error(status: int) -> Schema:
    error: Schema = {"description": _ERRORS[status], "content": _json(ErrorLine)}
    if status in (429, 503):
        error["headers"] = _RETRY_HEADER
    return error


def _json(kind: type[Any]) -> Schema:
    reference = _COMPONENTS.format(name=kind.__name__)
    return {"application/json": {"schema": {"$ref": reference}}}
