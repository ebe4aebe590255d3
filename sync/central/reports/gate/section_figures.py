"""A section and its officers."""

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import week_end
from sync.central.logbook import told
from sync.central.objecting import NOTHING_OBJECTED
from sync.central.period import Period
from sync.central.reports.gate.figures import (
    Figure,
    MonthFigure,
    figure,
    trend,
    trend_span,
    usual_effect,
)
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.marks import Mark, mark, standings
from sync.central.reports.gate.missing import Missing, missing_beside_blocks
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
    missing: Missing
    on_roster: bool = True
    away: bool = False
    """Whether the officer is in the section no more; the results that closed there stay its own."""
    objected: bool = False
    """Whether an objection to these results may still end in another way."""
    mark: Mark | None = None


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
    """A section and its officers, by number: no ranking. The results that closed in it, also of
    who is in it no more. The empty name: who is in none."""
    if not viewer.may_read_section(central.site, name):
        raise NotYours(Right.SECTION)
    with central.store.read(central.site) as t:
        settings = t.settings.newest().settings
        roster = t.people.everyone()
        sums = t.blocks.by_officer(period.first_day, period.last_day, section=name)
        months = t.blocks.by_month(*trend_span(period, today), section=name)
        missing = missing_beside_blocks(t, t.blocks.days(period.first_day, period.last_day, name))
        office = figure(t.blocks.office(period.first_day, period.last_day), settings)
        objections = standings(t, period, name, today)
        usual = usual_effect(t, min(period.last_day, today))
    members = [one for one in roster if one.id in sums or _is_in(one, name)]
    rows = []
    for member in members:
        stands, blocks = objections.get(str(member.id), (NOTHING_OBJECTED, []))
        row = OfficerRow(
            officer=member,
            figure=figure(sums.get(str(member.id), []), settings, usual),
            missing=missing.get(str(member.id), Missing()),
            away=not _is_in(member, name),
            objected=bool(stands.open),
            mark=mark(stands, blocks, settings, usual),
        )
        rows.append(row)
    looked_at = [str(row.officer.id) for row in rows]
    record_looks(central, viewer, looked_at, told("seen_section", period=period.code), now)
    strangers = sorted(sums.keys() - {str(officer.id) for officer in roster})
    rows += (
        _stranger_row(id_, figure(sums[id_], settings, usual), missing[id_]) for id_ in strangers
    )
    parts = [part for parts in sums.values() for part in parts]
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=figure(parts, settings, usual),
        trend=trend(months, settings, usual),
        officers=tuple(rows),
        usual_flags=office.flagged_per_1000,
        next_close=week_end(today),
    )


def _is_in(officer: Officer, section: str) -> bool:
    return officer.section == section and not officer.retired


def _stranger_row(id_: str, own: Figure, missing: Missing) -> OfficerRow:
    """Of an id that is on no roster."""
    officer = Officer(id=OfficerId(id_), number="–", name="–", section=SectionId(""))
    return OfficerRow(officer=officer, figure=own, missing=missing, on_roster=False)
