"""Releases of the terminal's program: taken in, verified, given to terminals ring by ring.

The publisher's private key is nowhere here: who holds central can hold a release back, and can
make none.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import kiosk
from kiosk.files import flushed_in_parts, sync_folder
from kiosk.releases import version_key
from sync.central.logbook import told
from sync.central.rings import Offered, Ring, Standing, fits, goes_to, ring_of
from sync.central.store.engine import Transaction
from sync.central.usecases.audit import signature, write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer
from sync.messages import NextPublisher, UpdateState, WantedRelease
from sync.messages.updates import RELEASE_PIECE
from sync.publisher import followed
from sync.releasefile import BadRelease, Header, check_payload, file_name, manifest_of, read_header
from sync.signing import public_key

HOURS = 24
"""How long a release runs at the first terminal before the rest follow."""


class NoPublisher(LookupError):
    """No publisher is trusted here yet."""


class AlreadyHere(LookupError):
    """A release of this version, for the same Python and processor, is here."""


class FitsNot(LookupError):
    """No file of that release is for this terminal's Python and processor, or it has never said
    which it has."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release's file as the fleet page and the command show it."""

    version: str
    python: str
    machine: str
    ring: Ring
    first_terminal: str
    hours: int
    added: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class FleetReleases:
    """Releases, the newest first, and how each terminal stands to them."""

    rows: tuple[ReleaseRow, ...]
    standings: dict[str, Standing]
    wanted: dict[str, str]
    """The version that each terminal is to run; none: as it is."""
    publisher: str
    """The public key that is trusted; "" while none is."""


def trusted_publisher(t: Transaction) -> str:
    """The newest key, to which every earlier one leads; "" while there is none."""
    steps = t.releases.publishers()
    return followed(steps[0].public_key, steps[1:]) if steps else ""


def trust_publisher(central: Central, viewer: Viewer, step: NextPublisher, now: datetime) -> bool:
    """Trust a publisher: the first one as it is, a next one where the one before signed it.
    False where it did not, or where the key is trusted already. BadMessage for what is no key."""
    public_key(step.public_key)
    with central.store.transaction(central.site) as t:
        present = trusted_publisher(t)
        if present and followed(present, (step,)) != step.public_key:
            return False
        t.releases.add_publisher(step, now)
        write_change(t, viewer, told("publisher_trusted", publisher=step.public_key), now)
    return True


def add_release(
    central: Central, viewer: Viewer, file: Path, now: datetime, hours: int = HOURS
) -> Offered:
    """Take a release in: the file first, then its row. NoPublisher, AlreadyHere, BadRelease;
    OSError."""
    with central.store.read(central.site) as t:
        publisher = trusted_publisher(t)
        present = {(one.version, one.python, one.machine) for one in t.releases.all()}
    if not publisher:
        raise NoPublisher
    header = read_header(file, public_key(publisher))
    check_payload(file, header)
    manifest = header.manifest
    if (manifest.version, manifest.python, manifest.machine) in present:
        raise AlreadyHere(manifest.version)
    release = Offered(
        version=manifest.version,
        python=manifest.python,
        machine=manifest.machine,
        header=header.raw,
        digest=manifest.payload,
        added=now,
        added_by=signature(viewer),
        withdrawn=False,
        first_terminal="",
        hours=hours,
        resumed=None,
    )
    _keep_file(file, release_file(central, release.digest))
    with central.store.transaction(central.site) as t:
        if not t.releases.add(release):
            raise AlreadyHere(release.version)
        write_change(t, viewer, told("release_added", version=release.version), now)
    return release


