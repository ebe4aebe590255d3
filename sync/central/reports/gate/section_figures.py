"""A section and its officers."""

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import ONLINE, week_end
from sync.central.period import Period
from sync.central.reports.gate.figures import Figure, MonthFigure, figure, trend, trend_span
from sync.central.reports.gate.looks import record_looks
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
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
    next_close: date


def section(
    central: Central, viewer: Viewer, name: str, period: Period, today: date, now: datetime
) -> SectionView:
    """A section and its officers, by number: no ranking. The empty name: who is in none."""
    if not viewer.may_read_section(central.site, name):
        raise NotYours(Right.SECTION)
    with central.store.read(central.site) as t:
        settings = t.office.settings().settings
        roster = t.people.everyone()
        members = [officer for officer in roster if officer.section == name]
        # Whoever is on no roster is in no section: of these, everybody is read.
        asked = [str(member.id) for member in members] if name else None
        sums = t.blocks.by_officer(period.first_day, period.last_day, officers=asked)
        sums.pop(ONLINE, None)
        strangers = [] if name else sorted(sums.keys() - {officer.id for officer in roster})
        ids = [*(str(member.id) for member in members), *strangers]
        months = t.blocks.by_month(*trend_span(period, today), officers=ids)
        objections = t.office.objections()
    objecting = {objection.officer for objection in objections if objection.outcome is None}
    rows = [
        OfficerRow(
            officer=member,
            figure=figure(sums.get(str(member.id), []), settings),
            objected=str(member.id) in objecting,
        )
        for member in members
        if member.id in sums or not member.retired
    ]
    record_looks(
        central, viewer, [str(row.officer.id) for row in rows], f"section {period.code}", now
    )
    for id_ in strangers:
        stranger = Officer(id=OfficerId(id_), number=id_, name=id_, section=SectionId(name))
        rows.append(
            OfficerRow(officer=stranger, figure=figure(sums[id_], settings), on_roster=False)
        )
    parts = [part for id_ in ids for part in sums.get(id_, [])]
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=figure(parts, settings),
        trend=trend(months, settings),
        officers=tuple(rows),
        next_close=week_end(today),
    )
