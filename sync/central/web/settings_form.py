"""The settings page's form: how settings stand in its fields, and come back from them.

Lists have a line for each item, its parts between `|`.
"""

from typing import Any

from kiosk.domain.refusal import excerpt
from kiosk.tomlfile.tables import settings_of
from sync.central import itaform, sitesettings
from sync.central.sitesettings import MAX_ITA_ROWS, MAX_TEXT, BadSettings, SiteSettings
from sync.central.web.forms import Posted

MAX_FIELD = MAX_ITA_ROWS * (MAX_TEXT + 40)
"""Characters of the longest field: the ITA rows, each as long as it may be."""
_TEXTS = (
    "office_en",
    "question_th",
    "question_en",
    "comment_url",
    "opening_hours",
    "oit_numbers",
    "licence",
    "controller",
    "dpo",
    "appraisal_reason",
)
_NUMBERS = (
    "target",
    "compare_from",
    "cuts_from",
    "appraisal_from",
    "appraisal_response",
    "objection_days",
    "decision_days",
    "appeal_days",
    "security_days",
    "results_years",
    "raw_months",
    "record_years",
    "comments_months",
    "backup_days",
    "fiscal_year_starts",
)
_FLAGS = ("second_factor", "one_session", "own_result_at_terminal", "early_word")
_YES, _NO = "yes", "no"
_NO_CODE = ("-", "–", "")
_LISTS = ("level_words_th", "level_words_en", "holidays")
_ATTRIBUTES = {"maxLength": "maxlength", "minimum": "min", "maximum": "max"}
"""A bound's name in a JSON Schema, and in HTML."""


def settings_from(form: Posted) -> SiteSettings:
    """The settings in a form; PageError for a field that is out of form, BadSettings for a
    setting that is not accepted."""
    values: dict[str, Any] = {name: form.text(name, MAX_FIELD) for name in _TEXTS}
    values |= {name: form.number(name) for name in _NUMBERS}
    # Whatever is not plainly turned off stays on: both protect.
    values |= {name: form.text(name, 10) != _NO for name in _FLAGS}
    values |= {name: _lines(form, name) for name in _LISTS}
    values["reasons"] = _rows(form, "reasons", ("id", "th", "en"))
    values["services"] = _rows(form, "services", ("id", "th", "en"))
    values["channels"] = _rows(form, "channels", ("th", "en", "address"))
    values["ita_rows"] = _ita_rows(form)
    settings = sitesettings.read(values)
    if settings.ita_rows == itaform.as_settings():
        # The form's own rows unchanged: whatever the form is in later versions.
        return settings._replace(ita_rows=())
    return settings


def limits() -> dict[str, dict[str, object]]:
    """The bounds of each field, by their names in HTML, for those that have some."""
    attributes = {}
    for setting in settings_of(SiteSettings):
        schema = setting.kind.schema()
        bounds = _ATTRIBUTES.keys() & schema.keys()
        attributes[setting.key] = {_ATTRIBUTES[bound]: schema[bound] for bound in bounds}
    return attributes


def differing(current: SiteSettings, typed: SiteSettings) -> dict[str, str]:
    """The current settings where they are not what was typed, by field, as the form has them."""
    texts = {}
    for setting in settings_of(SiteSettings):
        value = getattr(current, setting.key)
        if value != getattr(typed, setting.key):
            texts[setting.key] = _field_text(setting.kind.written(value))
    return texts


def _field_text(value: Any) -> str:
    """A setting's value as its field has it: a line for each row."""
    rows = value if isinstance(value, list) else [value]
    return "\n".join(_row_text(row) for row in rows)


def _row_text(row: Any) -> str:
    if isinstance(row, bool):
        return _YES if row else _NO
    parts = row.values() if isinstance(row, dict) else [row]
    return " | ".join(map(str, parts))


def _ita_rows(form: Posted) -> list[dict[str, object]]:
    """A line for each row: code | form | indicator, and where it shares the row's above | yes; a
    dash for the code of an indicator without an item."""
    rows: list[dict[str, object]] = []
    for line in _lines(form, "ita_rows"):
        code, *parts = (part.strip() for part in line.split("|"))
        if len(parts) not in (2, 3):
            raise BadSettings("ita_parts", text=excerpt(line))
        joined = len(parts) == 3 and parts[2].lower() in ("yes", "ใช่")
        rows.append(
            {
                "code": "" if code in _NO_CODE else code,
                "form": parts[0],
                "indicator": parts[1],
                "joined": joined,
            }
        )
    return rows


def _lines(form: Posted, name: str) -> list[str]:
    lines = (line.strip() for line in form.text(name, MAX_FIELD).splitlines())
    return [line for line in lines if line]


def _rows(form: Posted, name: str, keys: tuple[str, str, str]) -> list[dict[str, str]]:
    rows = []
    for line in _lines(form, name):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != len(keys):
            raise BadSettings("three_parts", field=name, text=excerpt(line))
        rows.append(dict(zip(keys, parts, strict=True)))
    return rows
