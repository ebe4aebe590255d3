"""Wheels of central and a terminal: `python -m tests.supply.wheels FOLDER`.

One wheel has the code. Two more have none: `kiosk-central` and `kiosk-terminal` ask for that one
and for exactly the versions that were tested, as the lock has them, so that pip takes no others.
"""

import re
import sys
import tempfile
from pathlib import Path

import typer

from kiosk.build_hook import wheel_version
from tests.supply.debian import locked, run_tool
from tests.supply.packages import EXTRAS

_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kiosk-{part}"
version = "{version}"
description = "The satisfaction kiosk's {part}, with those versions that were tested"
requires-python = ">=3.11"
license = "Apache-2.0"
classifiers = ["Private :: Do Not Upload"]
dependencies = [
{lines}
]

[tool.hatch.build.targets.wheel]
bypass-selection = true
"""


def project_of(part: str, version: str) -> str:
    """The pyproject.toml of a wheel that only asks for others."""
    pinned = re.findall(r"^([\w.-]+(?:\[[\w,]+\])?==[^\s;]+)", locked(part), re.M)
    required = [f"satisfaction-kiosk[{part}]=={version}", *pinned]
    lines = "\n".join(f"    {line!r}," for line in required)
    return _PROJECT.format(part=part, version=version, lines=lines)


def build_wheel(project: Path, folder: Path) -> None:
    run_tool("sh", "-c", f'cd "{project}" && exec "$0" "$@"', *_HATCHLING, str(folder.absolute()))


_HATCHLING = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d")


def main(folder: Path) -> None:
    """Make the three wheels, into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    version = wheel_version()
    build_wheel(Path(), folder)
    for part in EXTRAS:
        with tempfile.TemporaryDirectory() as place:
            project = Path(place)
            (project / "pyproject.toml").write_text(project_of(part, version), "utf-8")
            build_wheel(project, folder)
    for wheel in sorted(folder.glob(f"*{version}*.whl")):
        typer.echo(f"{wheel}, {wheel.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    typer.run(main)
