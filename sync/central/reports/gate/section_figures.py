"""A section and its officers."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import ONLINE, week_end
from sync.central.logbook import told
from sync.central.period import Period
from sync.central.reports.gate.figures import (
    Figure,
    MonthFigure,
    figure,
    last_week_end,
    trend,
    trend_span,
)
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.missing import Missing, missing_beside
from sync.central.sitesettings import SiteSettings
from sync.central.store.blocks import Sum
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
    missing: Missing
    on_roster: bool = True
    objected: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    section: str
    period: Period
    settings: SiteSettings
    figure: Figure
    trend: tuple[MonthFigure, ...]
    officers: tuple[OfficerRow, ...]
    usual_flags: float | None
    """Flagged ratings of a thousand in the whole office."""
    next_close: date


def section(
    central: Central, viewer: Viewer, name: str, period: Period, today: date, now: datetime
) -> SectionView:
    """A section and its officers, by number: no ranking. The empty name: who is in none."""
    if not viewer.may_read_section(central.site, name):
        raise NotYours(Right.SECTION)
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        roster = t.people.everyone()
        members = [officer for officer in roster if officer.section == name]
        # Whoever is on no roster is in no section: of these, everybody is read.
        asked = [str(member.id) for member in members] if name else None
        sums = t.blocks.by_officer(period.first_day, period.last_day, officers=asked)
        sums.pop(ONLINE, None)
        strangers = [] if name else sorted(sums.keys() - {officer.id for officer in roster})
        ids = [*(str(member.id) for member in members), *strangers]
        months = t.blocks.by_month(*trend_span(period, today), officers=ids)
        closed = period.first_day, min(period.last_day, last_week_end(today))
        missing = missing_beside(t, sums, ids, closed)
        office = figure(t.blocks.office(period.first_day, period.last_day), settings)
        objections = t.objections.all()
    objecting = {objection.officer for objection in objections if objection.outcome is None}
    rows = _roster_rows(members, sums, missing, settings, objecting)
    looked_at = [str(row.officer.id) for row in rows]
    record_looks(central, viewer, looked_at, told("seen_section", period=period.code), now)
    rows += (_stranger_row(id_, sums[id_], missing[id_], settings) for id_ in strangers)
    parts = [part for id_ in ids for part in sums.get(id_, [])]
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=figure(parts, settings),
        trend=trend(months, settings),
        officers=tuple(rows),
        usual_flags=office.flagged_per_1000,
        next_close=week_end(today),
    )


def _roster_rows(
    members: Iterable[Officer],
    sums: Mapping[str, list[Sum]],
    missing: Mapping[str, Missing],
    settings: SiteSettings,
    objecting: Container[str],
) -> list[OfficerRow]:
    """Of members who are active or have results."""
    rows = []
    for member in members:
        id_ = str(member.id)
        if member.retired and id_ not in sums:
            continue
        own = figure(sums.get(id_, []), settings)
        objected = id_ in objecting
        rows.append(OfficerRow(officer=member, figure=own, missing=missing[id_], objected=objected))
    return rows


def _stranger_row(
    id_: str, sums: Iterable[Sum], missing: Missing, settings: SiteSettings
) -> OfficerRow:
    """Of an id that is on no roster."""
    officer = Officer(id=OfficerId(id_), number=id_, name=id_, section=SectionId(""))
    own = figure(sums, settings)
    return OfficerRow(officer=officer, figure=own, missing=missing, on_roster=False)
