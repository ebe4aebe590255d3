"""The office as a whole, and its sections beside one another."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer
from kiosk.domain.thaiorder import thai_order
from sync.central.change import Change, NotComparable, change
from sync.central.disclosure import (
    NAMELESS,
    ONLINE,
    newest_quarter,
    published_quarters,
    week_end,
)
from sync.central.logbook import told
from sync.central.period import Period, of_quarter
from sync.central.reports.gate.cut_tables import CutRow, Span, reason_rows
from sync.central.reports.gate.earlier import BEFORE, Earlier, earlier, earlier_spans
from sync.central.reports.gate.effects import INDEPENDENT, Effects, effect_of, effects
from sync.central.reports.gate.everybody import (
    BySection,
    ForEverybody,
    OfficeBlocks,
    blocks_for,
    parts_of,
    without_online,
)
from sync.central.reports.gate.figures import (
    Coverage,
    Figure,
    MonthFigure,
    MonthRate,
    coverage,
    figure,
    last_week_end,
    month_rates,
    point_of,
    rates_of,
    trend,
    trend_effects,
    trend_span,
)
from sync.central.reports.gate.improved import Improved, improvements_beside
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.missing import OVER_TICKETS
from sync.central.reports.gate.nameless import nameless_sections
from sync.central.reports.gate.ways import Difference, differences
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum
from sync.central.usecases.central import Central
from sync.central.viewer import Right, Viewer


@dataclass(frozen=True, slots=True)
class SectionRow:
    section: str
    officers: int
    figure: Figure
    months: tuple[MonthRate, ...] = ()
    change: Change | NotComparable = NotComparable.HIDDEN
    """Against the span before."""

    @property
    def difference(self) -> Change | None:
        return self.change if isinstance(self.change, Change) else None


@dataclass(frozen=True, slots=True)
class OfficeView:
    name: str
    period: Period
    settings: SiteSettings
    figure: Figure
    online: Figure
    trend: tuple[MonthFigure, ...]
    earlier: tuple[Earlier, ...]
    """What the figure is compared with."""
    improved: tuple[Improved, ...]
    """What the office did in the months of the trend, oldest first."""
    is_running: bool
    """Whether weeks of the period are still to close: then it is compared with whole ones."""
    reasons: tuple[CutRow, ...]
    """How often citizens named a reason; `n` 0: fewer than CUT_STEP. `rate`: its share of them."""
    quarters: Span | None
    """The quarters of `period` that `reasons` cover; None where the viewer may read none."""
    elsewhere: Period | None
    """Where there are none: the span whose reasons are published."""
    differences: tuple[Difference, ...]
    """Ways of asking whose results differ in these quarters."""
    sections: tuple[SectionRow, ...]
    """Those that the viewer may read."""
    coverage: Coverage | None
    """Ratings beside queue tickets; None where none are published, or too few."""
    gaps: Counter[str]
    """Of closed weeks, by kind."""
    next_close: date

    @property
    def office_rate(self) -> float | None:
        """Where the office's line stands behind a row: the rate as it is shown."""
        return point_of(self.figure)

    @property
    def office_months(self) -> tuple[MonthRate, ...]:
        return rates_of(self.trend)

    @property
    def events(self) -> list[tuple[date, str]]:
        """The days of `improved`, each with its number in the list."""
        return [(line.day, str(number)) for number, line in enumerate(self.improved, 1)]


@dataclass(frozen=True, slots=True)
class Read:
    """How the figures of one span are read, in one transaction."""

    viewer: Viewer
    period: Period
    today: date
    settings: SiteSettings
    deffs: Effects
    blocks: OfficeBlocks

    @property
    def ended(self) -> date:
        return last_week_end(self.today)

    @property
    def published(self) -> Span | None:
        """The quarters of the span whose tables are published."""
        return published_quarters(self.period.first_day, self.period.last_day, self.ended)


def office(
    central: Central,
    viewer: Viewer,
    period: Period,
    today: date,
    *,
    sections_seen: datetime | None = None,
) -> OfficeView:
    """The office as a whole. The public sees it too, as `ForEverybody` tells, without sections; so
    does whoever gives no `sections_seen`, the time of looking: a section with a single officer's
    results is a look at that officer.
    """
    if viewer.signed_in:
        viewer.require(central.site, Right.OFFICE)
    with central.store.read(central.site) as t:
        read = read_by(t, viewer, period, today, page_effects(t, period, today))
        view, alone = office_in(
            t, read, central.settings.name, with_sections=sections_seen is not None
        )
    if sections_seen is not None:
        record_looks(central, viewer, alone, told("seen_office", period=period.code), sections_seen)
    return view


def read_by(t: Transaction, viewer: Viewer, period: Period, today: date, deffs: Effects) -> Read:
    return Read(
        viewer=viewer,
        period=period,
        today=today,
        settings=t.settings.newest().settings,
        deffs=deffs,
        blocks=blocks_for(viewer, t, deffs),
    )


