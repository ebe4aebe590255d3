"""One objection with the results that it is about: for its officer, and for who decides."""

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from kiosk.domain.refusal import Refusal
from sync.central.logbook import told
from sync.central.objecting import (
    Objection,
    ObjectionRefused,
    deciding_right,
    may_read,
    require_decider,
)
from sync.central.reports.gate.effects import effects
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.officer_figures import BlockRow, block_result
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.objections import Around, NoSuchObjection
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class ObjectionView:
    objection: Objection
    officer: Officer
    settings: SiteSettings
    blocks: tuple[BlockRow, ...]
    own: bool
    overdue: bool
    open: bool
    may_decide: bool
    barred: Refusal | None
    """Why the reader, who decides others, may not decide this one."""


def objection(
    central: Central, viewer: Viewer, case: int, today: date, now: datetime
) -> ObjectionView:
    """An objection, its steps and its blocks. NotYours, NoSuchObjection. A look at the officer's
    results, and logged as one."""
    with central.store.read(central.site) as t:
        one = t.objections.get(case)
        own = one is not None and viewer.is_officer(central.site, one.officer)
        if not own and not may_read(viewer, central.site):
            raise NotYours(Right.DECIDE)
        if one is None:
            raise NoSuchObjection(case)
        settings = t.settings.newest().settings
        around = Around(t, (one,))
        officer, concerned = around.officers.get(one.officer), around.concerned(one)
        blocks = around.blocks(one)
        ends = [block.last_day for _, block in blocks] or [today]
        deffs = effects(t, [(end, end) for end in ends], today)
    rows = [
        BlockRow(
            levels=levels,
            block=block,
            result=block_result(levels, block, settings, deffs),
            objection=one,
        )
        for levels, block in blocks
    ]
    may_decide, barred = False, None
    try:
        if viewer.has(central.site, deciding_right(one)):
            require_decider(central.site, viewer, one, concerned)
            may_decide = True
    except ObjectionRefused as refused:
        barred = refused if one.undecided else None
    record_looks(central, viewer, [one.officer], told("seen_objection", case=case), now)
    return ObjectionView(
        objection=one,
        officer=officer or _stranger(one.officer),
        settings=settings,
        blocks=tuple(rows),
        own=own,
        overdue=one.overdue(today),
        open=one.open(today),
        may_decide=may_decide,
        barred=barred,
    )


def _stranger(id_: str) -> Officer:
    """Of an id that is on no roster."""
    return Officer(id=OfficerId(id_), number=id_, name=id_, section=SectionId(""))
