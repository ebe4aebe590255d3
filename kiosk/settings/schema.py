"""The JSON Schema of kiosk.toml, by which an editor checks and completes it."""

import json

from kiosk.domain.kinds import Schema
from kiosk.settings.definition import FILE_NAME, Settings
from kiosk.tomlfile.tables import table_schema


def schema() -> Schema:
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "title": FILE_NAME, **table_schema(Settings)}


def schema_text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=2)
