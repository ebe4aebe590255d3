"""Which page asks for which right, as its own route asks: what the help shows of it."""

from collections.abc import Iterator
from typing import NamedTuple

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from sync.central.viewer import Right
from sync.central.web.app import ROOMS
from sync.central.web.dependencies import ReaderWith, ReportWith

NAMES = {
    "/report/{site}": "page.office",
    "/section/{site}": "common.section",
    "/officer/{site}/{officer}": "common.officer",
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
    "/recordings/{site}": "page.recordings",
    "/notifications/{site}": "page.notifications",
    "/changes/{site}": "page.changes",
    "/security/{site}": "page.events",
}
"""The pages of one office, in the menu's order, each with the key of its name."""


class GuardedPage(NamedTuple):
    """A page that asks for one of these rights."""

    name: str
    path: str
    rights: frozenset[Right]


def guarded_pages() -> list[GuardedPage]:
    """Every page of one office that is not for everybody, in the menu's order."""
    rights = {route.path: rights_of(route) for route in _routes() if "GET" in (route.methods or ())}
    return [GuardedPage(name=name, path=path, rights=rights[path]) for path, name in NAMES.items()]


def rights_of(route: APIRoute) -> frozenset[Right]:
    """The rights of which a route asks for one; empty: none, or whoever is signed in."""
    return frozenset(_rights(route.dependant))


def _routes() -> Iterator[APIRoute]:
    for room in ROOMS:
        yield from (route for route in room.router.routes if isinstance(route, APIRoute))


def _rights(dependant: Dependant) -> Iterator[Right]:
    if isinstance(dependant.call, ReaderWith | ReportWith):
        yield from dependant.call.rights
    for below in dependant.dependencies:
        yield from _rights(below)
