"""An office that closes, in a central where others go on."""

from dataclasses import dataclass
from datetime import datetime

from sync.central.logbook import SITE_RETIRED, told
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminals import all_terminals, revoke_terminal
from sync.central.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of an office. `unsent`: terminals that have not sent everything, and how many day
    reports wait there."""

    ended: tuple[str, ...]
    published: int
    unsent: tuple[tuple[str, int], ...]


def retire_site(
    central: Central, viewer: Viewer, reason: str, now: datetime, *, anyway: bool = False
) -> Retired:
    """End the keys of an office's terminals, and publish what is over. Its accounts stay: people
    still read and object. Nothing is done while a terminal has something to send, unless
    `anyway`."""
    running = [terminal for terminal in all_terminals(central) if not terminal.ended]
    unsent = tuple((one.terminal, one.due) for one in running if one.due)
    if unsent and not anyway:
        return Retired((), 0, unsent)
    for terminal in running:
        revoke_terminal(central, viewer, terminal.terminal, reason, now)
    with central.store.transaction(central.site) as t:
        t.terminals.drop_all_codes()
        write_change(t, viewer, told(SITE_RETIRED, n=len(running), reason=reason), now)
    published = publish_due(central, now.astimezone().date())
    return Retired(tuple(one.terminal for one in running), published, unsent)
