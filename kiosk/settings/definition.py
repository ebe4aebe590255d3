"""Which settings a terminal has: each with its kind, its remark and its default.

Nested as kiosk.toml is. Every default is right for most counters, so an empty file is a good file.
What an office may also reword from central stands in `kiosk.domain.wording`; how long things last
by default, in `kiosk.domain.rules`.
"""

from datetime import date, time
from pathlib import Path
from typing import Annotated, NamedTuple

from kiosk.domain.kinds import (
    BackupKey,
    ButtonScores,
    Choice,
    Days,
    Different,
    Flag,
    Identifier,
    KeyScores,
    LanguageCodes,
    Name,
    Names,
    Number,
    ScreenText,
    Text,
    TimeOfDay,
    WebAddress,
    Whole,
)
from kiosk.domain.people import CounterId, ServiceId
from kiosk.domain.rules import LOST_TO_REASONS, Ask, Rules
from kiosk.domain.scale import LEVELS, FaceOrder, Scale, Score
from kiosk.domain.wording import (
    DEFAULT_QUESTION,
    DEFAULT_REASONS,
    LANGUAGES,
    MAX_ADDRESS,
    MAX_HOLIDAYS,
    MAX_LEVELS,
    MAX_REASONS,
    MAX_SCREEN_TEXT,
    MIN_LEVELS,
    Bilingual,
    ReasonWords,
    Wording,
)
from kiosk.tomlfile.tables import Tables

FILE_NAME = "kiosk.toml"
MAX_LINKS = 3
MAX_PANELS = 8
MAX_BUTTONS = 16
PANEL_PROFILES = (
    "own",
    "modbus",
    "jt905",
    "candle485",
    "xid",
    "keypad",
    "gpio",
    "ascii-line",
    "hex-frame",
    "single-byte",
    "network",
)
"""The panel families that `hardware` speaks; named here because the core knows no hardware."""
PARITIES = ("", "none", "even", "odd")
PULLS = ("", "up", "down", "none")
BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
OPEN, OFFERED = "open", "offered"
"""Whether the question always stands, or only after a service has ended."""
LOST_ALWAYS = LOST_TO_REASONS[Ask.ALWAYS]
DEFAULT_RULES = Rules()


class Office(NamedTuple):
    """Where the terminal stands, and when citizens come."""

    name_th: Annotated[str, Name(), "the office's name in Thai"] = "สำนักงานเขตดินแดง"
    name_en: Annotated[str, Name(), "and in English"] = "Din Daeng District Office"
    counter: Annotated[CounterId, Identifier(), "this terminal's counter"] = CounterId("1")
    service: Annotated[ServiceId, Identifier(), "the service given here"] = ServiceId("general")
    opens: Annotated[time, TimeOfDay(), "the first duty begins"] = time(8, 0)
    closes: Annotated[time, TimeOfDay(), "an officer still on duty is signed off"] = time(16, 30)
    zone: Annotated[
        str, Text(), 'the time zone that is kept here, whatever the machine has; "": the machine\'s'
    ] = "Asia/Bangkok"
    holidays: Annotated[
        frozenset[date],
        Days(MAX_HOLIDAYS),
        'closed days, with days in lieu: ["2026-12-07", "2027-01-01"]; no dark hours are counted',
    ] = frozenset()

    @property
    def name(self) -> Bilingual:
        return Bilingual(th=self.name_th, en=self.name_en)


class Question(NamedTuple):
    """What the citizen is asked."""

    th: Annotated[str, ScreenText(MAX_SCREEN_TEXT), "in Thai"] = DEFAULT_QUESTION.th
    en: Annotated[str, ScreenText(MAX_SCREEN_TEXT), "in English"] = DEFAULT_QUESTION.en

    @property
    def words(self) -> Bilingual:
        return Bilingual(th=self.th, en=self.en)


class ScaleSettings(NamedTuple):
    """The faces."""

    levels: Annotated[int, Choice(LEVELS), "5, 4 or 3 faces"] = Scale().levels
    words_th: Annotated[
        tuple[str, ...],
        Names(MIN_LEVELS, MAX_LEVELS),
        "a word for each face, worst first; []: the usual words",
    ] = ()
    words_en: Annotated[tuple[str, ...], Names(MIN_LEVELS, MAX_LEVELS), "the same in English"] = ()
    best_first: Annotated[
        bool,
        Flag(),
        "the best face stands on the left, upright at the top; results of other orders differ",
    ] = True

    @property
    def order(self) -> FaceOrder:
        return FaceOrder.BEST_FIRST if self.best_first else FaceOrder.WORST_FIRST

    def words(self, language: str) -> tuple[str, ...]:
        """The office's own words, worst first; empty: it wrote none in that language."""
        return {"th": self.words_th, "en": self.words_en}.get(language, ())


