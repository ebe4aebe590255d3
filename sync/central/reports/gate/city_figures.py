"""The offices of a central, for an account of the city: some at a time, or by province."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kiosk.domain.thaiorder import thai_order
from sync.central.period import Period
from sync.central.reports.gate.figures import Figure, figure
from sync.central.sitesettings import SiteSettings
from sync.central.store.blocks import Sum
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
            sums = t.blocks.of_provinces(period.first_day, period.last_day)
            rows = [
                ProvinceRow(name=name, offices=n, figure=_figure(sums.get(name, [])))
                for name, n in numbers.items()
            ]
            return CityView(provinces=_ordered(rows), offices=offices, matching=offices)
        matching = t.people.matching_sites(chosen.text, chosen.province)
        of_page = _page_of(sorted(matching, key=lambda one: thai_order(one.name)), chosen.page)
        ids = [one.site for one in of_page]
        by_site = t.blocks.of_sites(ids, period.first_day, period.last_day)
    return CityView(
        rows=tuple(
            SiteRow(site=one.site, name=one.name, figure=_figure(by_site.get(one.site, [])))
            for one in of_page
        ),
        offices=offices,
        matching=len(matching),
        pages=max(1, -(-len(matching) // ON_A_PAGE)),
    )


def _figure(sums: Iterable[Sum]) -> Figure:
    """Offices differ in their settings: all are read by the same."""
    return figure(sums, SiteSettings())


def _ordered(rows: Iterable[ProvinceRow]) -> tuple[ProvinceRow, ...]:
    """By name; those without one last."""
    return tuple(sorted(rows, key=lambda row: (not row.name, thai_order(row.name))))


def _page_of(sites: Sequence[SiteName], page: int) -> Sequence[SiteName]:
    first = (page - 1) * ON_A_PAGE
    return sites[first : first + ON_A_PAGE]
