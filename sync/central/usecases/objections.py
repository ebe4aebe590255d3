"""What officers and deciders do about objections: each deed one step, and one entry of the log.

`objecting.py` says what an objection is and who may decide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.people import Officer
from sync.central.disclosure import Block
from sync.central.logbook import Kind, Log, Note, told
from sync.central.objecting import (
    BlockKey,
    Concerned,
    Deed,
    Ground,
    Objection,
    ObjectionRefused,
    Phase,
    Step,
    Verdict,
    account_of,
    deciding_right,
    deciding_roles,
    may_read,
    object_until,
    require_decider,
    require_reader,
)
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer

__all__ = [
    "Around",
    "CaseRow",
    "Filing",
    "Judgement",
    "NoSuchBlock",
    "NoSuchObjection",
    "Notices",
    "ObjectionsPage",
    "appeal",
    "case_rows",
    "decide_objection",
    "file_objection",
    "newest_block",
    "read_notices",
    "read_objections",
    "shown_digest",
    "wish_attached",
    "withdraw_objection",
]

NEWS_DAYS = 30
"""For so long an officer is told of a decision on every page."""


class NoSuchBlock(LookupError):
    """The officer has no published block of this number."""


class NoSuchObjection(LookupError):
    """There is no objection of this number, or it is another officer's."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What an officer objects to, and why. `period`: the round that is meant as a whole; ""."""

    blocks: tuple[BlockKey, ...]
    period: str
    words: str
    attached: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's decision, and the digest of the objection as this person read it."""

    verdict: Verdict
    ground: Ground | None
    words: str
    shown: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the deciders' page."""

    objection: Objection
    officer: Officer | None
    """None: on no roster any more."""
    span: tuple[date, date] | None
    """From the first to the last day of the blocks that it is about."""
    overdue: bool
    mine: bool
    """Whether the reader may decide next."""


@dataclass(frozen=True, slots=True)
class ObjectionsPage:
    """Everything on the deciders' page."""

    rows: tuple[CaseRow, ...]
    settings: SiteSettings


@dataclass(frozen=True, slots=True)
class Notices:
    """What somebody is told on every page."""

    mine: int = 0
    """Objections that wait for the reader, too."""
    overdue: int = 0
    """Of these, those that are late."""
    news: tuple[Objection, ...] = ()
    """The officer's own, decided lately."""


# --- the officer ------------------------------------------------------------------------------


def file_objection(
    central: Central, viewer: Viewer, officer: str, filing: Filing, today: date, now: datetime
) -> int:
    """Store an officer's objection; its number. NotYours, NoSuchBlock, ObjectionRefused."""
    if not viewer.is_officer(central.site, officer):
        raise NotYours(Right.OFFICER)
    if not filing.words:
        raise ObjectionRefused("say_why")
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        settings = t.settings.newest().settings
        published = t.blocks.published(officer)
        blocks = {
            (levels, block.number): block
            for levels, block in t.blocks.of_officer(officer, date.min, date.max)
        }
        keys = tuple(sorted(set(filing.blocks)))
        if not keys or not published.keys() >= set(keys):
            raise NoSuchBlock(officer)
        if any(today > object_until(published[key], blocks[key], settings) for key in keys):
            raise ObjectionRefused("objection_late")
        for other in t.objections.all(officer):
            if other.phase is not Phase.WITHDRAWN and set(other.blocks) & set(keys):
                raise ObjectionRefused("objection_twice")
        filed = _step(
            viewer,
            Deed.FILED,
            now,
            words=filing.words,
            until=today + timedelta(days=settings.decision_days),
        )
        wishes = (_step(viewer, Deed.ATTACHED, now),) if filing.attached else ()
        objection = Objection(
            case=t.objections.next_case(),
            officer=officer,
            period=filing.period,
            blocks=keys,
            steps=(filed, *wishes),
        )
        t.objections.add(objection)
        for step in objection.steps:
            _log(t, viewer, objection, step)
    return objection.case


def withdraw_objection(
    central: Central, viewer: Viewer, officer: str, case: int, now: datetime
) -> None:
    """Withdraw an objection that is not decided yet. NotYours, NoSuchObjection,
    ObjectionRefused."""
    with central.store.transaction(central.site) as t:
        objection = _own(t, central, viewer, officer, case)
        if objection.phase not in (Phase.WAITING, Phase.DIVIDED):
            raise ObjectionRefused("objection_decided")
        _append(t, viewer, objection, _step(viewer, Deed.WITHDRAWN, now))


