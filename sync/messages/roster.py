"""Who may sign on at a terminal, and the words that the office chose for its screens."""

from datetime import date
from typing import Annotated, Self

from msgspec import Meta, Struct

from kiosk.domain.people import BadPerson, Officer
from kiosk.domain.scale import MAX_LEVELS
from kiosk.domain.wording import SentWording
from sync.messages.message import Message, Row, check_once
from sync.messages.values import MAX_ROWS, Identifier, Name, OptionalScreenText, ScreenText
from sync.protocol import BadMessage


class RosterOfficer(Row, frozen=True):
    """One officer on the roster. Carries no PIN."""

    id: Identifier
    number: Identifier
    name: Name
    position: Name
    section: Name

    @classmethod
    def of(cls, officer: Officer) -> Self:
        return cls(
            id=officer.id,
            number=officer.number,
            name=officer.name,
            position=officer.position,
            section=officer.section,
        )

    def officer(self) -> Officer:
        """The same officer as the terminal has them; BadMessage for a name no screen can show."""
        try:
            return Officer.parse(self.number, self.name, self.position, self.section, self.id)
        except BadPerson as error:
            raise BadMessage(f"officers: {error}") from None


class LevelWords(Row, frozen=True):
    """What one level of the scale is called."""

    th: ScreenText
    en: ScreenText


class ReasonWords(Row, frozen=True):
    """What a reason for a low score is called."""

    id: Identifier
    th: ScreenText
    en: ScreenText


class Improvement(Row, frozen=True):
    """What citizens said, and what the office did about it, both in Thai."""

    comment: ScreenText
    action: ScreenText


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """What the office chose at central. An empty text or list means: the terminal's own."""

    question_th: OptionalScreenText
    question_en: OptionalScreenText
    comment_url: OptionalScreenText
    level_words: Annotated[tuple[LevelWords, ...], Meta(max_length=MAX_LEVELS)]
    """Worst first."""
    reasons: Annotated[tuple[ReasonWords, ...], Meta(max_length=MAX_ROWS)]
    improvements: Annotated[tuple[Improvement, ...], Meta(max_length=MAX_ROWS)]
    """The newest first."""
    holidays: Annotated[tuple[date, ...], Meta(max_length=MAX_ROWS)]
    """Days on which the office is closed."""

    def sent(self, etag: str) -> SentWording:
        """The same wording as the terminal keeps it. `etag` names the roster it came with."""
        return SentWording(
            question_th=self.question_th,
            question_en=self.question_en,
            comment_url=self.comment_url,
            etag=etag,
            levels=tuple((level.th, level.en) for level in self.level_words),
            reasons=tuple((reason.id, reason.th, reason.en) for reason in self.reasons),
            told=tuple((one.comment, one.action) for one in self.improvements),
            holidays=self.holidays,
        )


class Roster(Message, frozen=True):
    """The officers a terminal may sign on, and the office's wording."""

    officers: Annotated[tuple[RosterOfficer, ...], Meta(max_length=MAX_ROWS)]
    wording: Wording

    def people(self) -> tuple[Officer, ...]:
        return tuple(row.officer() for row in self.officers)

    def check(self) -> None:
        check_once("officers", (row.id for row in self.officers))
        check_once("officers", (row.number for row in self.officers))
        self.people()
