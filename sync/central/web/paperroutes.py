"""The papers and the open data, for who may have each."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central.viewer import Right
from sync.central.web.desk import Desk


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/papers/{site}")
    def papers(request: Request, site: str) -> Response:
        central, viewer = desk.reader(request, site, Right.PAPERS)
        members: dict[str, list[object]] = {}
        for one in central.officers():
            if viewer.may_read_section(site, str(one.section)) and not one.retired:
                members.setdefault(str(one.section), []).append(one)
        sections = [
            {"name": name, "officers": found}
            for name, found in sorted(members.items(), key=lambda item: (not item[0], item[0]))
        ]
        period = desk.period(request)
        return desk.page(request, "papers.html", viewer, central, period=period, sections=sections)

    return router
