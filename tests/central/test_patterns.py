"""Patterns of a quarter: for audit alone, looked for once, told without accusing."""

from collections.abc import Callable
from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from html import unescape
from random import Random

import pytest

from kiosk.domain.rating import Channel, Half
from sync.central.language import LANGUAGES, tables, words
from sync.central.logbook import Kind, told
from sync.central.patterns import (
    CATALOGUE,
    Against,
    LineRow,
    OfficerDay,
    OtherRow,
    look,
    officer_days,
)
from sync.central.usecases.central import Central
from sync.central.usecases.patterns import look_at_newest, read_patterns
from sync.central.viewer import ROLES, NotYours
from sync.messages import SIGN_ONS, Answer, DayReport, LineCount
from tests.evidence.honest_offices import (
    CHEATS,
    QUARTER,
    Asking,
    Office,
    cheating,
    friend_at_lunch,
    honest,
)
from tests.support.builders import an_officer
from tests.support.central import AUDIT, DIRECTOR, enrolled, logged, put_on_roster, signed_in, take
from tests.support.day_reports import sealed

MONDAY = date(2026, 4, 6)
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
END = date(2026, 9, 30)
OFFICERS = tuple(str(101 + number) for number in range(6))


def report(central: Central, day: date, satisfied_after_noon: int) -> None:
    """A day of six officers at one terminal; of the first so many more are satisfied after noon."""
    rows = []
    for number, officer in enumerate(OFFICERS):
        for half in Half:
            odd = (day.day + number) % 5
            more = satisfied_after_noon if officer == "101" and half is Half.AFTERNOON else 0
            counts = (1, 1, 3, 8 + odd, 7 + more)
            rows.append(
                LineCount(
                    officer=officer,
                    service="general",
                    counter="1",
                    half=half,
                    channel=Channel.TOUCH,
                    n=counts,
                )
            )
    sheets = tuple(
        sealed(officer, sum(sum(row.n) for row in rows if row.officer == officer))
        for officer in OFFICERS
    )
    made = DayReport(
        site=central.site,
        terminal="counter-1",
        date=day,
        revision=1,
        lines=tuple(rows),
        outcomes=(),
        reasons=(),
        sheets=sheets,
        orders=(),
        gaps=(),
    )
    assert take(central, made) is Answer.STORED


@pytest.fixture
def served(central: Central) -> Central:
    """Two days of each week of two quarters; in the second a friend presses at lunch for 101."""
    put_on_roster(central, tuple(an_officer(o, f"คนที่ {o}") for o in OFFICERS))
    enrolled(central)
    for week in range(25):
        for day in (MONDAY + timedelta(weeks=week, days=k) for k in (0, 2)):
            report(central, day, 20 if day >= QUARTER else 0)
    return central


def test_the_friend_at_lunch_is_told_to_audit_once_the_quarter_is_over(served: Central) -> None:
    with pytest.raises(NotYours):
        read_patterns(served, DIRECTOR, END, TODAY, NOW)
    assert logged(served, Kind.READ) == []
    look_at_newest(served, TODAY, NOW)
    with served.store.read(served.site) as t:
        at_night = t.patterns.of(END)
    assert at_night is not None
    assert at_night.seen, "looked for in the night, before anybody asks"
    early = read_patterns(served, AUDIT, None, END, NOW)
    assert early.quarter is not None
    assert early.quarter[1] == date(2026, 6, 30), "its own quarter is not over"
    read = read_patterns(served, AUDIT, END, TODAY, NOW)
    [(officer, seen)] = read.officers
    assert (officer.id, read.looked_at) == ("101", 6)
    newest, _ = logged(served, Kind.READ)
    assert (newest.who, newest.what) == (AUDIT.account, told("patterns", day="2026-09-30"))
    [look_at] = logged(served, Kind.LOOK)
    assert (look_at.whom, look_at.what) == ("101", told("seen_patterns"))
    assert ("afternoon", Against.PAST) in [(one.pattern, one.against) for one in seen]
    report(served, date(2026, 9, 29), 400)
    assert read_patterns(served, AUDIT, END, TODAY, NOW) == read, "a quarter is looked at once"
    with served.store.transaction(served.site) as t:
        t.retention.remove_results(END)
        assert t.patterns.of(END) is None, "it goes with the results"


def test_the_page_says_what_was_seen_its_innocent_causes_and_what_to_look_at(
    served: Central,
) -> None:
    auditor = signed_in(served, ROLES["audit"], now=NOW)
    for language in LANGUAGES:
        said = words(language).get
        text = unescape(auditor.get(f"/patterns/dindaeng?quarter={END}&lang={language}").text)
        for key in ("pattern_seen.afternoon", "pattern_innocent.afternoon", "patterns.no_verdict"):
            assert said(key) in text
    assert auditor.get("/patterns/dindaeng?quarter=yesterday").status_code == 400
    assert auditor.get("/patterns/dindaeng?quarter=2031-03-31").status_code == 404


