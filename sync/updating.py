"""A release comes to this terminal: in pieces from central, or whole on a stick; it is verified,
and installed beside the program that runs. Switching to it is `ui.update_watch`'s.

What goes wrong here is said and left for the next time: it stops no sync.
"""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx

from kiosk.clock import Clock
from kiosk.files import FLUSHED_PART, flushed_in_parts, sync_folder, write_whole
from kiosk.releases import BY_STICK, BY_SYNC, Releases, version_key
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from sync.client import SyncFailed
from sync.connection import Connection
from sync.incoming import parsed
from sync.messages import RefusedRelease, UpdateState, WantedRelease
from sync.messages.updates import MOST_REFUSED, RELEASE_PIECE
from sync.publisher import followed
from sync.releasefile import (
    BadRelease,
    Header,
    file_name,
    machine_here,
    parse_header,
    python_here,
    read_header,
    require_fitting,
    require_newer,
    unpack,
)
from sync.signing import public_key

RESERVE = 256 << 20
"""Bytes of disk that stay free for ratings, whatever is fetched."""


def take_update(
    connection: Connection, store: Store, clock: Clock, releases: Releases, running: str
) -> str:
    """Tell central how this terminal stands, and fetch the release it wants here; the version that
    is installed now and waits, "" for none."""
    enrolment = connection.enrolment
    try:
        state = state_of(releases, running, enrolment.publisher_key)
        answer = connection.ask("PUT", "update", state.to_bytes())
        release = parsed(WantedRelease.parse, answer.body)
        publisher = _follow(store, clock, enrolment, release)
        if release.header and publisher:
            header = parse_header(release.header, public_key(publisher))
            require_installable(header, releases, running)
            if header.manifest.version not in releases.installed():
                file = _fetch(connection, releases, header)
                install(file, header, releases, BY_SYNC)
                file.unlink()
    except BadRelease as error:
        connection.progress(f"release: {error}")
    except OSError as error:
        connection.progress(f"release: {error.filename or releases.folder}: {error.strerror}")
    except SyncFailed as error:
        connection.progress(f"release: {error}; the rest comes next time")
    return releases.ready(running)


def state_of(releases: Releases, running: str, publisher: str) -> UpdateState:
    return UpdateState(
        python=python_here(),
        machine=machine_here(),
        version=running,
        fetched=releases.ready(running),
        on_trial=bool(releases.on_trial()),
        publisher=publisher,
        refused=tuple(
            RefusedRelease(version=row.version, reason=row.reason)
            for row in releases.refused()[-MOST_REFUSED:]
        ),
    )


def _follow(store: Store, clock: Clock, enrolment: Enrolment, release: WantedRelease) -> str:
    """The publisher's key that is trusted from now on: enrolment's, or where that leads."""
    trusted = enrolment.publisher_key
    publisher = followed(trusted, release.publishers) if trusted else ""
    if publisher != trusted:
        with store.transaction() as t:
            t.state.put_enrolment(replace(enrolment, publisher_key=publisher))
            t.witness(clock.now(), Kind.PUBLISHER_RENEWED, {"publisher": publisher})
    return publisher


def require_installable(header: Header, releases: Releases, running: str) -> None:
    """BadRelease unless it is for this machine, later than what ran well here, and not one that
    this terminal went back from."""
    manifest = header.manifest
    require_fitting(manifest)
    newest = max((running, releases.highest() or "0.0.0"), key=version_key)
    require_newer(manifest, newest)
    reasons = {row.version: row.reason for row in releases.refused()}
    if manifest.version in reasons:
        raise BadRelease(
            f"version {manifest.version} was tried here, and went back: {reasons[manifest.version]}"
        )