class Times(NamedTuple):
    """How long things last, in seconds."""

    lock: Annotated[float, Number(0.1, 60), "after a press, another press is not scored"] = (
        DEFAULT_RULES.lock
    )
    thanks: Annotated[float, Number(0.1, 60), "the thank-you stands"] = DEFAULT_RULES.thanks
    reasons: Annotated[float, Number(0.1, 120), "the page of reasons waits"] = (
        DEFAULT_RULES.reasons_timeout
    )
    grace: Annotated[
        float, Number(0, 600), "after a pause, sign-off or hand-over, who served is still rated"
    ] = DEFAULT_RULES.grace
    idle: Annotated[
        float, Number(600, 43_200), "a duty without a rating for so long ends by itself"
    ] = DEFAULT_RULES.idle


class PanelSettings(NamedTuple):
    """A panel of buttons."""

    port: Annotated[
        str, Text(), '"": none; "auto", a path, or a name that `kiosk panel list` shows'
    ] = ""
    profile: Annotated[str, Choice(PANEL_PROFILES), ", ".join(PANEL_PROFILES)] = "own"
    baud: Annotated[int, Choice((0, *BAUD_RATES)), "0: as the profile has it"] = 0
    parity: Annotated[str, Choice(PARITIES), 'none, even, odd; "": as the profile has it'] = ""
    address: Annotated[int, Whole(0, 247), "on a shared line; 0: as the profile has it"] = 0
    codes: Annotated[
        tuple[str, ...],
        Different(MAX_BUTTONS, "write_codes"),
        "what each button sends, for a profile that learns; []: as the profile has it",
    ] = ()
    poll: Annotated[str, Text(), 'hex-frame: what asks the box, such as "A5 00 5A"'] = ""
    lamp_on: Annotated[str, Text(), "hex-frame: what is sent once a press is stored"] = ""
    lamp_off: Annotated[str, Text(), "and a second later"] = ""
    voice: Annotated[str, Text(), "hex-frame: what makes the box say thank you"] = ""
    key_file: Annotated[str, Text(), "network: `kiosk panel network` writes it"] = ""
    lamp: Annotated[
        str, Text(), 'modbus, gpio: its coil or line, "none"; "": as the profile has it'
    ] = ""
    pull: Annotated[
        str, Choice(PULLS), 'gpio: "up": buttons to ground; "down": to 3.3 V; "none": own resistors'
    ] = ""
    buttons: Annotated[
        tuple[int, ...],
        ButtonScores(MAX_BUTTONS, MAX_LEVELS),
        "the score of button 1, 2, ...; 0: none; []: the best first, [5, 4, 3, 2, 1]",
    ] = ()

    @property
    def button_count(self) -> int:
        """The highest button's number; where none is written, a button for each face."""
        return len(self.buttons) or MAX_LEVELS

    @property
    def scores(self) -> dict[int, Score]:
        """The score of each button that has one, by the button's number."""
        numbered = enumerate(self.buttons, start=1)
        return {button: Score(score) for button, score in numbered if score}


class Offer(NamedTuple):
    """Where a queue exists: hardware/TICKETS.md."""

    mode: Annotated[
        str,
        Choice((OPEN, OFFERED)),
        'the question always stands; "offered": only after each service ended',
    ] = OPEN
    seconds: Annotated[float, Number(5, 300), "how long an offered question stands"] = (
        DEFAULT_RULES.offer
    )
    key: Annotated[str, Text(), 'the key that ends a service, such as "F9"; "": none'] = ""
    port: Annotated[str, Text(), 'the ticket machine\'s serial line; "": none'] = ""
    baud: Annotated[int, Choice(BAUD_RATES), "of that line"] = 9600
    http: Annotated[
        int,
        Whole(1024, 65_535, zero=True),
        "port on 127.0.0.1 for a queue program, such as 8765; 0: none",
    ] = 0


class Link(NamedTuple):
    """An address shown as a code while nobody is being served, and what it is for."""

    th: Annotated[str, Name(), "what it is for, in Thai"]
    en: Annotated[str, Name(), "and in English"]
    url: Annotated[str, WebAddress(MAX_ADDRESS, needed=True), "its address"]

    @property
    def words(self) -> Bilingual:
        return Bilingual(th=self.th, en=self.en)


EXAMPLE_LINK = Link(th="จองคิวออนไลน์", en="Book a queue", url="https://example.go.th/queue")


class Notices(NamedTuple):
    """While nobody is being served: the folder notices beside this file."""

    seconds: Annotated[float, Number(3, 600), "how long each stands"] = 12.0
    links: Annotated[
        tuple[Link, ...],
        Tables(Link, MAX_LINKS, examples=(EXAMPLE_LINK,)),
        f"Codes shown beside them, up to {MAX_LINKS}:",
    ] = ()


class Comments(NamedTuple):
    """Where a citizen can write more."""

    url: Annotated[
        str, WebAddress(MAX_ADDRESS), 'the QR code on the thank-you screen; "": none'
    ] = ""
    seconds: Annotated[float, Number(5, 60), "the code stands, unless the next one presses"] = 20


