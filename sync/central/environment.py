"""Settings by environment, for containers and units: each setting of central.toml has a name.

A file stays the place for what is lasting; what the environment says goes before it.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from kiosk.domain.kinds import Flag, Kind, Number, Whole
from kiosk.tomlfile.tables import settings_of

PREFIX = "KIOSK_CENTRAL_"


def variable(setting: str) -> str:
    """The name under which the environment has a setting or an option."""
    return PREFIX + setting.replace("-", "_").upper()


def settings_in(environment: Mapping[str, str], definition: type) -> dict[str, Any]:
    """What the environment says of the settings of a definition."""
    values: dict[str, Any] = {}
    for setting in settings_of(definition):
        text = environment.get(variable(setting.key))
        if text is not None:
            values[setting.key] = _value(setting.kind, text)
    return values


def _value(kind: Kind, text: str) -> Any:
    """A number or a flag is written as in the file; what is none is refused by its kind."""
    if not isinstance(kind, Flag | Number | Whole) or "\n" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