def office_in(
    t: Transaction, read: Read, name: str, *, with_sections: bool
) -> tuple[OfficeView, list[str]]:
    """And which officers are the only one with results in a section of it."""
    viewer, period, today = read.viewer, read.period, read.today
    settings, blocks, published = read.settings, read.blocks, read.published
    sums = blocks.sums(*period.days)
    months = blocks.months(*trend_span(period, today))
    quarters = blocks.tables(published)
    cuts = t.quarter_cuts.of(quarters, ("reason", "channel"))
    answers = t.blocks.by_officer(*period.days, officer=ONLINE).get(ONLINE, [])
    whole = figure(parts_of(sums.values()), settings, blocks.effect(period.days))

    def of_office(first: date, last: date) -> list[Sum]:
        return parts_of(blocks.sums(first, last).values())

    compared = earlier(whole, period, of_office, settings, blocks.effect)
    members: dict[str, set[str]] = {}
    if with_sections:
        members = _readable_sections(t.site, viewer, t.people.everyone(), sums)
    improved = improvements_beside(t, months, settings, blocks.effect, last_week_end(blocks.as_of))
    tickets = t.tickets.quarters(*published) if published else []
    view = OfficeView(
        name=name,
        period=period,
        settings=settings,
        figure=whole,
        online=figure(answers, settings, INDEPENDENT),
        trend=trend(months, settings, blocks.as_of, blocks.effect),
        earlier=compared,
        improved=improved,
        is_running=last_week_end(blocks.as_of) < period.last_day,
        reasons=reason_rows(cuts.values(), settings),
        quarters=quarters,
        elsewhere=None if published else nearest_quarter(period, read.ended),
        differences=differences(t, quarters, cuts.values(), settings, blocks.usual),
        sections=_section_rows(t, members, sums, read) if with_sections else (),
        coverage=coverage(tickets),
        gaps=_gaps(t, period, read.ended) if viewer.signed_in else Counter[str](),
        next_close=week_end(today),
    )
    return view, _alone(members, sums)


def page_effects(t: Transaction, period: Period, today: date) -> Effects:
    """For a page of a span: with its trend, and what it is compared with."""
    return trend_effects(t, period, today, *_spans(period))


def _spans(period: Period) -> list[Span]:
    return [span.days for span in (period, *earlier_spans(period).values())]


def _section_rows(
    t: Transaction, members: Mapping[str, set[str]], sums: BySection, read: Read
) -> tuple[SectionRow, ...]:
    """Sections beside one another, each with its months, and against the span before."""
    months = t.blocks.months_by_section(*trend_span(read.period, read.today))
    before = earlier_spans(read.period).get(BEFORE)
    sums_before = read.blocks.sums(before.first_day, before.last_day) if before else {}
    rows = []
    for name, ids in members.items():
        deff = read.deffs.of(read.period.days, section=name)
        now = figure(parts_of([sums.get(name, {})]), read.settings, deff)
        deff_before = read.deffs.of(before.days, section=name) if before else INDEPENDENT
        then = figure(parts_of([sums_before.get(name, {})]), read.settings, deff_before)
        few = min(len(sums.get(name, {})), len(sums_before.get(name, {}))) < NAMELESS
        row = SectionRow(
            section=name,
            officers=len(ids),
            figure=now,
            months=month_rates(months.get(name, {}), read.settings.compare_from),
            change=NotComparable.FEW_OFFICERS if few else change(now.result, then.result),
        )
        rows.append(row)
    return tuple(rows)


def nearest_quarter(period: Period, ended: date) -> Period | None:
    """The quarter that a span is in, or the last one before it whose tables are published."""
    quarter = newest_quarter(period.last_day, ended)
    return of_quarter(*quarter, period.starts) if quarter else None


def section_members(central: Central, viewer: Viewer, period: Period) -> dict[str, list[Officer]]:
    """Officers by the sections that the viewer may read: who is in one, and whose results closed
    there in the period. In none: last."""
    viewer.require(central.site, Right.SECTION)
    with central.store.read(central.site) as t:
        officers = t.people.everyone()
        sums = without_online(t.blocks.by_section(*period.days))
    readable = _readable_sections(central.site, viewer, officers, sums)
    return {
        name: [officer for officer in officers if str(officer.id) in ids]
        for name, ids in readable.items()
    }


def sections_for_papers(
    central: Central, viewer: Viewer, period: Period, today: date
) -> dict[str, Figure]:
    """Results of sections for a paper that leaves the house, of what everybody reads of the office.
    None before the period has ended: two papers a week apart would tell whose results closed
    between them."""
    viewer.require(central.site, Right.SECTION)
    with central.store.read(central.site) as t:
        blocks = ForEverybody(t, effects(t, [period.days], today))
        if last_week_end(blocks.as_of) < week_end(period.last_day):
            return {}
        settings = t.settings.newest().settings
        sums = blocks.sums(*period.days)
        runs = blocks.runs(*period.days)
        usual = blocks.usual(period.last_day)
    parts = {name: parts_of([sums[name]]) for name in nameless_sections(runs)}
    return {
        name: figure(parts[name], settings, effect_of(parts[name], usual))
        for name in parts
        if viewer.may_read_section(central.site, name)
    }


def _gaps(t: Transaction, period: Period, ended: date) -> Counter[str]:
    """Of the weeks of `period` that are closed, by kind."""
    last_day = min(period.last_day, ended)
    gaps = t.days.gaps(period.first_day, last_day)
    if t.tickets.has_any(period.first_day, last_day):
        exceeded = t.tickets.exceeded_in_blocks(period.first_day, last_day)
        gaps += Counter({OVER_TICKETS: len(exceeded)})
    return gaps


def _readable_sections(
    site: str, viewer: Viewer, officers: Sequence[Officer], sums: BySection
) -> dict[str, set[str]]:
    """The officers of each section that the viewer may read, by its name: who is in it, and whose
    results closed there. In none: last."""
    members: dict[str, set[str]] = defaultdict(set)
    for officer in officers:
        if not officer.retired:
            members[str(officer.section)].add(str(officer.id))
    for section, by_officer in sums.items():
        members[section] |= by_officer.keys()
    return {
        name: members[name]
        for name in sorted(members, key=lambda name: (not name, thai_order(name)))
        if members[name] and viewer.may_read_section(site, name)
    }


def _alone(sections: Iterable[str], sums: BySection) -> list[str]:
    """Officers who are the only one with results in one of these sections."""
    alone: list[str] = []
    for section in sections:
        rated = sums.get(section, {})
        if len(rated) == 1:
            alone += rated
    return alone
