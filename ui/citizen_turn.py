"""What one citizen does at the screen: reasons, buttons that lead, more time. Pure; no Qt."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil, inf

from kiosk.domain.encounter import DOUBLE_TAP, Encounter, Phase
from kiosk.domain.rating import ReasonId
from kiosk.domain.rules import Rules

WARNING = 10.0
"""Seconds before the page of reasons goes away at which it says so."""
MOST_EXTENSIONS = 10
"""How often one citizen may have the whole time again (WCAG 2.2, 2.2.1): a page that stays for
ever would keep the next ones from rating."""
SETTLING = 1.5
"""Seconds after the rating at which the buttons begin to lead the page of reasons: a second press
of the same button before is a slip, and counted as suppressed."""
LEFT_ALONE = 6.0
"""Seconds without a touch after which the page of reasons asks whether the next citizen stands
there: whoever rated has gone, or reads."""
SLIP = DOUBLE_TAP


class Lead(StrEnum):
    """What a button of a panel does on the page of reasons."""

    NEXT = "next"
    CHOOSE = "choose"
    DONE = "done"

    @classmethod
    def of(cls, score: int, levels: int) -> "Lead":
        """The worst face goes on, the best one ends, those between choose."""
        if score == 1:
            return cls.NEXT
        return cls.DONE if score == levels else cls.CHOOSE


@dataclass(frozen=True, slots=True)
class Turn:
    """What the citizen has done with what stands before them, for the screen."""

    ticked: tuple[ReasonId, ...] = ()
    pointed: str = ""
    """The reason at which a citizen who leads by buttons is."""
    leads: bool = False
    """Whether buttons lead the page of reasons: the rating came from one, and the audible guide
    says what each does."""
    asks_next: bool = False
    """Whether the page of reasons lets the next citizen rate."""
    seconds_left: int = 0
    """Above 0: what stands there goes away so soon, and says so."""
    more: bool = True
    """Whether more time can still be had."""


@dataclass(slots=True)
class CitizenTurn:
    """One citizen's turn. Times are boot-time seconds."""

    pointed: str = ""
    leads: bool = False
    extensions: int = 0
    """How often the whole time began again."""
    settled_at: float = 0.0
    """When the buttons begin to lead the page of reasons, if they do."""
    left_alone_at: float = 0.0
    """When the page of reasons asks for the next citizen, where nobody touches it before."""
    moved_at: float = field(default=-SLIP)
    """When what a citizen touches last moved beneath the finger."""

    def clear(self) -> None:
        """Another page, perhaps another citizen."""
        self.pointed, self.leads = "", False
        self.extensions = 0

    def rated(self, now: float, *, leads: bool) -> None:
        self.pointed, self.leads = "", leads
        self.moved_at = now
        self.settled_at = now + SETTLING
        self.left_alone_at = now + LEFT_ALONE

    def slips(self, now: float) -> bool:
        """Whether a touch now is the second of a double tap."""
        return now < self.moved_at + SLIP

    def led_by_buttons(self, encounter: Encounter, now: float) -> bool:
        """Whether a press of a button now leads the page of reasons. It rates nobody then."""
        return encounter.phase is Phase.REASONS and self.leads and now >= self.settled_at

    def point_at_next(self, names: list[str]) -> None:
        """Go to the reason after the one that is pointed at; from none, to the first."""
        position = names.index(self.pointed) + 1 if self.pointed in names else 0
        self.pointed = names[position % len(names)]

    def extended(self, encounter: Encounter, now: float, rules: Rules) -> Encounter:
        """The whole time of an offer or of reasons begins again, as long as it may."""
        self.left_alone_at = now + LEFT_ALONE
        if self.extensions >= MOST_EXTENSIONS:
            return encounter
        self.extensions += 1
        if encounter.phase is Phase.REASONS:
            return replace(encounter, until=now + rules.reasons_timeout)
        if encounter.offer is not None:
            return replace(encounter, until=now + rules.offer)
        return encounter

    def asks_next(self, encounter: Encounter, now: float) -> bool:
        """Whether a touch may call up the question for the next citizen, though the reasons of the
        one before still stand."""
        return encounter.phase is Phase.REASONS and now >= self._asks_next_at(encounter)

    def _asks_next_at(self, encounter: Encounter) -> float:
        return inf if self.leads else max(self.left_alone_at, encounter.locked_until)

    def next_change(self, encounter: Encounter, now: float) -> float | None:
        """When the screen has to say something else, though nobody does anything."""
        if encounter.until is None:
            return None
        times = [encounter.until]
        if warns(encounter):
            times.append(encounter.until - WARNING)
        if encounter.phase is Phase.REASONS:
            times.append(self._asks_next_at(encounter))
        return min((at for at in times if at > now), default=now)

    def on_screen(self, encounter: Encounter, now: float) -> Turn:
        return Turn(
            ticked=encounter.asking.ticked if encounter.asking else (),
            pointed=self.pointed,
            leads=self.leads,
            asks_next=self.asks_next(encounter, now),
            seconds_left=_seconds_left(encounter, now),
            more=self.extensions < MOST_EXTENSIONS,
        )


def warns(encounter: Encounter) -> bool:
    """Whether what the citizen is looking at goes away by itself, after a warning."""
    asks = encounter.phase is Phase.REASONS or encounter.offer is not None
    return asks or encounter.lingers


def _seconds_left(encounter: Encounter, now: float) -> int:
    """Seconds that an offer, the reasons or a question after closing time stay, once worth a
    warning; 0 before."""
    if not warns(encounter) or encounter.until is None:
        return 0
    ends_at = encounter.lingers_until if encounter.lingers else encounter.until
    seconds = ends_at - now
    return ceil(seconds) if 0 < seconds <= WARNING else 0
