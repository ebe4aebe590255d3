"""The pages of the first questions: from what was answered so far to what the screen shows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk import language
from kiosk.domain.refusal import Refusal
from sync.fingerprint import groups
from ui.dates import date_words, now_words
from ui.text import COMPLETE, FALLBACK, Words
from ui.view import ERASE, Choice, Frame, PinView, QuestionView, View

if TYPE_CHECKING:
    from kiosk.terminal import Status

STEPS = 6
"""Of the longest way."""
_DIGITS = "1234567890"
_LETTERS = ("qwertyuiop", "asdfghjkl-")
ADDRESS_KEYS = ((*_DIGITS, ERASE), *map(tuple, _LETTERS), (*"zxcvbnm.:", ".go.th"))
CODE_KEYS = ((*"23456789", ERASE), tuple("ABCDEFGH"), tuple("JKLMNPQR"), tuple("STUVWXYZ"))
COUNTER_KEYS = ((*_DIGITS, ERASE), *map(tuple, _LETTERS), tuple("zxcvbnm._"))
NEXT = "next"
_THAILAND = timedelta(hours=7)


class Page(StrEnum):
    CLOCK = "clock"
    CLOCK_WRONG = "clock-wrong"
    WAY = "way"
    ADDRESS = "address"
    CODE = "code"
    ASKING = "asking"
    CERTIFICATE = "certificate"
    COUNTER = "counter"
    JOINED = "joined"
    PIN = "pin"
    PIN_AGAIN = "pin-again"
    DONE = "done"


_STEP = {
    Page.CLOCK: 1,
    Page.CLOCK_WRONG: 1,
    Page.WAY: 2,
    Page.ADDRESS: 3,
    Page.COUNTER: 3,
    Page.CODE: 4,
    Page.ASKING: 5,
    Page.CERTIFICATE: 5,
    Page.JOINED: 5,
    Page.PIN: 6,
    Page.PIN_AGAIN: 6,
    Page.DONE: 6,
}


@dataclass(slots=True)
class Answers:
    """What was answered so far. `fingerprint` is the accepted one, `shown` the one to compare."""

    address: str = "https://"
    code: str = ""
    fingerprint: str = ""
    shown: str = ""
    counter: str = "1"
    pin: str = field(default="", repr=False)
    pin_again: str = field(default="", repr=False)


class FirstPages:
    """Draws them in Thai or English."""

    def __init__(self, code: str = FALLBACK) -> None:
        self.code = code
        self._words = Words.load(code)

    def turned(self) -> "FirstPages":
        """The same in the other language."""
        return FirstPages(next(code for code in COMPLETE if code != self.code))

    def say(self, refusal: Refusal | None) -> str:
        if refusal is None:
            return ""
        return language.load(self.code, language.ROOM).refusal(refusal)

    def view(
        self,
        page: Page,
        answers: Answers,
        now: datetime,
        trouble: Refusal | None = None,
        status: "Status | None" = None,
    ) -> View:
        match page:
            case Page.CLOCK:
                return self._clock(now)
            case Page.CLOCK_WRONG:
                return self._question("clock_wrong", page, hint="clock_how", rows=self._time(now))
            case Page.WAY:
                ways = self._choices("central", "alone")
                return self._question("way", page, hint="way_how", choices=ways)
            case Page.ADDRESS:
                return self._typing(page, answers.address, ADDRESS_KEYS, trouble)
            case Page.CODE:
                return self._typing(page, answers.code, CODE_KEYS, trouble)
            case Page.COUNTER:
                return self._typing(page, answers.counter, COUNTER_KEYS, trouble)
            case Page.ASKING:
                return self._question("asking", page)._replace(
                    hint=self._get("asking_how", address=answers.address)
                )
            case Page.CERTIFICATE:
                return self._question(
                    "certificate",
                    page,
                    hint="certificate_how",
                    choices=self._choices("accept", "refuse"),
                )._replace(groups=groups(answers.shown))
            case Page.JOINED if status is not None:
                return self._joined(status)
            case Page.PIN | Page.PIN_AGAIN:
                return self._pin(page, answers, trouble)
        return self._done(status, trouble)

    def _clock(self, now: datetime) -> QuestionView:
        choices = self._choices("right", "wrong")
        view = self._question("clock", Page.CLOCK, rows=self._time(now), choices=choices)
        return view._replace(back="")

    def _time(self, now: datetime) -> tuple[tuple[str, str], ...]:
        time = now_words(self._words, now.time())
        return (
            (self._get("date"), date_words(self._words, now.date())),
            (self._get("time"), time),
            (self._get("zone"), self._zone(now)),
        )

    def _zone(self, now: datetime) -> str:
        """The time that is kept, as people call it; elsewhere how far it is from UTC."""
        if now.utcoffset() == _THAILAND:
            return self._get("zone_thailand")
        offset = f"{now:%z}"
        return f"UTC{offset[:3]}:{offset[3:5]}"

    def _typing(
        self, page: Page, typed: str, keys: tuple[tuple[str, ...], ...], trouble: Refusal | None
    ) -> QuestionView:
        view = self._question(page, page, hint=f"{page}_how", choices=self._choices(NEXT))
        erase = self._words.get("common.erase")
        return view._replace(typed=typed, keys=keys, erase=erase, trouble=self.say(trouble))

    def _joined(self, status: "Status") -> QuestionView:
        return self._question(
            "joined", Page.JOINED, rows=self._place(status), choices=self._choices(NEXT)
        )

    def _place(self, status: "Status") -> tuple[tuple[str, str], ...]:
        enrolment = status.enrolment
        if enrolment is None:
            return ((self._get("central"), self._get("alone")),)
        return (
            (self._get("is_counter"), enrolment.counter),
            (self._get("is_terminal"), f"{enrolment.site} / {enrolment.terminal}"),
            (self._get("central"), enrolment.url),
        )

    def _pin(self, page: Page, answers: Answers, trouble: Refusal | None) -> PinView:
        typed = answers.pin if page is Page.PIN else answers.pin_again
        return PinView(
            frame=self._frame(page),
            title=self._get("pin" if page is Page.PIN else "pin_again"),
            who=None,
            digits=len(typed),
            message=self.say(trouble),
            locked=False,
            back=self._words.get("common.back"),
            erase=self._words.get("common.erase"),
        )

    def _done(self, status: "Status | None", trouble: Refusal | None) -> QuestionView:
        rows: tuple[tuple[str, str], ...] = ()
        if status is not None:
            rows = (*self._place(status), (self._get("officers"), str(status.officers)))
            if status.enrolment is not None:
                works = status.last_sync is not None and trouble is None
                rows += ((self._get("sync"), self._get("works" if works else "works_not")),)
        choices = self._choices("start", "panel")
        view = self._question("done", Page.DONE, rows=rows, choices=choices)
        return view._replace(back="", trouble=self.say(trouble))

    def _choices(self, *ids: str) -> tuple[Choice, ...]:
        return tuple(Choice(id_, self._get(id_), id_ == ids[0]) for id_ in ids)

    def _question(
        self,
        title: str,
        page: Page,
        *,
        hint: str = "",
        rows: tuple[tuple[str, str], ...] = (),
        choices: tuple[Choice, ...] = (),
    ) -> QuestionView:
        return QuestionView(
            frame=self._frame(page),
            title=self._get(title),
            hint=self._get(hint) if hint else "",
            rows=rows,
            choices=choices,
            back=self._words.get("common.back"),
            language=self._get("other_language"),
        )

    def _frame(self, page: Page) -> Frame:
        return Frame(self._get("heading"), self._get("step", n=_STEP[page], of=STEPS))

    def _get(self, key: str, **values: object) -> str:
        return self._words.get(f"first.{key.replace('-', '_')}", **values)


def settings_trouble(path: str, line: int, problem: Refusal) -> QuestionView:
    """What is wrong with the settings file, for staff, in both languages: it says which one they
    read, and can't be read."""
    thai, english = (Words.load(code) for code in COMPLETE)

    def both(key: str) -> str:
        return f"{thai.get(key)} · {english.get(key)}"

    place = ((both("trouble.line"), str(line)),) if line else ()
    return QuestionView(
        frame=Frame(both("trouble.for_staff"), ""),
        title=both("trouble.settings"),
        hint=both("trouble.looks_again"),
        rows=(
            (both("trouble.file"), path),
            *place,
            (thai.get("trouble.mend"), thai.trouble(problem)),
            (english.get("trouble.mend"), english.trouble(problem)),
        ),
    )
