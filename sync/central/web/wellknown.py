"""What strangers look for at fixed places: whom to tell of a weakness, what a robot may read."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from sync.central.web.caching import for_everybody
from sync.central.web.dependencies import CurrentTime
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError

router = APIRouter(include_in_schema=False)

_DAY = 86_400
_VALID = timedelta(days=180)
"""RFC 9116 recommends less than a year."""
_ROBOTS = "User-agent: *\nAllow: /$\nAllow: /public/\nAllow: /data/\nAllow: /help\nDisallow: /\n"
"""Everything but what is for everybody: the rest asks for a name."""


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    return for_everybody(request, PlainTextResponse(_ROBOTS), _DAY)


@router.get("/.well-known/security.txt")
async def security(request: Request, now: CurrentTime) -> Response:
    """RFC 9116; 404 where the office's settings name no contact."""
    settings = parts_of(request).central.settings
    if not settings.security_contact:
        raise PageError(404, "no_page")
    lines = (
        f"Contact: {_as_uri(settings.security_contact)}",
        f"Expires: {_midnight(now + _VALID)}",
        "Preferred-Languages: th, en",
        f"Canonical: {settings.url.rstrip('/')}/.well-known/security.txt",
    )
    return for_everybody(request, PlainTextResponse("\n".join(lines) + "\n"), _DAY)


def _as_uri(contact: str) -> str:
    """A contact is a URI; an address of mail alone is none."""
    return contact if ":" in contact else f"mailto:{contact}"


def _midnight(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT00:00:00Z")
