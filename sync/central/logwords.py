"""What an entry of a log says, in the reader's language."""

from collections.abc import Callable
from datetime import date, datetime

from kiosk.language import MissingWord, Words
from sync.central import period, thai
from sync.central.language import words
from sync.central.logbook import read_told

_TABLES = {
    "why": "alarm",
    "held": "held_why",
    "transport": "transport",
    "topic": "topic",
    "log": "log_break",
    "broken": "log_break",
    "verdict": "verdict",
}
"""Values that are ids, and the tables that have a word for each."""
_WRITTEN: dict[str, Callable[[str, str], str]] = {
    "roles": lambda value, code: _each(value, "role", words(code)),
    "day": lambda value, code: thai.day(date.fromisoformat(value), code),
    "at": lambda value, code: thai.moment(datetime.fromisoformat(value), code),
    "left": lambda value, code: value or words(code).get("common.no_section"),
    "section": lambda value, code: value or words(code).get("common.no_section"),
    "fields": lambda value, code: _each(value, "field", words(code)),
    "row": thai.item,
    "number": thai.digits,
    "before": thai.digits,
    "counter": thai.digits,
    "period": lambda value, code: thai.span(period.parse(value), code),
}
"""Values that a language writes in its own way."""


def log_words(code: str, what: str, table: str = "log_what") -> str:
    """The sentence of `what` in a language, from a table of its words; `what` itself where it was
    written by nobody here."""
    if not what:
        return ""
    try:
        key, values = read_told(what)
        written = {name: _written(name, value, code) for name, value in values.items()}
        return words(code).get(f"{table}.{key}", **written)
    except (ValueError, TypeError, MissingWord):
        return what


def _written(name: str, value: str | int, code: str) -> str | int:
    if name in _TABLES:
        return words(code).by_key.get(f"{_TABLES[name]}.{value}", value)
    write = _WRITTEN.get(name)
    return write(str(value), code) if write else value


def _each(ids: str, table: str, language: Words) -> str:
    return ", ".join(language.by_key.get(f"{table}.{one}", one) for one in ids.split())
