"""The pages of one office: their one list, and the menu that is made of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from sync.central.viewer import CITY, Right, Viewer

_SECTION, _OFFICER = "/section/{site}", "/officer/{site}/{officer}"
NAMES = {
    "/report/{site}": "page.office",
    _SECTION: "common.section",
    _OFFICER: "common.officer",
    "/services/{site}": "page.services",
    "/improvements/{site}": "page.improvements",
    "/comments/{site}": "page.comments",
    "/papers/{site}": "page.papers",
    "/ita/{site}": "page.ita",
    "/objections/{site}": "page.objections",
    "/tally/{site}": "page.tally",
    "/patterns/{site}": "page.patterns",
    "/fleet/{site}": "page.fleet",
    "/roster/{site}": "page.roster",
    "/pins/{site}": "page.pins",
    "/officer-accounts/{site}": "page.officer_accounts",
    "/accounts/{site}": "page.accounts",
    "/settings/{site}": "page.settings",
    "/holidays/{site}": "page.holidays",
    "/notifications/{site}": "page.notifications",
    "/recordings/{site}": "page.recordings",
    "/changes/{site}": "page.changes",
    "/security/{site}": "page.events",
}
"""The pages of one office, in the menu's order, each with the key of its name."""
_BELOW_ANOTHER = {"/holidays/{site}"}
"""Pages that another one leads to, and not the menu."""


class GuardedPage(NamedTuple):
    """A page that asks for one of these rights."""

    name: str
    path: str
    rights: frozenset[Right]


def menu(
    pages: Iterable[GuardedPage], viewer: Viewer, site: str, say: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """Address and words of each page that the viewer has the right to read, in the office `site`
    and beyond."""
    if viewer.of_city:
        yield "/city", say("page.city")
    for page in pages:
        if page.path in (_SECTION, _OFFICER):
            yield from _own(page, viewer, site, say)
        elif page.path not in _BELOW_ANOTHER and any(viewer.has(site, r) for r in page.rights):
            yield page.path.replace("{site}", site), say(page.name)
    if viewer.has(CITY, Right.CHANGES):
        yield "/city/changes", say("page.city_changes")
    if viewer.has(CITY, Right.EVENTS):
        yield "/city/security", say("page.city_events")
    yield "/my-log", say("page.own_log")


def _own(
    page: GuardedPage, viewer: Viewer, site: str, say: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """The viewer's own section, and the viewer's own results."""
    if viewer.site != site:
        return
    if page.path == _SECTION and viewer.section:
        yield f"/section/{site}?name={quote(viewer.section, safe='')}", viewer.section
    if page.path == _OFFICER and viewer.officer:
        yield f"/officer/{site}/{viewer.officer}", say("page.my_results")
