"""What journeys begin with."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import central_with_fixed_ids
from ui.trial.stage import serving


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A central report being served, with a roster; its folder and its address."""
    central = central_with_fixed_ids(tmp_path)
    with serving(central) as said:
        found = re.search(r"Serving \S+ at (\S+)", said)
        assert found
        yield central, found[1]