def _fetch(connection: Connection, releases: Releases, header: Header) -> Path:
    """The whole file; what came before is not asked for again. BadRelease, OSError, SyncFailed."""
    digest = header.manifest.payload
    releases.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = releases.incoming / f"{digest}.part"
    for other in releases.incoming.iterdir():
        if other != part:
            other.unlink()
    present = part.stat().st_size if part.exists() else 0
    try:
        require_room(releases, header, present)
    except BadRelease:
        part.unlink(missing_ok=True)  # ratings need the room more
        raise
    with part.open("ab") as file:
        os.fchmod(file.fileno(), 0o600)
        number = present // RELEASE_PIECE
        file.truncate(number * RELEASE_PIECE)
        while number * RELEASE_PIECE < header.size:
            name = f"release/{digest}/{number}"
            answer = connection.ask("GET", name, expected=(200, 404))
            if answer.status != httpx.codes.OK:
                raise BadRelease("central has its file no more")
            file.write(answer.body)
            file.flush()
            os.fdatasync(file.fileno())  # a release whole would keep a press waiting
            number += 1
            if len(answer.body) != RELEASE_PIECE:
                break
        os.fsync(file.fileno())
    sync_folder(releases.incoming)
    return part


def require_room(releases: Releases, header: Header, present: int = 0) -> None:
    """BadRelease where the disk has no room for the file and what is in it."""
    folder = releases.folder if releases.folder.exists() else releases.folder.parent
    disk = os.statvfs(folder)
    needed = header.size - present + header.manifest.unpacked + RESERVE
    if disk.f_bavail * disk.f_frsize < needed:
        raise BadRelease(f"needs {needed >> 20} MiB of disk, and that is not free")


def install(file: Path, header: Header, releases: Releases, how: str) -> None:
    """Check the file and install what is in it. A file that is not what was signed goes, and what
    was unpacked where the rest found no room. BadRelease, OSError."""
    draft = releases.draft(header.manifest.version)
    try:
        unpack(file, header, draft)
        interpreter = Path(os.path.realpath(sys.executable))
        (draft / "bin").mkdir(exist_ok=True)
        (draft / "bin/python").symlink_to(interpreter)
        write_whole(draft / "pyvenv.cfg", _venv(interpreter).encode())
        releases.install(draft, header.manifest.version, how)
    except (BadRelease, OSError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, BadRelease):
            file.unlink()
        raise


def _venv(interpreter: Path) -> str:
    return (
        f"home = {interpreter.parent}\n"
        "include-system-site-packages = false\n"
        f"version = {python_here()}\n"
    )


def install_from_stick(
    folder: Path, enrolment: Enrolment, release: WantedRelease, releases: Releases, running: str
) -> str:
    """Install the release that central wants here, where it lies on the stick; a line to say, or
    "" where there is nothing to do."""
    publisher = enrolment.publisher_key
    if not release.header or not publisher:
        return ""
    try:
        header = parse_header(release.header, public_key(publisher))
        version = header.manifest.version
        if version in releases.installed():
            return ""
        file = folder / file_name(header.manifest)
        if read_header(file, public_key(publisher)).raw != header.raw:
            raise BadRelease(f"{file.name}: is another release than central wants here")
        install_file(file, publisher, releases, running)
    except BadRelease as error:
        return f"release: {error}"
    except OSError as error:
        return f"release: {error.filename or folder}: {error.strerror}"
    return f"release {version} is installed, and waits until nobody is served"


def install_file(path: Path, publisher: str, releases: Releases, running: str) -> str:
    """Install one release's file; its version. It is copied first: what is on a stick may change
    while it is read. BadRelease, OSError."""
    if not publisher:
        raise BadRelease("no publisher is trusted here; enrol this terminal again")
    header = read_header(path, public_key(publisher))
    require_installable(header, releases, running)
    if header.manifest.version in releases.installed():
        return header.manifest.version
    require_room(releases, header)
    releases.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = releases.incoming / f"{header.manifest.payload}.part"
    try:
        _copy(path, copy, header.size)
        install(copy, header, releases, BY_STICK)
    finally:
        copy.unlink(missing_ok=True)
    return header.manifest.version


def _copy(source: Path, target: Path, size: int) -> None:
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file, flushed_in_parts(target) as out:
        os.fchmod(out.fileno(), 0o600)
        while piece := file.read(min(FLUSHED_PART, size + 1 - out.tell())):
            out.write(piece)
            if out.tell() > size:
                break
