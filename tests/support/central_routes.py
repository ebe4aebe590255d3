"""Every route of central's server, also those that its OpenAPI description leaves out."""

from fastapi import FastAPI
from fastapi.routing import APIRoute


def routes_of(app: FastAPI) -> list[APIRoute]:
    routes: list[APIRoute] = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            routes.append(route)
        elif (inner := getattr(route, "original_router", None)) is not None:
            waiting += inner.routes
    assert len(routes) > 40
    return routes
