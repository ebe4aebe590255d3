"""The rig of odd text sees a page that stumbles."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from sync.central import period
from sync.central.store.engine import CentralStore
from tests.evidence.odd_text import Doors, stumbles
from tests.support.central import NOON, made_central


def test_a_page_that_reads_thai_digits_as_a_month_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbounded = re.compile(r"fy(?P<year>\d+)(?:-(?P<part>[12]|q[1-4]))?|(?P<month>\d+-\d+)")
    monkeypatch.setattr(period, "_CODE", unbounded)
    monkeypatch.setattr(period, "YEARS", range(10**6))
    monkeypatch.setattr(period, "NoSuchPeriod", ZeroDivisionError)
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    doors, random = Doors.of(made_central(store, tmp_path), NOON), Random(7)
    doors = replace(doors, queries=("period",))  # so that few requests do
    wrong = [one for _ in range(300) if (one := stumbles(doors, random))]
    store.close()
    assert any("500" in one for one in wrong)
