"""Objections of officers to their published results: the steps of each, and what follows. Pure.

Two people of different roles decide. Where they disagree, a third decides. Where they dismiss, the
officer may appeal once to a third. What the third says is final within the product. Nothing ends
because a day has passed, but the right to appeal: what nobody decided stays open.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.domain.refusal import Refusal
from sync.central.disclosure import Block, publication_day
from sync.central.period import Period, round_of
from sync.central.sitesettings import SiteSettings
from sync.central.viewer import NotYours, Right, Viewer
from sync.protocol import digest

BlockKey = tuple[int, int]
"""Of one officer's block: the scale's number of levels, and the block's number."""
_DECIDERS = 2
_WEEK = timedelta(weeks=1)


class Deed(StrEnum):
    """What somebody did about an objection."""

    FILED = "filed"
    ATTACHED = "attached"
    """The officer wishes that papers carry the objection's words."""
    DETACHED = "detached"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    APPEALED = "appealed"


class Verdict(StrEnum):
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Ground(StrEnum):
    """Why an objection is upheld: what the mark beside a figure says."""

    FAULT = "technical-fault"
    WRONG_PERSON = "wrong-person"
    STUFFING = "stuffing"
    NOT_THEIRS = "service-not-theirs"
    OTHER = "other"


class Phase(StrEnum):
    """How an objection stands."""

    WAITING = "waiting"
    """For two people."""
    DIVIDED = "divided"
    """The two disagree: it waits for a third."""
    DISMISSED = "dismissed"
    """By two. The officer may appeal until a day; after it this is final."""
    APPEALED = "appealed"
    """It waits for a third."""
    UPHELD = "upheld"
    REJECTED = "rejected"
    """Dismissed by the third."""
    WITHDRAWN = "withdrawn"


UNDECIDED = (Phase.WAITING, Phase.DIVIDED, Phase.APPEALED)
"""People have to decide; a figure that is objected to so enters no appraisal."""


class ObjectionRefused(Refusal):
    """What can't be done about an objection now."""


@dataclass(frozen=True, slots=True)
class Step:
    """A deed, and whose. `until`: the day to which whoever is next has time, inclusive."""

    deed: Deed
    at: datetime
    who: str
    """Site and account, with a slash between."""
    name: str
    roles: str = ""
    """Those in which somebody decided, by id, with spaces between."""
    words: str = ""
    verdict: Verdict | None = None
    ground: Ground | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """To some published blocks of one officer. The figures stay as they were published."""

    case: int
    """Its number in the office."""
    officer: str
    period: str
    """The code of the round that it is about as a whole; "": about single blocks."""
    blocks: tuple[BlockKey, ...]
    steps: tuple[Step, ...]

    @property
    def filed(self) -> Step:
        return self.steps[0]

    @property
    def words(self) -> str:
        return self.filed.words

    @property
    def attached(self) -> bool:
        """Whether the officer wishes that papers carry the words."""
        wishes = [step.deed for step in self.steps if step.deed in (Deed.ATTACHED, Deed.DETACHED)]
        return wishes[-1:] == [Deed.ATTACHED]

    @property
    def decisions(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.deed is Deed.DECIDED)

    @property
    def appeal(self) -> Step | None:
        return next((step for step in self.steps if step.deed is Deed.APPEALED), None)

    @property
    def phase(self) -> Phase:
        if any(step.deed is Deed.WITHDRAWN for step in self.steps):
            return Phase.WITHDRAWN
        decisions = self.decisions
        if len(decisions) < _DECIDERS:
            return Phase.WAITING
        verdicts = [step.verdict for step in decisions]
        if len(decisions) > _DECIDERS:
            return Phase.UPHELD if verdicts[-1] is Verdict.UPHELD else Phase.REJECTED
        if len(set(verdicts)) > 1:
            return Phase.DIVIDED
        if verdicts[0] is Verdict.UPHELD:
            return Phase.UPHELD
        return Phase.APPEALED if self.appeal else Phase.DISMISSED

    @property
    def outcome(self) -> Verdict | None:
        """What was decided, as far as it is."""
        match self.phase:
            case Phase.UPHELD:
                return Verdict.UPHELD
            case Phase.DISMISSED | Phase.REJECTED:
                return Verdict.DISMISSED
        return None

    @property
    def undecided(self) -> bool:
        return self.phase in UNDECIDED

    @property
    def until(self) -> date | None:
        """The day to which there is time for what comes next; None: nothing does."""
        if not (self.undecided or self.phase is Phase.DISMISSED):
            return None
        return next(step.until for step in reversed(self.steps) if step.until)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """Why it was upheld: of those who did so, in their order."""
        if self.phase is not Phase.UPHELD:
            return ()
        grounds = (step.ground for step in self.decisions if step.verdict is Verdict.UPHELD)
        return tuple(dict.fromkeys(ground for ground in grounds if ground))

    @property
    def digest(self) -> str:
        """SHA-256, hex, over everything that it says: what a form decides on names it."""
        steps = [
            [
                *(step.deed.value, step.at.timestamp(), step.who, step.name, step.roles),
                *(step.words, step.verdict, step.ground, str(step.until)),
            ]
            for step in self.steps
        ]
        fields = [self.case, self.officer, self.period, self.blocks, steps]
        return digest(json.dumps(fields, ensure_ascii=False).encode())

    def overdue(self, today: date) -> bool:
        """Whether those who decide are late."""
        return self.undecided and self.until is not None and self.until < today

    def may_be_appealed(self, today: date) -> bool:
        return self.phase is Phase.DISMISSED and self.until is not None and today <= self.until

    def open(self, today: date) -> bool:
        """Whether it can still end in another way than it stands: until then nothing that it
        concerns enters an appraisal."""
        return self.undecided or self.may_be_appealed(today)


