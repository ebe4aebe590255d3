"""Which page asks for which right, as its own route asks: the menu shows what opens, and the help
says who opens it."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from sync.central.viewer import Right
from sync.central.web.dependencies import ReaderWith, ReportWith
from sync.central.web.menu import NAMES, GuardedPage


def guarded_pages(routes: Iterable[BaseRoute]) -> tuple[GuardedPage, ...]:
    """Every page of one office that is not for everybody, in the menu's order."""
    rights = {
        route.path: rights_of(route)
        for route in routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    return tuple(
        GuardedPage(name=name, path=path, rights=rights[path]) for path, name in NAMES.items()
    )


def rights_of(route: APIRoute) -> frozenset[Right]:
    """The rights of which a route asks for one; empty: none, or whoever is signed in."""
    return frozenset(_rights(route.dependant))


def _rights(dependant: Dependant) -> Iterator[Right]:
    if isinstance(dependant.call, ReaderWith | ReportWith):
        yield from dependant.call.rights
    for below in dependant.dependencies:
        yield from _rights(below)
