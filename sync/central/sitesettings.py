"""What an office sets for itself: words, reasons, hours, thresholds, channels. Pure.

Thresholds can be raised above the floor of ARCHITECTURE.md#the-disclosure-rule, never lowered.
"""

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from kiosk.domain.businessday import FISCAL_YEAR_STARTS
from kiosk.domain.people import identifier, plain, readable
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.wording import (
    DEFAULT_LEVEL_WORDS,
    DEFAULT_REASONS,
    MAX_HOLIDAYS,
    MAX_LEVELS,
    MAX_REASONS,
    MAX_SCREEN_TEXT,
    MIN_LEVELS,
    Bilingual,
    ReasonWords,
)

FORMAT = 1
"""Of the settings document; a document of a higher one is refused."""
COMPARE_FLOOR, CUTS_FLOOR, APPRAISAL_FLOOR, RESPONSE_FLOOR = 30, 100, 100, 20
MAX_CHANNELS, MAX_TEXT = 8, 300
MAX_SERVICES = 60
MAX_ITA_ROWS = 150
ITA_FORMS = ("IIT", "EIT", "OIT")


class BadSettings(Refusal):
    """A setting that is not accepted."""


@dataclass(frozen=True, slots=True)
class NamedService:
    """A service's id, as terminals have it, and its names."""

    id: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a citizen can complain: a name in both languages, and an address to open or call."""

    th: str
    en: str
    address: str


@dataclass(frozen=True, slots=True)
class ItaRow:
    """A row of the ITA measures report: its item's code, whose form it is of (IIT, EIT or OIT), the
    indicator it stands under, and whether the terminals' figures are evidence for it."""

    code: str
    form: str
    indicator: str
    terminal_is_evidence: bool = False


CHANNELS = (
    Contact("แจ้งการทุจริต ศปท.กทม.", "Report corruption", "https://www.bangkok.go.th"),
    Contact("ร้องทุกข์ กทม. โทร. 1555", "Complaints, call 1555", "tel:1555"),
    Contact(
        "แจ้งปัญหา Traffy Fondue", "Report a problem (Traffy Fondue)", "https://www.traffy.in.th"
    ),
)


@dataclass(frozen=True, slots=True)
class SiteSettings:
    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""
    """Printed as a code on the thank-you screen; `{token}` becomes a single-use token."""
    levels_th: tuple[str, ...] = tuple(words.th for words in DEFAULT_LEVEL_WORDS)
    levels_en: tuple[str, ...] = tuple(words.en for words in DEFAULT_LEVEL_WORDS)
    reasons: tuple[ReasonWords, ...] = DEFAULT_REASONS
    """The terminals' own, so that both channels count the same things."""
    services: tuple[NamedService, ...] = ()
    """What the terminals' services are called; one without a name is shown by its id."""
    channels: tuple[Contact, ...] = CHANNELS
    opening_hours: str = "จันทร์–ศุกร์ ๐๘.๐๐–๑๖.๐๐ น."
    compare_from: int = COMPARE_FLOOR
    cuts_from: int = CUTS_FLOOR
    appraisal_from: int = APPRAISAL_FLOOR
    appraisal_response: int = RESPONSE_FLOOR
    """Response rate, per cent, from which a result may enter an appraisal."""
    oit_numbers: str = "O12, O13"
    """This year's OIT items under which the quarterly statistics are published."""
    licence: str = "CC BY 4.0"
    fiscal_year_starts: int = FISCAL_YEAR_STARTS
    """The month in which the office's fiscal year begins: rounds and quarters follow from it."""
    holidays: tuple[str, ...] = ()
    """Days on which the office is closed, as YYYY-MM-DD: terminals count no dark hours on them."""
    ita_rows: tuple[ItaRow, ...] = ()
    """The ITA report's rows in their order; none: those of the form that came with the program."""

    @property
    def level_words(self) -> tuple[Bilingual, ...]:
        """Worst first."""
        pairs = zip(self.levels_th, self.levels_en, strict=True)
        return tuple(Bilingual(th=th, en=en) for th, en in pairs)

    def document(self) -> str:
        """As it is kept: JSON with the format's number."""
        reasons = [reason._asdict() for reason in self.reasons]
        values = {"format": FORMAT, **asdict(self), "reasons": reasons}
        return json.dumps(values, ensure_ascii=False)


_FLOORS = {
    "compare_from": (COMPARE_FLOOR, 100_000),
    "cuts_from": (CUTS_FLOOR, 100_000),
    "appraisal_from": (APPRAISAL_FLOOR, 100_000),
    "appraisal_response": (RESPONSE_FLOOR, 100),
    "fiscal_year_starts": (1, 12),
}
_TEXTS = ("question_th", "question_en", "comment_url", "opening_hours", "oit_numbers", "licence")


@lru_cache(maxsize=256)  # the same text is the same settings, and every page asks
def parse(document: str) -> SiteSettings:
    """The settings of a document; Refusal names what is not accepted."""
    try:
        values = json.loads(document)
    except (ValueError, RecursionError):
        raise BadSettings("settings_no_json") from None
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise BadSettings("settings_no_document")
    if values["format"] > FORMAT:
        raise BadSettings("settings_newer", format=values["format"], own=FORMAT)
    del values["format"]
    if unknown := sorted(values.keys() - {f.name for f in fields(SiteSettings)}):
        raise BadSettings("settings_unknown", name=excerpt(unknown[0]))
    try:
        for name in ("levels_th", "levels_en", "holidays"):
            if name in values:
                values[name] = tuple(values[name])
        if "reasons" in values:
            values["reasons"] = tuple(ReasonWords(**item) for item in values["reasons"])
        if "services" in values:
            values["services"] = tuple(NamedService(**item) for item in values["services"])
        if "channels" in values:
            values["channels"] = tuple(Contact(**item) for item in values["channels"])
        if "ita_rows" in values:
            values["ita_rows"] = tuple(ItaRow(**item) for item in values["ita_rows"])
        return checked(replace(SiteSettings(), **values))
    except TypeError:
        raise BadSettings("settings_form") from None


