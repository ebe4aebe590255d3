"""The one place below every page, export and API: who may see what, from whole blocks alone.

Each function takes the viewer, and raises NotYours. Figures are sums of published blocks; tables
that cut across blocks are office-wide, by whole quarters once they are over, CUTS_FLOOR ratings at
least, rounded to CUT_STEP (ARCHITECTURE.md#the-disclosure-rule; disclosure.py says why by
quarters). Whoever looks at another's result is written down where that officer reads it, before
the figures are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.disclosure import (
    NONE,
    Beside,
    Block,
    Counts,
    levels_shown,
    next_told,
    plus,
    told,
    week_end,
    withheld,
)
from sync.central.measures import (
    ALL_AGREE_HIGH,
    ALL_AGREE_LOW,
    HIDDEN_BELOW,
    Interval,
    Result,
    points_of,
    result,
    satisfied_of,
    wilson,
)
from sync.central.period import Period
from sync.central.sitesettings import SiteSettings
from sync.central.store.accounts import Logged
from sync.central.store.engine import Transaction
from sync.central.store.office import Objection
from sync.central.store.published import Sum
from sync.central.store.unclosed import ONLINE, Cut
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, NotYours, Right, Viewer

Span = tuple[date, date]
Cuts = Mapping[str, Mapping[int, Counts]]
"""Rows of one table by scale."""
OVER_TICKETS = "over-tickets"
"""Among gaps: days on which a counter has more ratings than its tickets explain."""
CUT_STEP = 5
Z99 = 2.5758293035489004
"""Two-sided 99 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Some whole blocks. `beside` stands beside the score; `levels` are counts worst first, empty
    where they may not be shown."""

    result: Result
    beside: Beside = Beside()  # noqa: RUF009  (a value, never changed)
    blocks: int = 0
    first_day: date | None = None
    last_day: date | None = None
    levels: tuple[int, ...] = ()

    @property
    def response(self) -> float | None:
        """The share of services whose question was answered, to a hundredth; None where terminals
        don't know of services, or of too few."""
        if self.beside.served < HIDDEN_BELOW:
            return None
        return min(1.0, round(self.beside.answered / self.beside.served, 2))

    @property
    def deciding_response(self) -> float | None:
        """`response` where most of the ratings are answers to offers: a few offers say nothing of
        ratings that came without one."""
        return self.response if 2 * self.beside.answered >= self.result.n else None


@dataclass(frozen=True, slots=True)
class MonthFigure:
    month: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class CutRow:
    """A row of a table across blocks: `n` rounded to CUT_STEP, `rate` to a hundredth. None: fewer
    than the office's threshold, or needed to keep another row unknown."""

    what: str
    n: int | None
    rate: float | None
    bound: str = ""
    """ "at least" or "at most" where nearly all agree."""

    @property
    def interval(self) -> Interval | None:
        """95 %, of the rounded numbers that are shown: it tells no more than they do."""
        if not self.n or self.rate is None or self.bound:
            return None
        return wilson(round(self.rate * self.n), self.n)


@dataclass(frozen=True, slots=True)
class SectionRow:
    section: str
    officers: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class OfficerRow:
    officer: Officer
    figure: Figure
    on_roster: bool = True
    objected: bool = False


@dataclass(frozen=True, slots=True)
class OfficeView:
    name: str
    period: Period
    settings: SiteSettings
    figure: Figure
    online: Figure
    trend: tuple[MonthFigure, ...]
    reasons: tuple[CutRow, ...]
    """How often citizens named a reason; `n` 0: fewer than CUT_STEP. `rate`: its share of them."""
    told: Span | None
    """The quarters that reasons are told of; outside `period` where none of its own is told."""
    sections: tuple[SectionRow, ...]
    """Those that the viewer may read."""
    coverage: float | None
    """Ratings per ticket served, to a hundredth; None where tickets are not told."""
    gaps: Counter[str]
    """Of closed weeks, by kind."""
    next_close: date


