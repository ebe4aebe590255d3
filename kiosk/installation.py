"""What the installation lacks, where a command needs a package that is not there, and how it is
got: that depends on how the program was installed.
"""

import sys
from pathlib import Path

from kiosk import release

OURS = frozenset({"hardware", "kiosk", "sync", "ui"})
_DEBIAN = Path("/usr/lib")
"""Where a package of ours has everything: in a folder of its own name."""
_SOURCE = Path(__file__).parent.parent


def lacking(error: ModuleNotFoundError, part: str) -> str:
    """One line with the remedy: `part` is the extra that brings the package. "": our own bug."""
    package = (error.name or "").partition(".")[0]
    if package in OURS or not package:
        return ""
    return f"{package} is not installed; {remedy(part, Path(sys.prefix), _SOURCE)}"


def remedy(part: str, prefix: Path, source: Path) -> str:
    """How the program is completed that runs in `prefix`, and whose code lies in `source`: a
    package of Debian's, a checkout, or a wheel."""
    if prefix.parent == _DEBIAN and prefix.name.startswith("kiosk-"):
        return f"run `apt install --reinstall {prefix.name}`, with the file of the package"
    if (source / "pyproject.toml").exists():
        return f"run `pip install --require-hashes -r {source}/{part}.lock`"
    return (
        f"run `pip install --find-links FOLDER kiosk-{part}=={release.version()}`, where FOLDER "
        "has the wheels of this release"
    )
