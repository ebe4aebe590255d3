"""What was kept long enough goes, and nothing else; what remains still agrees with itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sync.central.disclosure import week_end
from sync.central.logbook import Kind, Log, Wanted
from sync.central.measures import HIDDEN_BELOW
from sync.central.objecting import Deed
from sync.central.retention import KEPT, horizons
from sync.central.schema import (
    blocks,
    comments,
    day_lines,
    day_reports,
    log_entries,
    log_heads,
    officers,
    photos,
    site_months,
)
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import RowRefused
from sync.central.store.pools import PoolReview
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.nights import run_night
from sync.central.usecases.office_settings import save_settings
from sync.central.usecases.old_backups import old_backups
from sync.central.usecases.people import retire_officer
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.retention import retain
from sync.central.usecases.tickets import Ticket, import_tickets
from sync.central.usecases.verification import emptied_days, first_disagreement
from sync.central.viewer import ROLES
from sync.messages import Answer
from tests.support.builders import an_officer
from tests.support.central import (
    IT,
    begin_terminal,
    logged,
    made_central,
    on_roster,
    put_on_roster,
    take,
)
from tests.support.databases import new_central_store
from tests.support.day_reports import day_report, key_text
from tests.support.objections import objected

FIRST = date(2026, 10, 5)
"""A Monday; the fiscal year's first."""
NOW = datetime(2032, 11, 22, 20, 30, tzinfo=UTC)
SHORT = SiteSettings(results_years=2, raw_months=12, record_years=2, comments_months=6)


@pytest.fixture
def office(tmp_path: Path) -> Central:
    """Two officers, a block each quarter for six years; one of them left after the first."""
    central = made_central(new_central_store(tmp_path / "central.db"), tmp_path)
    with central.store.transaction(central.site) as t:
        begin_terminal(t, "counter-1", "1", key_text())
    on_roster(central, "101", "102")
    for quarter in range(24):
        for officer, day in (("101", 0), ("102", 1)):
            if officer == "101" or quarter < 2:
                take(central, day_report(1, _day(quarter, day), "counter-1", _COUNTS, officer))
        publish_due(central, _day(quarter) + timedelta(days=7))
    take(central, day_report(1, date(2032, 11, 8), "counter-1", _COUNTS, "101"))
    publish_due(central, date(2032, 11, 15))
    save_settings(central, IT, 0, SHORT, NOW)
    return central


_COUNTS = (0, 0, 3, 3, 7)


def _day(quarter: int, day: int = 0) -> date:
    return FIRST + timedelta(weeks=13 * quarter, days=day)


def rows(central: Central, table: object) -> int:
    with central.store.connection() as connection:
        return len(connection.execute(select(table)).all())  # type: ignore[call-overload]


def results(central: Central) -> dict[date, tuple[int, ...]]:
    with central.store.connection() as connection:
        query = select(blocks).where(blocks.c.officer == "101").order_by(blocks.c.last_day)
        return {r.last_day: (r.n1, r.n2, r.n3, r.n4, r.n5) for r in connection.execute(query)}


def test_old_days_and_whole_old_rounds_go_and_the_rest_agrees(office: Central) -> None:
    before = results(office)
    removed = retain(office, NOW)
    until = removed.until
    assert until.results == date(2030, 9, 30)
    assert until.raw == date(2031, 11, 16)
    after = results(office)
    assert after == {day: n for day, n in before.items() if day > until.results}
    assert removed.blocks == rows_before(before, until.results) + 2
    assert all(sum(n) >= HIDDEN_BELOW for n in after.values())
    assert rows(office, day_lines) == len([day for day in before if day > until.raw])
    assert emptied_days(office)[0] == removed.reports == 27 - rows(office, day_lines)
    assert first_disagreement(office) is None
    with office.store.read(office.site) as t:
        assert t.month_sums.agree()
    assert retain(office, NOW).blocks == 0, "a second run finds nothing"
    told = [note.what for note in logged(office, Kind.REMOVED)]
    assert len(told) == 2


def rows_before(before: dict[date, tuple[int, ...]], until: date) -> int:
    return len([day for day in before if day <= until])


@pytest.mark.parametrize("ahead", [timedelta(days=3 * 366), timedelta(days=40 * 366)])
def test_a_clock_that_is_years_ahead_removes_no_more(office: Central, ahead: timedelta) -> None:
    """Terminals say which day it is, too."""
    newest = date(2032, 11, 8)
    removed = retain(office, NOW + ahead)
    assert removed.until.raw <= newest - timedelta(days=365 - 45)
    assert removed.until.results <= date(2030, 9, 30)