def wish_attached(
    central: Central, viewer: Viewer, officer: str, case: int, now: datetime, *, attached: bool
) -> None:
    """Say whether papers carry the objection's words; the same wish again changes nothing.
    NotYours, NoSuchObjection, ObjectionRefused."""
    with central.store.transaction(central.site) as t:
        objection = _own(t, central, viewer, officer, case)
        if objection.attached != attached:
            deed = Deed.ATTACHED if attached else Deed.DETACHED
            _append(t, viewer, objection, _step(viewer, deed, now))


def appeal(
    central: Central,
    viewer: Viewer,
    officer: str,
    case: int,
    words: str,
    today: date,
    now: datetime,
) -> None:
    """Ask a third person, once, about an objection that two dismissed. NotYours, NoSuchObjection,
    ObjectionRefused."""
    if not words:
        raise ObjectionRefused("say_why")
    with central.store.transaction(central.site) as t:
        objection = _own(t, central, viewer, officer, case)
        if objection.phase is not Phase.DISMISSED:
            raise ObjectionRefused("appeal_not_now")
        if not objection.may_be_appealed(today):
            raise ObjectionRefused("appeal_late")
        days = timedelta(days=t.settings.newest().settings.decision_days)
        step = _step(viewer, Deed.APPEALED, now, words=words, until=today + days)
        _append(t, viewer, objection, step)


def _own(t: Transaction, central: Central, viewer: Viewer, officer: str, case: int) -> Objection:
    """The officer's own objection, that nobody else changes until the transaction ends."""
    if not viewer.is_officer(central.site, officer):
        raise NotYours(Right.OFFICER)
    t.people.lock_site()
    objection = t.objections.get(case)
    if objection is None or objection.officer != officer:
        raise NoSuchObjection(case)
    if objection.phase is Phase.WITHDRAWN:
        raise ObjectionRefused("objection_withdrawn")
    return objection


# --- who decides ------------------------------------------------------------------------------


def read_objections(central: Central, viewer: Viewer, today: date) -> ObjectionsPage:
    """Every objection: late ones first, then those that wait for the reader, for others, and for
    the officer's appeal; what is over, newest first. NotYours."""
    require_reader(viewer, central.site)
    with central.store.read(central.site) as t:
        rows = case_rows(t, viewer, t.objections.all(), today)
        settings = t.settings.newest().settings
    ordered = sorted(rows, key=lambda row: _order(row, today))
    return ObjectionsPage(rows=tuple(ordered), settings=settings)


def _order(row: CaseRow, today: date) -> tuple[bool, bool, bool, bool, int]:
    objection = row.objection
    # What is decided grows for ever: the newest stand first.
    number = objection.case if objection.open(today) else -objection.case
    return (
        not row.overdue,
        not row.mine,
        not objection.undecided,
        not objection.open(today),
        number,
    )


def case_rows(
    t: Transaction, viewer: Viewer, objections: Iterable[Objection], today: date
) -> list[CaseRow]:
    """These objections as lines of the deciders' page."""
    asked = tuple(objections)
    around = Around(t, asked)
    rows = []
    for objection in asked:
        days = [(block.first_day, block.last_day) for _, block in around.blocks(objection)]
        rows.append(
            CaseRow(
                objection=objection,
                officer=around.officers.get(objection.officer),
                span=(min(days)[0], max(last for _, last in days)) if days else None,
                overdue=objection.overdue(today),
                mine=_may_decide(t.site, viewer, objection, around.concerned(objection)),
            )
        )
    return rows


def decide_objection(
    central: Central, viewer: Viewer, case: int, judgement: Judgement, today: date, now: datetime
) -> None:
    """Store one person's decision. NotYours, NoSuchObjection, ObjectionRefused."""
    require_reader(viewer, central.site)
    if not judgement.words:
        raise ObjectionRefused("say_why")
    if judgement.verdict is Verdict.UPHELD and judgement.ground is None:
        raise ObjectionRefused("say_ground")
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        objection = t.objections.get(case)
        if objection is None:
            raise NoSuchObjection(case)
        concerned = Around(t, (objection,)).concerned(objection)
        require_decider(central.site, viewer, objection, concerned)
        if judgement.shown != objection.digest:
            raise ObjectionRefused("objection_changed")
        settings = t.settings.newest().settings
        right = deciding_right(objection)
        # A second one that dismisses begins the time to appeal; one that differs, a third's.
        others = [step.verdict for step in objection.decisions]
        agrees = others == [Verdict.DISMISSED] and judgement.verdict is Verdict.DISMISSED
        days = settings.appeal_days if agrees else settings.decision_days
        step = _step(
            viewer,
            Deed.DECIDED,
            now,
            roles=" ".join(sorted(deciding_roles(viewer, right))),
            words=judgement.words,
            verdict=judgement.verdict,
            ground=judgement.ground if judgement.verdict is Verdict.UPHELD else None,
            until=today + timedelta(days=days) if len(others) == 1 else None,
        )
        _append(t, viewer, objection, step)


