"""The terminal's settings: one TOML file in its data folder, parsed into frozen values.

Every key has a default that is right for most counters, so an empty file is a good file. An
unknown or misspelt key, a bad value, a missing or unreadable file: ConfigError, one line that
names the file, the key and the remedy.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from kiosk.domain.people import BadPerson, CounterId, ServiceId, identifier, plain
from kiosk.domain.rating import ReasonId
from kiosk.domain.rules import Ask, Rules
from kiosk.domain.scale import NotOnScale, Scale, Score
from kiosk.domain.wording import (
    DEFAULT_QUESTION,
    DEFAULT_REASONS,
    LANGUAGES,
    MAX_ADDRESS,
    MAX_HOLIDAYS,
    MAX_REASONS,
    MAX_SCREEN_TEXT,
    Bilingual,
    ReasonWords,
    Wording,
)
from kiosk.language import in_english

FILE_NAME = "kiosk.toml"
MAX_LINKS = 3
PANEL_PROFILES = (
    "own",
    "modbus",
    "jt905",
    "candle485",
    "xid",
    "ascii-line",
    "single-byte",
)
"""The panel families that `hardware` speaks; named here because the core knows no hardware."""
PARITIES = ("", "none", "even", "odd")
MAX_PANELS = 4
MAX_BUTTONS = 16
T = TypeVar("T")


class ConfigError(Exception):
    """A setting that can't be used; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Office:
    name: Bilingual
    counter: CounterId
    service: ServiceId
    opens: time
    closes: time
    holidays: frozenset[date] = frozenset()
    """Days on which the office is closed; Saturdays and Sundays need not be named."""


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """`port` empty: no panel; "auto": whichever port it answers on. `baud` 0 and `parity` "": the
    profile's own. `buttons` maps button number to score, `count` is the highest button number.
    `address` and `codes`: what the profile needs to know, in hardware's terms."""

    port: str
    baud: int
    buttons: dict[int, Score]
    profile: str = "own"
    parity: str = ""
    address: int = 0
    codes: tuple[str, ...] = ()
    count: int = 5


@dataclass(frozen=True, slots=True)
class Link:
    """An address shown as a code while nobody is being served, and what it is for, by language."""

    words: Bilingual
    url: str


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How the end of a service is told: by a key, a ticket machine's line, HTTP on this machine.
    Empty or 0: not that way."""

    key: str = ""
    port: str = ""
    baud: int = 9600
    http: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    path: Path
    office: Office
    question: Bilingual
    scale_words: dict[str, tuple[str, ...]]
    reasons: tuple[ReasonWords, ...]
    rules: Rules
    panels: tuple[PanelSettings, ...]
    """At least one; the first is the panel of [panel]."""
    keys: dict[str, Score]
    queue: QueueSettings
    notice_seconds: float
    """How long each notice stands."""
    links: tuple[Link, ...]
    language: str
    offered_languages: tuple[str, ...]
    """Codes of the languages a citizen may choose, in their order; none: every one there is."""
    text_percent: int
    sound_guide: bool
    sound_output: str
    """What the player calls the jack or speaker; "": the machine's own."""
    volume: int
    """Per cent."""
    low_reach: bool
    reduced_motion: bool
    comment_url: str
    sync_at: time
    sync_ca: str
    """File of the authority that signed central's certificate; "": the system's."""
    sync_stick: str
    """Where the machine mounts a USB stick, for the service menu; "": nowhere."""
    best_first: bool
    """Whether the best face stands first (left)."""
    screen_height_mm: float
    """Height of the picture in millimetres; 0: what the screen itself says."""

    @property
    def panel(self) -> PanelSettings:
        return self.panels[0]

    def with_wording(self, wording: Wording) -> "Settings":
        """These settings with central's words for the scale and the reasons in place of the file's,
        and its holidays beside the file's. Words for a scale of another number of levels are
        ignored."""
        holidays = self.office.holidays | frozenset(wording.holidays)
        changed = replace(self, office=replace(self.office, holidays=holidays))
        if len(wording.level_words) == self.rules.scale.levels:
            words = {
                code: tuple(level.in_language(code) for level in wording.level_words)
                for code in LANGUAGES
            }
            changed = replace(changed, scale_words=words)
        if wording.reasons:
            ids = tuple(reason.id for reason in wording.reasons)
            rules = replace(self.rules, reasons=ids)
            changed = replace(changed, reasons=wording.reasons, rules=rules)
        return changed


