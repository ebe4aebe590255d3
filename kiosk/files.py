"""Files that must be whole after a power cut: secrets, settings, copies."""

import errno
import fcntl
import io
import os
import pwd
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_BUSY = "another command sets it up; wait until that one has ended"
DRAFT = ".new"
"""How the name of a file ends that is not whole yet."""
FLUSHED_PART = 256 << 10
"""Bytes of a large file that the disk takes at once."""


class Flushing:
    """Has what is written reach the disk in parts. One flush of a large whole would keep every
    other one waiting, and so a citizen's press: for seconds on a slow card."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush, self._waiting = flush, 0

    def wrote(self, count: int) -> None:
        """`count` more bytes wait to be flushed. OSError."""
        self._waiting += count
        if self._waiting >= FLUSHED_PART:
            self._flush()
            self._waiting = 0


class _FlushedInParts(io.FileIO):
    """A file written anew that reaches the disk in parts; the last one is its writer's to flush."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self._flushing = Flushing(lambda: os.fdatasync(self.fileno()))

    def write(self, part: "ReadableBuffer") -> int:
        written = super().write(part)
        self._flushing.wrote(written)
        return written


def flushed_in_parts(path: Path) -> io.BufferedWriter:
    """Open a file to write it anew; it reaches the disk in parts. OSError."""
    return io.BufferedWriter(_FlushedInParts(path))


def write_whole(path: Path, data: bytes) -> None:
    """Write `path`, mode 0600, whole or not at all, replacing an older one; durable on return.
    OSError as the disk says."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, path)
    sync_folder(path.parent)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make the folder where it is missing, and be the only one who sets it up: OSError where
    another command is at it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise NotADirectoryError(error.errno, "is no folder", error.filename) from None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BlockingIOError(error.errno, _BUSY, str(folder)) from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A new file `target`, mode 0600: whole and durable after the block, or not there. Who writes
    the same at once does not disturb. FileExistsError; OSError."""
    with new_path(target) as draft, flushed_in_parts(draft) as file:
        try:
            yield file
        except OSError as error:
            error.filename = error.filename or str(target)  # which disk is full
            raise


@contextmanager
def new_path(target: Path) -> Iterator[Path]:
    """The path of an empty file that becomes `target` after the block, as `new_file`."""
    if target.exists():
        raise FileExistsError(errno.EEXIST, "is there already; name another file", str(target))
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}{DRAFT}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(target.parent)) from None
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        _give_name(draft, target)
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _give_name(draft: Path, target: Path) -> None:
    """FileExistsError where somebody else was faster."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, "is there already", str(target)) from None
    except OSError:  # FAT and some network folders know no second name
        if target.exists():
            raise FileExistsError(errno.EEXIST, "is there already", str(target)) from None
        os.rename(draft, target)


def drop_old_drafts(folder: Path, beginning: str) -> int:
    """Remove what a program that was ended left of `new_file`, a day old or more; how many."""
    before = time.time() - 86400
    drafts = [p for p in folder.glob(f".{beginning}*{DRAFT}") if p.lstat().st_mtime < before]
    for path in drafts:
        path.unlink(missing_ok=True)
    return len(drafts)


def read_found(path: Path, most: int) -> bytes:
    """What somebody else put at `path`, `most` bytes of it. No link is followed (what lies
    elsewhere on this machine is not theirs), no pipe waited for. OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no plain file", str(path))
        return file.read(most)


def flush(path: Path) -> None:
    """Have the disk take what was written into a file. OSError. Not for one on which this process
    has locks (POSIX): closing it here would drop them."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def owner(path: Path) -> str:
    """Whose `path` is: a login name, or the number where there is none. OSError."""
    uid = path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def lent_to_root(folder: Path) -> str:
    """The owner's name when root is about to write into somebody else's folder, where what root
    makes could not be read by the program that lives there; else ""."""
    if os.geteuid() != 0 or not folder.exists() or folder.stat().st_uid == 0:
        return ""
    return owner(folder)
