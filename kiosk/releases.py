"""The releases of the program that lie beside the packaged one, and which of them runs.

The script that starts the program (`ui/start.sh`) reads the same names, and writes some of them:
it goes back to the release before where the new one can't even say that it failed. A release is on
trial until it has proven itself; only then is it the one to go back to.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.files import sync_folder, write_whole

VERSION = re.compile(r"(?:0|[1-9][0-9]{0,3})(?:\.(?:0|[1-9][0-9]{0,3})){2}")
BY_STICK = "stick"
"""How a release came: no heartbeat is asked of a terminal that may have no network."""
BY_SYNC = "sync"
_STARTED_BY_SCRIPT = "KIOSK_RELEASES"
"""Set by the script that can start another release, and goes back to the one before."""
_UNFINISHED = ".new-"
"""How the name of a folder begins that is being unpacked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A release that is not tried again."""

    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Releases:
    """The folder of the releases of one terminal. It may be absent."""

    folder: Path

    @property
    def incoming(self) -> Path:
        """Where a release lies until it is whole."""
        return self.folder / "incoming"

    def current(self) -> str:
        """The release that is to run; "" for the packaged program."""
        return self._linked("current")

    def previous(self) -> str:
        """The one before; "" for the packaged program."""
        return self._linked("previous")

    def on_trial(self) -> str:
        """The version that has still to prove itself; "" for none."""
        version = self._line("trial").partition(" ")[0]
        return version if version and version == self.current() else ""

    def needs_heartbeat(self) -> bool:
        return self._line("trial").partition(" ")[2] != BY_STICK

    def highest(self) -> str:
        """The newest version that ever proved itself here; "" for none."""
        version = self._line("proven")
        return version if VERSION.fullmatch(version) else ""

    def installed(self) -> tuple[str, ...]:
        """Every version that is unpacked here."""
        if not self.folder.is_dir():
            return ()
        names = (path.name for path in self.folder.iterdir() if path.is_dir())
        return tuple(sorted(filter(VERSION.fullmatch, names), key=version_key))

    def refused(self) -> tuple[Refusal, ...]:
        """What is not tried again; the newest last."""
        try:
            text = (self.folder / "refused").read_text("utf-8", errors="replace")
        except OSError:
            return ()
        rows = (line.partition(" ") for line in text.splitlines())
        return tuple(
            Refusal(version=version, reason=reason[:200])
            for version, _, reason in rows
            if VERSION.fullmatch(version)
        )

    def ready(self, running: str) -> str:
        """The newest release that is unpacked, later than what runs, and not refused; "" for
        none."""
        if self.on_trial():
            return ""
        refused = {row.version for row in self.refused()}
        later = [
            version
            for version in self.installed()
            if version_key(version) > version_key(running) and version not in refused
        ]
        return later[-1] if later else ""

    def draft(self, version: str) -> Path:
        """A new folder to unpack into. OSError."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{_UNFINISHED}{version}"
        shutil.rmtree(path, ignore_errors=True)
        return path

    def install(self, draft: Path, version: str, how: str) -> None:
        """Have what was unpacked under its version. OSError."""
        write_whole(draft / "came-by", how.encode())
        target = self.folder / version
        if target.exists() and version not in (self.current(), self.previous()):
            shutil.rmtree(target)
        os.rename(draft, target)
        sync_folder(self.folder)

    def switch(self, version: str) -> None:
        """Have this version run from the next start on, on trial. A power cut between two of these
        steps leaves the program of now. OSError."""
        came_by = self._line(f"{version}/came-by")
        self._link("previous", self.current())
        write_whole(self.folder / "trial", f"{version} {came_by}\n".encode())
        (self.folder / "starts").unlink(missing_ok=True)
        self._link("current", version)

    def prove(self) -> None:
        """The release on trial is the one to run. Only it and the one before stay. OSError."""
        version = self.on_trial()
        write_whole(self.folder / "proven", f"{version}\n".encode())
        self._end_trial()
        self._drop_others()

    def go_back(self, reason: str) -> str:
        """Have the program before run from the next start on, and never try this one again; which
        that is, "" for the packaged one. OSError."""
        given_up, before = self.current(), self.previous()
        lines = [f"{row.version} {row.reason}\n" for row in self.refused()]
        lines.append(f"{given_up} {' '.join(reason.split())[:200]}\n")
        write_whole(self.folder / "refused", "".join(lines).encode())
        self._link("current", before)
        self._end_trial()
        return before

    def _end_trial(self) -> None:
        for name in ("trial", "starts"):
            (self.folder / name).unlink(missing_ok=True)
        sync_folder(self.folder)

    def _drop_others(self) -> None:
        stay = {self.current(), self.previous()}
        for version in self.installed():
            if version not in stay:
                shutil.rmtree(self.folder / version, ignore_errors=True)
        for path in self._unfinished():
            shutil.rmtree(path, ignore_errors=True)

    def _unfinished(self) -> Iterator[Path]:
        return self.folder.glob(f"{_UNFINISHED}*")

    def _linked(self, name: str) -> str:
        with suppress(OSError):
            version = os.readlink(self.folder / name)
            if VERSION.fullmatch(version) and (self.folder / version).is_dir():
                return version
        return ""

    def _link(self, name: str, version: str) -> None:
        """Have the link `name` lead to this version; "": have none."""
        link = self.folder / name
        if not version:
            link.unlink(missing_ok=True)
        else:
            draft = self.folder / f"{name}.new"
            draft.unlink(missing_ok=True)
            draft.symlink_to(version)
            os.rename(draft, link)
        sync_folder(self.folder)

    def _line(self, name: str) -> str:
        """The first line of a small file; "" where there is none."""
        try:
            text = (self.folder / name).read_text("utf-8", errors="replace")
        except OSError:
            return ""
        return text.partition("\n")[0].strip()


def releases_of(folder: Path, environment: Mapping[str, str]) -> Releases | None:
    """The releases beside the program; None where nothing would start another one."""
    return Releases(folder) if environment.get(_STARTED_BY_SCRIPT) else None


def version_key(version: str) -> tuple[int, ...]:
    """What versions are ordered by; of a build (`1.0.0+g3e2cbda`) only the version."""
    return tuple(int(part) for part in version.partition("+")[0].split("."))