def test_a_round_whose_objection_is_open_stays_until_it_is_decided(office: Central) -> None:
    before = results(office)
    case = objected(office, "101", NOW)
    assert retain(office, NOW).blocks == 0
    assert results(office) == before
    step = replace(case.filed, deed=Deed.WITHDRAWN, until=None)
    with office.store.transaction(office.site) as t:
        t.objections.append(case, step)
    assert retain(office, NOW).until.results == date(2030, 9, 30)
    assert first_disagreement(office) is None


def test_a_trial_run_tells_the_same_and_leaves_everything(office: Central) -> None:
    tables = (blocks, day_lines, day_reports, site_months, log_entries)
    before = [rows(office, table) for table in tables]
    told = retain(office, NOW, trial=True)
    assert [rows(office, table) for table in tables] == before
    assert retain(office, NOW) == told


def test_what_comes_again_or_late_for_an_emptied_day_changes_nothing(office: Central) -> None:
    retain(office, NOW)
    again = day_report(1, _day(0), "counter-1", _COUNTS, "101")
    assert take(office, again) is Answer.ALREADY_HAVE
    corrected = day_report(2, _day(0), "counter-1", (0, 0, 0, 0, 99), "101")
    assert take(office, corrected) is Answer.STALE
    publish_due(office, NOW.date() + timedelta(days=30))
    assert first_disagreement(office) is None


def test_blocks_go_on_from_emptied_days(office: Central) -> None:
    retain(office, NOW)
    late = day_report(1, _day(23, 2), "counter-1", (0, 0, 0, 0, 4), "101")
    assert take(office, late) is Answer.STORED
    fresh = day_report(1, NOW.date(), "counter-1", (1, 0, 0, 0, 8), "101")
    assert take(office, fresh) is Answer.STORED
    assert publish_due(office, NOW.date() + timedelta(days=7)) == 1
    assert results(office)[week_end(NOW.date())] == (1, 0, 0, 0, 12)
    assert first_disagreement(office) is None


def test_who_left_is_forgotten_with_the_last_result(office: Central) -> None:
    account = [ROLES["officer"]]
    add_account(office, "hr", "102", "ผู้จากไป", account, NOW, officer="102")
    with office.store.transaction(office.site) as t:
        number = next(o.number for o in t.people.everyone() if o.id == "102")
    assert retain(office, NOW, trial=True).people == 0, "still on the roster"
    retire_officer(office, number)
    assert retain(office, NOW).people == 1
    with office.store.read(office.site) as t:
        assert [str(one.id) for one in t.people.everyone()] == ["101"]
        assert t.accounts.get("102") is None


def test_photos_of_who_left_go_the_next_night(office: Central) -> None:
    people = (an_officer("103", "น้ำผึ้ง"), an_officer("104", "อยู่ต่อ"))
    put_on_roster(office, people)
    with office.store.transaction(office.site) as t:
        ids = {o.number: str(o.id) for o in t.people.everyone()}
        for number in ("103", "104"):
            t.photos.put(ids[number], b"\xff\xd8\xff\xd9")
    retire_officer(office, "103")
    assert retain(office, NOW).photos == 1
    with office.store.connection() as connection:
        assert list(connection.scalars(select(photos.c.officer))) == [ids["104"]]


def test_old_comments_and_tickets_go_with_their_pool_and_days(office: Central) -> None:
    with office.store.transaction(office.site) as t:
        for day in (date(2032, 4, 4), date(2032, 10, 31)):
            for number in range(10):
                t.questionnaire.add_comment("th", f"{day} {number}")
            assert t.questionnaire.close_pool(day) == 10
        for pool in (1, 2):
            t.pools.append(PoolReview(pool=pool), "desk")
        t.questionnaire.add_comment("th", "waits")
    days = (date(2031, 1, 6), date(2032, 11, 1))
    import_tickets(office, [Ticket(date=day, counter="1", n=9) for day in days])
    removed = retain(office, NOW)
    assert (removed.comments, removed.tickets) == (10, 1)
    with office.store.connection() as connection:
        words = list(connection.scalars(select(comments.c.words)))
    assert len(words) == 11
    assert not [word for word in words if "2032-04" in word]
    with office.store.read(office.site) as t:
        assert set(t.pools.reviews()) == {2}, "what was made of a pool goes with it"


def test_the_record_is_emptied_of_words_alone_and_the_chain_holds(office: Central) -> None:
    long_ago = NOW - timedelta(days=3 * 366)
    with office.store.transaction(office.site) as t:
        t.logs.look(["101"], "boss", "old", long_ago)
        t.logs.look(["101"], "boss", "new", NOW)
    fresh = made_later(office, long_ago)
    retain(fresh, NOW)
    looks = [note.what for note in logged(fresh, Kind.LOOK)]
    assert "new" in looks
    assert first_disagreement(fresh) is None