def checked(settings: SiteSettings) -> SiteSettings:
    """`settings` when each value can be shown and no threshold is below the floor."""
    for name in _TEXTS:
        _readable(name, getattr(settings, name))
    for name, (floor, top) in _FLOORS.items():
        value: Any = getattr(settings, name)
        if not isinstance(value, int) or isinstance(value, bool) or not floor <= value <= top:
            raise BadSettings(
                "whole_number", field=name, text=excerpt(value), least=floor, most=top
            )
    for name in _TEXTS:
        longest = MAX_SCREEN_TEXT if name in ("question_th", "question_en") else MAX_TEXT
        _text(name, getattr(settings, name), longest)
    if settings.comment_url and not settings.comment_url.startswith(("https://", "http://")):
        raise BadSettings("web_address", field="comment_url")
    for name in ("levels_th", "levels_en"):
        words = getattr(settings, name)
        if not MIN_LEVELS <= len(words) <= MAX_LEVELS or len(set(words)) != len(words):
            raise BadSettings("level_words", field=name)
        for word in words:
            _named(name, word)
    if len(settings.levels_th) != len(settings.levels_en):
        raise BadSettings("level_words_differ")
    if len(settings.reasons) > MAX_REASONS:
        raise BadSettings("too_many_reasons", most=MAX_REASONS)
    if len(settings.channels) > MAX_CHANNELS:
        raise BadSettings("too_many_channels", most=MAX_CHANNELS)
    for reason in settings.reasons:
        _id(reason.id)
        _named("reasons", reason.th)
        _named("reasons", reason.en)
    if len({reason.id for reason in settings.reasons}) != len(settings.reasons):
        raise BadSettings("id_twice", field="reasons")
    _check_services(settings.services)
    for channel in settings.channels:
        _named("channels", channel.th)
        _named("channels", channel.en)
        _text("channels", channel.address, MAX_TEXT)
        if not channel.address.startswith(("https://", "http://", "tel:", "mailto:")):
            raise BadSettings("channel_address", field="channels", text=excerpt(channel.address))
    _check_ita(settings.ita_rows)
    _check_holidays(settings.holidays)
    return settings


def _check_holidays(days: tuple[str, ...]) -> None:
    if len(days) > MAX_HOLIDAYS:
        raise BadSettings("too_many_holidays", most=MAX_HOLIDAYS)
    for day in days:
        text = excerpt(day)
        if not isinstance(day, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            raise BadSettings("holiday_form", text=text)
        if not 2000 <= int(day[:4]) < 2400:
            raise BadSettings("holiday_year", text=text)
        try:
            date.fromisoformat(day)
        except ValueError:
            raise BadSettings("holiday_no_day", text=text) from None
    if len(set(days)) != len(days):
        raise BadSettings("holiday_twice")


def _check_services(services: tuple[NamedService, ...]) -> None:
    if len(services) > MAX_SERVICES:
        raise BadSettings("too_many_services", most=MAX_SERVICES)
    for service in services:
        _id(service.id, "services")
        _named("services", service.th)
        _named("services", service.en)
    if len({service.id for service in services}) != len(services):
        raise BadSettings("id_twice", field="services")


def _check_ita(rows: tuple[ItaRow, ...]) -> None:
    if len(rows) > MAX_ITA_ROWS:
        raise BadSettings("too_many_ita_rows", most=MAX_ITA_ROWS)
    for row in rows:
        if not isinstance(row.code, str) or not re.fullmatch(r"[A-Z]{1,2}[0-9]{1,3}", row.code):
            raise BadSettings("ita_code", text=excerpt(row.code, 20))
        try:
            _check_ita_row(row)
        except Refusal as error:
            raise BadSettings("ita_row", row=row.code, problem=error) from None
    if len({row.code for row in rows}) != len(rows):
        raise BadSettings("ita_code_twice")


def _check_ita_row(row: ItaRow) -> None:
    if row.form not in ITA_FORMS:
        raise BadSettings("ita_form", forms=", ".join(ITA_FORMS))
    if not isinstance(row.terminal_is_evidence, bool):
        raise BadSettings("yes_or_no", field="evidence")
    _text("indicator", row.indicator, MAX_TEXT)
    if not row.indicator.strip():
        raise BadSettings("ita_indicator")
    readable("indicator", row.indicator)


def _text(name: str, value: object, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        raise BadSettings("longest_text", field=name, most=longest)
    if any(ord(char) < 0x20 for char in value):
        raise BadSettings("control_character", field=name)


def _readable(name: str, value: object) -> None:
    """Control and bidi characters, piles of marks."""
    readable(name, value if isinstance(value, str) else "")


def _named(name: str, value: object) -> None:
    plain(name, value if isinstance(value, str) else "")


def _id(value: object, name: str = "reasons") -> None:
    identifier(name, value if isinstance(value, str) else "")


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """Settings with the version that an editor starts from."""

    version: int = 0
    settings: SiteSettings = field(default_factory=SiteSettings)
