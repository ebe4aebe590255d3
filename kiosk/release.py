"""Which release this is, and of which day."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import kiosk

_BUILD = Path(__file__).with_name("build.txt")
"""Written into a wheel when it is built (kiosk/build_hook.py): the commit, and its date where that
is known. A checkout has none."""
_FIRST_DAY = date(2026, 1, 1)
"""Before the first commit of all."""


@cache
def version() -> str:
    """The version; where it was built from a commit, with the count of commits and that one as
    build metadata, such as `1.0.0+1093.g3e2cbda` (Semantic Versioning 2.0.0, item 10)."""
    build = _build()
    return f"{kiosk.__version__}+{build[0]}" if build else kiosk.__version__


@cache
def earliest_day() -> date:
    """No right clock shows an earlier one to this program: the day before its commit's, as the day
    begins later in the west."""
    build = _build()
    return date.fromisoformat(build[1]) - timedelta(days=1) if build[1:] else _FIRST_DAY


def _build() -> list[str]:
    try:
        return _BUILD.read_text("ascii").split()
    except FileNotFoundError:
        return []