@dataclass(frozen=True, slots=True)
class SectionView:
    section: str
    period: Period
    settings: SiteSettings
    figure: Figure
    trend: tuple[MonthFigure, ...]
    officers: tuple[OfficerRow, ...]
    next_close: date


@dataclass(frozen=True, slots=True)
class BlockRow:
    levels: int
    block: Block
    result: Result
    objection: Objection | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Where a result stands among those of its size: the office's rate, and how far chance alone
    carries a result of `n` ratings in 95 and in 99 of 100 cases."""

    rate: float
    office: float
    n: int
    apart: bool
    """Whether the 99 % interval excludes the office's rate."""


@dataclass(frozen=True, slots=True)
class OfficerView:
    officer: Officer
    period: Period
    settings: SiteSettings
    figure: Figure
    trend: tuple[MonthFigure, ...]
    blocks: tuple[BlockRow, ...]
    funnel: Funnel | None
    looks: tuple[Logged, ...]
    """Who else looked: for the officer's own eyes, empty for others."""
    own: bool
    may_enter_appraisal: bool
    coverage: float | None
    """The office's, where this officer's own response is not known."""
    next_close: date


@dataclass(frozen=True, slots=True)
class CutsView:
    period: Period
    told: Span | None
    """The quarters that the tables cover; outside `period` where none of its own is told."""
    more_on: date
    """The day of the next quarter's tables."""
    settings: SiteSettings
    tables: dict[str, tuple[CutRow, ...]]


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: str
    name: str
    figure: Figure


def office(
    central: Central,
    viewer: Viewer,
    period: Period,
    today: date,
    *,
    sections_seen: datetime | None = None,
) -> OfficeView:
    """The office as a whole. The public sees it too, without sections; so does whoever does not
    say when the sections are seen: one with a single officer's results is a look at that officer.
    """
    if viewer.signed_in:
        viewer.require(central.site, Right.OFFICE)
    with central.store.transaction(central.site) as t:
        settings = t.office.settings().settings
        officers = t.people.everyone()
        sums = t.published.by_officer(period.first_day, period.last_day)
        months = t.published.by_month(*_trend_span(period, today))
        span = told(period.first_day, period.last_day, _ended(today))
        cuts = t.published.cuts(span)
        ended = min(period.last_day, _ended(today))
        gaps = t.days.gaps(period.first_day, ended) if viewer.signed_in else Counter[str]()
        served = t.days.tickets_between(period.first_day, period.last_day)
        if served and viewer.signed_in:
            gaps += Counter({OVER_TICKETS: len(t.days.over_tickets(period.first_day, ended))})
        online = figure(sums.pop(ONLINE, []), settings)
        rows: tuple[SectionRow, ...] = ()
        if sections_seen is not None:
            rows, alone = _sections(central.site, viewer, officers, sums, settings)
            _look(t, viewer, alone, f"office {period.code}", sections_seen)
    whole = figure((s for found in sums.values() for s in found), settings)
    return OfficeView(
        name=central.settings.name,
        period=period,
        settings=settings,
        figure=whole,
        online=online,
        trend=_trend(months, settings),
        reasons=_reasons(cuts.values(), settings),
        told=span,
        sections=rows,
        coverage=_coverage(whole, served),
        gaps=gaps,
        next_close=week_end(today),
    )


