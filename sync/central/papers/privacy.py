"""What officers are told about their personal data, and the office's record of processing.

Made from the settings, from the table of roles and from the table of retention, so that neither can
say something else than the program does (Personal Data Protection Act, sections 23, 30 and 39).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sync.central.language import LANGUAGES, Words, words
from sync.central.papers import figures, typesetting
from sync.central.papers.spreadsheet import Sheet, workbook
from sync.central.retention import KEPT, Keeping
from sync.central.sitesettings import SiteSettings
from sync.central.viewer import ROLES, Reach, Right, Role

_TOLD_RIGHTS = (
    *(Right.TALLY, Right.LOGS, Right.COMMENTS, Right.DECIDE, Right.APPEAL),
    *(Right.COPY, Right.PINS, Right.RUN, Right.CHANGES),
)
"""Rights that say something about officers' data."""
_SECTIONS = ("purpose", "basis", "data", "sources", "rules", "rights", "object", "contact")
ACTIVITIES = ("results", "appraisal", "accounts", "logs", "photos", "comments")
"""Of the record of processing: a row each."""
_COLUMNS = ("activity", "people", "data", "purpose", "recipients", "length", "security")
_KEPT_OF = {
    "results": ("results", "raw"),
    "appraisal": ("results", "objections"),
    "accounts": ("people", "sessions", "notifications"),
    "logs": ("record", "security"),
    "photos": ("retired",),
    "comments": ("comments",),
}


def notice_pdf(settings: SiteSettings, office: str, address: str, now: datetime) -> bytes:
    """The notice to officers, in Thai and then in English; a draft until the office has named its
    controller and its protection officer."""
    parts = [_notice(words(code), settings, office, address) for code in LANGUAGES]
    values = {
        "lang": "th",
        "title": words("th").get("notice.title"),
        "office": office,
        "made": figures.made(now),
        "parts": parts,
        "pages": figures.PAGES,
    }
    return typesetting.pdf("privacy", values, now)


def record_pdf(settings: SiteSettings, office: str, now: datetime) -> bytes:
    """The record of processing, as a table."""
    thai = words("th")
    values = {
        "lang": "th",
        "title": thai.get("ropa.title"),
        "office": office,
        "made": figures.made(now),
        "draft": _draft(thai, settings),
        "about": _about(thai, settings),
        "head": [thai.get(f"ropa.{column}") for column in _COLUMNS],
        "rows": list(_rows(thai, settings)),
        "pages": figures.PAGES,
    }
    return typesetting.pdf("ropa", values, now)


def record_xlsx(settings: SiteSettings, office: str, now: datetime) -> bytes:
    thai = words("th")
    draft = _draft(thai, settings)
    sheet = Sheet(
        name=thai.get("ropa.sheet"),
        about=[(thai.get("common.site"), office), *_about(thai, settings)],
        head=[thai.get(f"ropa.{column}") for column in _COLUMNS],
        rows=list(_rows(thai, settings)),
        notes=(draft,) if draft else (),
    )
    return workbook(thai.get("ropa.title"), (sheet,), now)


def is_draft(settings: SiteSettings) -> bool:
    return not (settings.controller and settings.dpo)


def _draft(language: Words, settings: SiteSettings) -> str:
    return language.get("notice.draft") if is_draft(settings) else ""


def _about(language: Words, settings: SiteSettings) -> list[tuple[str, str]]:
    missing = language.get("notice.not_named")
    return [
        (language.get("notice.controller"), settings.controller or missing),
        (language.get("notice.dpo"), settings.dpo or missing),
    ]


def _notice(language: Words, settings: SiteSettings, office: str, address: str) -> dict[str, Any]:
    filled = {
        "address": address,
        "compare": settings.compare_from,
        "appraisal": settings.appraisal_from,
        "response": settings.appraisal_response,
        "days": settings.objection_days,
        "appeal": settings.appeal_days,
    }
    sections = [
        {
            "title": language.get(f"notice.{name}"),
            "lines": [
                *language.get(f"notice.{name}_lines", **filled).strip().split("\n"),
                *(
                    [language.get("notice.at_terminals")]
                    if name == "rules" and settings.own_result_at_terminal
                    else []
                ),
            ],
        }
        for name in _SECTIONS
    ]
    return {
        "lang": language.code,
        "title": language.get("notice.title"),
        "office": office,
        "draft": _draft(language, settings),
        "about": _about(language, settings),
        "sections": sections,
        "roles_title": language.get("notice.recipients"),
        "roles": [
            (
                language.by_key.get(f"role.{role.id}", role.id),
                "\n".join(_sees(language, role)),
            )
            for role in ROLES.values()
        ],
        "kept_title": language.get("page.retention"),
        "kept": [
            (language.get(f"kept.{kind.id}"), _length(language, kind, settings)) for kind in KEPT
        ],
    }


def _sees(language: Words, role: Role) -> Iterator[str]:
    """What a role learns about officers, from its row alone."""
    if role.sections is Reach.ALL or role.officers is Reach.ALL:
        yield language.get("sees.all")
    elif role.sections is Reach.OWN:
        yield language.get("sees.section")
    elif role.officers is Reach.OWN:
        yield language.get("sees.own")
    else:
        yield language.get("sees.no_results")
    for right in _TOLD_RIGHTS:
        if right in role.rights:
            yield language.get(f"sees.{right}")


def _length(language: Words, kind: Keeping, settings: SiteSettings) -> str:
    if not kind.setting:
        return language.get(f"kept.{kind.id}_long")
    return language.get(f"kept.in_{kind.unit}", n=kind.length(settings))


def _rows(language: Words, settings: SiteSettings) -> Iterator[tuple[str, ...]]:
    kinds = {kind.id: kind for kind in KEPT}
    sign_in = "two_factors" if settings.second_factor else "password"
    for activity in ACTIVITIES:
        lengths = (_length(language, kinds[id_], settings) for id_ in _KEPT_OF[activity])
        yield (
            language.get(f"ropa_activity.{activity}"),
            language.get(f"ropa_people.{activity}"),
            language.get(f"ropa_data.{activity}"),
            language.get(f"ropa_purpose.{activity}"),
            "\n".join(_recipients(language, activity, settings)),
            " / ".join(dict.fromkeys(lengths)),
            language.get("ropa.security_all", sign_in=language.get(f"ropa.{sign_in}")),
        )


def _recipients(language: Words, activity: str, settings: SiteSettings) -> Iterator[str]:
    yield language.get(f"ropa_recipients.{activity}")
    if activity == "results" and settings.own_result_at_terminal:
        yield language.get("ropa.at_terminals")
