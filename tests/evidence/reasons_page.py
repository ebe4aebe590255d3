"""Citizens one after the other at one terminal, by the setting for reasons: how many of those who
come to rate are not counted, because the page of the one before still stood.

What citizens do is assumed, and stands below; what the terminal does is the encounter's own. Each
plays the same day at a terminal that never asks for reasons: what is lost there is not the page's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from kiosk.domain.encounter import (
    AskNext,
    Encounter,
    EndThanks,
    Event,
    Fate,
    GiveReasons,
    Phase,
    Press,
    SignOn,
    Tick,
    TickReason,
    fate_of,
    step,
)
from kiosk.domain.rating import Channel
from kiosk.domain.rules import LOST_TO_REASONS, Ask, Rules
from kiosk.domain.scale import Score
from kiosk.domain.wording import DEFAULT_REASONS
from tests.evidence.counter_days import company
from tests.evidence.figure import Figure, Measured, Run
from tests.support.builders import duty_of, moment, rating_id
from ui.citizen_turn import LEFT_ALONE, CitizenTurn

OPEN_SECONDS = 8.5 * 3600
RATES = 0.6
"""Share of services after which somebody rates."""
LOW = 0.2
"""Share of scores after which a terminal with "low" asks."""
PATIENCE = 12.0
"""Seconds for which a citizen waits to be asked."""
TELLS, SKIPS = 0.3, 0.3
"""Asked for reasons: share that ticks some, and that goes on at once. The others walk away."""
SEES_NEXT, ENDS_PAGE, TICKS_FIRST, LEAVES = 0.6, 0.45, 0.2, 0.15
"""In front of somebody else's page of reasons: share that touches what is for the next citizen,
once it is there; else ends the page; takes it for one's own and tells reasons; leaves at once. The
others wait."""
BELIEVES_THANKS = 0.5
"""Share that takes thanks for one's own, after ending another's page."""
WITHIN = 1.5
"""Per cent by which a measured share may stray from the one that the setting says."""
REASONS = tuple(reason.id for reason in DEFAULT_REASONS)


@dataclass(slots=True)
class Counted:
    """Of so many who came to rate, how many were not counted."""

    came: int = 0
    lost: int = 0

    @property
    def percent(self) -> float:
        return 100 * self.lost / max(1, self.came)


def usual(random: Random) -> Iterator[float]:
    """When somebody comes to rate on an honest day of the flags' rig: now and then a family."""
    at = 0.0
    quick = random.random() < 0.3
    while at < OPEN_SECONDS:
        rush = 2 * 3600 < at < 4 * 3600
        at += random.expovariate(1 / (15 if rush else random.choice((60, 240, 480))))
        at += random.uniform(25, 90) if quick else random.uniform(40, 240)
        if random.random() > RATES:
            continue
        for _ in range(company(random)):
            yield at
            at += random.uniform(7, 30)


def rush(random: Random) -> Iterator[float]:
    """Two hours in which a form takes half a minute, and families come: enrolment season."""
    at = 0.0
    while at < 2 * 3600:
        at += random.uniform(25, 60) + random.expovariate(1 / 5)
        if random.random() > RATES:
            continue
        for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
            yield at
            at += random.uniform(5, 20)


Raters = Callable[[Random], Iterator[float]]


@dataclass(slots=True)
class Desk:
    """One terminal on one day, and the time there."""

    random: Random
    rules: Rules
    channel: Channel
    may_ask_next: bool = True
    at: float = 0.0
    encounter: Encounter = field(default_factory=Encounter)
    turn: CitizenTurn = field(default_factory=CitizenTurn)

    def open(self) -> None:
        self.act(SignOn(duty_of()))

    def act(self, event: Event) -> Fate:
        self.encounter, effects = step(self.encounter, event, moment(self.at), self.rules)
        if not isinstance(event, Tick):
            self.turn.left_alone_at = moment(self.at).boot + LEFT_ALONE
        return fate_of(effects)

    def wait(self, until: float) -> None:
        """Time passes; what ends by itself ends at its time."""
        while self.encounter.until is not None and self.encounter.until <= moment(until).boot:
            self.at = max(self.at, self.encounter.until - moment().boot)
            self.act(Tick())
        self.at = max(self.at, until)

    def rate(self, comes_at: float) -> bool:
        """Somebody comes to rate: whether that became a rating."""
        self.wait(comes_at + self.random.uniform(0.5, 2))
        gives_up = self.at + PATIENCE
        while self.at < gives_up:
            if self.channel is Channel.PANEL or self.encounter.phase is Phase.READY:
                fate = self.press()
                if fate is Fate.KEPT:
                    self.answer()
                    return True
                if self.random.random() < 0.5:  # nothing lit: goes, or presses again
                    return False
                self.wait(self.at + 3)
            elif not self.meets_other_page():
                return False
        return False

    def press(self) -> Fate:
        low = self.random.random() < LOW
        score = Score(self.random.choice((1, 2)) if low else self.random.choice((3, 4, 5, 5)))
        return self.act(Press(score=score, channel=self.channel, id=rating_id()))

    def answer(self) -> None:
        """What whoever has just rated does on the page of reasons."""
        if self.encounter.phase is not Phase.REASONS:
            return
        draw = self.random.random()
        if draw < TELLS:
            for _ in range(self.random.choice((1, 1, 2, 3))):
                self.wait(self.at + self.random.uniform(2, 5))
                self.act(TickReason(self.random.choice(REASONS)))
            if self.random.random() < 0.8:
                self.wait(self.at + self.random.uniform(1, 3))
                self.act(GiveReasons())
        elif draw < TELLS + SKIPS:
            self.wait(self.at + self.random.uniform(1.5, 5))
            self.act(GiveReasons())

    def meets_other_page(self) -> bool:
        """A touch of somebody who meets another's page; whether they still want to rate."""
        draw = self.random.random()
        if self.encounter.phase is Phase.THANKS:
            if draw < 0.5:
                self.act(EndThanks())
            self.wait(self.at + 1.5)
            return True
        sees_next = self.turn.asks_next(self.encounter, moment(self.at).boot)
        if self.may_ask_next and sees_next and self.random.random() < SEES_NEXT:
            self.act(AskNext())
            self.wait(self.at + 1.5)
            return True
        if draw < ENDS_PAGE:
            self.act(GiveReasons())
            self.wait(self.at + 1)
            return self.random.random() > BELIEVES_THANKS
        if draw < ENDS_PAGE + TICKS_FIRST:
            self.act(TickReason(self.random.choice(REASONS)))
            self.act(GiveReasons())
            return False
        self.wait(self.at + 2)
        return draw < 1 - LEAVES


def lost(
    raters: Raters, ask: Ask, channel: Channel, *, seed: int, days: int, may_ask_next: bool = True
) -> Counted:
    """Of those who came on `days` such days, how many were not counted."""
    counted = Counted()
    for day in range(days):
        desk = Desk(
            random=Random(f"{seed}/{day}/does"),
            rules=replace(Rules(reasons=REASONS), ask=ask),
            channel=channel,
            may_ask_next=may_ask_next,
        )
        desk.open()
        for comes_at in raters(Random(f"{seed}/{day}/comes")):
            counted.came += 1
            counted.lost += not desk.rate(comes_at)
    return counted


def by_setting(given: Run, *, may_ask_next: bool = True) -> Measured:
    """`given.size` usual days, and twice as many rushes, with each setting. `may_ask_next`: for
    the rig's negative control."""
    words, failures = [], []
    for ask in (Ask.NEVER, Ask.LOW, Ask.ALWAYS):
        said = LOST_TO_REASONS[ask]
        spans = ((usual, said.usual_day, given.size), (rush, said.rush, 2 * given.size))
        shares = []
        for raters, percent, days in spans:
            counted = lost(
                raters,
                ask,
                Channel.TOUCH,
                seed=given.seed,
                days=days,
                may_ask_next=may_ask_next,
            )
            shares.append(f"{counted.percent:.1f} %")
            if abs(counted.percent - percent) > WITHIN:
                failures.append(f"{ask}: {shares[-1]} in {raters.__name__}, said is {percent} %")
        words.append(f"{ask} {' and '.join(shares)}")
    pressed = lost(rush, Ask.ALWAYS, Channel.PANEL, seed=given.seed, days=given.size)
    if pressed.percent > WITHIN:
        failures.append(f"by button: {pressed.percent:.1f} % are lost")
    return Measured(f"{', '.join(words)}; by button {pressed.percent:.1f} %", tuple(failures))


FIGURE = Figure(
    name="citizens lost to another's page of reasons",
    target="as kiosk.toml says it, usual day and rush",
    quick=12,
    full=1_000,
    measure=by_setting,
)