def section(
    central: Central, viewer: Viewer, name: str, period: Period, today: date, now: datetime
) -> SectionView:
    """A section and its officers, by number: no ranking. The empty name: who is in none."""
    if not viewer.may_read_section(central.site, name):
        raise NotYours(Right.SECTION)
    with central.store.transaction(central.site) as t:
        settings = t.office.settings().settings
        everyone = t.people.everyone()
        members = [o for o in everyone if o.section == name]
        which = [str(o.id) for o in members] if name else None
        sums = t.published.by_officer(period.first_day, period.last_day, officers=which)
        sums.pop(ONLINE, None)
        strangers = () if name else tuple(sorted(sums.keys() - {o.id for o in everyone}))
        ids = [*(str(o.id) for o in members), *strangers]
        months = t.published.by_month(*_trend_span(period, today), officers=ids)
        objected = {o.officer for o in t.office.objections() if o.outcome is None}
        rows = []
        for member in members:
            own = sums.get(str(member.id), [])
            if own or not member.retired:
                shown = figure(own, settings)
                rows.append(
                    OfficerRow(
                        officer=member,
                        figure=shown,
                        on_roster=True,
                        objected=str(member.id) in objected,
                    )
                )
        _look(t, viewer, [str(row.officer.id) for row in rows], f"section {period.code}", now)
        for stranger in strangers:
            who = Officer(
                id=OfficerId(stranger), number=stranger, name=stranger, section=SectionId(name)
            )
            rows.append(
                OfficerRow(officer=who, figure=figure(sums[stranger], settings), on_roster=False)
            )
    whole = figure((s for i in ids for s in sums.get(i, [])), settings)
    trend = _trend(months, settings)
    return SectionView(
        section=name,
        period=period,
        settings=settings,
        figure=whole,
        trend=trend,
        officers=tuple(rows),
        next_close=week_end(today),
    )


def officer(
    central: Central, viewer: Viewer, id: str, period: Period, today: date, now: datetime
) -> OfficerView:
    """One officer's published results. NotYours also when there is no such officer: whoever may
    not read can't learn who exists."""
    with central.store.transaction(central.site) as t:
        found = next((o for o in t.people.everyone() if o.id == id), None)
        whose = str(found.section) if found else ""
        if found is None or not viewer.may_read_officer(central.site, id, whose):
            raise NotYours(Right.OFFICER)
        settings = t.office.settings().settings
        own = viewer.site == central.site and viewer.officer == id
        _look(t, viewer, [id], f"officer {period.code}", now)
        sums = t.published.by_officer(period.first_day, period.last_day, officers=[id])
        office_sums = t.published.office(period.first_day, period.last_day)
        months = t.published.by_month(*_trend_span(period, today), officers=[id])
        blocks = t.published.of_officer(id, period.first_day, period.last_day)
        objections = {(o.levels, o.number): o for o in t.office.objections(id)}
        looks = t.accounts.looks(id) if own else ()
        served = t.days.tickets_between(period.first_day, period.last_day)
    shown = figure(sums.get(id, []), settings)
    whole = figure(office_sums, settings)
    coverage = _coverage(whole, served)
    rows = tuple(
        BlockRow(
            levels=levels,
            block=block,
            result=_result(levels, block.counts, settings),
            objection=objections.get((levels, block.number)),
        )
        for levels, block in blocks
    )
    return OfficerView(
        officer=found,
        period=period,
        settings=settings,
        figure=shown,
        trend=_trend(months, settings),
        blocks=rows,
        funnel=_funnel(sums.get(id, []), whole, settings),
        looks=looks,
        own=own,
        may_enter_appraisal=may_enter_appraisal(
            shown, _first_known(shown.deciding_response, coverage), settings
        ),
        coverage=coverage,
        next_close=week_end(today),
    )


def cuts(central: Central, viewer: Viewer, period: Period, today: date) -> CutsView:
    """Services, counters, half-days and channels, office-wide: the same for the public."""
    if viewer.signed_in:
        viewer.require(central.site, Right.CUTS)
    span = told(period.first_day, period.last_day, _ended(today))
    with central.store.transaction(central.site) as t:
        settings = t.office.settings().settings
        found = t.published.cuts(span)
    tables = {
        kind: cut_rows([_of_kind(quarter, kind) for quarter in found.values()], settings.cuts_from)
        for kind in ("service", "counter", "half", "channel")
    }
    return CutsView(
        period=period, told=span, more_on=next_told(_ended(today)), settings=settings, tables=tables
    )


