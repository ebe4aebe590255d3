"""A section and its officers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import ONLINE, Block, week_end
from sync.central.logbook import told
from sync.central.objecting import Standing
from sync.central.period import Period
from sync.central.reports.gate.figures import Figure, MonthFigure, figure, trend, trend_span
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.marks import Mark, mark, standings
from sync.central.sitesettings import SiteSettings
from sync.central.store.blocks import Sum
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
    on_roster: bool = True
    objected: bool = False
    """Whether an objection to a block of the span may still end in another way."""
    mark: Mark | None = None


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
        objections = standings(t, period.first_day, period.last_day, today)
    rows = _roster_rows(members, sums, settings, objections)
    looked_at = [str(row.officer.id) for row in rows]
    record_looks(central, viewer, looked_at, told("seen_section", period=period.code), now)
    rows += (_stranger_row(id_, sums[id_], settings) for id_ in strangers)
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


def _roster_rows(
    members: Iterable[Officer],
    sums: Mapping[str, list[Sum]],
    settings: SiteSettings,
    objections: Mapping[str, tuple[Standing, list[tuple[int, Block]]]],
) -> list[OfficerRow]:
    """Of members who are active or have results."""
    rows = []
    for member in members:
        id_ = str(member.id)
        if member.retired and id_ not in sums:
            continue
        own = figure(sums.get(id_, []), settings)
        if id_ not in objections:
            rows.append(OfficerRow(officer=member, figure=own))
            continue
        stands, blocks = objections[id_]
        rows.append(
            OfficerRow(
                officer=member,
                figure=own,
                objected=bool(stands.open),
                mark=mark(stands, blocks, settings),
            )
        )
    return rows


def _stranger_row(id_: str, sums: Iterable[Sum], settings: SiteSettings) -> OfficerRow:
    """Of an id that is on no roster."""
    officer = Officer(id=OfficerId(id_), number=id_, name=id_, section=SectionId(""))
    return OfficerRow(officer=officer, figure=figure(sums, settings), on_roster=False)
