"""The offices of one central."""

from dataclasses import dataclass, replace

from kiosk.domain.people import BadPerson, identifier, plain
from kiosk.domain.thaiorder import thai_order
from sync.central.usecases.central import Central
from sync.central.viewer import CITY


def find_site(central: Central, site: str) -> Central | None:
    """The same central on one of its sites, by the name that this one has now; None when there is
    none of that id."""
    with central.store.read(site) as t:
        name = t.people.site_name()
    if site == central.site and name in (None, central.settings.name):
        return central
    if name is None:
        return None
    return replace(central, settings=central.settings._replace(site=site, name=name))


def city_of(central: Central) -> Central:
    """The same central where the city's own accounts and logs are."""
    return replace(central, settings=central.settings._replace(site=CITY))


def all_sites(central: Central) -> tuple[tuple[str, str], ...]:
    """Every site of this central: id and name."""
    with central.store.read(central.site) as t:
        return t.people.all_sites()


def retired_sites(central: Central) -> frozenset[str]:
    """Ids of the offices that were closed."""
    with central.store.read(central.site) as t:
        return t.people.retired_sites([site for site, _ in t.people.all_sites()])


MOST_OFFERED = 20
"""Offices among which somebody who signs in chooses."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The offices that somebody may choose from: all, where they are few; else those that match."""

    sites: tuple[tuple[str, str], ...]
    """Id and name."""
    of: int
    """How many there are."""
    has_more: bool = False
    """Whether more match."""
    retired: frozenset[str] = frozenset()
    """Ids of those among `sites` that were closed."""

    @property
    def are_all(self) -> bool:
        return self.of <= MOST_OFFERED


def offered_sites(central: Central, text: str) -> Offered:
    """What stands in an id or a name is found; with no `text` only where all are few."""
    with central.store.read(central.site) as t:
        number = t.people.count_sites()
        few = number <= MOST_OFFERED
        if not few and not text:
            return Offered(sites=(), of=number)
        matching = t.people.matching_sites("" if few else text, most=MOST_OFFERED + 1)
        some = sorted(matching[:MOST_OFFERED], key=lambda one: thai_order(one.name))
        retired = t.people.retired_sites([one.site for one in some])
    return Offered(
        sites=tuple((one.site, one.name) for one in some),
        of=number,
        has_more=len(matching) > MOST_OFFERED,
        retired=retired,
    )


def add_site(central: Central, site: str, name: str, province: str | None = None) -> None:
    """Add an office to this central, or say of one in which `province` it is. BadPerson, also where
    it is there under another name."""
    identifier("site", site)
    plain("name", name)
    if province:
        plain("province", province)
    with central.store.transaction(site) as t:
        current = t.people.site_name()
        if current not in (None, name):
            raise BadPerson("site_exists", site=site, name=str(current))
        t.people.put_site(name, province)


def rename_site(central: Central, site: str, name: str) -> None:
    """Give an office another name on its pages and papers. BadPerson."""
    identifier("site", site)
    plain("name", name)
    with central.store.transaction(site) as t:
        if t.people.site_name() is None:
            raise BadPerson("no_site", site=site)
        t.people.put_site(name)


def is_empty(central: Central) -> bool:
    """Whether this office has neither officers nor day reports."""
    with central.store.read(central.site) as t:
        return not t.people.everyone() and not t.days.newest_days()
