"""Small files that must be whole after a power cut: secrets, settings."""

import errno
import os
import pwd
import stat
from pathlib import Path


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


def read_found(path: Path, most: int) -> bytes:
    """What somebody else put at `path`, `most` bytes of it. No link is followed (what lies
    elsewhere on this machine is not theirs), no pipe waited for. OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no plain file", str(path))
        return file.read(most)


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
