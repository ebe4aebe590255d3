"""One officer's published results, and where they stand beside the office's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from kiosk.domain.people import Officer
from sync.central.appraising import Appraisal, Evidence, appraise, effective
from sync.central.disclosure import Block, week_end
from sync.central.early import BEFORE, WATCHED, Fall, Week, fall
from sync.central.logbook import Looker, told
from sync.central.measures import OfServed, Result, result, sample_of, satisfied_of
from sync.central.objecting import Objection
from sync.central.period import Period
from sync.central.reports.gate.comparisons import Comparison, NotCompared, comparison
from sync.central.reports.gate.effects import Effects
from sync.central.reports.gate.figures import (
    Figure,
    MonthFigure,
    figure,
    last_week_end,
    orders_differ,
    trend,
    trend_effects,
    trend_span,
)
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.missing import (
    Missing,
    Span,
    merged,
    missing_beside,
    over_tickets_beside,
    with_over_tickets,
)
from sync.central.reports.gate.remedy import Remedy, remedy
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.people import FormerName
from sync.central.usecases.central import Central
from sync.central.usecases.two_people import PUBLISHED_DIFFERS
from sync.central.viewer import NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class BlockRow:
    levels: int
    block: Block
    result: Result
    objection: Objection | None
    """The one that is about it, withdrawn ones aside."""
    object_until: date | None = None
    """For the officer's own eyes: the last day to object to it; None: not any more."""

    @property
    def figure(self) -> Figure:
        return Figure(result=self.result, beside=self.block.beside)


@dataclass(frozen=True, slots=True)
class OfficerView:
    officer: Officer
    former_names: tuple[FormerName, ...]
    """That stood over these results before, the last one first: a name that somebody changed must
    not hide whose they are."""
    period: Period
    settings: SiteSettings
    only_section: str | None
    """A head reads what closed in this section alone; None: everything is here."""
    has_more: bool
    """Whether results of the period closed in another section, and are not here."""
    figure: Figure
    trend: tuple[MonthFigure, ...]
    blocks: tuple[BlockRow, ...]
    comparison: Comparison
    fall: Fall | None
    """Of the newest weeks below the own year before: for the officer's own eyes."""
    lookers: tuple[Looker, ...]
    """Who else looked, the last one first: for the officer's own eyes, empty for others."""
    own: bool
    appraisal: Appraisal
    has_photo: bool
    missing: Missing
    usual_served: OfServed | None
    """The whole office's."""
    usual_flags: float | None
    """Flagged ratings of a thousand in the whole office."""
    next_close: date
    corrected: tuple[date, ...]
    """Days that two people let count otherwise after their result was published."""
    remedy: Remedy

    @property
    def judged(self) -> Figure:
        """What an appraisal goes by: the figure without weeks that an upheld objection concerns."""
        return self.remedy.mark.without if self.remedy.mark else self.figure

    @property
    def objectable(self) -> tuple[BlockRow, ...]:
        """What the officer may object to now."""
        return tuple(row for row in self.blocks if row.object_until is not None)


def officer(
    central: Central, viewer: Viewer, id: str, period: Period, today: date, now: datetime
) -> OfficerView:
    """One officer's published results: for a head, those that closed in the own section. NotYours
    also when there is no such officer: whoever may not read can't learn who exists."""
    first_day, last_day = period.first_day, period.last_day
    with central.store.read(central.site) as t:
        person = next((one for one in t.people.everyone() if one.id == id), None)
        sections = {str(person.section) if person else "", *t.blocks.sections_of(id)}
        if person is None or not viewer.may_read_officer(central.site, id, sections):
            raise NotYours(Right.OFFICER)
        own = viewer.is_officer(central.site, id)
        only = viewer.only_section(central.site, id)
        settings = t.settings.newest().settings
        sums = t.blocks.by_officer(first_day, last_day, officer=id, section=only)
        office_sums = t.blocks.office(first_day, last_day)
        months = t.blocks.by_month(*trend_span(period, today), officer=id, section=only)
        every_block = t.blocks.of_officer(id, first_day, last_day)
        blocks = _closed_in(only, every_block)
        deffs = trend_effects(t, period, today, period.days, (today, today))
        deff_of = partial(deffs.of, officer=id, section=only)
        objected = remedy(t, id, period, only, blocks, settings, today, own=own, deffs=deffs)
        lookers = t.logs.lookers(id) if own else ()
        falls = _fall(t, id, today, deffs.usual(today)) if own and settings.early_word else None
        has_photo = t.photos.has(id)
        former = t.people.former_names(id)
        corrected = _days_of(id, t.witness.details(PUBLISHED_DIFFERS))
        spans = [(first_day, min(last_day, last_week_end(today)))]
        if only is not None:
            spans = _days_in(blocks)
            corrected = _within(spans, corrected)
        own_days = _days_in(blocks)
        days_over = over_tickets_beside(t, {id: own_days})[id]
        missing = with_over_tickets(missing_beside(t, {id: spans})[id], days_over)
        judged_blocks = [
            one for one in blocks if (one[0], one[1].number) not in objected.standing.blocks
        ]
        judged_over = days_over
        if (judged_days := _days_in(judged_blocks)) != own_days:
            judged_over = over_tickets_beside(t, {id: judged_days})[id]
        own_figure = figure(sums.get(id, []), settings, deff_of(period.days))
        office_figure = figure(office_sums, settings, deffs.of(period.days))
        differ = orders_differ((own_figure, office_figure))
        compared = comparison(t, id, period, today, orders_differ=differ)
    record_looks(central, viewer, [id], told("seen_officer", period=period.code), now)
    judged = objected.mark.without if objected.mark else own_figure
    has_more = len(blocks) < len(every_block)
    evidence = replace(
        _evidence(judged, compared, judged_over),
        objected=bool(objected.standing.open),
        whole=not has_more,
    )
    if has_more:
        compared = Comparison(outcome=NotCompared.PART)
    elif objected.mark:
        compared = Comparison(outcome=NotCompared.OBJECTED)
    return OfficerView(
        officer=person,
        former_names=former,
        period=period,
        settings=settings,
        only_section=only,
        has_more=has_more,
        figure=own_figure,
        trend=trend(months, settings, today, deff_of),
        blocks=tuple(
            BlockRow(
                levels=levels,
                block=block,
                result=block_result(levels, block, settings, deffs),
                objection=objected.of_block.get((levels, block.number)),
                object_until=objected.object_until.get((levels, block.number)),
            )
            for levels, block in blocks
        ),
        comparison=compared,
        fall=falls,
        lookers=lookers,
        own=own,
        appraisal=appraise(evidence, settings),
        has_photo=has_photo,
        missing=missing,
        usual_served=office_figure.of_served,
        usual_flags=office_figure.flagged_per_1000,
        next_close=week_end(today),
        corrected=corrected,
        remedy=objected,
    )


def _days_of(officer: str, corrected: Iterable[str]) -> tuple[date, ...]:
    days = (detail.partition(" ") for detail in corrected)
    return tuple(date.fromisoformat(day) for day, _, whose in days if whose == officer)


def _fall(t: Transaction, id: str, today: date, usual: float) -> Fall | None:
    since = today - timedelta(weeks=WATCHED + BEFORE)
    weeks = []
    for levels, block in t.blocks.of_officer(id, since, today):
        week = Week(
            first_day=block.first_day,
            last_day=block.last_day,
            n=block.n,
            satisfied=satisfied_of(levels, block.counts),
        )
        weeks.append(week)
    return fall(weeks, usual)


def _closed_in(section: str | None, blocks: Iterable[tuple[int, Block]]) -> list[tuple[int, Block]]:
    """Those of a section; None: all of them."""
    return [(levels, block) for levels, block in blocks if section in (None, block.section)]


def _days_in(blocks: Iterable[tuple[int, Block]]) -> list[Span]:
    return merged((block.first_day, block.last_day) for _, block in blocks)


def _within(spans: Sequence[tuple[date, date]], days: Iterable[date]) -> tuple[date, ...]:
    return tuple(day for day in days if any(first <= day <= last for first, last in spans))


def _evidence(judged: Figure, compared: Comparison, days_over: int | None) -> Evidence:
    """Of a result that the viewer reads as a whole. Where some ratings came without an offer, the
    response tells of the others alone: only these count."""
    n, response = judged.result.n, judged.response
    offered = min(n, response.answered) if response else n
    return Evidence(
        n=n,
        effective=effective(offered, judged.result.deff),
        answered=response.answered if response else 0,
        served=response.served if response else 0,
        flagged=judged.beside.flagged,
        days_over=days_over,
        closed=compared.outcome not in (NotCompared.SPAN, NotCompared.RUNNING),
        objected=False,
        whole=True,
    )


def block_result(levels: int, block: Block, settings: SiteSettings, deffs: Effects) -> Result:
    """A single block tells no design effect of its own."""
    sample = sample_of(levels, block.counts)
    return result(sample, settings.compare_from, deffs.usual(block.last_day))
