"""Whether a result may enter the yearly appraisal, may be talked about, or neither. Pure.

One rule for the officer's page, the appraisal sheet and the spreadsheet. Each condition is told
with what there is and what is asked, so that nobody has to believe the verdict. All comparisons
are of whole numbers.
"""

from dataclasses import dataclass
from enum import StrEnum

from sync.central.sitesettings import TALK_RATINGS, TALK_RESPONSE, SiteSettings

FLAGGED_AT_MOST = 2
"""Per cent of the ratings that may be marked as bursts and runs."""


_EFFECTIVE_STEP = 10
"""Effective ratings are told in whole tens: exact ones give the design effect away, and with it how
many differ in blocks that are shown as bounds."""


class Verdict(StrEnum):
    MAY = "may"
    TALK = "talk"
    """For a talk between officer and superior."""
    NOT = "not"


class Rule(StrEnum):
    """The conditions, in the order in which they are told."""

    RATINGS = "ratings"
    """As many as independent ones would be: a design effect divides them."""
    RESPONSE = "response"
    """The officer's own: no figure of the office stands in for it."""
    ROUND = "round"
    OBJECTIONS = "objections"
    TICKETS = "tickets"
    FLAGS = "flags"
    WHOLE = "whole"


class State(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


def effective(ratings: int, deff: float) -> int:
    """As many as independent ones would be, rounded down to what may be told."""
    return int(ratings / deff) // _EFFECTIVE_STEP * _EFFECTIVE_STEP


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an officer's result in a span, without weeks that an upheld objection
    concerns. `effective`: of the ratings by which the response is known.
    `days_over`: days with more ratings than tickets, at counters where the officer was; None where
    no tickets are there to tell."""

    n: int
    effective: int
    answered: int
    served: int
    """0: nobody knows how many were served."""
    flagged: int
    days_over: int | None
    closed: bool
    """Whether the span is a round that is closed."""
    objected: bool
    """Whether an objection is open."""
    whole: bool
    """Whether the reader sees all of it."""

    def responds(self, per_cent: int) -> bool:
        return self.served > 0 and 100 * self.answered >= per_cent * self.served


@dataclass(frozen=True, slots=True)
class Condition:
    """`value`: what there is; `asked`: what is asked; None where there is no number to tell."""

    rule: Rule
    state: State
    value: int | None = None
    asked: int | None = None

    @property
    def allows(self) -> bool:
        """An office without a queue system has no tickets: that is said, and no officer's fault."""
        no_tickets = self.rule is Rule.TICKETS and self.state is State.UNKNOWN
        return self.state is State.MET or no_tickets


@dataclass(frozen=True, slots=True)
class Appraisal:
    verdict: Verdict
    conditions: tuple[Condition, ...]


def appraise(evidence: Evidence, settings: SiteSettings) -> Appraisal:
    """What may be done with a result, by the office's thresholds."""
    conditions = _conditions(evidence, settings)
    if all(condition.allows for condition in conditions):
        return Appraisal(Verdict.MAY, conditions)
    talk = evidence.effective >= TALK_RATINGS and evidence.responds(TALK_RESPONSE)
    if talk and evidence.whole and not evidence.objected:
        return Appraisal(Verdict.TALK, conditions)
    return Appraisal(Verdict.NOT, conditions)


def _conditions(evidence: Evidence, settings: SiteSettings) -> tuple[Condition, ...]:
    response = _state(evidence.responds(settings.appraisal_response))
    return (
        Condition(
            rule=Rule.RATINGS,
            state=_state(evidence.effective >= settings.appraisal_from),
            value=evidence.effective,
            asked=settings.appraisal_from,
        ),
        Condition(
            rule=Rule.RESPONSE,
            state=response if evidence.served else State.UNKNOWN,
            value=100 * evidence.answered // evidence.served if evidence.served else None,
            asked=settings.appraisal_response,
        ),
        Condition(rule=Rule.ROUND, state=_state(evidence.closed)),
        Condition(rule=Rule.OBJECTIONS, state=_state(not evidence.objected)),
        Condition(
            rule=Rule.TICKETS,
            state=State.UNKNOWN if evidence.days_over is None else _state(not evidence.days_over),
            value=evidence.days_over,
        ),
        Condition(
            rule=Rule.FLAGS,
            state=_state(100 * evidence.flagged <= FLAGGED_AT_MOST * evidence.n),
            value=evidence.flagged,
            asked=FLAGGED_AT_MOST,
        ),
        Condition(rule=Rule.WHOLE, state=_state(evidence.whole)),
    )


def _state(met: bool) -> State:
    return State.MET if met else State.UNMET
