"""When the sync of a night is due. Pure."""

from datetime import datetime, time, timedelta
from hashlib import sha256

_DAY = timedelta(days=1)
_SPREAD_SECONDS = 3600
TRY_AGAIN_SECONDS = 15 * 60
"""After a try that failed, and after a start: central may be busy, or its machine just up too."""


def delay_of(site: str, terminal: str) -> timedelta:
    """How long after the office's time a terminal begins: within an hour, each at another second,
    so that not all of a city call at once."""
    digest = sha256(f"{site}/{terminal}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:4], "big") % _SPREAD_SECONDS)


def is_due(now: datetime, synced: datetime | None, at: time, delay: timedelta) -> bool:
    """Whether no sync succeeded since the newest time at which one was to be: a machine that is
    off in the evening makes up for it in the morning. A success that lies ahead is of a clock that
    was wrong."""
    planned = datetime.combine(now.date(), at, now.tzinfo) + delay
    while planned > now:
        planned -= _DAY
    return synced is None or not planned <= synced <= now
