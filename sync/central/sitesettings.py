"""What an office sets for itself: words, reasons, hours, thresholds, channels. Pure.

Each setting is defined once, with its kind, its remark and its default. A threshold can be raised
above its floor, never lowered below it.
"""

import json
import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from kiosk.domain.businessday import FISCAL_YEAR_STARTS
from kiosk.domain.kinds import (
    BadValue,
    Choice,
    Days,
    Flag,
    Identifier,
    Kind,
    LevelWords,
    Name,
    Schema,
    ScreenText,
    WebAddress,
    Whole,
)
from kiosk.domain.people import MAX_NAME
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.scale import LEVELS, Scale, of_five
from kiosk.domain.wording import (
    DEFAULT_LEVEL_WORDS,
    DEFAULT_REASONS,
    MAX_ADDRESS,
    MAX_HOLIDAYS,
    MAX_LEVELS,
    MAX_REASONS,
    MAX_SCREEN_TEXT,
    MIN_LEVELS,
    Bilingual,
    ReasonWords,
)
from kiosk.tomlfile import tables
from kiosk.tomlfile.tables import Tables, WrongSetting

COMPARE_FLOOR, CUTS_FLOOR, APPRAISAL_FLOOR, RESPONSE_FLOOR = 30, 100, 300, 50
TALK_RATINGS, TALK_RESPONSE = 100, 20
"""From which a result is enough for a talk. No office goes lower."""
MAX_THRESHOLD = 100_000
SECURITY_DAYS = 90, 3650
"""Thai law (the Computer-Related Crime Act, section 26) asks for ninety days of such logs."""
RESULTS_YEARS = 2, 20
"""A year and the one before, that are compared; after twenty years records go to the archives."""
RAW_MONTHS = 12, 60
"""A year, so that a complaint about a round can be looked into."""
RECORD_YEARS = 2, 10
COMMENTS_MONTHS = 6, 60
BACKUP_DAYS = 14, 400
OBJECTION_DAYS_FLOOR, DECISION_DAYS_FLOOR, MAX_OBJECTION_DAYS = 15, 7, 180
"""Thai law gives fifteen days to object to an order (Administrative Procedure Act, section 44) and
thirty to consider it (section 45), and thirty to appeal about one's own data (Official Information
Act, section 25)."""
MAX_CHANNELS, MAX_TEXT = 8, 300
MAX_SERVICES = 60
MAX_ITA_ROWS = 150
ANNEX = "ANNEX"
ITA_FORMS = ("IIT", "EIT", "OIT", ANNEX)
USUAL_WORDS_TH = tuple(words.th for words in DEFAULT_LEVEL_WORDS)
USUAL_WORDS_EN = tuple(words.en for words in DEFAULT_LEVEL_WORDS)
ITA_CODE = r"([A-Z]{1,2}[0-9]{1,3})?"


class BadSettings(Refusal):
    """A setting that is not accepted."""


