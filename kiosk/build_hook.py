"""Writes the commit into a wheel, so that whoever runs it can say which it is. Run by hatchling,
in the checkout; it is in no package itself."""

import os
import subprocess
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    """`KIOSK_COMMIT` names the commit where there is no checkout, as in an unpacked archive.
    Without either the wheel has its version alone."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        commit = os.environ.get("KIOSK_COMMIT") or self._head()
        if version == "editable" or not commit:
            return
        self._file = tempfile.NamedTemporaryFile("w", suffix=".txt")  # noqa: SIM115 - until the end
        self._file.write(commit + "\n")
        self._file.flush()
        os.chmod(self._file.name, 0o644)
        build_data["force_include"][self._file.name] = "kiosk/commit.txt"

    def _head(self) -> str:
        """The commit of this checkout; "" outside one."""
        asked = ["git", "-C", self.root, "rev-parse", "--short=7", "HEAD"]
        try:
            answer = subprocess.run(asked, capture_output=True, text=True)  # noqa: S603
        except FileNotFoundError:
            return ""
        return answer.stdout.strip()
