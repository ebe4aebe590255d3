"""What our cookies are called, and when browsers send them over TLS alone."""

from fastapi import Request

from sync.central.web.edge import is_secure
from sync.central.web.parts import parts_of


def over_tls(request: Request) -> bool:
    """Whether people reach the report over TLS: here, or at a proxy in front."""
    return is_secure(parts_of(request).central.settings, request.url.scheme)


def cookie_name(request: Request, name: str, prefix: str = "__Host-") -> str:
    """A cookie's name: over TLS no other host, and no answer without TLS, can set it."""
    return f"{prefix}{name}" if over_tls(request) else name
