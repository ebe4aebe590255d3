"""The messages of WIRE.md as JSON Schema, for the OpenAPI description: what a fuzzer reads.

A description only: what is accepted is decided by `sync.wire`, which is stricter.
"""

from typing import Any

Schema = dict[str, Any]

_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 10_000_000}
_HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"}
_DATE: Schema = {"type": "string", "format": "date"}
_WORD: Schema = {"type": "string", "maxLength": 64}


def _rows(*columns: Schema) -> Schema:
    row = {
        "type": "array",
        "prefixItems": list(columns),
        "minItems": len(columns),
        "maxItems": len(columns),
    }
    return {"type": "array", "items": row, "maxItems": 20_000}


def _message(**fields: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"v": {"const": 1}, **fields},
        "required": ["v", *fields],
        "additionalProperties": False,
    }


ENROL = _message(code=_WORD, public_key=_WORD)
HELLO = _message(
    nonce=_WORD,
    software=_WORD,
    clock=_COUNT,
    due=_COUNT,
    free=_COUNT,
    panel={"type": "string", "enum": ["up", "down", ""]},
)
HEADS = _message(
    now={"type": "array", "prefixItems": [_COUNT, _HASH], "minItems": 2, "maxItems": 2},
    at_last={"type": "string", "maxLength": 64},
    sheets=_rows(_DATE, _ID, _COUNT, _COUNT, _HASH),
)
PINS = _message(key=_WORD, pins=_rows(_ID, _COUNT, {"type": "boolean"}))
_SCORES: Schema = {"type": "array", "items": _COUNT, "minItems": 3, "maxItems": 5}
DAY = _message(
    site=_ID,
    terminal=_ID,
    date=_DATE,
    revision={"type": "integer", "minimum": 1},
    lines=_rows(_ID, _ID, _ID, {"enum": ["am", "pm"]}, _WORD, _SCORES),
    outcomes=_rows(_ID, _WORD, _COUNT),
    reasons=_rows(_ID, _ID, _COUNT),
    sheets=_rows(_ID, _COUNT, _HASH),
    gaps=_rows(_ID, _COUNT),
)


def body(schema: Schema) -> Schema:
    """What a route adds to its OpenAPI entry to say which body it takes."""
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
