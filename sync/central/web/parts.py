"""What the application is made of, as every handler finds it in `request.app.state.parts`."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

from fastapi import Request
from jinja2 import Environment

from sync.central.fairline import FairLine
from sync.central.usecases.central import Central
from sync.central.web.identity_provider import CodeFlow
from sync.central.web.menu import GuardedPage


class MinuteLimit:
    """Allows so many of something in any minute, from everybody together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: deque[datetime] = deque()

    def busy(self, now: datetime) -> bool:
        """Whether anything was counted within a minute."""
        while self._times and (now - self._times[0]).total_seconds() > 60:
            self._times.popleft()
        return bool(self._times)

    def allows(self, now: datetime) -> bool:
        """Whether one more is allowed now; it is counted when it is."""
        self.busy(now)
        if len(self._times) >= self._most:
            return False
        self._times.append(now)
        return True


class MinuteLimits:
    """Allows so many of something in any minute, from each."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limits: dict[str, MinuteLimit] = {}

    def allows(self, whose: str, now: datetime) -> bool:
        """Whether one more is allowed now; it is counted when it is."""
        if len(self._limits) > _MOST_KNOWN:
            self._limits = {who: one for who, one in self._limits.items() if one.busy(now)}
        return self._limits.setdefault(whose, MinuteLimit(self._most)).allows(now)


def network_of(address: str) -> str:
    """Who asks: an IPv4 address; of IPv6 the /64 that one subscriber has."""
    try:
        asks = ip_address(address)
    except ValueError:
        return address
    if isinstance(asks, IPv6Address):
        mapped = asks.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((asks, 64), strict=False))
    return str(asks)


_MOST_KNOWN = 10_000
"""Networks and codes of which a minute is remembered."""


@dataclass(frozen=True, slots=True)
class Parts:
    central: Central
    """On its own site, which is one of its sites."""
    clock: Callable[[], datetime]
    templates: Environment
    pages: tuple[GuardedPage, ...]
    """Those of one office, as the menu has them."""
    identity: CodeFlow | None
    """Signing in with the office's own accounts; None: passwords only."""
    sign_ins: FairLine
    """Those who sign in now."""
    wrong_tokens: MinuteLimit
    certificate: Path | None = None
    """The file of the certificate that this process shows; None: another one does, or nobody."""

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        """The day on this machine's calendar."""
        return self.clock().astimezone().date()


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts
