"""Through which HTTP proxy central is reached: the setting's, else the environment's.

A proxy's address may hold a password: no line says more of it than its name and port.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_SCHEMES = ("http", "https")


class BadProxy(ValueError):
    """It is no address of a proxy; one line without what was written."""


def proxy_of(url: str, setting: str) -> str:
    """The proxy for requests to `url`; "" for none. HTTPS_PROXY and NO_PROXY count as usual, and
    the setting goes before HTTPS_PROXY. What stays on this machine needs none. BadProxy."""
    target = urlsplit(url)
    if target.scheme != "https" or proxy_bypass(target.hostname or ""):
        return ""
    environment = getproxies()
    proxy = setting or environment.get("https") or environment.get("all") or ""
    if proxy:
        name_of_proxy(proxy)
    return proxy


def name_of_proxy(proxy: str) -> str:
    """Host and port, for people; BadProxy."""
    try:
        parts = urlsplit(proxy)
        if parts.scheme in _SCHEMES and parts.hostname:
            return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    except ValueError:
        pass
    raise BadProxy(
        "proxy: write http://NAME:PORT, or http://USER:PASSWORD@NAME:PORT (a % in it as %25, an @ "
        "as %40)"
    )
