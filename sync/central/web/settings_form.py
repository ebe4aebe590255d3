"""The settings page's form: how settings stand in its fields, and come back from them.

Lists have a line for each item, its parts between `|`.
"""

from dataclasses import astuple, fields

from kiosk.domain.rating import ReasonId
from kiosk.domain.refusal import excerpt
from kiosk.domain.wording import MAX_HOLIDAYS, ReasonWords
from sync.central import itaform
from sync.central.sitesettings import BadSettings, Contact, ItaRow, NamedService, SiteSettings
from sync.central.web.forms import Posted

MAX_ITA_TEXT = 150 * 340
"""Characters of the ITA rows: as many as settings may have, each as long as it may be."""


def settings_from(form: Posted) -> SiteSettings:
    """The settings in a form; PageError for a field that is out of form, BadSettings for a line."""
    return SiteSettings(
        question_th=form.text("question_th", 400),
        question_en=form.text("question_en", 400),
        comment_url=form.text("comment_url", 400),
        levels_th=_lines(form, "levels_th"),
        levels_en=_lines(form, "levels_en"),
        reasons=tuple(
            ReasonWords(id=ReasonId(name), th=th, en=en)
            for name, th, en in _three_parts(form, "reasons")
        ),
        services=tuple(
            NamedService(id=name, th=th, en=en)
            for name, th, en in _three_parts(form, "services", 20_000)
        ),
        channels=tuple(
            Contact(th=th, en=en, address=address)
            for th, en, address in _three_parts(form, "channels")
        ),
        opening_hours=form.text("opening_hours", 400),
        compare_from=form.number("compare_from"),
        cuts_from=form.number("cuts_from"),
        appraisal_from=form.number("appraisal_from"),
        appraisal_response=form.number("appraisal_response"),
        oit_numbers=form.text("oit_numbers", 400),
        licence=form.text("licence", 400),
        fiscal_year_starts=form.number("fiscal_year_starts"),
        holidays=tuple(sorted(set(_lines(form, "holidays", 12 * MAX_HOLIDAYS)))),
        ita_rows=_ita_rows(form),
    )


def differing(current: SiteSettings, typed: SiteSettings) -> dict[str, str]:
    """The current settings where they are not what was typed, by field, as the form has them."""
    texts = {}
    for field in fields(SiteSettings):
        value = getattr(current, field.name)
        if value == getattr(typed, field.name):
            continue
        rows = value if isinstance(value, tuple) else (value,)
        texts[field.name] = "\n".join(_row_text(row) for row in rows)
    return texts


def _row_text(row: object) -> str:
    """A row as the form has it: its parts between `|`."""
    if isinstance(row, ReasonWords):
        return " | ".join(row)
    if isinstance(row, NamedService | Contact | ItaRow):
        return " | ".join(map(str, astuple(row)))
    return str(row)


def _ita_rows(form: Posted) -> tuple[ItaRow, ...]:
    """A line for each row: code | form | indicator, and where terminals are evidence | yes. The
    form's own rows unchanged give none: whatever the form is in later versions."""
    rows = []
    for line in _lines(form, "ita_rows", MAX_ITA_TEXT):
        code, *parts = (part.strip() for part in line.split("|"))
        if len(parts) not in (2, 3):
            raise BadSettings("ita_parts", text=excerpt(line))
        evidence = len(parts) == 3 and parts[2].lower() in ("yes", "ใช่")
        rows.append(
            ItaRow(code=code, form=parts[0], indicator=parts[1], terminal_is_evidence=evidence)
        )
    return () if tuple(rows) == itaform.as_settings() else tuple(rows)


def _lines(form: Posted, name: str, longest: int = 2000) -> tuple[str, ...]:
    lines = (line.strip() for line in form.text(name, longest).splitlines())
    return tuple(line for line in lines if line)


def _three_parts(form: Posted, name: str, longest: int = 2000) -> list[tuple[str, str, str]]:
    rows = []
    for line in _lines(form, name, longest):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3:
            raise BadSettings("three_parts", field=name, text=excerpt(line))
        rows.append((parts[0], parts[1], parts[2]))
    return rows
