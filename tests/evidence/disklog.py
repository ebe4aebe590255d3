"""What a process did to its files, as strace saw it; and the disk that a power cut leaves of it.

A disk keeps what was synced. Of what was not, it keeps any part: sectors of 512 bytes, each for
itself, in any order. Names (made, removed) come back up to some point in their order, unless
their folder or the file itself was synced after.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
CALLS = "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,openat"
OPTIONS = ("-y", "-xx", "-s", "100000", "-e", CALLS)


@dataclass(frozen=True, slots=True)
class Write:
    path: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    path: str


@dataclass(frozen=True, slots=True)
class NotSynced:
    """The disk failed: what waited is not on it, and the system takes it for written."""

    path: str


@dataclass(frozen=True, slots=True)
class Made:
    path: str


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


@dataclass(frozen=True, slots=True)
class Said:
    line: str


Deed = Write | Truncate | Sync | NotSynced | Made | Removed | Said

_HEX = r"((?:\\x[0-9a-f]{2})*)"
_FD = rf"\d+<{_HEX}>"
_PATTERNS = {
    "pwrite64": re.compile(rf'pwrite64\({_FD}, "{_HEX}", \d+, (\d+)\) = \d+'),
    "write": re.compile(rf'write\({_FD}, "{_HEX}", \d+\) = \d+'),
    "sync": re.compile(rf"(?:fsync|fdatasync)\({_FD}\) = 0"),
    "not synced": re.compile(rf"(?:fsync|fdatasync)\({_FD}\) = -1 EIO"),
    "ftruncate": re.compile(rf"ftruncate\({_FD}, (\d+)\) = 0"),
    "unlink": re.compile(rf'unlink\("{_HEX}"\) = 0'),
    "open": re.compile(rf'openat\([^,]*, "{_HEX}", [^)]*O_CREAT[^)]*\) = \d+'),
}


def read_log(log: Path) -> Iterator[Deed]:
    """The deeds in strace's log, in order; ValueError for a line that changes files in a way
    that is not understood."""
    for line in log.read_text().splitlines():
        name = line.split("(", 1)[0]
        kind = name.replace("openat", "open")
        if name in ("fsync", "fdatasync"):
            kind = "not synced" if " = -1 EIO" in line else "sync"
        if kind not in _PATTERNS or (kind == "open" and "O_CREAT" not in line):
            if name in ("rename",):
                raise ValueError(line[:200])
            continue
        if kind == "write" and ">(deleted)" in line:
            continue  # a log line, on a standard error that a test run captures
        found = _PATTERNS[kind].match(line)
        if found is None:
            if " = -1 " in line:
                continue
            raise ValueError(line[:200])
        yield _deed(kind, found)


def _deed(kind: str, found: "re.Match[str]") -> Deed:
    path = _bytes(found[1]).decode()
    match kind:
        case "pwrite64":
            return Write(path, int(found[3]), _bytes(found[2]))
        case "write":
            return Said(_bytes(found[2]).decode().strip())
        case "sync":
            return Sync(path)
        case "not synced":
            return NotSynced(path)
        case "ftruncate":
            return Truncate(path, int(found[2]))
        case "unlink":
            return Removed(path)
    return Made(path)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass(slots=True)
class Disk:
    """Files as they are durable, and what waits to become so."""

    durable: dict[str, bytes]
    honest: bool = True
    """False: a disk that says synced and isn't (libeatmydata): the rig's negative control."""
    waiting: dict[str, list[Write | Truncate]] = field(default_factory=dict)
    names: list[Made | Removed] = field(default_factory=list)

    def do(self, deed: Deed) -> None:
        match deed:
            case Write(path) | Truncate(path):
                self.waiting.setdefault(path, []).append(deed)
            case Sync(path) if self.honest:
                self._sync(path)
            case NotSynced(path):
                self._lose(path)
            case Made() | Removed():
                self.names.append(deed)

    def after_a_cut(self, random: Random) -> dict[str, bytes]:
        """One of the disks that a power cut now may leave."""
        files = dict(self.durable)
        for path, deeds in self.waiting.items():
            files[path] = _partly(files.get(path, b""), deeds, random)
        for deed in self.names[: random.randint(0, len(self.names))]:
            if isinstance(deed, Removed):
                files.pop(deed.path, None)
            else:
                files.setdefault(deed.path, b"")
        return files

    def _lose(self, path: str) -> None:
        """Of what waited only the size stays: other bytes stand where nothing was written."""
        if path not in self.waiting:
            return
        content = self.durable.get(path, b"")
        size = len(_wholly(content, self.waiting.pop(path)))
        self.durable[path] = content[:size] + bytes(max(0, size - len(content)))

    def _sync(self, path: str) -> None:
        deeds = self.waiting.pop(path, [])
        inside = [n for n in self.names if n.path == path or n.path.rpartition("/")[0] == path]
        self.names = [n for n in self.names if n not in inside]
        for name in inside:
            if isinstance(name, Removed):
                self.durable.pop(name.path, None)
            else:
                self.durable.setdefault(name.path, b"")
        if deeds:
            self.durable[path] = _wholly(self.durable.get(path, b""), deeds)


def _wholly(base: bytes, deeds: list[Write | Truncate]) -> bytes:
    content = bytearray(base)
    for deed in deeds:
        _apply(content, deed)
    return bytes(content)


def _partly(base: bytes, deeds: list[Write | Truncate], random: Random) -> bytes:
    """`base` after a random part of `deeds`: all up to some point, or any of their sectors."""
    if random.random() < 0.3:
        return _wholly(base, deeds[: random.randint(0, len(deeds))])
    content = bytearray(base)
    kept = random.random()
    for deed in deeds:
        if isinstance(deed, Truncate):
            if random.random() < kept:
                _apply(content, deed)
            continue
        first = deed.at - deed.at % SECTOR
        for start in range(first, deed.at + len(deed.data), SECTOR):
            if random.random() < kept:
                low = max(start, deed.at) - deed.at
                high = min(start + SECTOR, deed.at + len(deed.data)) - deed.at
                _apply(content, Write(deed.path, deed.at + low, deed.data[low:high]))
    return bytes(content)


def _apply(content: bytearray, deed: Write | Truncate) -> None:
    if isinstance(deed, Truncate):
        del content[deed.size :]
        content.extend(bytes(deed.size - len(content)))
        return
    end = deed.at + len(deed.data)
    content.extend(bytes(max(0, end - len(content))))
    content[deed.at : end] = deed.data
