"""Where questions are offered: the denominator, from a terminal's counts to what is shown."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.rating import Channel, Half, Outcome
from sync.central import period as periods
from sync.central.appraising import Condition, Rule, State
from sync.central.conditionwords import condition_words
from sync.central.disclosure import Beside, DayCount, next_blocks
from sync.central.measures import OfServed, Response, Served, of_served
from sync.central.papers import appraisal, figures, statistics
from sync.central.reports import daytally, gate
from sync.central.usecases.audit import read_tally
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.usecases.tickets import Ticket, import_tickets
from sync.central.viewer import PUBLIC, ROLES, Viewer
from sync.messages import SIGN_ONS, DayReport, GapCount, LineCount, OutcomeCount
from tests.support.builders import an_officer
from tests.support.central import enrolled, on_roster, put_on_roster, signed_in
from tests.support.day_reports import sealed

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MONDAY = date(2026, 11, 2)
YEAR = periods.year_of(TODAY)
DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))


def take(central: Central, day: date, rated: int, **outcomes: int) -> None:
    """A day of officer 101: so many ratings, and so often each outcome."""
    known = find_terminal(central, "t1")
    if known is None:
        enrolled(central, "t1")
        known = find_terminal(central, "t1")
    assert known is not None
    counts = (0, 0, 1, 1, rated - 2) if rated else ()
    line = LineCount(
        officer="101",
        service="general",
        counter="1",
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=counts,
    )
    told = tuple(
        OutcomeCount("101", Outcome(name.replace("_", "-")), n) for name, n in outcomes.items()
    )
    on_roster(central, "101")
    sheets = (sealed("101", rated),)
    made = DayReport(
        site="dindaeng",
        terminal="t1",
        date=day,
        revision=1,
        lines=(line,) if rated else (),
        outcomes=told,
        reasons=(),
        sheets=sheets,
        orders=(),
        gaps=(GapCount("101", SIGN_ONS, 9),),
    )
    take_day_report(central, known.terminal, made, made.to_bytes(), NOW)


def response_of(central: Central) -> int | None:
    """Of the whole office, in per cent."""
    response = gate.office(central, DIRECTOR, YEAR, TODAY).figure.response
    return response.per_cent if response else None


def test_the_response_is_the_answered_share_of_all_services_that_ended(central: Central) -> None:
    take(central, MONDAY, 30, offered=45, answered=30, skipped=5, not_offered=15, unasked=2)
    publish_due(central, TODAY)
    shown = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert shown.beside == Beside(
        suppressed=0, flagged=0, offered=45, answered=30, skipped=5, not_offered=15, unasked=2
    )
    assert (shown.beside.served, shown.beside.lapsed) == (60, 10)
    assert shown.response == Response(answered=30, served=60, ratings=30)


def test_a_panels_test_stands_with_the_gaps_and_a_way_through_reasons_in_the_tally(
    central: Central,
) -> None:
    take(central, MONDAY, 30, tested=3, led=4)
    publish_due(central, TODAY)
    shown = gate.office(central, DIRECTOR, YEAR, TODAY)
    assert shown.gaps == {"tested": 3}, "a count of reasons would tell of low scores"
    assert shown.figure.beside == Beside()
    raw, _ = read_tally(central, MONDAY, "audit", NOW)
    assert [(row.led, row.suppressed) for row in daytally.rows(raw)] == [(4, 0)]
    office, audit = (signed_in(central, ROLES[role], now=NOW) for role in ("director", "audit"))
    for code, tested, led in (
        ("en", "Presses that tested the panel", "question for reasons, not scored 4"),
        ("th", "กดเพื่อทดสอบแผงปุ่มกด", "กดปุ่มเพื่อเลือกเหตุผล ไม่นับคะแนน ๔"),
    ):
        assert tested in office.get(f"/report/dindaeng?lang={code}").text
        assert led in audit.get(f"/tally/dindaeng?date={MONDAY}&lang={code}").text


def test_a_day_on_which_nobody_answered_counts_in_the_denominator(central: Central) -> None:
    take(central, MONDAY, 20, offered=20, answered=20)
    take(central, MONDAY + timedelta(days=1), 0, offered=15, not_offered=5)
    publish_due(central, TODAY)
    assert response_of(central) == 50


def test_services_of_days_before_the_first_rating_count_too(central: Central) -> None:
    take(central, MONDAY, 0, offered=10)
    take(central, MONDAY + timedelta(days=8), 10, offered=10, answered=10)
    publish_due(central, TODAY)
    assert response_of(central) == 50


def condition(view: gate.OfficerView, rule: Rule) -> Condition:
    return next(one for one in view.appraisal.conditions if one.rule is rule)


def test_a_response_of_a_few_or_of_a_counter_without_a_queue_is_not_known(central: Central) -> None:
    take(central, MONDAY, 30, offered=9, answered=9, suppressed=3)
    publish_due(central, TODAY)
    figure = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert figure.response is None
    assert figures.beside(figure) == ["การกดซ้ำหรือข้อมูลที่ส่งล่าช้า (ไม่นับคะแนน) ๓ ครั้ง"]


@pytest.mark.parametrize(("not_offered", "may"), [(0, True), (120, True), (121, False)])
def test_an_officers_own_response_decides_whether_the_result_may_enter_an_appraisal(
    central: Central, not_offered: int, may: bool
) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    for week in range(3):
        take(central, MONDAY + timedelta(weeks=week), 50, offered=60, answered=50)
    take(central, MONDAY + timedelta(days=1), 0, not_offered=not_offered)
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    assert view.figure.response == Response(answered=150, served=180 + not_offered, ratings=150)
    assert condition(view, Rule.RESPONSE).state == (State.MET if may else State.UNMET)


def test_offers_stand_with_the_block_that_has_their_ratings_and_are_told_once() -> None:
    days = [DayCount(MONDAY, (0, 0, 0, 0, 12), Beside(offered=20, answered=12))]
    first = next_blocks([], days, TODAY)
    more = [*days, DayCount(MONDAY + timedelta(days=7), (0, 0, 0, 0, 10), Beside(offered=3))]
    second = next_blocks(first, more, TODAY)
    assert [b.beside for b in (*first, *second)] == [
        Beside(offered=20, answered=12),
        Beside(offered=3),
    ]


def test_the_papers_say_it_in_words(central: Central) -> None:
    take(central, MONDAY, 30, offered=45, answered=30, skipped=5, not_offered=15, unasked=2)
    publish_due(central, TODAY)
    figure = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert figures.beside(figure) == [
        "กดโดยไม่ได้เชิญให้ประเมิน (ไม่นับคะแนน) ๒ ครั้ง",
        "ตอบแบบประเมิน ๓๐ ครั้ง จากการให้บริการ ๖๐ ครั้ง (ร้อยละ ๕๐): "
        "ไม่ประสงค์ประเมิน ๕ ไม่ตอบ ๑๐ ไม่ได้เชิญให้ประเมิน ๑๕",
    ]


def test_a_few_offers_decide_nothing_about_hundreds_of_ratings(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    take(central, MONDAY, 400, offered=12, answered=12)
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    assert view.figure.response == Response(answered=12, served=12, ratings=400)
    assert condition(view, Rule.RATINGS).value == 10
    assert view.appraisal.verdict == "not"
    remarks = figures.beside(view.figure)
    part = "อัตราการตอบครอบคลุมการประเมินที่มาจากการเชิญ ๑๒ ครั้ง จากทั้งหมด ๔๐๐ ครั้ง"
    assert remarks[-1] == part
    assert remarks[-1] in dict(appraisal._rules(view)).values()


def test_a_response_of_half_the_ratings_is_told_for_these_and_counts(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    take(central, MONDAY, 190, offered=100, answered=61)
    take(central, MONDAY + timedelta(days=1), 200, offered=100, answered=61)
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    assert view.figure.response == Response(answered=122, served=200, ratings=390)
    assert condition(view, Rule.RESPONSE).state is State.MET
    assert condition(view, Rule.RATINGS).value == 120
    assert view.appraisal.verdict == "talk"


def test_no_ticket_of_the_office_admits_a_person(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    take(central, MONDAY, 400)
    import_tickets(central, [Ticket(MONDAY, "1", 400)])
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    response = condition(view, Rule.RESPONSE)
    assert response.state is State.UNKNOWN
    assert (condition_words("th", response), "ไม่ทราบ") in appraisal._rules(view)


@pytest.mark.parametrize(
    ("answered", "served", "threshold", "reaches"),
    [(39, 200, 20, False), (40, 200, 20, True), (29, 100, 29, True), (57, 100, 57, True)],
)
def test_a_threshold_is_reached_in_whole_numbers(
    answered: int, served: int, threshold: int, reaches: bool
) -> None:
    """19.5 % is not 20, and 0.29 times a hundred is not less than 29."""
    response = Response(answered=answered, served=served, ratings=answered)
    assert response.reaches(threshold) is reaches
    assert (response.per_cent >= threshold) is reaches, "what is shown says the same"


def test_more_answers_than_services_are_said_and_never_capped(central: Central) -> None:
    take(central, MONDAY, 30, offered=20, answered=30)
    publish_due(central, TODAY)
    figure = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert (figure.response, figure.answers_exceed) == (None, True)
    assert figures.beside(figure) == ["จำนวนคำตอบมากกว่าจำนวนครั้งที่ให้บริการ จึงไม่แสดงอัตราการตอบ"]


@pytest.mark.parametrize(
    ("answered", "told", "where"), [(89, None, " where the question is offered"), (90, 50, "")]
)
def test_of_100_served_says_where_when_many_rated_without_an_offer(
    central: Central, answered: int, told: int | None, where: str
) -> None:
    """Where nobody was asked, nobody knows how many did not rate."""
    take(central, MONDAY, 100, offered=2 * answered, answered=answered)
    publish_due(central, TODAY)
    office = gate.office(central, DIRECTOR, YEAR, TODAY)
    assert office.figure.response is not None
    assert office.figure.response.per_cent == 50
    counters, *_ = statistics.rows("dindaeng", office, gate.cuts(central, PUBLIC, YEAR, TODAY))
    assert counters.not_rated_of_100 == told
    [said] = figures.of_100_not(office.figure)
    assert ("ช่องที่มีการเชิญ" in said) is bool(where)
    page = signed_in(central, ROLES["director"], now=NOW).get("/report/dindaeng?lang=en").text
    assert f"Of 100 served{where}, 50 did not rate" in page


def test_of_100_served_says_what_became_of_each(central: Central) -> None:
    take(central, MONDAY, 30, offered=45, answered=30, skipped=5, not_offered=15)
    publish_due(central, TODAY)
    figure = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert figure.of_served == OfServed(
        satisfied=45, not_satisfied=5, declined=8, left=17, never_asked=25, bound="at least"
    )
    page = signed_in(central, ROLES["director"], now=NOW).get("/report/dindaeng?lang=en").text
    legend, *_ = re.findall(r'<ul class="legend">.*?</ul>', page, re.S)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", legend)).strip()
    assert words == (
        "satisfied at least 45 not satisfied at most 5 declined to rate 8 "
        "gave no answer 17 were not asked 25"
    )


_counts = st.integers(0, 400)


@given(st.integers(10, 400), st.integers(0, 400), _counts, _counts, _counts)
def test_the_parts_of_100_served_are_true_sum_up_and_hide_who_differs(
    n: int, satisfied: int, declined: int, left: int, never_asked: int
) -> None:
    satisfied = min(satisfied, n)
    served = Served(answered=n, declined=declined, left=left, never_asked=never_asked)
    parts = of_served(n, satisfied, served)
    assert parts is not None
    numbers = (parts.satisfied, parts.not_satisfied, parts.declined, parts.left, parts.never_asked)
    assert sum(numbers) == 100
    assert min(numbers) >= 0
    if not parts.bound:
        rate = Response(answered=n, served=served.total, ratings=n)
        assert sum(numbers[:2]) == rate.per_cent, "the two stand beside one another"
    assert (
        all(
            count or not part
            for part, count in zip(numbers[2:], (declined, left, never_asked), strict=True)
        )
        or parts.bound
    )
    true = [100 * k / served.total for k in (satisfied, n - satisfied)]
    apart = min(satisfied, n - satisfied)
    assert bool(parts.bound) == (apart < 3)
    if parts.bound == "at least":
        assert parts.satisfied <= true[0] + 1e-9
        assert parts.not_satisfied >= true[1] - 1e-9
    elif parts.bound == "at most":
        assert parts.satisfied >= true[0] - 1e-9
        assert parts.not_satisfied <= true[1] + 1e-9
    for told, count in zip(numbers[2:], (declined, left, never_asked), strict=True):
        assert abs(told - 100 * count / served.total) < 2
    if apart < 3:
        few = satisfied == apart
        same = {of_served(n, k if few else n - k, served) for k in range(3)}
        assert same == {parts}, "0, 1 and 2 who differ look the same"


def test_who_was_served_is_not_known_of_ratings_without_an_offer() -> None:
    served = Served(answered=89, declined=0, left=50, never_asked=0)
    assert of_served(100, 50, served) is None
    assert of_served(98, 50, served) is not None