class Sound(NamedTuple):
    """What is heard: an audible guide for those who can't see the screen (`kiosk sounds`)."""

    guide: Annotated[
        bool, Flag(), "speaks when a question is offered, or a button without a score is pressed"
    ] = False
    output: Annotated[
        str, Text(), 'the jack or speaker; `kiosk sounds outputs` names them; "": the usual'
    ] = ""
    volume: Annotated[int, Whole(0, 100), "per cent, of the guide"] = 80
    press: Annotated[
        bool, Flag(), "without the guide: a soft sound once a rating is stored, whatever its score"
    ] = True


class Screen(NamedTuple):
    """How the screen looks, and in which language it rests."""

    language: Annotated[str, Choice(LANGUAGES), "the language the terminal returns to"] = "th"
    languages: Annotated[
        tuple[str, ...],
        LanguageCodes(),
        'those a citizen may choose, in this order: ["th", "en"]; []: all there are',
    ] = ()
    text_percent: Annotated[
        int,
        Whole(100, 150),
        "up to 150: larger words; a long word under a face stays as wide as the face",
    ] = 100
    low_reach: Annotated[bool, Flag(), "everything a citizen presses stands in the lower half"] = (
        False
    )
    reduced_motion: Annotated[bool, Flag(), "nothing moves by itself"] = False
    ask_reasons: Annotated[
        Ask,
        Choice(tuple(Ask)),
        'after "low" scores, "always" (hides the score; by touch '
        f"{LOST_ALWAYS.usual_day} of 100 next citizens are lost, {LOST_ALWAYS.rush} in a rush), "
        '"never"',
    ] = DEFAULT_RULES.ask


class Sync(NamedTuple):
    """How reports go to the central report, once the terminal is enrolled."""

    at: Annotated[time, TimeOfDay(), "nightly: within the hour after it"] = time(20, 30)
    ca: Annotated[str, Text(), 'file of a private certificate authority; "": the system\'s'] = ""
    proxy: Annotated[
        str, Text(), 'http://NAME:PORT of the office\'s proxy; "": HTTPS_PROXY, else none'
    ] = ""
    stick: Annotated[
        str, Text(), 'where a USB stick is mounted, for the service menu; "": not offered'
    ] = ""


class Backup(NamedTuple):
    """Copies that `kiosk backup` writes."""

    key: Annotated[
        str,
        BackupKey(),
        'the public half of the office\'s key (kiosk-central backup-key show); "": not sealed',
    ] = ""


class Settings(NamedTuple):
    """Everything in kiosk.toml."""

    office: Office = Office()
    question: Question = Question()
    scale: ScaleSettings = ScaleSettings()
    times: Times = Times()
    keys: Annotated[
        dict[str, Score],
        KeyScores(MAX_LEVELS),
        "of a keyboard-type pad: key = score; none: no key rates, and staff may type",
    ] = {}  # noqa: RUF012  (a NamedTuple's default; nobody changes it)
    panel: Annotated[
        tuple[PanelSettings, ...],
        Tables(PanelSettings, MAX_PANELS, one=True),
        "`kiosk panel setup` writes it; for two panels, write [[panel]] twice",
    ] = (PanelSettings(),)
    offer: Offer = Offer()
    notices: Notices = Notices()
    comments: Comments = Comments()
    sound: Sound = Sound()
    screen: Screen = Screen()
    sync: Sync = Sync()
    backup: Backup = Backup()
    reasons: Annotated[
        tuple[ReasonWords, ...],
        Tables(ReasonWords, MAX_REASONS),
        f"Reasons offered after a low score, up to {MAX_REASONS}; these where none is written:",
    ] = DEFAULT_REASONS
    path: Path = Path(FILE_NAME)
    """The file they came from."""

    @property
    def panels(self) -> tuple[PanelSettings, ...]:
        """At least one; the first is the panel of [panel]."""
        return self.panel

    @property
    def rules(self) -> Rules:
        """What the encounter goes by."""
        return Rules(
            scale=Scale(self.scale.levels),
            reasons=tuple(reason.id for reason in self.reasons),
            ask=self.screen.ask_reasons,
            lock=self.times.lock,
            thanks=self.times.thanks,
            reasons_timeout=self.times.reasons,
            grace=self.times.grace,
            idle=self.times.idle,
            offered=self.offer.mode == OFFERED,
            offer=self.offer.seconds,
        )

    def with_wording(self, wording: Wording) -> "Settings":
        """These settings with central's name of the office, its words for the scale and its reasons
        in place of the file's, and its holidays beside the file's. Words for a scale of another
        number of levels are ignored."""
        holidays = self.office.holidays | frozenset(wording.holidays)
        changed = self._replace(office=self.office._replace(holidays=holidays))
        if wording.office_th:
            english = wording.office_en or wording.office_th
            office = changed.office._replace(name_th=wording.office_th, name_en=english)
            changed = changed._replace(office=office)
        if len(wording.level_words) == self.scale.levels:
            words_th = tuple(words.th for words in wording.level_words)
            words_en = tuple(words.en for words in wording.level_words)
            scale = self.scale._replace(words_th=words_th, words_en=words_en)
            changed = changed._replace(scale=scale)
        if wording.reasons:
            changed = changed._replace(reasons=wording.reasons)
        return changed
