"""What hatchling asks in the checkout when it builds a wheel: which version it has, and the commit
that it writes into it, so that whoever runs it can say which it is. It is in no package itself."""

import hashlib
import os
import re
import subprocess
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent.parent


def wheel_version() -> str:
    """The release; between two releases with what `build_of_commit` says behind it (PEP 440's local
    version), so that no two states of the code have one name, and pip takes the other one."""
    text = (ROOT / "kiosk" / "__init__.py").read_text("utf-8")
    [release] = re.findall(r'^__version__ = "(.+)"$', text, re.M)
    is_named = "KIOSK_COMMIT" in os.environ
    if not is_named and _git("tag", "--points-at", "HEAD", f"v{release}") and not _changes():
        return str(release)
    build = build_of_commit()
    return f"{release}+{build}" if build else str(release)


def build_of_commit() -> str:
    """How many commits there are and which is the newest, as `1093.g14c9f40`; behind that a mark of
    what is not committed. KIOSK_COMMIT names the commit where there is no checkout, as in an
    unpacked archive. "": nobody knows."""
    if commit := os.environ.get("KIOSK_COMMIT"):
        return f"g{commit}"
    count, commit = _git("rev-list", "--count", "HEAD"), _git("rev-parse", "--short=7", "HEAD")
    if not commit:
        return ""
    changes = _changes()
    mark = f".d{hashlib.sha256(changes.encode()).hexdigest()[:7]}" if changes else ""
    return f"{count}.g{commit}{mark}"


def date_of_commit() -> date | None:
    """In UTC. SOURCE_DATE_EPOCH names it where there is no checkout. None: nobody knows."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct")
    return datetime.fromtimestamp(int(seconds), UTC).date() if seconds else None


def _changes() -> str:
    return _git("diff", "HEAD", "--", "kiosk", "hardware", "sync", "ui")


def _git(*words: str) -> str:
    """What git says of this checkout; "" outside one."""
    try:
        answer = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)  # noqa: S603,S607
    except FileNotFoundError:
        return ""
    return answer.stdout.strip()


class CommitHook(BuildHookInterface[Any]):
    """Without a commit the wheel has its version alone."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build, day = build_of_commit(), date_of_commit()
        if version == "editable" or not build:
            return
        self._file = tempfile.NamedTemporaryFile("w", suffix=".txt")  # noqa: SIM115 - until the end
        self._file.write(f"{build}\n{day.isoformat()}\n" if day else f"{build}\n")
        self._file.flush()
        os.chmod(self._file.name, 0o644)
        build_data["force_include"][self._file.name] = "kiosk/build.txt"
