"""Going back to the program before, together with the database as that program left it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.copies import Copies
from kiosk.releases import Releases
from kiosk.store.copies import Lost, lost_by, put_back

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder

NOTHING = Lost(ratings=0, day_reports=0, sent=0, journal_entries=0)


@dataclass(frozen=True, slots=True)
class WayBack:
    """What going back from the program of `version` means. `copy`: the database that goes with the
    program before; None: it reads the one of now. `release`: whether the one of now is a release,
    that another program lies beside or below."""

    version: str
    copy: Path | None
    lost: Lost
    release: bool

    @property
    def possible(self) -> bool:
        return self.release or self.copy is not None


def way_back(folder: "DataFolder", version: str) -> WayBack:
    """StoreFailed where the database or its copy can't be read."""
    copy = Copies(folder.copies).of_program(version)
    lost = lost_by(folder.database, copy) if copy and folder.database.exists() else NOTHING
    is_release = Releases(folder.releases).current() == version
    return WayBack(version=version, copy=copy, lost=lost, release=is_release)


def go_back(folder: "DataFolder", way: WayBack, reason: str) -> Path | None:
    """Put program and database back; the folder with the newer database, where there is one. No
    terminal may run. First the database: a power cut between the two leaves a new program that
    copies it and migrates it once more. OSError."""
    aside = _put_copy_back(folder, way.copy, way.version) if way.copy else None
    if way.release:
        Releases(folder.releases).go_back(reason)
    return aside


def mend_after_trial(folder: "DataFolder") -> Path | None:
    """Put the database of the program before back, where a release that did not prove itself had
    migrated it; the folder with the newer one. None: that is for a person to decide, as ratings or
    day reports would go. StoreFailed, OSError."""
    refused = Releases(folder.releases).refused()
    copy = Copies(folder.copies).of_program(refused[-1].version) if refused else None
    if copy is None:
        return None
    lost = lost_by(folder.database, copy)
    if lost.ratings or lost.day_reports or lost.sent:
        return None
    return _put_copy_back(folder, copy, refused[-1].version)


def _put_copy_back(folder: "DataFolder", copy: Path, version: str) -> Path:
    earlier = len(list(folder.copies.glob("newer-*")))
    aside = folder.copies / f"newer-{earlier + 1:04d}-of-{version}"
    put_back(copy, folder.database, aside)
    return aside
