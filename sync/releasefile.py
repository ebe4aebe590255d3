"""A release of the terminal's program: one signed file, at central and on a stick.

Three lines, then the program: what the file is, the publisher's signature (Ed25519) of the third
line, the manifest, and a tar archive, compressed with xz. The manifest has the archive's SHA-256:
nothing of it is unpacked before that agrees. The publisher's private key is at neither end.
"""

import base64
import hashlib
import lzma
import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from platform import machine as machine_of_this_computer
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.files import FLUSHED_PART, Flushing, sync_folder
from kiosk.releases import version_key
from sync.messages import Manifest
from sync.messages.updates import MAX_HEADER
from sync.protocol import BadMessage

FIRST_LINE = b"kiosk-release-1\n"
_PIECE = 1 << 20
"""Bytes that are read at once."""
TAIL = ".kiosk-release"
"""How the name of such a file ends."""

_SIGNATURE_BYTES = 64


class BadRelease(Exception):
    """A file that is no release for this machine, or not the publisher's. One line."""


@dataclass(frozen=True, slots=True)
class Header:
    """The three lines, and what they say."""

    raw: bytes
    manifest: Manifest

    @property
    def size(self) -> int:
        """Of the whole file."""
        return len(self.raw) + self.manifest.size


def signed(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """The three lines of a release, by its publisher."""
    signature = key.sign(FIRST_LINE + manifest.to_bytes())
    return FIRST_LINE + base64.b64encode(signature) + b"\n" + manifest.to_bytes() + b"\n"


def parse_header(raw: bytes, publisher: Ed25519PublicKey) -> Header:
    """What the three lines say; BadRelease where the publisher did not sign them."""
    lines = raw[:MAX_HEADER].split(b"\n", 3)
    if len(lines) != 4 or lines[0] + b"\n" != FIRST_LINE:
        raise BadRelease("is no release of this program")
    try:
        signature = base64.b64decode(lines[1], validate=True)
        if base64.b64encode(signature) != lines[1] or len(signature) != _SIGNATURE_BYTES:
            raise BadRelease("its signature is damaged")
        publisher.verify(signature, FIRST_LINE + lines[2])
        manifest = Manifest.parse(lines[2])
    except InvalidSignature:
        raise BadRelease("is not signed by the publisher this machine trusts") from None
    except (ValueError, BadMessage) as error:
        raise BadRelease(f"its manifest can't be read: {error}") from None
    return Header(FIRST_LINE + lines[1] + b"\n" + lines[2] + b"\n", manifest)


def manifest_of(raw: bytes) -> Manifest:
    """What three lines say that were verified before."""
    return Manifest.parse(raw.split(b"\n")[2])


def read_header(path: Path, publisher: Ed25519PublicKey) -> Header:
    """The header of a file; BadRelease, OSError."""
    with path.open("rb") as file:
        return parse_header(file.read(MAX_HEADER), publisher)


def check_payload(path: Path, header: Header) -> None:
    """BadRelease unless the file is whole: not cut off, nothing added, nothing changed."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    if size != header.size:
        raise BadRelease(f"has {size} bytes, and {header.size} are signed")
    with path.open("rb") as file:
        file.seek(len(header.raw))
        while piece := file.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != header.manifest.payload:
        raise BadRelease("its content is not what was signed")


def file_name(manifest: Manifest) -> str:
    """Of a release on a stick: one stick serves terminals with different Debians."""
    made_for = f"python{manifest.python}-{manifest.machine}"
    return f"kiosk-terminal-{manifest.version}-{made_for}{TAIL}"


def require_fitting(manifest: Manifest) -> None:
    """BadRelease for another processor or another Python."""
    if manifest.machine != machine_here():
        raise BadRelease(f"is for {manifest.machine}, and this machine is {machine_here()}")
    if manifest.python != python_here():
        raise BadRelease(f"is for Python {manifest.python}, and this machine has {python_here()}")


def machine_here() -> str:
    return machine_of_this_computer()


def python_here() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def require_newer(manifest: Manifest, than: str) -> None:
    """BadRelease unless it is a later version: who has an old release must not bring an old fault
    back."""
    if version_key(manifest.version) <= version_key(than):
        raise BadRelease(f"is version {manifest.version}, and {than} was here already")


def unpack(path: Path, header: Header, folder: Path) -> None:
    """Make the program's files in the new `folder`, durable on return. The file is checked first.
    BadRelease, OSError; what was begun is the caller's to remove."""
    check_payload(path, header)
    folder.mkdir(mode=0o700)
    unpacked = files = 0
    flushing = Flushing(os.sync)  # of many files, most of them smaller than a part
    try:
        with path.open("rb") as file:
            file.seek(len(header.raw))
            with lzma.open(file) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
                for member in archive:
                    files, unpacked = files + 1, unpacked + member.size
                    if files > header.manifest.files or unpacked > header.manifest.unpacked:
                        raise BadRelease("holds more than its manifest says")
                    _put(archive, member, folder, flushing)
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise BadRelease(f"its archive is damaged: {error}") from None
    os.sync()
    sync_folder(folder)


def _put(
    archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, flushing: Flushing
) -> None:
    """One plain file or folder, below `folder`. Links and devices are none."""
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or "\\" in member.name or not name.parts:
        raise BadRelease(f"holds a name that leads out of it: {member.name[:80]!r}")
    target = folder / name
    if member.isdir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        return
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        raise BadRelease(f"holds what is no plain file: {member.name[:80]!r}")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    mode = 0o755 if member.mode & 0o100 else 0o644
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as out:
        while piece := content.read(FLUSHED_PART):
            out.write(piece)
            out.flush()
            flushing.wrote(len(piece))


def pack(folder: Path, out: BinaryIO, preset: int = 6) -> tuple[int, int]:
    """Write the tar archive of a program's folder, compressed; how many files, and their bytes.
    The same files make the same bytes."""
    files = unpacked = 0
    with (
        lzma.open(out, "wb", preset=preset) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink() or "__pycache__" in path.parts:
                continue
            entry = tarfile.TarInfo(str(path.relative_to(folder)))
            entry.size = path.stat().st_size
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as content:
                archive.addfile(entry, content)
            files, unpacked = files + 1, unpacked + entry.size
    return files, unpacked
