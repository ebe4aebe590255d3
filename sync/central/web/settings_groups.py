"""What the settings page is made of: groups of fields, each from the definition of its setting.

A group is one form. Bounds, columns and defaults come from `sync/central/sitesettings.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from kiosk.domain.kinds import Choice, Days, Flag, Identifier, Kind, LevelWords, Whole
from kiosk.tomlfile.tables import Setting, Tables, settings_of
from sync.central.sitesettings import SiteSettings

GROUPS: dict[str, tuple[str, ...]] = {
    "words": ("office_en", "question_th", "question_en", "level_words", "reasons"),
    "services": ("services",),
    "citizens": ("opening_hours", "channels", "comment_url"),
    "calendar": ("fiscal_year_starts", "holidays"),
    "thresholds": (
        "compare_from",
        "cuts_from",
        "appraisal_from",
        "appraisal_response",
        "appraisal_reason",
        "target",
    ),
    "objections": ("objection_days", "decision_days", "appeal_days"),
    "signing_in": ("second_factor", "one_session", "own_result_at_terminal", "early_word"),
    "kept": (
        "controller",
        "dpo",
        "results_years",
        "raw_months",
        "record_years",
        "security_days",
        "comments_months",
        "backup_days",
    ),
    "papers": ("oit_numbers", "licence"),
    "ita": ("ita_rows",),
}
"""The fields of each group, as they stand on its page."""

LEVEL_WORDS = "level_words"
_PAIRED = {LEVEL_WORDS: {"th": "level_words_th", "en": "level_words_en"}}
"""Fields that are a table whose columns are settings of their own."""
_LONGEST_ID, _LONGEST_DAY, _LONGEST_NUMBER, _LONGEST_TEXT = 32, 20, 12, 2000
"""Characters that a field takes where its kind does not say."""


class Shape(StrEnum):
    """How a field looks."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MONTH = "month"
    DAY = "day"
    CHOICE = "choice"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of rows, or the cell that a field alone is."""

    name: str
    shape: Shape
    longest: int
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a group. `least` and `most`: bounds of a number, of a text's characters, or of how
    many rows there may be."""

    name: str
    shape: Shape
    settings: tuple[str, ...]
    least: int
    most: int
    columns: tuple[Column, ...]

    @property
    def cell(self) -> Column:
        """Of a field that is no table."""
        return self.columns[0]


@cache
def fields_of(group: str) -> tuple[Field, ...]:
    """The fields of a group, in order."""
    return tuple(_field(name) for name in GROUPS[group])


@cache
def settings_by_key() -> dict[str, Setting]:
    return {setting.key: setting for setting in settings_of(SiteSettings)}


def _field(name: str) -> Field:
    if name in _PAIRED:
        return _paired(name, _PAIRED[name])
    kind = settings_by_key()[name].kind
    if isinstance(kind, Tables):
        rows = [_column(row.key, row.kind) for row in settings_of(kind.definition)]
        return _table(name, (name,), 0, kind.most, rows)
    if isinstance(kind, Days):
        day = Column(name="day", shape=Shape.DAY, longest=_LONGEST_DAY)
        return _table(name, (name,), 0, kind.most, [day])
    cell = _column(name, kind)
    shape = Shape.MONTH if name == "fiscal_year_starts" else cell.shape
    schema = kind.schema()
    return Field(
        name=name,
        shape=shape,
        settings=(name,),
        least=int(schema.get("minimum") or schema.get("minLength") or 0),
        most=int(schema.get("maximum") or cell.longest),
        columns=(cell,),
    )


def _paired(name: str, settings: dict[str, str]) -> Field:
    columns = []
    least = most = 0
    for column, key in settings.items():
        kind = settings_by_key()[key].kind
        if isinstance(kind, LevelWords):
            least, most = kind.least, kind.most
        longest = kind.schema()["items"]["maxLength"]
        columns.append(Column(name=column, shape=Shape.TEXT, longest=longest))
    return _table(name, tuple(settings.values()), least, most, columns)


def _table(
    name: str, settings: tuple[str, ...], least: int, most: int, columns: list[Column]
) -> Field:
    return Field(
        name=name,
        shape=Shape.ROWS,
        settings=settings,
        least=least,
        most=most,
        columns=tuple(columns),
    )


def _column(name: str, kind: Kind) -> Column:
    if isinstance(kind, Flag):
        return Column(name=name, shape=Shape.FLAG, longest=_LONGEST_ID)
    if isinstance(kind, Whole):
        return Column(name=name, shape=Shape.NUMBER, longest=_LONGEST_NUMBER)
    if isinstance(kind, Choice):
        choices = tuple(map(str, kind.choices))
        return Column(name=name, shape=Shape.CHOICE, longest=_LONGEST_ID, choices=choices)
    if isinstance(kind, Identifier):
        return Column(name=name, shape=Shape.TEXT, longest=_LONGEST_ID)
    longest = kind.schema().get("maxLength", _LONGEST_TEXT)
    return Column(name=name, shape=Shape.TEXT, longest=longest)