def test_before_a_quarter_is_over_the_page_says_so(central: Central) -> None:
    auditor = signed_in(central, ROLES["audit"], now=NOW)
    assert words("en").get("patterns.no_quarter") in auditor.get("/patterns/dindaeng?lang=en").text


def test_every_pattern_has_its_words() -> None:
    for language in LANGUAGES:
        by_table = tables(language)
        assert by_table["pattern_seen"].keys() == {one.name for one in CATALOGUE}
        kinds = {one.kind for one in CATALOGUE}
        for table in ("pattern_kind", "pattern_innocent", "pattern_look_at"):
            assert by_table[table].keys() == kinds, (language, table)
        assert by_table["pattern_against"].keys() == {against.value for against in Against}


def test_days_are_put_together_by_counter_and_tickets_name_nobody_at_a_shared_one() -> None:
    lines = [
        LineRow(
            officer="101", day=MONDAY, counter="1", half="am", levels=5, counts=(1, 0, 0, 4, 5)
        ),
        LineRow(
            officer="101", day=MONDAY, counter="1", half="pm", levels=5, counts=(0, 0, 2, 0, 3)
        ),
        LineRow(
            officer="101", day=MONDAY, counter="2", half="pm", levels=5, counts=(0, 0, 0, 0, 1)
        ),
        LineRow(
            officer="102", day=MONDAY, counter="2", half="pm", levels=5, counts=(0, 0, 0, 1, 0)
        ),
    ]
    others = [
        OtherRow(officer="101", day=MONDAY, what=SIGN_ONS, n=3),
        OtherRow(officer="101", day=MONDAY, what="paused-minutes", n=40),
    ]
    days = officer_days(lines, others, {(MONDAY, "1"): 30, (MONDAY, "2"): 9})
    [mine], [other] = days["101"], days["102"]
    assert (mine.morning, mine.afternoon, mine.satisfied) == (10, 5, 12)
    assert (mine.counter, mine.tickets, mine.sign_ons, mine.paused) == ("1", 30, 3, 40)
    assert (other.counter, other.tickets) == ("2", 0)


def an_office() -> Office:
    """The first honest office of many officers in which nothing is seen."""
    random = Random(3)
    offices = (honest(random, Asking.ALWAYS, tickets=True) for _ in range(100))
    return next(o for o in offices if len(o.now) >= 8 and not look(o.now, o.past))


def test_who_has_always_served_twice_as_many_is_not_seen() -> None:
    office = an_office()
    [officer, *_] = office.now

    def doubled(day: OfficerDay) -> OfficerDay:
        return changed(
            day,
            morning=2 * day.morning,
            afternoon=2 * day.afternoon,
            satisfied_morning=2 * day.satisfied_morning,
            satisfied_afternoon=2 * day.satisfied_afternoon,
            tickets=2 * day.tickets,
            flagged=2 * day.flagged,
        )

    now, past = (
        {**days, officer: list(map(doubled, days[officer]))} for days in (office.now, office.past)
    )
    assert look(now, past) == ()


def test_a_season_that_changes_everybody_accuses_nobody() -> None:
    office = an_office()

    def busier(day: OfficerDay) -> OfficerDay:
        return changed(day, afternoon=2 * day.afternoon, satisfied_afternoon=2 * day.afternoon)

    now = {officer: list(map(busier, days)) for officer, days in office.now.items()}
    assert [one for one in look(now, office.past) if one.against is Against.PAST] == []


@pytest.mark.parametrize("cheat", [cheat for cheat, _ in CHEATS], ids=lambda cheat: cheat.__name__)
def test_a_cheat_changes_what_a_day_says_and_stays_possible(
    cheat: Callable[[Random, OfficerDay], OfficerDay],
) -> None:
    friday = OfficerDay(
        day=date(2026, 7, 3),
        counter="1",
        morning=20,
        afternoon=20,
        satisfied_morning=15,
        satisfied_afternoon=15,
        tickets=60,
        offered=60,
        sign_ons=1,
    )
    after = cheat(Random(1), friday)
    assert after != friday
    assert 0 <= after.satisfied <= after.n


def test_nobody_is_seen_in_a_few_weeks_without_a_past() -> None:
    office = an_office()
    few = {o: cheating(Random(1), friend_at_lunch, days[:12]) for o, days in office.now.items()}
    assert look(few, {}) == ()
    assert look({}, {}) == ()
    assert look({"101": []}, {"101": []}) == ()
