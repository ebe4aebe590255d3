"""A section and its officers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import Scaled, week_end
from sync.central.logbook import told
from sync.central.period import Period
from sync.central.reports.gate.figures import Figure, MonthFigure, figure, trend, trend_span
from sync.central.reports.gate.looks import record_looks
from sync.central.sitesettings import SiteSettings
from sync.central.store.blocks import Sum
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
    on_roster: bool = True
    away: bool = False
    """Whether the officer is in the section no more; the results that closed there stay its own."""
    objected: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    section: str
    period: Period
    settings: SiteSettings
    figure: Figure
    trend: tuple[MonthFigure, ...]
    officers: tuple[OfficerRow, ...]
    next_close: date


def section(
    central: Central, viewer: Viewer, name: str, period: Period, today: date, now: datetime
) -> SectionView:
    """A section and its officers, by number: no ranking. The results that closed in it, also of
    who is in it no more. The empty name: who is in none."""
    if not viewer.may_read_section(central.site, name):
        raise NotYours(Right.SECTION)
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        roster = t.people.everyone()
        sums = t.blocks.by_officer(period.first_day, period.last_day, section=name)
        months = t.blocks.by_month(*trend_span(period, today), section=name)
        objecting = _objecting(t, name)
    members = [one for one in roster if one.id in sums or _is_in(one, name)]
    rows = []
    for member in members:
        row = OfficerRow(
            officer=member,
            figure=figure(sums.get(str(member.id), []), settings),
            away=not _is_in(member, name),
            objected=str(member.id) in objecting,
        )
        rows.append(row)
    looked_at = [str(row.officer.id) for row in rows]
    record_looks(central, viewer, looked_at, told("seen_section", period=period.code), now)
    strangers = sorted(sums.keys() - {str(officer.id) for officer in roster})
    rows += (_stranger_row(id_, sums[id_], settings) for id_ in strangers)
    parts = [part for parts in sums.values() for part in parts]
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=figure(parts, settings),
        trend=trend(months, settings),
        officers=tuple(rows),
        next_close=week_end(today),
    )


def _is_in(officer: Officer, section: str) -> bool:
    return officer.section == section and not officer.retired


def _objecting(t: Transaction, section: str) -> set[str]:
    """Officers whose objection to a result of this section waits."""
    waiting = [objection for objection in t.objections.all() if objection.outcome is None]
    return {
        objection.officer
        for objection in waiting
        if t.blocks.section_of(Scaled(objection.officer, objection.levels), objection.number)
        == section
    }


def _stranger_row(id_: str, sums: Iterable[Sum], settings: SiteSettings) -> OfficerRow:
    """Of an id that is on no roster."""
    officer = Officer(id=OfficerId(id_), number=id_, name=id_, section=SectionId(""))
    return OfficerRow(officer=officer, figure=figure(sums, settings), on_roster=False)