def _keep_file(source: Path, target: Path) -> None:
    """Have the file in the data folder, whole or not at all. OSError."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f"{target.name}.new")
    try:
        with source.open("rb") as file, flushed_in_parts(draft) as out:
            os.fchmod(out.fileno(), 0o600)
            shutil.copyfileobj(file, out)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)  # a part of it would only fill the disk
        raise OSError(error.errno, error.strerror, error.filename or str(target.parent)) from None
    os.rename(draft, target)
    sync_folder(target.parent)


def release_file(central: Central, digest: str) -> Path:
    return central.settings.folder / "releases" / digest


def put_on_stick(central: Central, header: bytes, stick: Path) -> None:
    """Copy the file of an offered release, where it is not there whole. OSError."""
    manifest = manifest_of(header)
    source, target = release_file(central, manifest.payload), stick / file_name(manifest)
    if source.exists() and not (target.exists() and _is_whole(target, Header(header, manifest))):
        _keep_file(source, target)


def _is_whole(path: Path, header: Header) -> bool:
    """Whether it is that release: a stick that was pulled out too early has the right size, and
    no content."""
    try:
        check_payload(path, header)
    except BadRelease:
        return False
    with path.open("rb") as file:
        return file.read(len(header.raw)) == header.raw


def withdraw_release(central: Central, viewer: Viewer, version: str, now: datetime) -> bool:
    """Give it to no terminal any more, and remove its files; whether there is such a release. Its
    row stays: no other release takes its version."""
    with central.store.transaction(central.site) as t:
        changed = t.releases.change(version, withdrawn=1)
        if changed:
            write_change(t, viewer, told("release_withdrawn", version=version), now)
        every = t.releases.all()
    offered = {one.digest for one in every if not one.withdrawn}
    # Also those that an earlier try left: the row is what counts, a file is room on the disk.
    for digest in {one.digest for one in every} - offered:
        with suppress(OSError):
            release_file(central, digest).unlink(missing_ok=True)
    return changed


def change_rings(
    central: Central, viewer: Viewer, version: str, first_terminal: str, hours: int, now: datetime
) -> bool:
    """Name the first terminal, and after how many hours the rest follow; a release that was
    stopped goes on. Whether there is such a release. FitsNot."""
    with central.store.transaction(central.site) as t:
        changed = t.releases.change(version, hours=hours, resumed=now)
        if changed and first_terminal:
            t.releases.name_first(_file_for(t, version, first_terminal), first_terminal)
        if changed:
            what = told("release_rings", version=version, hours=hours)
            write_change(t, viewer, what, now)
    return changed


def _file_for(t: Transaction, version: str, terminal: str) -> Offered:
    """The file of that release which this terminal can run. FitsNot."""
    for one in t.releases.standings():
        for release in t.releases.all():
            if one.terminal == terminal and release.version == version and fits(release, one):
                return release
    raise FitsNot(terminal)


def resume_release(central: Central, viewer: Viewer, version: str, now: datetime) -> bool:
    """Let a release go on that stopped, as its rings were; whether there is such a release."""
    with central.store.transaction(central.site) as t:
        release = next((one for one in t.releases.all() if one.version == version), None)
        if release is None:
            return False
        t.releases.change(version, resumed=now)
        what = told("release_rings", version=version, hours=release.hours)
        write_change(t, viewer, what, now)
    return True


def read_releases(central: Central, now: datetime) -> FleetReleases:
    with central.store.read(central.site) as t:
        standings = t.releases.standings()
        files = _with_rings(t, standings, now)
        publisher = trusted_publisher(t)
    rows = tuple(
        ReleaseRow(
            version=release.version,
            python=release.python,
            machine=release.machine,
            ring=ring,
            first_terminal=release.first_terminal,
            hours=release.hours,
            added=release.added,
            added_by=release.added_by,
        )
        for release, ring in files
    )
    versions = {}
    for one in standings:
        release = _release_for(one, files)
        if release is not None:
            versions[one.terminal] = release.version
    by_terminal = {one.terminal: one for one in standings}
    return FleetReleases(rows=rows, standings=by_terminal, wanted=versions, publisher=publisher)


def _with_rings(
    t: Transaction, standings: Iterable[Standing], now: datetime
) -> list[tuple[Offered, Ring]]:
    """Every file, the newest release first, and how far it has come."""
    everyone = tuple(standings)
    newest_first = sorted(t.releases.all(), key=lambda r: version_key(r.version), reverse=True)
    return [(one, ring_of(one, everyone, kiosk.__version__, now)) for one in newest_first]


def _release_for(one: Standing, files: Iterable[tuple[Offered, Ring]]) -> Offered | None:
    """The newest release that this terminal can and may run by now, where it does not run it."""
    for release, ring in files:
        if version_key(release.version) <= version_key(one.version):
            return None
        tried = release.version == one.refused
        if fits(release, one) and not tried and goes_to(release, ring, one.terminal):
            return release
    return None


def wanted_release(
    t: Transaction, terminal: str, state: UpdateState, now: datetime
) -> WantedRelease:
    """Note how a terminal stands to releases, and say which one it is to run."""
    standing = _standing_of(t, terminal, state, now)
    t.releases.put_standing(standing)
    publishers = t.releases.publishers()[1:]
    release = _release_for(standing, _with_rings(t, t.releases.standings(), now))
    if release is None or not state.publisher:
        return WantedRelease(header=b"", publishers=publishers)
    if not release.first_terminal:
        t.releases.name_first(release, terminal)
    return WantedRelease(header=release.header, publishers=publishers)


def _standing_of(t: Transaction, terminal: str, state: UpdateState, now: datetime) -> Standing:
    earlier = next((one for one in t.releases.standings() if one.terminal == terminal), None)
    newest = state.refused[-1] if state.refused else None
    unchanged = earlier is not None and (earlier.version, earlier.on_trial) == (
        state.version,
        state.on_trial,
    )
    heard_before = earlier is not None and newest is not None and earlier.refused == newest.version
    return Standing(
        terminal=terminal,
        at=now,
        python=state.python,
        machine=state.machine,
        version=state.version,
        since=earlier.since if earlier and unchanged else now,
        fetched=state.fetched,
        on_trial=state.on_trial,
        refused=newest.version if newest else "",
        reason=newest.reason if newest else "",
        refused_at=(earlier.refused_at if earlier and heard_before else now) if newest else None,
    )


def release_piece(central: Central, t: Transaction, digest: str, number: int) -> bytes:
    """A piece of an offered release's file; none where there is no such release or piece."""
    if digest not in {release.digest for release in t.releases.all() if not release.withdrawn}:
        return b""
    try:
        with release_file(central, digest).open("rb") as file:
            file.seek(number * RELEASE_PIECE)
            return file.read(RELEASE_PIECE)
    except OSError:
        return b""
