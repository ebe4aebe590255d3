"""An early word to an officer alone, where the office asks for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from sync.central.early import BEFORE, WATCHED, Week, fall
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES
from tests.support.builders import SOMYING
from tests.support.central import NOON, made_central, put_on_roster, received, signed_in
from tests.support.central_forms import post_settings
from tests.support.databases import new_central_store

FIRST = date(2025, 1, 6)
TITLE = "แจ้งให้ท่านทราบแต่เนิ่น ๆ"


def weeks(random: Random, rate: float, since: float, n: int) -> list[Week]:
    """Of two years; `since`: the rate of the second."""
    drawn = []
    for number in range(104):
        share = rate if number < 52 else since
        monday = FIRST + timedelta(weeks=number)
        satisfied = sum(random.random() < share for _ in range(n))
        week = Week(first_day=monday, last_day=monday + timedelta(days=6), n=n, satisfied=satisfied)
        drawn.append(week)
    return drawn


def told_in_a_year(rate: float, since: float, worlds: int) -> float:
    """Of officers with 40 ratings a week, read every week: the share who are ever told."""
    random = Random(34846)
    alarmed = 0
    for _ in range(worlds):
        drawn = weeks(random, rate, since, 40)
        alarmed += any(fall(drawn[:number], 1.0) for number in range(53, 105))
    return alarmed / worlds


def test_an_officer_as_ever_is_told_by_chance_once_in_some_twelve_years() -> None:
    assert 0.02 <= told_in_a_year(0.8, 0.8, 150) <= 0.12


def test_a_fall_of_eight_points_is_told_within_the_year() -> None:
    assert told_in_a_year(0.8, 0.72, 40) >= 0.9


def test_the_weeks_named_are_those_of_the_fall() -> None:
    usual = weeks(Random(1), 0.8, 0.8, 40)[: BEFORE + WATCHED]
    fallen = [replace(week, satisfied=20) for week in usual[-5:]]
    word = fall([*usual[:-5], *fallen], 1.0)
    assert word
    assert (word.first_day, word.last_day) == (fallen[0].first_day, fallen[-1].last_day)
    assert word.share == 0.5
    assert 0.75 < word.before < 0.85
    assert fall([*usual[-18:-5], *fallen], 1.0) is None, "too little is known of the time before"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Central]:
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    put_on_roster(central, (SOMYING,))
    for number in range(30):
        counts = (1, 1, 3, 10, 5) if number < 24 else (5, 5, 5, 3, 2)
        received(central, SOMYING.id, *counts, day=date(2026, 4, 20) + timedelta(weeks=number))
    publish_due(central, date(2026, 11, 23))
    yield central
    store.close()


def page_of(central: Central, role: str, now: datetime = NOON) -> str:
    whose = SOMYING.id if ROLES[role].needs_officer else ""
    reader = signed_in(central, ROLES[role], officer=whose, now=now)
    return reader.get(f"/officer/dindaeng/{SOMYING.id}").text


def test_the_officer_alone_is_told_and_only_where_the_office_wants_it(office: Central) -> None:
    assert TITLE not in page_of(office, "officer"), "an office asks for it"
    it = signed_in(office, ROLES["it"], now=NOON)
    assert post_settings(it, early_word="yes").status_code in (200, 303)
    own = page_of(office, "officer")
    assert TITLE in own
    assert "ผู้ประเมินพึงพอใจร้อยละ ๒๕ ส่วนผลของท่านในหนึ่งปีก่อนหน้านั้นร้อยละ ๗๕" in own
    assert TITLE not in page_of(office, "director")
    assert TITLE not in page_of(office, "hr")
