"""Which terminals a release goes to, and when: first to one, then to the rest. Pure.

Central itself goes first. The rest follow once the first has run the release for some hours without
trouble. Where one terminal went back, the release stops until a person lets it go on. A release has
a file for each Debian and processor, and each file a first terminal of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.releases import version_key


class Ring(StrEnum):
    """How far a release has come."""

    CENTRAL_FIRST = "central-first"
    """Central's own program is older."""
    FIRST = "first"
    """It goes to one terminal, and is then looked at."""
    ALL = "all"
    STOPPED = "stopped"
    """A terminal went back from it."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Offered:
    """One file of a release of an office. `first_terminal`: the only one in the first ring, ""
    until one has asked; `hours`: how long it runs there before the rest follow."""

    version: str
    python: str
    machine: str
    header: bytes
    digest: str
    added: datetime
    added_by: str
    withdrawn: bool
    first_terminal: str
    hours: int
    resumed: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a terminal stands to releases, as it last said. `since`: when central first read that it
    runs this version; `refused`: the release that it went back from, and why."""

    terminal: str
    at: datetime
    python: str
    machine: str
    version: str
    since: datetime
    fetched: str
    on_trial: bool
    refused: str
    reason: str
    refused_at: datetime | None


def ring_of(
    release: Offered, standings: Iterable[Standing], own_version: str, now: datetime
) -> Ring:
    """How far the release has come by now. `own_version`: of central's program."""
    if release.withdrawn:
        return Ring.WITHDRAWN
    if version_key(own_version) < version_key(release.version):
        return Ring.CENTRAL_FIRST
    everyone = tuple(standings)
    if any(_went_back(release, one) for one in everyone):
        return Ring.STOPPED
    first = next((one for one in everyone if one.terminal == release.first_terminal), None)
    return Ring.ALL if first and _has_proven(release, first, now) else Ring.FIRST


def goes_to(release: Offered, ring: Ring, terminal: str) -> bool:
    """Whether this terminal is to run it now."""
    if ring is Ring.FIRST:
        return release.first_terminal in ("", terminal)
    return ring is Ring.ALL


def fits(release: Offered, one: Standing) -> bool:
    """Whether that terminal's Python and processor can run this file."""
    return (release.python, release.machine) == (one.python, one.machine)


def _went_back(release: Offered, one: Standing) -> bool:
    if one.refused != release.version or one.refused_at is None:
        return False
    return release.resumed is None or one.refused_at > release.resumed


def _has_proven(release: Offered, first: Standing, now: datetime) -> bool:
    """Whether it ran the release for long enough, and was heard of at the end of that time."""
    if first.on_trial or version_key(first.version) < version_key(release.version):
        return False
    proven = first.since + timedelta(hours=release.hours)
    return proven <= now and first.at >= proven