def made_later(office: Central, when: datetime) -> Central:
    """The same office with a log that begins long ago."""
    central = made_central(
        new_central_store(office.settings.folder / "later.db"),
        office.settings.folder,
    )
    with central.store.transaction(central.site) as t:
        t.logs.look(["101"], "boss", "old", when)
        t.logs.look(["101"], "boss", "new", NOW)
    save_settings(central, IT, 0, SHORT, NOW)
    return central


def test_a_record_emptied_too_early_is_told_apart(office: Central) -> None:
    """Whoever writes into the database can't hide a look by calling it old."""
    with office.store.transaction(office.site) as t:
        t.logs.look(["101"], "boss", "seen", NOW - timedelta(days=300))
        first = t.logs.heads()[Log.RECORD].emptied + 1
        last = t.logs.empty(Log.RECORD, NOW + timedelta(days=1), 1)
        assert last >= first
    assert "the record does not say so" in (first_disagreement(office) or "")
    from sync.central.usecases.events import empty_log

    with office.store.transaction(office.site) as t:
        empty_log(t, Log.RECORD, NOW + timedelta(days=1), 1, NOW)
    assert "is emptied before its time" in (first_disagreement(office) or "")


def test_days_emptied_by_hand_are_told_apart(office: Central) -> None:
    with office.store.connection() as connection:
        newest = _day(23)
        connection.execute(update(day_reports).where(day_reports.c.date == newest).values(body=b""))
        connection.execute(day_lines.delete().where(day_lines.c.date == newest))
    wrong = first_disagreement(office) or ""
    assert "published blocks" in wrong or "emptied" in wrong


def test_no_entry_of_a_log_is_changed_but_to_be_emptied(office: Central) -> None:
    with office.store.transaction(office.site) as t:
        t.logs.look(["101"], "boss", "seen", NOW)
    for change in ({"who": "nobody"}, {"kind": "emptied", "who": "", "whom": "", "what": "x"}):
        with pytest.raises(RowRefused), office.store.connection() as connection:
            connection.execute(update(log_entries).values(**change))
    with pytest.raises(RowRefused), office.store.connection() as connection:
        connection.execute(update(log_heads).values(emptied=-1))


def test_a_year_that_begins_within_a_quarter_breaks_no_quarter() -> None:
    settings = SHORT._replace(fiscal_year_starts=2)
    until = horizons(settings, date(2026, 11, 23))
    assert until.results == date(2024, 6, 30)
    assert until.raw >= until.results


def test_each_kind_has_a_default_within_its_bounds() -> None:
    for kind in KEPT:
        if kind.setting:
            least, most = kind.bounds
            assert least <= kind.length(SiteSettings()) <= most


def test_backups_go_by_name_alone_and_the_newest_stays(tmp_path: Path) -> None:
    old = ["central-2026-01-01.zip", "central-2026-01-02-0230.zip"]
    others = [
        "central.zip",
        "notes-2026-01-01.zip",
        "central-2026-01-01.zip.bak",
        "central-2026-99-01.zip",
    ]
    for name in (*old, *others, "central-2026-11-22.zip"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "central-2025-01-01.zip").mkdir()
    (tmp_path / "central-2025-01-02.zip").symlink_to(tmp_path / "central.zip")
    assert [path.name for path in old_backups(tmp_path, date(2026, 11, 23), 90)] == old
    assert [path.name for path in old_backups(tmp_path, date(2039, 1, 1), 90)] == old
    (tmp_path / "central-2026-11-22.zip").unlink()
    assert old_backups(tmp_path, date(2039, 1, 1), 90) == [], "nobody makes backups any more"


def test_a_night_works_once_for_each_office(office: Central) -> None:
    folder = office.settings.folder
    (folder / "central-2020-01-01.zip").write_bytes(b"x")
    (folder / "central-2032-11-21.zip").write_bytes(b"x")
    settings = office.settings._replace(backups=str(folder))
    lines = list(run_night(replace(office, settings=settings), NOW))
    assert [line.split(":")[0] for line in lines] == ["dindaeng", "backups older than 90 days"]
    assert not (folder / "central-2020-01-01.zip").exists()


def test_an_officers_name_stays_while_a_result_has_it(office: Central) -> None:
    with office.store.transaction(office.site) as t:
        number = next(o.number for o in t.people.everyone() if o.id == "101")
    retire_officer(office, number)
    assert retain(office, NOW).people == 0
    assert rows(office, officers) == 2


def test_words_of_a_log_that_is_emptied_can_not_be_read_again(office: Central) -> None:
    later = made_later(office, NOW - timedelta(days=3 * 366))
    retain(later, NOW)
    with later.store.read(later.site) as t:
        emptied = t.logs.page(Log.RECORD, Wanted(kinds=(Kind.EMPTIED,)), 0, 9)
    assert [(e.note.who, e.note.whom, e.note.what) for e in emptied] == [("", "", "")]
