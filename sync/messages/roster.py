"""Who may sign on at a terminal, and the words that the office chose for its screens."""

from collections.abc import Iterable
from typing import Annotated, Self

from msgspec import Meta

from kiosk.domain.people import IDENTIFIER, MAX_NAME, BadPerson, Officer
from kiosk.domain.wording import (
    MAX_ADDRESS,
    MAX_HOLIDAYS,
    MAX_IMPROVEMENTS,
    MAX_LEVELS,
    MAX_REASONS,
    MAX_SCREEN_TEXT,
    MAX_WORD,
    MIN_LEVELS,
    Wording,
)
from sync.messages.message import Message, Row, check_once
from sync.messages.values import MAX_ROWS, Identifier, Name
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
            return Officer.parse(self.number, self.name, self.position, self.section, id=self.id)
        except BadPerson as error:
            raise BadMessage(f"officers: {error}") from None


class Roster(Message, frozen=True):
    """The officers a terminal may sign on, and the words that the office chose at central. An empty
    text or list there means: the terminal's own."""

    officers: Annotated[tuple[RosterOfficer, ...], Meta(max_length=MAX_ROWS)]
    wording: Wording
    address: Annotated[str, Meta(max_length=MAX_ADDRESS)]
    """Where central can be found from now on; "": where it is."""

    @classmethod
    def of(cls, officers: Iterable[Officer], wording: Wording, address: str = "") -> Self:
        rows = tuple(map(RosterOfficer.of, officers))
        return cls(officers=rows, wording=wording, address=address)

    def people(self) -> tuple[Officer, ...]:
        return tuple(row.officer() for row in self.officers)

    def check(self) -> None:
        check_once("officers", (row.id for row in self.officers))
        check_once("officers", (row.number for row in self.officers))
        self.people()
        _check_wording(self.wording)


def _check_wording(wording: Wording) -> None:
    """BadMessage for what no page of central lets an office enter."""
    if len(wording.level_words) not in (0, *range(MIN_LEVELS, MAX_LEVELS + 1)):
        raise BadMessage(f"wording: words of {MIN_LEVELS} to {MAX_LEVELS} levels expected")
    if len(wording.reasons) > MAX_REASONS:
        raise BadMessage(f"wording: at most {MAX_REASONS} reasons expected")
    if len(wording.improvements) > MAX_IMPROVEMENTS:
        raise BadMessage(f"wording: at most {MAX_IMPROVEMENTS} improvements expected")
    if len(wording.holidays) > MAX_HOLIDAYS:
        raise BadMessage(f"wording: at most {MAX_HOLIDAYS} holidays expected")
    _check_lengths(0, MAX_SCREEN_TEXT, (wording.question_th, wording.question_en))
    _check_lengths(0, MAX_ADDRESS, (wording.comment_url,))
    _check_lengths(0, MAX_NAME, (wording.office_th, wording.office_en))
    for level in wording.level_words:
        _check_lengths(1, MAX_WORD, level)
    for reason in wording.reasons:
        _check_lengths(1, MAX_WORD, reason.words)
        if not IDENTIFIER.fullmatch(reason.id):
            raise BadMessage("wording: a reason's id has a character that no id has")
    for improvement in wording.improvements:
        _check_lengths(1, MAX_SCREEN_TEXT, improvement)


def _check_lengths(least: int, most: int, texts: Iterable[str]) -> None:
    for text in texts:
        if not least <= len(text) <= most:
            raise BadMessage(f"wording: a text of {least} to {most} characters expected")
