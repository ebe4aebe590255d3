"""The page that says what is kept how long, and why: for everybody, also whom it concerns."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sync.central.retention import KEPT
from sync.central.usecases.office_settings import read_settings
from sync.central.web.caching import PUBLIC_SECONDS, for_everybody
from sync.central.web.dependencies import AnyVisitor, Office
from sync.central.web.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/retention/{site}")
def retention_page(request: Request, office: Office, visitor: AnyVisitor) -> Response:
    settings = read_settings(office).settings
    answer = page(
        request,
        "retention.html",
        visitor.viewer,
        office,
        kinds=KEPT,
        settings=settings,
        lengths={kind.id: kind.length(settings) for kind in KEPT if kind.setting},
    )
    return answer if visitor.viewer.signed_in else for_everybody(request, answer, PUBLIC_SECONDS)
