"""The offices of a central, for an account of the city: some at a time, or by province."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.domain.thaiorder import thai_order
from sync.central.clusters import design_effect, effect
from sync.central.period import Period
from sync.central.reports.gate.effects import INDEPENDENT, of_site, year_to
from sync.central.reports.gate.figures import Figure, figure
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.people import SiteName
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, NotYours, Right, Viewer

ON_A_PAGE = 100
"""Offices."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which offices somebody asks for: those in whose name `text` stands, of a province ("": those
    without one; None: of all), and which page of them."""

    text: str = ""
    province: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: str
    name: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class ProvinceRow:
    """All offices of one province together; without a name those of which nobody said it."""

    name: str
    offices: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class CityView:
    """A page of offices; or the provinces, where there are more offices than fit on one."""

    rows: tuple[SiteRow, ...] = ()
    provinces: tuple[ProvinceRow, ...] = ()
    offices: int = 0
    """Of the whole central."""
    matching: int = 0
    pages: int = 1

    @property
    def is_large(self) -> bool:
        return self.offices > ON_A_PAGE

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(row.figure for row in self.rows) or tuple(row.figure for row in self.provinces)


def city(
    central: Central,
    viewer: Viewer,
    period: Period,
    today: date,
    chosen: Chosen = Chosen(),
) -> CityView:
    """Offices' figures in the order of their names: no ranking."""
    if not (viewer.of_city and viewer.has(CITY, Right.OFFICE)):
        raise NotYours(Right.OFFICE)
    with central.store.read(central.site) as t:
        offices = t.people.count_sites()
        of_everything = not chosen.text and chosen.province is None
        numbers = t.people.provinces() if offices > ON_A_PAGE and of_everything else {}
        if len(numbers) > 1:
            rows = _provinces(t, numbers, period, today)
            return CityView(provinces=_ordered(rows), offices=offices, matching=offices)
        matching = t.people.matching_sites(chosen.text, chosen.province)
        of_page = _page_of(sorted(matching, key=lambda one: thai_order(one.name)), chosen.page)
        ids = [one.site for one in of_page]
        figures = _figures(t, ids, period, today)
    return CityView(
        rows=tuple(
            SiteRow(site=one.site, name=one.name, figure=figures[one.site]) for one in of_page
        ),
        offices=offices,
        matching=len(matching),
        pages=max(1, -(-len(matching) // ON_A_PAGE)),
    )


def _figures(t: Transaction, ids: Sequence[str], period: Period, today: date) -> dict[str, Figure]:
    """Of each of these offices, with the interval of its own page. Offices differ in their
    settings: all are read by the same."""
    sums = t.blocks.of_sites(ids, *period.days)
    year = (year_to(min(period.last_day, today)), period.last_day)
    spreads = t.spreads.of_sites(ids, period.first_day, year)
    return {
        site: figure(sums.get(site, []), SiteSettings(), of_site(spreads[site]))
        if site in spreads
        else figure([], SiteSettings(), INDEPENDENT)
        for site in ids
    }


def _provinces(
    t: Transaction, numbers: Mapping[str, int], period: Period, today: date
) -> list[ProvinceRow]:
    """All offices of each province together. How alike their ratings are is told by the sums of
    their months. One office alone has the interval of its own page."""
    alone = {
        one.site: name
        for name, offices in numbers.items()
        if offices == 1
        for one in t.people.matching_sites("", name)
    }
    figures = {
        name: figure(sums, SiteSettings(), design_effect(effect(sums), INDEPENDENT))
        for name, sums in t.blocks.of_provinces(*period.days).items()
    }
    for site, own in _figures(t, list(alone), period, today).items():
        figures[alone[site]] = own
    nothing = figure([], SiteSettings(), INDEPENDENT)
    return [
        ProvinceRow(name=name, offices=n, figure=figures.get(name, nothing))
        for name, n in numbers.items()
    ]


def _ordered(rows: Iterable[ProvinceRow]) -> tuple[ProvinceRow, ...]:
    """By name; those without one last."""
    return tuple(sorted(rows, key=lambda row: (not row.name, thai_order(row.name))))


def _page_of(sites: Sequence[SiteName], page: int) -> Sequence[SiteName]:
    first = (page - 1) * ON_A_PAGE
    return sites[first : first + ON_A_PAGE]
