"""Whose a result is: the section's in which its officer was when the block closed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import structs

from kiosk.domain.people import BadPerson, Officer, RosterEntry, section_id
from sync.central import period as periods
from sync.central.logbook import Kind
from sync.central.logwords import log_words
from sync.central.papers import appraisal
from sync.central.reports import gate
from sync.central.usecases.accounts import add_account, viewer_of
from sync.central.usecases.central import Central
from sync.central.usecases.people import change_roster, read_photo, save_photo, set_retired
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sections import rename_section
from sync.central.viewer import ROLES, NotYours, Viewer
from sync.messages import GapCount
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, IT, enrolled, logged, put_on_roster, take
from tests.support.day_reports import day_report

REGISTRY, REVENUE = "ฝ่ายทะเบียน", "ฝ่ายรายได้"
FIRST_WEEK, SECOND_WEEK = date(2026, 11, 2), date(2026, 11, 9)
MOVED = datetime(2026, 11, 11, 5, tzinfo=UTC)
"""On a Wednesday, when the first week is over."""
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
TODAY = NOW.date()
YEAR = periods.year_of(TODAY)
EARLIER, LATER = (1, 1, 1, 9, 8), (0, 3, 3, 3, 21)
"""What an officer was given before the move, and after it."""


def head(section: str) -> Viewer:
    roles = frozenset({ROLES["section-head"]})
    return Viewer(
        account=section, name=section, site="dindaeng", roles=roles, section=section_id(section)
    )


OF_REGISTRY, OF_REVENUE = head(REGISTRY), head(REVENUE)


def officer(number: str, section: str) -> Officer:
    return an_officer(number, f"คนที่ {number}", section=section)


def move_to_revenue(central: Central) -> None:
    entry = RosterEntry.parse("101", "คนที่ 101", section=REVENUE)
    change_roster(central, (entry,), {}, "it", MOVED)


def rated(central: Central, whose: str, counts: tuple[int, ...], day: date) -> None:
    """A day of an officer on a terminal of its own, paused for some minutes."""
    terminal = f"t-{whose}-{day}"
    enrolled(central, terminal)
    paused = GapCount(officer=whose, kind="paused-minutes", n=day.day)
    report = structs.replace(day_report(1, day, terminal, counts, whose), gaps=(paused,))
    take(central, report)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One kind of database: `test_page.py` asks the same statements of both."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def moved(central: Central) -> Central:
    """An officer moved in the middle of the second week; a colleague stayed."""
    put_on_roster(central, (officer("101", REGISTRY), officer("102", REGISTRY)))
    rated(central, "101", EARLIER, FIRST_WEEK)
    rated(central, "102", (0, 0, 5, 5, 5), FIRST_WEEK)
    move_to_revenue(central)
    rated(central, "101", LATER, SECOND_WEEK)
    publish_due(central, TODAY)
    return central


def section(central: Central, viewer: Viewer, name: str) -> gate.SectionView:
    return gate.section(central, viewer, name, YEAR, TODAY, NOW)


def person(central: Central, viewer: Viewer) -> gate.OfficerView:
    return gate.officer(central, viewer, "101", YEAR, TODAY, NOW)


def test_a_section_keeps_what_closed_in_it_and_gets_nothing_from_before(moved: Central) -> None:
    registry = section(moved, OF_REGISTRY, REGISTRY)
    assert registry.figure.result.n == 20 + 15
    rows = [(row.officer.number, row.figure.result.n, row.away) for row in registry.officers]
    assert rows == [("102", 15, False), ("101", 20, True)], "members first, then who has left"
    assert sum(month.figure.result.n for month in registry.trend) == 35
    revenue = section(moved, OF_REVENUE, REVENUE)
    assert (revenue.figure.result.n, len(revenue.officers)) == (30, 1)
    assert sum(month.figure.result.n for month in revenue.trend) == 30

    office = gate.office(moved, DIRECTOR, YEAR, TODAY, sections_seen=NOW)
    shown = {row.section: (row.officers, row.figure.result.n) for row in office.sections}
    assert shown == {REGISTRY: (2, 35), REVENUE: (1, 30)}
    assert office.figure.result.n == 65


def test_the_head_of_then_sees_what_was_then_and_the_new_one_what_came_after(
    moved: Central,
) -> None:
    then, now, everything = (person(moved, who) for who in (OF_REGISTRY, OF_REVENUE, DIRECTOR))
    assert (then.figure.result.n, now.figure.result.n) == (20, 30)
    assert [row.block.counts for row in then.blocks] == [EARLIER]
    assert [row.block.counts for row in now.blocks] == [LATER]
    assert [month.figure.result.n for month in then.trend] == [20]
    assert (then.only_section, now.only_section) == (REGISTRY, REVENUE)
    assert then.has_more
    assert now.has_more
    assert then.appraisal.verdict == "not", "of a part nothing is concluded"
    assert (everything.only_section, everything.has_more) == (None, False)
    assert [row.block.section for row in everything.blocks] == [REGISTRY, REVENUE]
    with pytest.raises(NotYours):
        person(moved, head("ฝ่ายโยธา"))


def test_time_without_answers_is_told_of_the_own_weeks_alone(moved: Central) -> None:
    with moved.store.read(moved.site) as t:
        [whole] = t.days.gaps_of(["101"], FIRST_WEEK, SECOND_WEEK).values()
    parts = [person(moved, who).missing.own for who in (OF_REGISTRY, OF_REVENUE)]
    assert all(parts)
    assert parts[0] + parts[1] == whole == person(moved, DIRECTOR).missing.own


def test_what_a_week_had_when_the_move_was_entered_closes_in_the_section_before(
    central: Central,
) -> None:
    """Nobody had opened the report since; the move must not take the result along."""
    put_on_roster(central, (officer("101", REGISTRY),))
    rated(central, "101", EARLIER, FIRST_WEEK)
    move_to_revenue(central)
    publish_due(central, TODAY)
    assert person(central, OF_REGISTRY).figure.result.n == 20
    assert section(central, OF_REVENUE, REVENUE).figure.result.n == 0
    [change, _] = logged(central, Kind.CHANGE)[:2][::-1]
    assert log_words("en", change.what) == f"Officer 101 moved from {REGISTRY} to {REVENUE}"


def test_a_retired_officers_results_stay_in_the_sections_sum(moved: Central) -> None:
    set_retired(moved, IT, "102", NOW, retired=True)
    registry = section(moved, OF_REGISTRY, REGISTRY)
    assert registry.figure.result.n == 35
    assert [row.away for row in registry.officers] == [True, True]
    papers = gate.section_members(moved, OF_REGISTRY, YEAR)
    assert {name: len(who) for name, who in papers.items()} == {REGISTRY: 2}


def test_who_reads_one_that_has_left_is_logged_as_before(moved: Central) -> None:
    section(moved, OF_REGISTRY, REGISTRY)
    person(moved, OF_REGISTRY)
    looks = [look.whom for look in logged(moved, Kind.LOOK)]
    assert sorted(looks) == ["101", "101", "102"]


def test_a_section_with_one_officers_results_then_is_a_look_at_that_officer(
    moved: Central,
) -> None:
    gate.office(moved, OF_REVENUE, YEAR, TODAY, sections_seen=NOW)
    assert [look.whom for look in logged(moved, Kind.LOOK)] == ["101"]


def test_a_photo_is_for_the_heads_of_both_sections(moved: Central) -> None:
    save_photo(moved, IT, "101", b"\xff\xd8\xff\xd9", NOW)
    assert read_photo(moved, OF_REGISTRY, "101") == read_photo(moved, OF_REVENUE, "101")
    with pytest.raises(NotYours):
        read_photo(moved, head("ฝ่ายโยธา"), "101")


def test_the_papers_say_of_which_time_they_are(moved: Central) -> None:
    then, everything = person(moved, OF_REGISTRY), person(moved, DIRECTOR)
    assert REGISTRY in str(appraisal._about("x", "y", then, NOW))
    assert "ขณะเจ้าหน้าที่สังกัด" not in str(appraisal._about("x", "y", everything, NOW))
    assert appraisal._other_section(everything.blocks[0], everything) == f"({REGISTRY})"
    assert appraisal._other_section(everything.blocks[1], everything) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "ฝ่ายซ\u0e4d\u0e49\u0e32 แกะ",
        "ฝ่ายซ\u0e49\u0e4d\u0e32 แกะ",
        " ฝ่ายซ\u0e49\u0e33\u00a0 \u0e40\u0e40กะ\u200b",
    ],
)
def test_a_section_that_looks_the_same_is_the_same(central: Central, typed: str) -> None:
    name = "ฝ่ายซ\u0e49\u0e33 แกะ"
    assert officer("101", typed).section == name
    add_account(central, "it", "head", "หัวหน้า", [ROLES["section-head"]], NOW, section=typed)
    with central.store.read(central.site) as t:
        account = t.accounts.get("head")
    assert account is not None
    assert account.section == name


def test_a_section_that_turns_texts_around_is_refused() -> None:
    with pytest.raises(BadPerson):
        section_id("ฝ่าย\u202eทะเบียน")


def test_a_section_renamed_as_a_whole_keeps_its_people_results_and_head(moved: Central) -> None:
    add_account(moved, "it", "head", "หัวหน้า", [ROLES["section-head"]], NOW, section=REGISTRY)
    name = "ฝ่ายทะเบียนราษฎร"
    rename_section(moved, REGISTRY, name, "it", NOW)
    renamed = section(moved, viewer_of(moved, "head"), name)
    rows = {row.officer.number: (row.figure.result.n, row.away) for row in renamed.officers}
    assert rows == {"101": (20, True), "102": (15, False)}
    with pytest.raises(NotYours):
        section(moved, OF_REGISTRY, name)
    [change] = logged(moved, Kind.CHANGE)[:1]
    assert log_words("en", change.what) == f"Section {REGISTRY} is now called {name}; nobody moved"


@pytest.mark.parametrize(
    ("before", "after"), [("ไม่มี", "ใหม่"), (REGISTRY, REVENUE), ("", "ใหม่"), (REGISTRY, " ")]
)
def test_a_rename_joins_no_two_sections(moved: Central, before: str, after: str) -> None:
    """The head of one would read what closed in the other."""
    with pytest.raises(BadPerson):
        rename_section(moved, before, after, "it", NOW)
    assert section(moved, OF_REGISTRY, REGISTRY).figure.result.n == 35