def city(central: Central, viewer: Viewer, period: Period) -> tuple[SiteRow, ...]:
    """Every site's office figure, by the site's name: no ranking."""
    if not (viewer.of_city and viewer.has(CITY, Right.OFFICE)):
        raise NotYours(Right.OFFICE)
    with central.store.transaction(central.site) as t:
        sites = t.people.all_sites()
        sums = t.published.every_site(period.first_day, period.last_day)
    floor = SiteSettings()
    rows = (SiteRow(site, name, figure(sums.get(site, []), floor)) for site, name in sites)
    return tuple(sorted(rows, key=lambda row: row.name))


def figure(sums: Iterable[Sum], settings: SiteSettings) -> Figure:
    """What may be said of the sum of whole blocks, on whichever scales."""
    found = list(sums)
    if not found:
        return Figure(result=result(0, 0, 0.0))
    n = sum(sum(s.counts) for s in found)
    satisfied = sum(satisfied_of(s.levels, s.counts) for s in found)
    points = sum(points_of(s.levels, s.counts) for s in found)
    shown = result(n, satisfied, points, settings.compare_from)
    scales = {s.levels for s in found}
    levels: tuple[int, ...] = ()
    if len(scales) == 1 and shown.interval is not None:
        summed = tuple(map(sum, zip(*(s.counts for s in found), strict=True)))
        a, b, c, d, e = summed
        if levels_shown((a, b, c, d, e)):
            levels = summed[: scales.pop()]
    return Figure(
        result=shown,
        beside=sum((s.beside for s in found), Beside()),
        blocks=sum(s.blocks for s in found),
        first_day=min(s.first_day for s in found),
        last_day=max(s.last_day for s in found),
        levels=levels,
    )


def cut_rows(quarters: Iterable[Cuts], at_least: int) -> tuple[CutRow, ...]:
    """A table across blocks, rounded: of each row what the quarters tell of it. None: nothing; but
    a quarter that tells of no row names none."""
    names: set[str] = set()
    sums: dict[str, dict[int, Counts]] = defaultdict(dict)
    for cuts in quarters:
        hidden = withheld({what: sum(map(sum, by.values())) for what, by in cuts.items()}, at_least)
        if hidden == cuts.keys():
            continue
        names |= cuts.keys()
        for what in cuts.keys() - hidden:
            for levels, counts in cuts[what].items():
                sums[what][levels] = plus(sums[what].get(levels, NONE), counts)
    rows = []
    for what in sorted(names, key=lambda what: (len(what), what) if what.isdigit() else (99, what)):
        n = sum(map(sum, sums[what].values()))
        if not n:
            rows.append(CutRow(what=what, n=None, rate=None))
            continue
        satisfied = sum(satisfied_of(levels, counts) for levels, counts in sums[what].items())
        rate, bound = round(satisfied / n, 2), ""
        if rate > ALL_AGREE_HIGH:
            rate, bound = ALL_AGREE_HIGH, "at least"
        elif rate < ALL_AGREE_LOW:
            rate, bound = ALL_AGREE_LOW, "at most"
        rows.append(CutRow(what=what, n=_rounded(n), rate=rate, bound=bound))
    return tuple(rows)


def may_enter_appraisal(shown: Figure, response: float | None, settings: SiteSettings) -> bool:
    """Enough ratings, and a response rate that is known and high enough."""
    enough = shown.result.n >= settings.appraisal_from
    return enough and response is not None and response * 100 >= settings.appraisal_response


def _first_known(own: float | None, office: float | None) -> float | None:
    return office if own is None else own


def _rounded(n: int) -> int:
    return CUT_STEP * round(n / CUT_STEP)


def _result(levels: int, counts: Counts, settings: SiteSettings) -> Result:
    satisfied, points = satisfied_of(levels, counts), points_of(levels, counts)
    return result(sum(counts), satisfied, points, settings.compare_from)


def _look(
    t: Transaction, viewer: Viewer, officers: Iterable[str], what: str, now: datetime
) -> None:
    reader = f"{viewer.name} ({viewer.account})"
    t.accounts.log_looks((o for o in officers if o != viewer.officer), reader, what, now)


def _sections(
    site: str,
    viewer: Viewer,
    officers: Sequence[Officer],
    sums: Mapping[str, list[Sum]],
    settings: SiteSettings,
) -> tuple[tuple[SectionRow, ...], list[str]]:
    """The sections that the viewer may read, and officers who are the only one with results in
    theirs."""
    section_of = {str(o.id): str(o.section) for o in officers}
    members: dict[str, set[str]] = defaultdict(set)
    for one in officers:
        if not one.retired or str(one.id) in sums:
            members[str(one.section)].add(str(one.id))
    members[""] |= sums.keys() - section_of.keys()
    rows: list[SectionRow] = []
    alone: list[str] = []
    for name, ids in sorted(members.items(), key=lambda item: (not item[0], item[0])):
        if ids and viewer.may_read_section(site, name):
            shown = figure((s for i in ids for s in sums.get(i, [])), settings)
            rows.append(SectionRow(name, len(ids), shown))
            rated = ids & sums.keys()
            alone += rated if len(rated) == 1 else ()
    return tuple(rows), alone


def _trend_span(period: Period, today: date) -> tuple[date, date]:
    """A trend shows a year at least: the twelve months to the end of the span, or to now."""
    end = min(period.last_day, max(today, period.first_day))
    year_before = (end.replace(day=1) - timedelta(days=334)).replace(day=1)
    return min(period.first_day, year_before), period.last_day


def _trend(months: Mapping[date, list[Sum]], settings: SiteSettings) -> tuple[MonthFigure, ...]:
    return tuple(MonthFigure(month, figure(sums, settings)) for month, sums in months.items())


def _of_kind(cuts: Mapping[Cut, Mapping[int, Counts]], wanted: str) -> Cuts:
    return {what: by for (kind, what), by in cuts.items() if kind == wanted}


def _reasons(
    quarters: Iterable[Mapping[Cut, Mapping[int, Counts]]], settings: SiteSettings
) -> tuple[CutRow, ...]:
    """Rounded numbers, and shares of the rounded sum: an exact share would tell the number. Of
    quarters in which so many named one."""
    named: Counter[str] = Counter()
    for cuts in quarters:
        found = {w: sum(map(sum, by.values())) for w, by in _of_kind(cuts, "reason").items()}
        if sum(found.values()) >= settings.cuts_from:
            named.update(found)
    rounded = {what: _rounded(n) if n >= CUT_STEP else 0 for what, n in named.items()}
    total = sum(rounded.values())
    known = {reason.id for reason in settings.reasons}
    order = sorted(rounded, key=lambda what: (-rounded[what], what))
    return tuple(
        CutRow(what=what, n=rounded[what], rate=rounded[what] / total)
        for what in order
        if what in known or rounded[what]
    )


def _ended(today: date) -> date:
    """The last week end that is over."""
    return week_end(today) - timedelta(days=7)


def _coverage(whole: Figure, served: int) -> float | None:
    if served < 100 or whole.result.n < 10:
        return None
    return min(1.0, round(whole.result.n / served, 2))


def _funnel(own: Sequence[Sum], whole: Figure, settings: SiteSettings) -> Funnel | None:
    """None where the result or the office's is a bound, or too few to compare."""
    shown = figure(own, settings)
    if shown.result.interval is None or whole.result.rate is None or whole.result.bound:
        return None
    if shown.result.rate is None or shown.result.n < settings.compare_from:
        return None
    satisfied = sum(satisfied_of(s.levels, s.counts) for s in own)
    wide = wilson(satisfied, shown.result.n, Z99)
    apart = not wide.low <= whole.result.rate <= wide.high
    return Funnel(rate=shown.result.rate, office=whole.result.rate, n=shown.result.n, apart=apart)
