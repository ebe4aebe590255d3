"""Copies of a database that are made before a migration, of a terminal's and of central's.

A migration has no way back: the program before can't read what it made. So the database as it was
stays beside it until two later copies have taken its place.
"""

import re
from dataclasses import dataclass
from pathlib import Path

MOST_COPIES = 2
"""So many stay; a year of presses is about 6 MB."""
PUT_BACK = "put-back"
"""A note beside a newer database that made way for a copy: the copy's name, until the journal has
it."""
_NAME = re.compile(r"(?P<number>[0-9]{4})-before-(?P<version>[0-9]+\.[0-9]+\.[0-9]+)\.(?:db|zip)")


@dataclass(frozen=True, slots=True)
class Copies:
    """The folder of the copies. It may be absent."""

    folder: Path

    def of_program(self, version: str) -> Path | None:
        """The copy that the program of this version made before its migration; the newest."""
        return next((path for path in reversed(self._all()) if _version(path) == version), None)

    def next_path(self, version: str, tail: str = ".db") -> Path:
        """Where the program of this version puts the next copy. OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [_number(path) for path in self._all()]
        return self.folder / f"{max(numbers, default=0) + 1:04d}-before-{version}{tail}"

    def drop_old(self) -> None:
        """Leave the newest MOST_COPIES. OSError."""
        for path in self._all()[:-MOST_COPIES]:
            path.unlink()

    def drop_oldest(self) -> Path | None:
        """Remove one; None: there is none. OSError."""
        for path in self._all()[:1]:
            path.unlink(missing_ok=True)
            return path
        return None

    def _all(self) -> list[Path]:
        """Every copy, the oldest one first."""
        copies = (path for path in self.folder.glob("*") if _NAME.fullmatch(path.name))
        return sorted(copies, key=_number)


def _number(path: Path) -> int:
    parts = _NAME.fullmatch(path.name)
    return int(parts["number"]) if parts else 0


def _version(path: Path) -> str:
    parts = _NAME.fullmatch(path.name)
    return parts["version"] if parts else ""
