"""Backups that were kept long enough, in the folder that central.toml names.

A file goes by its name alone: `central-2026-11-23.zip`, with or without a time behind the day,
sealed (`.age`) or not.
Other files, links, and the newest backup always stay.
"""

import re
from datetime import date, datetime
from pathlib import Path

_NAME = re.compile(r"central-(\d{4}-\d{2}-\d{2})(?:-\d{4}(?:\d{2})?)?\.zip(?:\.age)?", re.ASCII)


def backup_name(local: datetime, *, sealed: bool) -> str:
    """Of a backup made at this moment of the machine's own clock."""
    return f"central-{local:%Y-%m-%d-%H%M%S}.zip{'.age' if sealed else ''}"


def every_backup(folder: Path) -> list[Path]:
    """The oldest first. OSError."""
    return sorted((path for path in folder.iterdir() if _day_of(path)), key=lambda p: p.name)


def old_backups(folder: Path, today: date, days: int) -> list[Path]:
    """Backups that are older than so many days, counted from the newest one that is not of a day to
    come: where no backup is made any more, or the clock is years ahead, the last ones stay.
    OSError."""
    dated = sorted((day, path) for path in folder.iterdir() if (day := _day_of(path)))
    newest = max((day for day, _ in dated if day <= today), default=date.min)
    return [path for day, path in dated if day < newest and (newest - day).days > days]


def newest_backup(folder: Path, today: date) -> date | None:
    """The day of the newest one, by its name; None: there is none. OSError."""
    days = (_day_of(path) for path in folder.iterdir())
    return max((day for day in days if day and day <= today), default=None)


def remove_backups(paths: list[Path]) -> int:
    """Delete these; how many. One that is gone already counts as well. OSError."""
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _day_of(path: Path) -> date | None:
    """The day in a backup's name; None: it is none of ours."""
    match = _NAME.fullmatch(path.name)
    if match is None or path.is_symlink() or not path.is_file():
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None
