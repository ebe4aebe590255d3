"""The journal: numbered from one, each entry chained to the one before, read back as written."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.store.engine import Store
from kiosk.store.journal import GENESIS, Kind, entry_hash
from tests.support.builders import MORNING, TODAY, moment


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    Store.create(tmp_path / "kiosk.db")
    store = Store.open(tmp_path / "kiosk.db")
    yield store
    store.close()


def test_an_empty_journal_has_no_head(store: Store) -> None:
    with store.transaction() as t:
        assert t.journal.head() == (0, GENESIS)
        assert t.journal.hash_at(1) == ""
        assert t.journal.last(Kind.STARTED) is None
        assert not t.journal.has("token")
    assert GENESIS == "0" * 64


def test_entries_are_numbered_chained_and_read_back(store: Store) -> None:
    with store.transaction() as t:
        t.journal.append(moment(1.5), Kind.STARTED, {"version": "1", "a": "ก"})
        t.journal.append(moment(2.0), Kind.SERVICE_MENU)
        first, second = t.journal.last(Kind.STARTED), t.journal.last(Kind.SERVICE_MENU)
        assert first is not None
        assert second is not None
        assert (first.seq, second.seq) == (1, 2)
        assert first.at == "2026-11-23T09:00:01+07:00"
        assert first.boot_ms == 1_001_500
        assert first.business_date == "2026-11-23"
        assert first.detail == '{"a":"ก","version":"1"}'
        assert second.detail == "{}"
        assert t.journal.head() == (2, second.hash)
        assert t.journal.hash_at(1) == first.hash
        for entry, before in ((first, GENESIS), (second, first.hash)):
            fields = (entry.seq, entry.at, entry.boot_ms, entry.business_date, entry.kind)
            assert entry.hash == entry_hash(before, *fields, entry.detail)


def test_the_hash_is_over_every_field_as_documented() -> None:
    fields = ["p" * 64, 7, "at", 12, "2026-11-23", "started", '{"a":"ก"}']
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    assert entry_hash(*fields) == hashlib.sha256(text.encode()).hexdigest()  # type: ignore[arg-type]


def test_the_newest_of_a_kind_is_the_last(store: Store) -> None:
    with store.transaction() as t:
        for number in range(3):
            t.journal.append(moment(number), Kind.SYNCED, {"days": str(number)})
        last = t.journal.last(Kind.SYNCED)
        assert last is not None
        assert last.detail == '{"days":"2"}'


def test_a_token_is_found_among_the_newest_eight_only(store: Store) -> None:
    with store.transaction() as t:
        t.journal.append(moment(), Kind.DUTY_BEGAN, {"token": "abc"})
        for number in range(7):
            t.journal.append(moment(number), Kind.SERVICE_MENU)
        assert t.journal.has("abc")
        t.journal.append(moment(9), Kind.SERVICE_MENU)
        assert not t.journal.has("abc")


def test_a_day_has_its_own_entries_in_order_and_knows_what_came_before(store: Store) -> None:
    yesterday = MORNING - timedelta(days=1)
    pairs = ((Kind.STARTED, Kind.STOPPED), (Kind.PANEL_UP, Kind.PANEL_DOWN))
    with store.transaction() as t:
        assert t.journal.of_day(TODAY) == []
        assert t.journal.last_before(TODAY, pairs) == [None, None]
        assert t.journal.first_start() is None
        t.journal.append(moment(0, yesterday - timedelta(days=1)), Kind.PIN_SET)
        t.journal.append(moment(0, yesterday), Kind.STARTED)
        t.journal.append(moment(5, yesterday), Kind.PANEL_UP)
        t.journal.append(moment(0), Kind.PANEL_DOWN)
        t.journal.append(moment(60), Kind.PANEL_UP)
        happened = t.journal.of_day(TODAY)
        assert [what.kind for what in happened] == [Kind.PANEL_DOWN, Kind.PANEL_UP]
        assert happened[1][0] - happened[0][0] == timedelta(seconds=60)
        assert t.journal.last_before(TODAY, pairs) == [Kind.STARTED, Kind.PANEL_UP]
        t.journal.append(moment(0), Kind.STOPPED)
        assert t.journal.last_before(TODAY, pairs)[0] is Kind.STARTED, "today is not before today"
        t.journal.append(moment(90, yesterday), Kind.PANEL_DOWN)
        assert t.journal.last_before(TODAY, pairs) == [Kind.STARTED, Kind.PANEL_DOWN]
        assert t.journal.first_start() == yesterday.date()
