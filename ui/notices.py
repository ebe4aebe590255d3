"""The office's notices for closed and paused screens: texts and pictures in a folder.

A file is looked at before it is read: its size, and of a picture the number of its pixels, from
its head. Nothing in it runs: texts are plain, pictures PNG or JPEG. A bad file is not shown; the
reason is printed once.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImageReader

from kiosk.domain.people import BadPerson, readable
from kiosk.files import read_found
from kiosk.language import in_english
from ui.view import NoticeCard

MAX_FILES = 30
MAX_TEXT_BYTES = 4096
MAX_HEADING, MAX_BODY = 80, 300
"""Characters."""
MAX_PICTURE_BYTES = 4 << 20
MAX_SIDE = 4000
"""Pixels of a picture's side."""
_PICTURES = {".png": b"png", ".jpg": b"jpeg", ".jpeg": b"jpeg"}

_LOG = logging.getLogger("kiosk.notices")
Stamp = tuple[int, int]
"""Size and time of change: the file is read again when they differ."""


class BadNotice(ValueError):
    """Why a file can't be shown; one line without its name."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read last. `trouble`: why it can't be shown, where `card` is None."""

    stamp: Stamp
    card: NoticeCard | None
    trouble: str = ""


class NoticeFolder:
    """The notices of a folder, by their files' names. No folder: none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[str, _File] = {}

    def read(self) -> tuple[NoticeCard, ...]:
        """Those that can be shown now; a new one that can't be is named in the log."""
        before = self._files
        self._look()
        for name, file in self._files.items():
            if file.trouble and before.get(name) != file:
                _LOG.warning("%s: %s", self.path / name, file.trouble)
        return tuple(file.card for file in self._files.values() if file.card is not None)

    def look(self) -> list[tuple[str, str]]:
        """Every file and what is wrong with it; "": nothing."""
        self._look()
        return [(name, file.trouble) for name, file in self._files.items()]

    def _look(self) -> None:
        before, self._files = self._files, {}
        for place, (name, stamp) in enumerate(self._stamps()):
            if place == MAX_FILES:
                trouble = f"and all after it: only {MAX_FILES} files are shown"
                self._files[name] = _File(stamp, None, trouble)
                return
            file = before.get(name)
            if file is None or file.stamp != stamp:
                file = self._read(name, stamp)
            self._files[name] = file

    def _read(self, name: str, stamp: Stamp) -> _File:
        try:
            return _File(stamp, notice_of(self.path / name))
        except BadNotice as error:
            return _File(stamp, None, str(error))

    def _stamps(self) -> list[tuple[str, Stamp]]:
        """The files by name; a link counts as itself, not as what it points to."""
        stamps: list[tuple[str, Stamp]] = []
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        stat = entry.stat(follow_symlinks=False)
                        stamps.append((entry.name, (stat.st_size, stat.st_mtime_ns)))
        except OSError:
            return []
        return sorted(stamps)


def notice_of(path: Path) -> NoticeCard:
    """The notice in a file; BadNotice."""
    kind = path.suffix.lower()
    if kind != ".txt" and kind not in _PICTURES:
        raise BadNotice("is neither .txt, .png nor .jpg; take it out of this folder")
    most = MAX_TEXT_BYTES if kind == ".txt" else MAX_PICTURE_BYTES
    try:
        data = read_found(path, most + 1)
    except OSError as error:
        raise BadNotice(f"can't be read: {error.strerror}") from None
    if len(data) > most:
        raise BadNotice(f"is larger than {most // 1024} KiB; make it smaller")
    return _text(data) if kind == ".txt" else _picture(data, _PICTURES[kind])


def _text(data: bytes) -> NoticeCard:
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
        filled_lines = [readable("text", line) for line in lines if line]
    except UnicodeDecodeError:
        raise BadNotice("is no UTF-8 text; save it as UTF-8") from None
    except BadPerson as error:
        raise BadNotice(in_english(error)) from None
    if not filled_lines:
        raise BadNotice("is empty")
    heading, body = filled_lines[0], "\n".join(filled_lines[1:])
    if len(heading) > MAX_HEADING or len(body) > MAX_BODY:
        raise BadNotice(
            f"is too long for a screen: the first line has at most {MAX_HEADING} characters, "
            f"the rest {MAX_BODY}"
        )
    return NoticeCard(heading, body)


def _picture(data: bytes, kind: bytes) -> NoticeCard:
    source = QByteArray(data)  # a name of its own: the buffer reads it where it lies
    buffer = QBuffer(source)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()) != kind:
        raise BadNotice("is no PNG or JPEG picture, or has the wrong ending")
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > MAX_SIDE:
        raise BadNotice(f"has more than {MAX_SIDE} pixels a side; make it smaller")
    if not size.isValid() or reader.read().isNull():
        raise BadNotice("is damaged: it can't be decoded")
    return NoticeCard("", "", data)
