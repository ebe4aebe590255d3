"""What a server is made of is not looked through for garbage while it serves, and what comes and
goes only now and then."""

import gc
from collections.abc import Iterator

import pytest

from sync.central import serving


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_there_when_a_server_starts_is_not_looked_through_again() -> None:
    serving.stay()
    assert gc.get_freeze_count() > 10 * len(gc.get_objects())


def test_a_group_of_day_reports_is_not_looked_through_while_it_is_taken() -> None:
    serving.stay()
    looks = sum(generation["collections"] for generation in gc.get_stats())
    rows = [[n] for n in range(128 * 24)]
    assert sum(generation["collections"] for generation in gc.get_stats()) == looks
    assert len(rows) == 128 * 24