DEFAULT_TEXT = """\
# The terminal's settings. Every line may be left out; what stands here are the defaults.

[office]
name_th = "สำนักงานเขตดินแดง"
name_en = "Din Daeng District Office"
counter = "1"              # this terminal's counter
service = "general"        # the service given here
opens = "08:00"
closes = "16:30"           # whoever is still on duty then is signed off
# holidays = ["2026-12-07", "2027-01-01"]   # closed, with days in lieu: no dark hours are counted

[question]
th = "ท่านพึงพอใจต่อการให้บริการของเจ้าหน้าที่เพียงใด"
en = "How satisfied are you with the officer's service?"

[scale]
levels = 5                 # 5, 4 or 3
# words_th = ["ต้องปรับปรุง", "ควรปรับปรุง", "พอใช้", "ดี", "ดีมาก"]   # worst first
best_first = true          # the best face on the left

[times]                    # seconds
lock = 5                   # after a press, another is not scored
thanks = 5
reasons = 20               # how long the reasons wait
grace = 60                 # after a pause or sign-off, ratings still count for the officer
idle = 5400                # a duty without a rating for so long ends by itself

[panel]                    # `kiosk panel setup` writes it; two panels: write [[panel]] twice
port = ""                  # "": none. "auto", a path, a /dev/serial/by-id name, VID:PID:SERIAL
profile = "own"            # modbus, jt905, candle485, xid, ascii-line, single-byte
# baud = 9600              # baud, parity ("none", "even", "odd"), address: as the profile has them
# buttons = [5, 4, 3, 2, 1]  # the score of button 1, 2, ...; 0: none

# [keys]                   # keyboard-type pads: key = score; as here where not written
# "1" = 1
# "2" = 2
# "3" = 3
# "4" = 4
# "5" = 5

[offer]                    # where a queue exists: hardware/TICKETS.md
mode = "open"              # the question always stands; "offered": only after each service ended
seconds = 30               # how long an offered question stands
key = ""                   # the key that ends a service, such as "F9"; "": none
port = ""                  # the ticket machine's serial line; "": none
baud = 9600
http = 0                   # port on 127.0.0.1 for a queue program, such as 8765; 0: none

[notices]                  # while nobody is being served: the folder notices beside this file
seconds = 12               # how long each stands

# Codes shown beside them, up to three:
# [[notices.links]]
# th = "จองคิวออนไลน์"
# en = "Book a queue"
# url = "https://example.go.th/queue"

[comments]
url = ""                   # the QR code on the thank-you screen; "": none

[sound]                    # an audible guide, for who can't see the screen: `kiosk sounds`
guide = false              # speaks when a question is offered, or a button without a score pressed
output = ""                # the jack or speaker; `kiosk sounds --outputs` names them; "": the usual
volume = 80                # per cent

[screen]
language = "th"            # the language the terminal returns to
# languages = ["th", "en"] # those a citizen may choose, in this order; left out: all there are
text_percent = 100         # up to 150: larger words, as far as their place lets them
low_reach = false          # everything a citizen presses in the lower half of the screen
reduced_motion = false     # nothing moves by itself
ask_reasons = "low"        # after a "low" score, "always" (nobody watching learns it), or "never"

[sync]
at = "20:30"               # nightly, when enrolled with a central report
ca = ""                    # file of a private certificate authority; "": the system's
stick = ""                 # where a USB stick is mounted, for the service menu; "": not offered

# Reasons offered after a low score, up to six; leave all out for the defaults.
# [[reasons]]
# id = "wait"
# th = "รอนาน"
# en = "Long wait"
"""


