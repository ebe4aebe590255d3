"""Tables of settings: what a definition says, and how a table of a file becomes its values."""

import codecs
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kiosk.domain.kinds import Kind, Schema
from kiosk.domain.refusal import Refusal

T = TypeVar("T")
MAX_EXCERPT = 60
"""Characters of a wrong value that an error line repeats."""
MAX_BYTES = 1 << 20
"""Of a settings file: a hundred times the longest. A larger one is something else by mistake."""

_LINE = re.compile(r"at line (\d+)")
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_KEY = re.compile(r"\s*([^=#\[]+?)\s*=")


class SettingsError(Exception):
    """A setting that can't be used; one line that names the file, the key and the remedy.

    `path`, `line` (0: none) and `problem`: the same in parts, for a screen; None where there is
    only the line."""

    def __init__(
        self, text: str, path: Path | None = None, problem: Refusal | None = None, line: int = 0
    ) -> None:
        super().__init__(text)
        self.path, self.problem, self.line = path, problem, line

    @classmethod
    def of(cls, path: Path, problem: Refusal, line: int = 0) -> "SettingsError":
        from kiosk.language import in_english  # reads a file of words: needed only for a mistake

        place = f"line {line}: " if line else ""
        return cls(f"{path}: {place}{in_english(problem)}", path, problem, line)


class WrongSetting(Exception):
    """A setting that is not accepted. `where`: table.key; `value`: what stands there."""

    def __init__(self, where: str, refusal: Refusal, value: object = None) -> None:
        super().__init__(where, refusal)
        self.where, self.refusal = where, refusal
        self.excerpt = "" if value is None else _excerpt(value)

    @property
    def problem(self) -> Refusal:
        """What is wrong where, and what to write."""
        place = f"{self.where} = {self.excerpt}" if self.excerpt else self.where
        return Refusal("at_setting", place=place, problem=self.refusal)


class Setting(NamedTuple):
    """One field of a definition."""

    key: str
    kind: Kind
    remark: str
    default: Any
    needed: bool
    """Whether it has no default: a file must have it."""


class Table(Kind):
    """A table of its own; its remark is the definition's docstring."""

    def __init__(self, definition: type) -> None:
        self.definition = definition

    def written(self, value: Any) -> dict[str, Any]:
        return written(self.definition, value)

    def schema(self) -> Schema:
        return table_schema(self.definition)


class Tables(Kind):
    """Up to `most` tables of one name, [[name]] each. `one`: a single [name] is as good.
    `examples`: rows for a reader, where the default has none."""

    def __init__(
        self, definition: type, most: int, *, one: bool = False, examples: tuple[Any, ...] = ()
    ) -> None:
        self.definition, self.most, self.one = definition, most, one
        self.examples = examples

    def written(self, value: Iterable[Any]) -> list[dict[str, Any]]:
        return [written(self.definition, row) for row in value]

    def schema(self) -> Schema:
        row = table_schema(self.definition)
        rows: Schema = {"type": "array", "maxItems": self.most, "items": row}
        return {"anyOf": [row, {**rows, "minItems": 1}]} if self.one else rows


def settings_of(definition: type) -> Iterator[Setting]:
    """The settings of a table in their order. A field without a kind is none."""
    defaults: Mapping[str, Any] = definition._field_defaults  # type: ignore[attr-defined]  # a NamedTuple's
    for key, annotation in definition.__annotations__.items():
        if hasattr(annotation, "_field_defaults"):
            kind, remark = Table(annotation), (annotation.__doc__ or "").strip()
        elif metadata := getattr(annotation, "__metadata__", ()):
            kind, remark = metadata
        else:
            continue
        yield Setting(
            key=key,
            kind=kind,
            remark=remark,
            default=defaults.get(key),
            needed=key not in defaults,
        )


def read(path: Path, init: str) -> dict[str, Any]:
    """The tables of the file at `path`; SettingsError. `init`: the command that makes it."""
    return tables(text_of(path, init), path)


def text_of(path: Path, init: str) -> str:
    """The text of the file at `path`; SettingsError.

    A byte-order mark, which Windows' editors put first, is passed over."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError.of(path, Refusal("file_missing", command=init)) from None
    except OSError as error:
        why = Refusal("file_unreadable", error=error.strerror or "")
        raise SettingsError.of(path, why) from None
    if len(data) > MAX_BYTES:
        raise SettingsError.of(path, Refusal("file_too_large", mib=MAX_BYTES >> 20))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError.of(path, _encoding_of(data), line) from None


def _encoding_of(data: bytes) -> Refusal:
    """Which encoding a text that is not UTF-8 seems to have."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(data) > 2:
        return Refusal("file_encoding", encoding="UTF-16")
    high = [byte for byte in data if byte >= 0x80]
    if all(0xA1 <= byte <= 0xFB for byte in high):
        return Refusal("file_encoding", encoding="Windows-874 (TIS-620)")
    return Refusal("file_not_utf8")


