"""Who looked at another's result: written down before the figures leave the gate."""

from collections.abc import Iterable
from datetime import datetime

from sync.central.usecases.central import Central
from sync.central.viewer import Viewer


def record_looks(
    central: Central, viewer: Viewer, officers: Iterable[str], what: str, now: datetime
) -> None:
    """Log a look at each of these officers. One's own result is no look; where there is nothing to
    log, nothing is written."""
    others = [officer for officer in officers if officer != viewer.officer]
    if not others:
        return
    with central.store.transaction(central.site) as t:
        t.logs.look(others, f"{viewer.name} ({viewer.account})", what, now)