def load(path: Path) -> Settings:
    """The settings in the file at `path`; ConfigError when it can't be read or used."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: not found; `kiosk init` makes it") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise ConfigError(f"{path}: can't be read: {reason}") from None
    return parse(text, path)


def parse(text: str, path: Path = Path(FILE_NAME)) -> Settings:
    """The settings in TOML `text`; `path` is named in errors."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    root = _Table(path, "", values)
    office = root.table("office")
    question = root.table("question")
    scale_table = root.table("scale")
    times = root.table("times")
    panels = root.tables("panel")
    offer = root.table("offer")
    notices = root.table("notices")
    comments = root.table("comments")
    screen = root.table("screen")
    sound = root.table("sound")
    sync = root.table("sync")

    scale = scale_table.take("levels", Scale(), _levels)
    reasons = root.take("reasons", None, _reasons) or DEFAULT_REASONS
    rules = Rules(
        scale=scale,
        reasons=tuple(reason.id for reason in reasons),
        ask=Ask(screen.take("ask_reasons", Ask.LOW.value, _one_of(tuple(a.value for a in Ask)))),
        lock=times.take("lock", 5.0, _seconds(0.1, 60)),
        thanks=times.take("thanks", 5.0, _seconds(0.1, 60)),
        reasons_timeout=times.take("reasons", 20.0, _seconds(0.1, 120)),
        grace=times.take("grace", 60.0, _seconds(0, 600)),
        idle=times.take("idle", 5400.0, _seconds(600, 43_200)),
        offered=offer.take("mode", "open", _one_of(("open", "offered"))) == "offered",
        offer=offer.take("seconds", 30.0, _seconds(5, 300)),
    )
    settings = Settings(
        path=path,
        office=Office(
            name=Bilingual(
                th=office.take("name_th", "สำนักงานเขตดินแดง", _words),
                en=office.take("name_en", "Din Daeng District Office", _words),
            ),
            counter=CounterId(office.take("counter", "1", _identifier)),
            service=ServiceId(office.take("service", "general", _identifier)),
            opens=office.take("opens", time(8, 0), _time),
            closes=office.take("closes", time(16, 30), _time),
            holidays=office.take("holidays", frozenset(), _days),
        ),
        question=Bilingual(
            th=question.take("th", DEFAULT_QUESTION.th, _long_words),
            en=question.take("en", DEFAULT_QUESTION.en, _long_words),
        ),
        scale_words=_scale_words(scale_table, scale),
        best_first=scale_table.take("best_first", True, _flag),
        reasons=reasons,
        rules=rules,
        panels=tuple(_panel(panel, scale) for panel in panels),
        keys=root.take("keys", {str(s): s for s in scale.scores()}, _keys(scale)),
        queue=QueueSettings(
            key=offer.take("key", "", _text),
            port=offer.take("port", "", _text),
            baud=offer.take("baud", 9600, _baud),
            http=offer.take("http", 0, _tcp_port),
        ),
        notice_seconds=notices.take("seconds", 12.0, _seconds(3, 600)),
        links=notices.take("links", (), _links),
        language=screen.take("language", "th", _one_of(LANGUAGES)),
        screen_height_mm=screen.take("height_mm", 0.0, _seconds(0, 5000)),
        offered_languages=screen.take("languages", (), _language_codes),
        text_percent=screen.take("text_percent", 100, _percent),
        sound_guide=sound.take("guide", False, _flag),
        sound_output=sound.take("output", "", _text),
        volume=int(sound.take("volume", 80.0, _seconds(0, 100))),
        low_reach=screen.take("low_reach", False, _flag),
        reduced_motion=screen.take("reduced_motion", False, _flag),
        comment_url=comments.take("url", "", _url),
        sync_at=sync.take("at", time(20, 30), _time),
        sync_ca=sync.take("ca", "", _text),
        sync_stick=sync.take("stick", "", _text),
    )
    if settings.office.opens >= settings.office.closes:
        raise ConfigError(f"{path}: office.closes: must be later than office.opens")
    if settings.offered_languages and settings.language not in settings.offered_languages:
        raise ConfigError(
            f"{path}: screen.languages: has not {settings.language!r}, screen.language's own"
        )
    if settings.queue.key in settings.keys:
        raise ConfigError(f"{path}: offer.key: {settings.queue.key} is a score's key already")
    tables = (office, question, scale_table, times, *panels, offer, notices, comments, screen)
    for table in (*tables, sound, sync, root):
        table.done()
    return settings


class _Bad(ValueError):
    """What a value should have been."""


class _Table:
    """One TOML table whose keys are taken once each; what is left over is unknown."""

    def __init__(self, path: Path, name: str, values: dict[str, Any]) -> None:
        self._path, self._name, self._values = path, name, values
        self._known: list[str] = []

    def table(self, name: str) -> "_Table":
        self._known.append(name)
        values = self._values.pop(name, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{self._path}: {name}: write it as a table: [{name}]")
        return _Table(self._path, name, values)

    def tables(self, name: str) -> "list[_Table]":
        """One table, or several of the same name; one empty table when there is none."""
        values = self._values.get(name)
        if not isinstance(values, list):
            return [self.table(name)]
        self._known.append(name)
        del self._values[name]
        if not 1 <= len(values) <= MAX_PANELS or not all(isinstance(v, dict) for v in values):
            raise ConfigError(f"{self._path}: {name}: write 1 to {MAX_PANELS} [[{name}]]")
        return [_Table(self._path, name, v) for v in values]

    def take(self, key: str, default: T, convert: Callable[[Any], T]) -> T:
        self._known.append(key)
        if key not in self._values:
            return default
        value = self._values.pop(key)
        try:
            return convert(value)
        except (_Bad, BadPerson, NotOnScale) as error:
            raise ConfigError(
                f"{self._path}: {self._at(key)} = {value!r}: {in_english(error)}"
            ) from None

    def done(self) -> None:
        for key in self._values:
            import difflib  # needed only to put a mistake right

            near = difflib.get_close_matches(key, self._known, 1)
            remedy = f"did you mean {self._at(near[0])}?" if near else "remove it"
            raise ConfigError(f"{self._path}: {self._at(key)}: unknown setting; {remedy}")

    def _at(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key


def _text(value: Any) -> str:
    if not isinstance(value, str) or any(ord(c) < 0x20 for c in value):
        raise _Bad("write a text in quotes")
    return value


def _words(value: Any) -> str:
    return plain("text", _text(value))


def _long_words(value: Any) -> str:
    text = _text(value).strip()
    if not 1 <= len(text) <= MAX_SCREEN_TEXT:
        raise _Bad(f"write 1 to {MAX_SCREEN_TEXT} characters")
    return text


def _identifier(value: Any) -> str:
    return identifier("id", _text(value))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Bad("write true or false")
    return value


def _time(value: Any) -> time:
    text = _text(value)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise _Bad('write a time of day as "HH:MM"')
    return time.fromisoformat(text)


def _days(value: Any) -> frozenset[date]:
    return frozenset(_day(day) for day in _listed(value))


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_HOLIDAYS:
        raise _Bad(f'write a list of at most {MAX_HOLIDAYS} dates: ["2026-12-07"]')
    return value


def _day(value: Any) -> date:
    text = value.isoformat() if type(value) is date else value
    if not (isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)):
        raise _Bad('write each date as "YYYY-MM-DD"')
    if not "2020" <= text[:4] <= "2199":
        raise _Bad(f"{text}: write the year of the Common Era, which is that of B.E. less 543")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Bad(f"{text}: there is no such day") from None


def _seconds(low: float, high: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Bad("write a number")
        if not low <= value <= high:
            raise _Bad(f"write a number from {low:g} to {high:g}")
        return float(value)

    return convert


def _levels(value: Any) -> Scale:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Bad("write 5, 4 or 3")
    return Scale(value)


def _baud(value: Any) -> int:
    rates = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
    if isinstance(value, bool) or value not in rates:
        raise _Bad(f"write one of {', '.join(map(str, rates))}")
    return int(value)


def _tcp_port(value: Any) -> int:
    ports = range(1024, 65_536)
    if isinstance(value, bool) or not isinstance(value, int) or (value and value not in ports):
        raise _Bad("write a port from 1024 to 65535; 0: none")
    return value


def _language_codes(value: Any) -> tuple[str, ...]:
    """Codes alone: which languages there are, the screens know."""
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        raise _Bad('write a list of different languages, such as ["th", "en"]')
    return tuple(_text(code) for code in value)


def _percent(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 150:
        raise _Bad("write a whole number from 100 to 150")
    return value


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if value not in choices:
            raise _Bad(f"write one of {', '.join(choices)}")
        return str(value)

    return convert


def _links(value: Any) -> tuple[Link, ...]:
    if not isinstance(value, list) or len(value) > MAX_LINKS:
        raise _Bad(f"write up to {MAX_LINKS} [[notices.links]]")
    links = []
    for item in value:
        if not isinstance(item, dict) or set(item) != {"url", *LANGUAGES}:
            raise _Bad(f"each link has url, {', '.join(LANGUAGES)}")
        if not (address := _url(item["url"])):
            raise _Bad("a link has no address")
        links.append(Link(Bilingual(th=_words(item["th"]), en=_words(item["en"])), address))
    return tuple(links)


def _url(value: Any) -> str:
    text = _text(value)
    if text and (not text.startswith(("https://", "http://")) or len(text) > MAX_ADDRESS):
        raise _Bad(f"write an address that starts with https://, at most {MAX_ADDRESS} characters")
    return text


def _score(scale: Scale, value: Any) -> Score:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Bad(f"scores are numbers from 1 to {scale.levels}")
    return scale.score(value)


def _panel(table: _Table, scale: Scale) -> PanelSettings:
    best_first = tuple(reversed(scale.scores()))
    buttons: tuple[Score | None, ...] = table.take("buttons", best_first, _buttons(scale))
    return PanelSettings(
        port=table.take("port", "", _text),
        baud=table.take("baud", 0, _baud),
        buttons={i: score for i, score in enumerate(buttons, start=1) if score is not None},
        profile=table.take("profile", "own", _one_of(PANEL_PROFILES)),
        parity=table.take("parity", "", _one_of(PARITIES)),
        address=table.take("address", 0, _address),
        codes=table.take("codes", (), _codes),
        count=len(buttons),
    )


def _address(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 247:
        raise _Bad("write a number from 0 to 247; 0: the profile's own")
    return value


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_BUTTONS:
        raise _Bad("write a list of texts, one for each button")
    codes = tuple(_text(item) for item in value)
    if not all(codes) or len(set(codes)) != len(codes):
        raise _Bad("each button has a code of its own")
    return codes


def _buttons(scale: Scale) -> Callable[[Any], tuple[Score | None, ...]]:
    def convert(value: Any) -> tuple[Score | None, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_BUTTONS:
            raise _Bad("write a list of scores, one for each button, 0 for a button without")
        buttons = tuple(None if item == 0 else _score(scale, item) for item in value)
        scores = [score for score in buttons if score is not None]
        if not scores or len(set(scores)) != len(scores):
            raise _Bad("each score goes with one button only")
        return buttons

    return convert


def _keys(scale: Scale) -> Callable[[Any], dict[str, Score]]:
    def convert(value: Any) -> dict[str, Score]:
        if not isinstance(value, dict):
            raise _Bad('write a table of key = score, such as "1" = 1')
        return {key: _score(scale, item) for key, item in value.items()}

    return convert


def _scale_words(table: _Table, scale: Scale) -> dict[str, tuple[str, ...]]:
    def convert(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) != scale.levels:
            raise _Bad(f"write {scale.levels} words, worst first")
        return tuple(_words(item) for item in value)

    nothing: tuple[str, ...] = ()
    words = {code: table.take(f"words_{code}", nothing, convert) for code in LANGUAGES}
    return {code: chosen for code, chosen in words.items() if chosen}


def _reasons(value: Any) -> tuple[ReasonWords, ...] | None:
    if not isinstance(value, list) or len(value) > MAX_REASONS:
        raise _Bad(f"write up to {MAX_REASONS} [[reasons]]")
    reasons = []
    for item in value:
        if not isinstance(item, dict) or set(item) != {"id", *LANGUAGES}:
            raise _Bad(f"each reason has id, {', '.join(LANGUAGES)}")
        reason = ReasonWords(
            id=ReasonId(_identifier(item["id"])), th=_words(item["th"]), en=_words(item["en"])
        )
        reasons.append(reason)
    if len({reason.id for reason in reasons}) != len(reasons):
        raise _Bad("an id stands twice")
    return tuple(reasons)