def tables(text: str, path: Path) -> dict[str, Any]:
    """The tables of TOML `text`; SettingsError names `path`."""
    try:
        if "\0" in text:  # UTF-16 without a mark reads as UTF-8 with these
            raise SettingsError.of(path, Refusal("file_encoding", encoding="UTF-16"), 1)
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        problem = Refusal("toml_form", error=_plain(str(error)))
        where = int(line[1]) if line else text.count("\n") + 1
        raise SettingsError(f"{path}: {_plain(str(error))}", path, problem, where) from None
    except RecursionError:
        raise SettingsError.of(path, Refusal("toml_depth")) from None
    except ValueError:  # Python's own: a number of thousands of digits
        raise SettingsError.of(path, Refusal("toml_number")) from None


def wrong_setting(error: WrongSetting, path: Path, text: str = "") -> SettingsError:
    """The same with the file's name and, where it stands in `text`, its line."""
    return SettingsError.of(path, error.problem, line_of(text, error.where))


def line_of(text: str, where: str) -> int:
    """On which line of TOML `text` the setting `table.key` stands, or else its table; 0: on none.
    Of several tables of one name, the first that has the key."""
    lines: dict[str, int] = {}
    table_name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table_name = header[1].strip()
            lines.setdefault(table_name, number)
        elif key := _KEY.match(line):
            lines.setdefault(_place(table_name, key[1].strip().strip("\"'")), number)
    return lines.get(where) or lines.get(where.partition(".")[0], 0)


def _plain(error: str) -> str:
    """What TOML's reader says, in words for who added a line that the file had already."""
    return error.replace("Cannot overwrite a value", "this setting is written twice; keep one line")


def table(definition: type[T], values: object, where: str = "") -> T:
    """The typed values of one table; WrongSetting. `where`: its name, "" for the file itself."""
    if not isinstance(values, dict):
        raise WrongSetting(where, Refusal("write_table", table=where))
    settings = tuple(settings_of(definition))
    _refuse_unknown(values, [setting.key for setting in settings], where)
    fields = {
        setting.key: _value(setting, values[setting.key], _place(where, setting.key))
        for setting in settings
        if setting.key in values
    }
    for setting in settings:
        if setting.needed and setting.key not in fields:
            raise WrongSetting(
                _place(where, setting.key), Refusal("setting_missing", setting=setting.key)
            )
    return definition(**fields)


def _place(where: str, key: str) -> str:
    """`where.key`; a key that no line can show is written as an excerpt."""
    is_plain = bool(key) and key.isprintable() and len(key) <= MAX_EXCERPT
    name = key if is_plain else _excerpt(key)
    return f"{where}.{name}" if where else name


def _refuse_unknown(values: Mapping[str, Any], keys: list[str], where: str) -> None:
    for key in values:
        if key not in keys:
            import difflib  # needed only to put a mistake right

            near = difflib.get_close_matches(key, keys, 1)
            refusal = Refusal("setting_unknown")
            if near:
                refusal = Refusal("setting_misspelt", near=_place(where, near[0]))
            raise WrongSetting(_place(where, key), refusal)


def _value(setting: Setting, value: object, where: str) -> Any:
    kind = setting.kind
    if isinstance(kind, Table):
        return table(kind.definition, value, where)
    if isinstance(kind, Tables):
        return _rows(kind, value, where)
    try:
        return kind.read(value)
    except Refusal as refusal:
        raise WrongSetting(where, refusal, value) from None


def _excerpt(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a number of thousands of digits
        text = "a very long number"
    return text if len(text) <= MAX_EXCERPT else f"{text[:MAX_EXCERPT]}…"


def _rows(kind: Tables, value: object, where: str) -> tuple[Any, ...]:
    if kind.one and isinstance(value, dict):
        return (table(kind.definition, value, where),)
    if not isinstance(value, list):
        raise WrongSetting(where, Refusal("write_table", table=f"[{where}]"))
    least = 1 if kind.one else 0
    if not least <= len(value) <= kind.most:
        raise WrongSetting(where, Refusal("write_tables", least=str(least), most=str(kind.most)))
    return tuple(table(kind.definition, row, where) for row in value)


def written(definition: type, values: Any) -> dict[str, Any]:
    """The values of a table as TOML or JSON has them."""
    return {
        setting.key: setting.kind.written(getattr(values, setting.key))
        for setting in settings_of(definition)
    }


def table_schema(definition: type) -> Schema:
    """The JSON Schema of a table."""
    properties = {}
    for setting in settings_of(definition):
        described = setting.kind.schema() | {"description": setting.remark}
        if not setting.needed:
            described["default"] = setting.kind.written(setting.default)
        properties[setting.key] = described
    needed = [setting.key for setting in settings_of(definition) if setting.needed]
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }
