"""Services, counters, half-days by weekday and channels, as the page of services shows them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from kiosk.domain.thaiorder import thai_order
from sync.central.disclosure import next_publication, published_quarters
from sync.central.logbook import told
from sync.central.period import Period
from sync.central.reports.gate.cut_tables import (
    CutRow,
    Span,
    channel_rows,
    cut_rows,
    half_day_rows,
    half_rows,
    of_kind,
)
from sync.central.reports.gate.effects import effects
from sync.central.reports.gate.figures import Figure, figure, last_week_end, orders_differ
from sync.central.reports.gate.looks import record_looks
from sync.central.reports.gate.office_figures import (
    OfficeView,
    Read,
    nearest_quarter,
    office_in,
    page_effects,
    read_by,
)
from sync.central.reports.gate.ways import Difference, differences
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.viewer import Right, Viewer

_KINDS = ("service", "counter", "weekday", "channel")


@dataclass(frozen=True, slots=True)
class CutsView:
    period: Period
    quarters: Span | None
    """The quarters of `period` that the tables cover; None where the viewer may read none."""
    days: Span | None
    """First and last day of the weeks whose ratings they cover."""
    elsewhere: Period | None
    """Where there are none: the span whose tables are published."""
    more_on: date
    """The day of the next quarter's tables."""
    settings: SiteSettings
    tables: dict[str, tuple[CutRow, ...]]
    """By kind; a row of "weekday" is a `disclosure.half_day`."""
    orders_differ: bool
    """Whether the faces of these quarters did not all stand in one order."""
    differences: tuple[Difference, ...]
    """Ways of asking whose results differ in these quarters."""

    @property
    def by_weekday(self) -> dict[int, dict[str, CutRow]]:
        """The rows of half-days by ISO weekday and half; empty where no half-day is shown."""
        weekdays: dict[int, dict[str, CutRow]] = {}
        for row in self.tables["weekday"]:
            weekday, _, half = row.what.partition("-")
            weekdays.setdefault(int(weekday), {})[half] = row
        return weekdays


def cuts(central: Central, viewer: Viewer, period: Period, today: date) -> CutsView:
    """Services, counters, half-days and channels, office-wide: the same for the public. Half-days
    also by weekday."""
    if viewer.signed_in:
        viewer.require(central.site, Right.CUTS)
    published = published_quarters(period.first_day, period.last_day, last_week_end(today))
    with central.store.read(central.site) as t:
        deffs = effects(t, [published or period.days], today)
        return _cuts_in(t, read_by(t, viewer, period, today, deffs))


def office_and_cuts(
    central: Central,
    viewer: Viewer,
    period: Period,
    today: date,
    *,
    sections_seen: datetime | None = None,
) -> tuple[OfficeView, CutsView]:
    """What `office` and `cuts` say of one span, read at once."""
    if viewer.signed_in:
        viewer.require(central.site, Right.OFFICE)
        viewer.require(central.site, Right.CUTS)
    with central.store.read(central.site) as t:
        read = read_by(t, viewer, period, today, page_effects(t, period, today))
        view, alone = office_in(
            t, read, central.settings.name, with_sections=sections_seen is not None
        )
        tables = _cuts_in(t, read, view.differences)
    if sections_seen is not None:
        record_looks(central, viewer, alone, told("seen_office", period=period.code), sections_seen)
    return view, tables


def _cuts_in(t: Transaction, read: Read, ways: tuple[Difference, ...] | None = None) -> CutsView:
    """`ways`: those that differ, where they are known."""
    period, settings, blocks = read.period, read.settings, read.blocks
    span = blocks.tables(read.published)
    quarters = t.quarter_cuts.of(span, _KINDS).values()
    office = figure(t.blocks.office(*span), settings, read.deffs.of(span)) if span else None
    if ways is None:
        ways = differences(t, span, quarters, settings, blocks.usual)
    deff = blocks.usual(span[1] if span else period.last_day)
    at_least = settings.cuts_from
    weekdays = [of_kind(cuts, "weekday") for cuts in quarters]
    tables = {
        "service": _by_name(
            cut_rows([of_kind(cuts, "service") for cuts in quarters], at_least), settings
        ),
        "counter": cut_rows([of_kind(cuts, "counter") for cuts in quarters], at_least),
        "half": half_rows(weekdays, at_least),
        "weekday": half_day_rows(weekdays, at_least),
        "channel": channel_rows(quarters, at_least),
    }
    return CutsView(
        period=period,
        quarters=span,
        days=_days_of(office),
        elsewhere=None if read.published else nearest_quarter(period, read.ended),
        more_on=next_publication(read.ended),
        settings=settings,
        tables={kind: _with_effect(rows, deff) for kind, rows in tables.items()},
        orders_differ=office is not None and orders_differ((office,)),
        differences=ways,
    )


def _days_of(office: Figure | None) -> Span | None:
    if office is None or office.first_day is None or office.last_day is None:
        return None
    return office.first_day, office.last_day


def _with_effect(rows: tuple[CutRow, ...], deff: float) -> tuple[CutRow, ...]:
    return tuple(replace(row, deff=deff) for row in rows)


def _by_name(rows: tuple[CutRow, ...], settings: SiteSettings) -> tuple[CutRow, ...]:
    """Services as a Thai reader looks for them; one without a name stands by its id."""
    names = {service.id: service.th for service in settings.services}
    return tuple(sorted(rows, key=lambda row: thai_order(names.get(row.what, row.what))))
