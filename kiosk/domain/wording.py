"""What an office may reword on its terminals, and within which limits.

The one definition for kiosk.toml, central's settings page, the wire and the terminal's database.
An empty value means: the terminal's own. Knows no words of the screens beyond those an office may
replace.
"""

from datetime import date
from typing import Annotated, NamedTuple

from kiosk.domain.kinds import Identifier, Name
from kiosk.domain.people import MAX_NAME
from kiosk.domain.rating import ReasonId
from kiosk.domain.scale import LEVELS

LANGUAGES = ("th", "en")
"""The languages in which an office writes its own words."""
MAX_SCREEN_TEXT = 160
"""Characters of a question or an improvement. At 160 every screen size shows the question at half
its usual size or larger (tests/ui/test_screens.py); from about 220 on its lines are cut."""
MAX_WORD = MAX_NAME
"""Characters of a level's word or a reason's."""
MAX_ADDRESS = 300
"""Characters of an address shown as a QR code: a longer one makes a code too fine for a phone."""
MIN_LEVELS, MAX_LEVELS = min(LEVELS), max(LEVELS)
MAX_REASONS = 6
"""As many as the page of reasons has places for."""
MAX_IMPROVEMENTS = 4
"""The newest ones; more would pass by unread."""
MAX_HOLIDAYS = 400
"""Some twenty years of them."""


class Bilingual(NamedTuple):
    """One text in the languages in which an office writes."""

    th: str
    en: str

    def in_language(self, code: str) -> str:
        """The text as a reader of `code` gets it: in English where the office did not write it."""
        return self.th if code == "th" else self.en


class ReasonWords(NamedTuple):
    """A reason offered after a low score."""

    id: Annotated[ReasonId, Identifier(), "what reports call it"]
    th: Annotated[str, Name(), "in Thai"]
    en: Annotated[str, Name(), "in English"]

    @property
    def words(self) -> Bilingual:
        return Bilingual(th=self.th, en=self.en)


class Improvement(NamedTuple):
    """What citizens said, and what the office did about it, in Thai."""

    said: str
    done: str


class Wording(NamedTuple):
    """What central sends for the terminal's screens."""

    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""
    level_words: tuple[Bilingual, ...] = ()
    """Worst first."""
    reasons: tuple[ReasonWords, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    """The newest first."""
    holidays: tuple[date, ...] = ()
    """Days on which the office is closed, beside the terminal's own."""
    office_th: str = ""
    office_en: str = ""
    """The office's name; without an English one the Thai stands in its place."""


DEFAULT_QUESTION = Bilingual(
    "ท่านพึงพอใจต่อการให้บริการของเจ้าหน้าที่เพียงใด",
    "How satisfied are you with the officer's service?",
)
DEFAULT_LEVEL_WORDS = (
    Bilingual("น้อยที่สุด", "Not at all"),
    Bilingual("น้อย", "Slightly"),
    Bilingual("ปานกลาง", "Moderately"),
    Bilingual("มาก", "Very"),
    Bilingual("มากที่สุด", "Extremely"),
)
"""Of the usual scale of five levels, worst first: each answers "how satisfied", as Thai surveys
ask it. A shorter scale takes its words from these: `kiosk.domain.scale.of_five`."""
DEFAULT_REASONS = (
    ReasonWords(ReasonId("wait"), "รอนาน", "Long wait"),
    ReasonWords(ReasonId("manner"), "กิริยาวาจาไม่สุภาพ", "Impolite manner"),
    ReasonWords(ReasonId("unclear"), "คำแนะนำไม่ชัดเจน", "Unclear advice"),
    ReasonWords(ReasonId("documents"), "เอกสารยุ่งยาก", "Too many documents"),
    ReasonWords(ReasonId("unfair"), "ไม่เป็นธรรม", "Unfair treatment"),
    ReasonWords(ReasonId("place"), "สถานที่ไม่สะดวก", "Inconvenient place"),
)
