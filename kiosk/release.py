"""Which release this is."""

from functools import cache
from pathlib import Path

import kiosk

_BUILD = Path(__file__).with_name("build.txt")
"""Written into a wheel when it is built (kiosk/build_hook.py); a checkout has none."""


@cache
def version() -> str:
    """The version; where it was built from a commit, with the count of commits and that one as
    build metadata, such as `1.0.0+1093.g3e2cbda` (Semantic Versioning 2.0.0, item 10)."""
    try:
        return f"{kiosk.__version__}+{_BUILD.read_text('ascii').strip()}"
    except FileNotFoundError:
        return kiosk.__version__
