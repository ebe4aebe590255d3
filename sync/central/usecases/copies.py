"""The database as it was before a migration: copied, counted, put back."""

from dataclasses import dataclass
from pathlib import Path

import kiosk
from kiosk.copies import Copies
from sync.central import settings as central_settings
from sync.central.store.copying import (
    CopyFailed,
    count_copy,
    count_database,
    put_back,
    write_copy,
)

__all__ = ["CopyFailed", "WayBack", "go_back", "keep_copy", "way_back"]


@dataclass(frozen=True, slots=True)
class WayBack:
    """The copy that this program made before its migration, and what the database has that the
    copy has not: rows by table."""

    copy: Path
    lost: dict[str, int]


def keep_copy(folder: Path, database: str) -> Path:
    """Copy the database as it is, before it is migrated; where. OSError."""
    copies = Copies(folder / "copies")
    tail = ".db" if database.startswith("sqlite") else ".zip"
    target = copies.next_path(kiosk.__version__, tail)
    write_copy(database, target)
    copies.drop_old()
    return target


def way_back(folder: Path) -> WayBack | None:
    """None where this program migrated nothing here. CopyFailed."""
    copy = Copies(folder / "copies").of_program(kiosk.__version__)
    if copy is None:
        return None
    now = count_database(central_settings.load(folder).database)
    before = count_copy(copy)
    lost = {name: max(0, rows - before.get(name, 0)) for name, rows in now.items()}
    return WayBack(copy=copy, lost=lost)


def go_back(folder: Path, way: WayBack) -> Path:
    """Put the copy back; where the newer database is kept. CopyFailed; OSError."""
    database = central_settings.load(folder).database
    earlier = len(list(way.copy.parent.glob("newer-*")))
    aside = way.copy.with_name(f"newer-{earlier + 1:04d}-of-{kiosk.__version__}{way.copy.suffix}")
    write_copy(database, aside)
    put_back(database, way.copy)
    return aside