def newest_block(central: Central, officer: str) -> BlockKey | None:
    """The last block that closed of an officer; None: there is none."""
    with central.store.read(central.site) as t:
        blocks = t.blocks.of_officer(officer, date.min, date.max)
    return (blocks[-1][0], blocks[-1][1].number) if blocks else None


def shown_digest(central: Central, case: int) -> str:
    """The digest of an objection as it is now. NoSuchObjection."""
    with central.store.read(central.site) as t:
        objection = t.objections.get(case)
    if objection is None:
        raise NoSuchObjection(case)
    return objection.digest


class Around:
    """What belongs to some objections, asked for once, however many they are: every page tells
    who decides how many wait."""

    def __init__(self, t: Transaction, objections: Sequence[Objection]) -> None:
        self.officers = t.people.some(objection.officer for objection in objections)
        self._blocks = t.blocks.of_cases([objection.case for objection in objections])
        self._heads = [
            account
            for account in t.accounts.with_section()
            if any(role.needs_section for role in account.roles)
        ]

    def blocks(self, objection: Objection) -> Sequence[tuple[int, Block]]:
        """The published blocks that an objection is about, each with its scale's levels."""
        return self._blocks.get(objection.case, ())

    def concerned(self, objection: Objection) -> Concerned:
        """Who has to do with an objection, as far as accounts and roster tell."""
        officer = self.officers.get(objection.officer)
        closed_in = {block.section for _, block in self.blocks(objection)}
        is_in = {str(officer.section)} if officer else set()
        sections = frozenset((closed_in | is_in) - {""})
        heads = {account.name for account in self._heads if account.section in sections}
        return Concerned(
            officer=objection.officer,
            name=officer.name if officer else "",
            sections=sections,
            heads=frozenset(heads),
        )


def _may_decide(site: str, viewer: Viewer, objection: Objection, concerned: Concerned) -> bool:
    if not objection.undecided or not may_read(viewer, site):
        return False
    try:
        require_decider(site, viewer, objection, concerned)
    except (NotYours, ObjectionRefused):
        return False
    return True


# --- what people are told ---------------------------------------------------------------------


def read_notices(central: Central, viewer: Viewer, today: date) -> Notices:
    """What the reader is told of objections on every page of this office."""
    decides = may_read(viewer, central.site)
    own = viewer.officer if viewer.is_officer(central.site, viewer.officer) else ""
    if not decides and not own:
        return Notices()
    with central.store.read(central.site) as t:
        objections = t.objections.all("" if decides else own)
        undecided = [one for one in objections if decides and one.undecided]
        rows = case_rows(t, viewer, undecided, today) if undecided else []
    mine = [row for row in rows if row.mine]
    return Notices(
        mine=len(mine),
        overdue=sum(row.overdue for row in mine),
        news=tuple(one for one in objections if one.officer == own and _is_news(one, today)),
    )


def _is_news(objection: Objection, today: date) -> bool:
    if not objection.decisions or objection.phase in (Phase.WITHDRAWN, Phase.WAITING):
        return False
    decided = objection.decisions[-1].at.astimezone().date()
    recent = today <= decided + timedelta(days=NEWS_DAYS)
    return recent or objection.may_be_appealed(today)


# --- one step ---------------------------------------------------------------------------------


def _step(
    viewer: Viewer,
    deed: Deed,
    now: datetime,
    *,
    roles: str = "",
    words: str = "",
    verdict: Verdict | None = None,
    ground: Ground | None = None,
    until: date | None = None,
) -> Step:
    return Step(
        deed=deed,
        at=now,
        who=account_of(viewer),
        name=viewer.name,
        roles=roles,
        words=words,
        verdict=verdict,
        ground=ground,
        until=until,
    )


def _append(t: Transaction, viewer: Viewer, objection: Objection, step: Step) -> None:
    t.objections.append(objection, step)
    after = Objection(
        case=objection.case,
        officer=objection.officer,
        period=objection.period,
        blocks=objection.blocks,
        steps=(*objection.steps, step),
    )
    _log(t, viewer, after, step)


def _log(t: Transaction, viewer: Viewer, after: Objection, step: Step) -> None:
    """Log a step. The entry names the digest of everything that the objection says: who changes a
    word later is found out."""
    values: dict[str, str | int] = {"case": after.case, "digest": after.digest}
    if step.deed is Deed.FILED:
        values["blocks"] = " ".join(f"{levels}.{number}" for levels, number in after.blocks)
    if step.verdict is not None:
        values["verdict"] = step.verdict.value
    note = Note(
        kind=Kind.OBJECTION,
        who=signature(viewer),
        whom=after.officer,
        what=told(f"objection_{step.deed.value}", **values),
    )
    t.logs.append(Log.RECORD, [note], step.at)
