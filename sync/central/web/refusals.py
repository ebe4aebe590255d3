"""What is refused, in the reader's language: rules say it in English, pages in Thai as well."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_LABELS = {"name": "full_name", "id": "id"}
"""Fields whose label goes by another name than the field."""


@cache
def _lines() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = (files("sync.central.web") / "refusals.toml").read_text("utf-8")
    found = tomllib.loads(text)["lines"]
    return tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in found)


def told(line: str, language: str, words: Mapping[str, str]) -> str:
    """`line` in `language`; as it is where nobody has put it into words yet. `words`: the labels of
    fields, and whole lines that go by a key."""
    if line in words:
        return words[line]
    if language != "th":
        return line
    for pattern, said in _lines():
        if match := pattern.fullmatch(line):
            parts = match.groupdict()
            if "rest" in parts:
                parts["rest"] = told(parts["rest"], language, words)
            if "field" in parts:
                parts["field"] = _label(parts["field"], words)
            return said.format(**parts)
    return line


def _label(field: str, words: Mapping[str, str]) -> str:
    """A field as the page names it, without what stands behind a colon or in brackets there."""
    name, _, row = field.partition(": ")
    label = words.get(_LABELS.get(name, name)) or words.get(f"settings_{name}") or name
    return re.split(r"[:(]", label)[0].strip() + (f" {row} " if row else "")
