"""Every office of a central, for an account of the city."""

from dataclasses import dataclass

from kiosk.domain.thaiorder import thai_order
from sync.central.period import Period
from sync.central.reports.gate.figures import Figure, figure
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, NotYours, Right, Viewer


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: str
    name: str
    figure: Figure


def city(
    central: Central, viewer: Viewer, period: Period, language: str = "th"
) -> tuple[SiteRow, ...]:
    """Every site's office figure, by the site's name in a language: no ranking."""
    if not (viewer.of_city and viewer.has(CITY, Right.OFFICE)):
        raise NotYours(Right.OFFICE)
    with central.store.read(central.site) as t:
        sites = t.people.all_sites()
        own = t.settings.every_site() if language != "th" else {}
        sums = t.blocks.every_site(period.first_day, period.last_day)
    # Offices differ in their settings: all are read by the same.
    settings = SiteSettings()
    rows = []
    for site, name in sites:
        called = own.get(site, settings).office_name(name, language)
        rows.append(SiteRow(site=site, name=called, figure=figure(sums.get(site, []), settings)))
    return tuple(sorted(rows, key=lambda row: thai_order(row.name)))
