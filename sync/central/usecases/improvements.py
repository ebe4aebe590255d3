"""The improvement log: what was said, what the office did about it."""

from datetime import datetime

from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = [
    "EditedMeanwhile",
    "Improvement",
    "ImprovementStatus",
    "all_improvements",
    "done_improvements",
    "earlier_improvements",
    "save_improvement",
]

_DONE_SHOWN = 10


def all_improvements(central: Central) -> tuple[Improvement, ...]:
    """The newest version of each line; open ones first, then by due day."""
    with central.store.read(central.site) as t:
        return t.improvements.all()


def earlier_improvements(central: Central) -> dict[str, tuple[Improvement, ...]]:
    """The versions of each line before its newest, newest first; of lines that have some."""
    with central.store.read(central.site) as t:
        return t.improvements.earlier()


def done_improvements(central: Central) -> tuple[Improvement, ...]:
    """What everybody may read of it: the newest lines that are done, as terminals show them."""
    with central.store.read(central.site) as t:
        return t.improvements.newest_done(_DONE_SHOWN)


def save_improvement(
    central: Central, viewer: Viewer, improvement: Improvement, now: datetime
) -> None:
    """Save a line that was edited from its `version`; EditedMeanwhile when that is not the
    newest."""
    with central.store.transaction(central.site) as t:
        t.improvements.append(improvement, viewer.name, now)