# --- what it means for a figure ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What an officer's objections say of a span's blocks."""

    open: tuple[Objection, ...]
    """Those that may still end in another way: "not yet"."""
    upheld: tuple[Objection, ...]
    blocks: frozenset[BlockKey]
    """The span's blocks that an upheld one concerns: a figure is read without them."""
    weeks: int
    """How many weeks these have."""

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """Why, each once."""
        every = (ground for objection in self.upheld for ground in objection.grounds)
        return tuple(dict.fromkeys(every))


NOTHING_OBJECTED = Standing(open=(), upheld=(), blocks=frozenset(), weeks=0)


def standing(
    objections: Iterable[Objection], blocks: Iterable[tuple[int, Block]], today: date
) -> Standing:
    """Of one officer's objections, and of the blocks of a span with their scale."""
    by_key = {(levels, block.number): block for levels, block in blocks}
    concerned = [one for one in objections if by_key.keys() & set(one.blocks)]
    upheld = tuple(one for one in concerned if one.outcome is Verdict.UPHELD)
    keys = frozenset(key for one in upheld for key in one.blocks if key in by_key)
    return Standing(
        open=tuple(one for one in concerned if one.open(today)),
        upheld=upheld,
        blocks=keys,
        weeks=sum(_weeks(by_key[key]) for key in keys),
    )


def _weeks(block: Block) -> int:
    return ((block.last_day - block.first_day) // _WEEK) + 1


# --- days --------------------------------------------------------------------------------------


def object_until(published: date, block: Block, settings: SiteSettings) -> date:
    """The last day on which a block can be objected to: so many days after its publication, or
    after its round closed where that is later."""
    closes = round_closes(round_of(block.last_day, settings.fiscal_year_starts))
    return max(published, closes) + timedelta(days=settings.objection_days)


def round_closes(period: Period) -> date:
    """The last day before a round is told as a whole."""
    return publication_day(period.last_day)


# --- who decides -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who has to do with an objection, and so decides nothing about it."""

    officer: str
    name: str
    sections: frozenset[str]
    """Those that the officer was or is in."""
    heads: frozenset[str]
    """Names of who heads one of these."""


def deciding_right(objection: Objection) -> Right:
    """What somebody needs who decides next; ObjectionRefused where nobody does."""
    match objection.phase:
        case Phase.WAITING:
            return Right.DECIDE
        case Phase.DIVIDED | Phase.APPEALED:
            return Right.APPEAL
        case Phase.WITHDRAWN:
            raise ObjectionRefused("objection_withdrawn")
    raise ObjectionRefused("objection_decided")


def deciding_roles(viewer: Viewer, right: Right) -> frozenset[str]:
    """The viewer's roles that give this right, by id."""
    return frozenset(role.id for role in viewer.roles if right in role.rights)


def require_decider(site: str, viewer: Viewer, objection: Objection, concerned: Concerned) -> None:
    """NotYours for who decides nothing of this kind; ObjectionRefused for who may not decide on
    this one. One person with two accounts is told by the name."""
    right = deciding_right(objection)
    viewer.require(site, right)
    if concerned.officer == viewer.officer or concerned.name == viewer.name:
        raise ObjectionRefused("objection_own")
    heads_it = viewer.section != "" and viewer.section in concerned.sections
    if heads_it or viewer.name in concerned.heads:
        raise ObjectionRefused("objection_head")
    for step in objection.decisions:
        if step.who == account_of(viewer) or step.name == viewer.name:
            raise ObjectionRefused("objection_same_person")
    _require_other_role(viewer, right, objection.decisions)


def _require_other_role(viewer: Viewer, right: Right, decisions: Collection[Step]) -> None:
    """The first two have different roles: two roles at least between them."""
    if right is not Right.DECIDE or not decisions:
        return
    roles = deciding_roles(viewer, right).union(*(step.roles.split() for step in decisions))
    if len(roles) < _DECIDERS:
        raise ObjectionRefused("objection_same_role")


def account_of(viewer: Viewer) -> str:
    return f"{viewer.site}/{viewer.account}"


def may_read(viewer: Viewer, site: str) -> bool:
    """Whether somebody reads the office's objections: who decides, or decides appeals."""
    return viewer.has(site, Right.DECIDE) or viewer.has(site, Right.APPEAL)


def require_reader(viewer: Viewer, site: str) -> None:
    if not may_read(viewer, site):
        raise NotYours(Right.DECIDE)
