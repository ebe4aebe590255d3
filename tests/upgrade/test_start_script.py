"""The script that starts a release on trial, and who waits for what it started."""

import os
import select
import subprocess
from pathlib import Path

from kiosk.releases import Releases
from tests.supply.debian import start_script

BROKEN = "9.9.9"


def test_nothing_of_a_release_that_ended_at_once_keeps_the_compositor_waiting(
    tmp_path: Path,
) -> None:
    """Cage learns of the end by a pipe that the program's children have too, and takes its process
    from the table only then."""
    packaged, data = tmp_path / "packaged", tmp_path / "data"
    program = data / "releases" / BROKEN / "bin" / "python"
    for folder in (packaged, program.parent):
        folder.mkdir(parents=True)
    (packaged / "version").write_text("1.0.0\n")
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    Releases(data / "releases").switch(BROKEN)
    script = tmp_path / "kiosk"
    script.write_text(start_script(packaged, "root", str(data)))
    read, write = os.pipe()
    process = subprocess.Popen(["sh", str(script), "run"], pass_fds=[write])
    os.close(write)
    readable, _, _ = select.select([read], [], [], 20)
    try:
        assert readable
        assert os.read(read, 1) == b""
    finally:
        os.close(read)
        process.wait(10)
