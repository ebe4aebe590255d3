"""Every appraisal sheet of a span in one ZIP, made sheet by sheet: a page can say how far it is.

The file lies in a folder of its own in the data folder, for its reader alone and for an hour.
"""

import hashlib
import os
import re
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

_FOLDER = "sheets"
_KEPT = timedelta(hours=1)
"""A file can be fetched for so long, also again; then it is removed."""
_TOKEN = re.compile("[A-Za-z0-9_-]{22}")
_NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
"""What a name of a file may not hold on every system."""
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet in the ZIP; `folder` is its section's name."""

    folder: str
    name: str
    data: bytes

    @property
    def path(self) -> str:
        return "/".join(_NO_FILE_NAME.sub(" ", part).strip(" .") or "-" for part in self._parts)

    @property
    def _parts(self) -> tuple[str, str]:
        return self.folder, f"{self.name}.pdf"


class SheetShelf:
    """The ZIPs of one reader; `data_folder` is central's."""

    def __init__(self, data_folder: Path, site: str, reader: str) -> None:
        name = hashlib.sha256(f"{site}\n{reader}".encode()).hexdigest()[:32]
        self._root = data_folder / _FOLDER
        self._folder = self._root / name

    @contextmanager
    def writing(self, now: datetime) -> "Iterator[ZipBeingMade]":
        """A new ZIP; the reader's earlier ones go once it is done. It is there, whole, or not."""
        remove_old(self._root.parent, now)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        being_made = ZipBeingMade(self._folder, now)
        try:
            yield being_made
        finally:
            being_made.give_up()

    def found(self, token: str, now: datetime) -> Path | None:
        """The file of a token, while it is kept; another reader's is not there."""
        remove_old(self._root.parent, now)
        if not _TOKEN.fullmatch(token):
            return None
        path = self._folder / f"{token}.zip"
        return path if path.is_file() else None


class ZipBeingMade:
    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder, self._stamp = folder, now.astimezone().timetuple()[:6]
        self._token = secrets.token_urlsafe(16)
        self._unfinished = folder / f"{self._token}{_UNFINISHED}"
        self._file: BinaryIO = os.fdopen(
            os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )
        # PDFs are compressed already.
        self._archive = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)

    def add(self, sheet: SheetFile) -> None:
        self._archive.writestr(zipfile.ZipInfo(sheet.path, self._stamp), sheet.data)

    def finish(self) -> str:
        """The token by which its reader finds it."""
        self._archive.close()
        self._file.close()
        for earlier in self._folder.glob("*.zip"):
            earlier.unlink(missing_ok=True)
        self._unfinished.rename(self._folder / f"{self._token}.zip")
        return self._token

    def give_up(self) -> None:
        """What was not finished is gone."""
        for part in (self._archive, self._file):
            with suppress(OSError):  # the disk is full: what it holds goes in any case
                part.close()
        self._unfinished.unlink(missing_ok=True)


def remove_old(data_folder: Path, now: datetime) -> None:
    """Every reader's files that are older than they are kept, by the file's own time."""
    latest = (now - _KEPT).timestamp()
    for path in _files(data_folder / _FOLDER):
        try:
            if path.stat().st_mtime < latest:
                path.unlink()
        except FileNotFoundError:
            continue  # somebody else removed it


def _files(root: Path) -> Iterable[Path]:
    return [*root.glob("*/*.zip"), *root.glob(f"*/*{_UNFINISHED}")]