class ItaCode(Kind):
    def read(self, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(ITA_CODE, value):
            raise BadValue("ita_code", text=excerpt(value, 20))
        return value

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{ITA_CODE}$"}


class ContactAddress(WebAddress):
    """An address to open, to call or to write to."""

    def read(self, value: object) -> str:
        if isinstance(value, str) and value.startswith(("tel:", "mailto:")):
            return ScreenText(self.most).read(value)
        try:
            return super().read(value)
        except BadValue:
            raise BadValue("write_contact") from None

    def schema(self) -> Schema:
        return {**super().schema(), "pattern": "^(https?://|tel:|mailto:)"}


class NamedService(NamedTuple):
    """A service's id, as terminals have it, and its names."""

    id: Annotated[str, Identifier(), "as the terminals have it"]
    th: Annotated[str, Name(), "its name in Thai"]
    en: Annotated[str, Name(), "and in English"]


class Contact(NamedTuple):
    """Where a citizen can complain."""

    th: Annotated[str, Name(), "its name in Thai"]
    en: Annotated[str, Name(), "and in English"]
    address: Annotated[str, ContactAddress(MAX_TEXT, needed=True), "to open, call or write to"]


class ItaRow(NamedTuple):
    """A row of the ITA measures report."""

    code: Annotated[str, ItaCode(), "its item's code; empty: none, the indicator alone"]
    form: Annotated[str, Choice(ITA_FORMS), "whose form it is of, or an annex"]
    indicator: Annotated[str, ScreenText(MAX_TEXT), "the indicator above it; an annex's title"]
    joined: Annotated[bool, Flag(), "its columns 3 to 5 are those of the row above"] = False


CHANNELS = (
    Contact(th="แจ้งการทุจริต ศปท.กทม.", en="Report corruption", address="https://www.bangkok.go.th"),
    Contact(th="ร้องทุกข์ กทม. โทร. 1555", en="Complaints, call 1555", address="tel:1555"),
    Contact(
        th="แจ้งปัญหา Traffy Fondue",
        en="Report a problem (Traffy Fondue)",
        address="https://www.traffy.in.th",
    ),
)


class SiteSettings(NamedTuple):
    """Everything that an office sets on the settings page."""

    question_th: Annotated[
        str, ScreenText(MAX_SCREEN_TEXT, least=0), "sent to terminals; empty: their own"
    ] = ""
    question_en: Annotated[str, ScreenText(MAX_SCREEN_TEXT, least=0), "the same in English"] = ""
    office_en: Annotated[
        str,
        ScreenText(MAX_NAME, least=0),
        "the office's name in English, at terminals and on pages; empty: in Thai there too",
    ] = ""
    comment_url: Annotated[
        str,
        WebAddress(MAX_ADDRESS),
        "of the code on the thank-you screen; {token} becomes a single-use token",
    ] = ""
    level_words_th: Annotated[
        tuple[str, ...], LevelWords(MIN_LEVELS, MAX_LEVELS), "the scale's words, worst first"
    ] = USUAL_WORDS_TH
    level_words_en: Annotated[
        tuple[str, ...], LevelWords(MIN_LEVELS, MAX_LEVELS), "the same in English"
    ] = USUAL_WORDS_EN
    reasons: Annotated[
        tuple[ReasonWords, ...],
        Tables(ReasonWords, MAX_REASONS),
        "offered after a low score, at counters and online",
    ] = DEFAULT_REASONS
    services: Annotated[
        tuple[NamedService, ...],
        Tables(NamedService, MAX_SERVICES),
        "what services are called; one without a name is shown by its id",
    ] = ()
    channels: Annotated[
        tuple[Contact, ...], Tables(Contact, MAX_CHANNELS), "where a citizen can complain"
    ] = CHANNELS
    opening_hours: Annotated[str, ScreenText(MAX_TEXT, least=0), "as citizens read them"] = (
        "จันทร์–ศุกร์ ๐๘.๐๐–๑๖.๓๐ น."
    )
    target: Annotated[int, Whole(0, 99), "per cent satisfied that the office aims at; 0: none"] = 0
    compare_from: Annotated[
        int, Whole(COMPARE_FLOOR, MAX_THRESHOLD), "ratings from which results may be compared"
    ] = COMPARE_FLOOR
    cuts_from: Annotated[
        int, Whole(CUTS_FLOOR, MAX_THRESHOLD), "ratings from which a service's result is shown"
    ] = CUTS_FLOOR
    appraisal_from: Annotated[
        int,
        Whole(TALK_RATINGS, MAX_THRESHOLD),
        "effective ratings from which an appraisal may use a result; below 300 with a reason alone",
    ] = APPRAISAL_FLOOR
    appraisal_response: Annotated[
        int,
        Whole(TALK_RESPONSE, 100),
        "own response, per cent, from which it may; below 50 with a reason alone",
    ] = RESPONSE_FLOOR
    appraisal_reason: Annotated[
        str,
        ScreenText(MAX_TEXT, least=0),
        "why the office asks for less; stands on every page and paper with results",
    ] = ""
    objection_days: Annotated[
        int,
        Whole(OBJECTION_DAYS_FLOOR, MAX_OBJECTION_DAYS),
        "days to object, from a result's publication or the round's close, whichever is later",
    ] = 30
    decision_days: Annotated[
        int,
        Whole(DECISION_DAYS_FLOOR, MAX_OBJECTION_DAYS),
        "days to decide an objection or an appeal",
    ] = 30
    appeal_days: Annotated[
        int,
        Whole(OBJECTION_DAYS_FLOOR, MAX_OBJECTION_DAYS),
        "days to appeal, from the day an objection was dismissed",
    ] = 30
    oit_numbers: Annotated[
        str, ScreenText(MAX_TEXT, least=0), "this year's OIT items of the quarterly statistics"
    ] = "O12, O13"
    licence: Annotated[str, ScreenText(MAX_TEXT, least=0), "of the open data"] = "CC BY 4.0"
    security_days: Annotated[
        int,
        Whole(*SECURITY_DAYS),
        "days for which the log of security events is kept",
    ] = 365
    controller: Annotated[
        str, ScreenText(MAX_TEXT, least=0), "who controls personal data, with the address"
    ] = ""
    dpo: Annotated[
        str, ScreenText(MAX_TEXT, least=0), "the data-protection officer, and how to reach them"
    ] = ""
    results_years: Annotated[
        int, Whole(*RESULTS_YEARS), "years for which published results are kept, and objections"
    ] = 10
    raw_months: Annotated[
        int, Whole(*RAW_MONTHS), "months for which day reports and queue tickets are kept"
    ] = 24
    record_years: Annotated[
        int, Whole(*RECORD_YEARS), "years for which the log of changes and looks is kept"
    ] = 5
    comments_months: Annotated[
        int, Whole(*COMMENTS_MONTHS), "months for which citizens' comments are kept"
    ] = 24
    backup_days: Annotated[
        int, Whole(*BACKUP_DAYS), "days for which backups stay in the folder of central.toml"
    ] = 90
    fiscal_year_starts: Annotated[
        int, Whole(1, 12), "the month; rounds and quarters follow from it"
    ] = FISCAL_YEAR_STARTS
    second_factor: Annotated[
        bool, Flag(), "roles that see or change others' sign in with a code of an app as well"
    ] = True
    early_word: Annotated[
        bool, Flag(), "an officer whose newest weeks fall is told on the own page, and nobody else"
    ] = False
    one_session: Annotated[bool, Flag(), "who signs in anew ends the account's other sessions"] = (
        True
    )
    own_result_at_terminal: Annotated[
        bool, Flag(), "an officer's PIN opens the own last round at a terminal"
    ] = True
    holidays: Annotated[
        frozenset[date], Days(MAX_HOLIDAYS), "closed days: terminals count no dark hours on them"
    ] = frozenset()
    ita_rows: Annotated[
        tuple[ItaRow, ...],
        Tables(ItaRow, MAX_ITA_ROWS),
        "of the ITA report, in their order; none: those that came with the program",
    ] = ()

    def office_name(self, name: str, language: str) -> str:
        """The office's name in a language; `name`: in Thai."""
        return name if language == "th" else self.office_en or name

    def satisfied_words(self, language: str) -> tuple[str, ...]:
        """What those chose who are satisfied, best first."""
        worst_first = self.level_words_th if language == "th" else self.level_words_en
        scale = Scale(len(worst_first))
        return tuple(
            worst_first[score - 1] for score in reversed(scale.scores()) if scale.satisfied(score)
        )

    @property
    def asks_less(self) -> bool:
        """Whether an appraisal may use what it should not without a reason."""
        low = self.appraisal_from < APPRAISAL_FLOOR
        return low or self.appraisal_response < RESPONSE_FLOOR

    @property
    def level_words(self) -> tuple[Bilingual, ...]:
        """Worst first."""
        pairs = zip(self.level_words_th, self.level_words_en, strict=True)
        return tuple(Bilingual(th=th, en=en) for th, en in pairs)

    def words_of(self, levels: int, language: str) -> tuple[str, ...]:
        """The words of a scale, worst first; where the office uses the usual ones, a shorter scale
        takes its own from them, as terminals do. Empty: nobody wrote words for so many levels."""
        words = self.level_words_th if language == "th" else self.level_words_en
        if len(words) == levels:
            return words
        if words not in (USUAL_WORDS_TH, USUAL_WORDS_EN) or levels not in LEVELS:
            return ()
        return tuple(words[of_five(score, levels) - 1] for score in range(1, levels + 1))

    def document(self) -> str:
        """As JSON, as it is stored and as a file carries it from office to office."""
        return json.dumps(tables.written(SiteSettings, self), ensure_ascii=False)


class StoredSettings(NamedTuple):
    """Settings with the version that an editor starts from."""

    version: int = 0
    settings: SiteSettings = SiteSettings()


@lru_cache(maxsize=256)  # the same text is the same settings, and every page asks
def parse(document: str) -> SiteSettings:
    """The settings of a document; Refusal names what is not accepted."""
    try:
        values = json.loads(document)
    except (ValueError, RecursionError):
        raise BadSettings("settings_no_json") from None
    if not isinstance(values, dict) or not values:
        raise BadSettings("settings_no_document")
    return read(values)


def read(values: dict[str, Any]) -> SiteSettings:
    """The settings of a document's or a form's values; Refusal names what is not accepted."""
    try:
        settings = tables.table(SiteSettings, values)
    except WrongSetting as error:
        raise _refused(error) from None
    if len(settings.level_words_th) != len(settings.level_words_en):
        raise BadSettings("level_words_differ")
    if settings.asks_less and not settings.appraisal_reason.strip():
        raise BadSettings(
            "appraisal_reason_missing", n=str(APPRAISAL_FLOOR), share=str(RESPONSE_FLOOR)
        )
    for name, rows in (("reasons", settings.reasons), ("services", settings.services)):
        if len({row.id for row in rows}) != len(rows):
            raise BadSettings("id_twice", field=name)
    _check_ita_rows(settings.ita_rows)
    return settings


def _check_ita_rows(rows: tuple[ItaRow, ...]) -> None:
    codes = [row.code for row in rows if row.code]
    if len(set(codes)) != len(codes):
        raise BadSettings("ita_code_twice")
    for above, row in zip((None, *rows), rows, strict=False):
        if row.form == ANNEX and not row.code:
            raise BadSettings("ita_annex_code", text=excerpt(row.indicator))
        if not row.joined:
            continue
        place = (row.form, row.indicator)
        is_item = bool(row.code) and row.form != ANNEX
        if above is None or not above.code or not is_item or (above.form, above.indicator) != place:
            raise BadSettings("ita_joined", code=row.code or excerpt(row.indicator))


def _refused(error: WrongSetting) -> BadSettings:
    field, _, _ = error.where.partition(".")
    if field not in SiteSettings._fields:
        return BadSettings("settings_unknown", name=excerpt(field))
    if not error.excerpt:
        return BadSettings("wrong_setting", field=field, problem=error.refusal)
    return BadSettings("wrong_value", field=field, text=error.excerpt, problem=error.refusal)
