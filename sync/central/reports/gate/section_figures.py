"""A section and its officers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.comparing import Adjusted
from sync.central.disclosure import NAMELESS, ONLINE, week_end
from sync.central.logbook import told
from sync.central.measures import shown_ends, shown_rate
from sync.central.objecting import NOTHING_OBJECTED
from sync.central.period import Period
from sync.central.reports.gate.earlier import Earlier, earlier
from sync.central.reports.gate.figures import (
    Figure,
    MonthFigure,
    MonthRate,
    figure,
    last_week_end,
    month_rates,
    point_of,
    rates_of,
    trend,
    trend_span,
)
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.marks import Mark, mark, standings
from sync.central.reports.gate.missing import Missing, missing_beside_blocks
from sync.central.reports.gate.office_figures import page_effects
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum
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
    months: tuple[MonthRate, ...] = ()
    adjusted: Adjusted | None = None
    """In a closed round, of officers who were compared: all of their results closed here."""

    @property
    def adjusted_rate(self) -> float | None:
        """In whole per cent, as it is shown."""
        return shown_rate(self.adjusted.rate, 0) if self.adjusted else None

    @property
    def adjusted_ends(self) -> tuple[float, float] | None:
        return shown_ends(self.adjusted.interval, 0) if self.adjusted else None


@dataclass(frozen=True, slots=True)
class SectionView:
    section: str
    period: Period
    settings: SiteSettings
    figure: Figure
    trend: tuple[MonthFigure, ...]
    earlier: tuple[Earlier, ...]
    """What the figure is compared with."""
    is_running: bool
    office: Figure
    office_months: tuple[MonthRate, ...]
    """What stands behind each row."""
    officers: tuple[OfficerRow, ...]
    usual_flags: float | None
    """Flagged ratings of a thousand in the whole office."""
    next_close: date

    @property
    def office_rate(self) -> float | None:
        """Where the office's line stands behind a row: the rate as it is shown."""
        return point_of(self.office)

    @property
    def is_compared(self) -> bool:
        """Whether some officers have an adjusted value."""
        return any(row.adjusted for row in self.officers)


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
        sums_of = cache(partial(t.blocks.by_officer, section=name))  # asked of a span thrice
        sums = sums_of(*period.days)
        months = t.blocks.by_month(*trend_span(period, today), section=name)
        missing = missing_beside_blocks(t, t.blocks.days(period.first_day, period.last_day, name))
        own_months = t.blocks.months_by_officer(*trend_span(period, today), name)
        objections = standings(t, period, name, today)
        deffs = page_effects(t, period, today)
        deff_of = partial(deffs.of, section=name)
        office = figure(t.blocks.office(*period.days), settings, deffs.of(period.days))
        all_months = t.blocks.by_month(*trend_span(period, today))
        office_months = trend(all_months, settings, today, deffs.of)
        adjusted = _adjusted(t, period, sums)
        parts = [part for parts in sums.values() for part in parts]
        whole = figure(parts, settings, deff_of(period.days))

        def of_section(first: date, last: date) -> list[Sum]:
            return [part for parts in sums_of(first, last).values() for part in parts]

        def is_of_few(span: Period) -> bool:
            return len(sums_of(*span.days).keys() - {ONLINE}) < NAMELESS

        compared = earlier(whole, period, of_section, settings, deff_of, is_of_few)
    members = [one for one in roster if one.id in sums or _is_in(one, name)]
    rows = []
    for member in members:
        stands, blocks = objections.get(str(member.id), (NOTHING_OBJECTED, []))
        row = OfficerRow(
            officer=member,
            figure=figure(
                sums.get(str(member.id), []),
                settings,
                deff_of(period.days, officer=str(member.id)),
            ),
            missing=missing.get(str(member.id), Missing()),
            away=not _is_in(member, name),
            objected=bool(stands.open),
            mark=mark(stands, blocks, settings, deffs, period.last_day),
            months=month_rates(own_months.get(str(member.id), {}), settings.compare_from),
            adjusted=None if stands.blocks else adjusted.get(str(member.id)),
        )
        rows.append(row)
    looked_at = [str(row.officer.id) for row in rows]
    record_looks(central, viewer, looked_at, told("seen_section", period=period.code), now)
    strangers = sorted(sums.keys() - {str(officer.id) for officer in roster})
    rows += (
        _stranger_row(
            id_, figure(sums[id_], settings, deff_of(period.days, officer=id_)), missing[id_]
        )
        for id_ in strangers
    )
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=whole,
        trend=trend(months, settings, today, deff_of),
        earlier=compared,
        is_running=last_week_end(today) < period.last_day,
        office=office,
        office_months=rates_of(office_months),
        officers=tuple(rows),
        usual_flags=office.flagged_per_1000,
        next_close=week_end(today),
    )


def _adjusted(
    t: Transaction, period: Period, sums: Mapping[str, Sequence[Sum]]
) -> dict[str, Adjusted]:
    """By officer, as it was worked out when the round was closed; empty in every other span. Only
    of those whose results closed in the section, all of them: a part tells of no other part."""
    findings = t.findings.of_round(period.first_day, period.last_day)
    if findings is None:
        return {}
    everywhere = t.blocks.by_officer(period.first_day, period.last_day)
    return {
        officer: finding.adjusted
        for officer, finding in findings.by_officer.items()
        if finding.standing.compared and sums.get(officer) == everywhere.get(officer)
    }


def _is_in(officer: Officer, section: str) -> bool:
    return officer.section == section and not officer.retired


def _stranger_row(id_: str, own: Figure, missing: Missing) -> OfficerRow:
    """Of an id that is on no roster."""
    officer = Officer(id=OfficerId(id_), number="–", name="–", section=SectionId(""))
    return OfficerRow(officer=officer, figure=own, missing=missing, on_roster=False)
