"""Where questions are offered: the denominator, from a terminal's counts to what is shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.domain.rating import Channel, Half, Outcome
from sync.central import period as periods
from sync.central.disclosure import Beside, DayCount, next_blocks
from sync.central.papers import figures
from sync.central.reports import daytally, gate
from sync.central.usecases.audit import read_tally
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import PUBLIC, ROLES, Viewer
from sync.messages import DayReport, LineCount, OutcomeCount
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
        gaps=(),
    )
    take_day_report(central, known.terminal, made, made.to_bytes(), NOW)


def test_the_response_is_the_answered_share_of_all_services_that_ended(central: Central) -> None:
    take(central, MONDAY, 30, offered=45, answered=30, skipped=5, not_offered=15, unasked=2)
    publish_due(central, TODAY)
    shown = gate.office(central, PUBLIC, YEAR, TODAY).figure
    assert shown.beside == Beside(
        suppressed=0, flagged=0, offered=45, answered=30, skipped=5, not_offered=15, unasked=2
    )
    assert (shown.beside.served, shown.beside.lapsed, shown.response) == (60, 10, 0.5)


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
    assert gate.office(central, PUBLIC, YEAR, TODAY).figure.response == 0.5


def test_services_of_days_before_the_first_rating_count_too(central: Central) -> None:
    take(central, MONDAY, 0, offered=10)
    take(central, MONDAY + timedelta(days=8), 10, offered=10, answered=10)
    publish_due(central, TODAY)
    assert gate.office(central, PUBLIC, YEAR, TODAY).figure.response == 0.5


def test_a_response_of_a_few_or_of_a_counter_without_a_queue_is_not_known(central: Central) -> None:
    take(central, MONDAY, 30, offered=9, answered=9, suppressed=3)
    publish_due(central, TODAY)
    figure = gate.office(central, PUBLIC, YEAR, TODAY).figure
    assert figure.response is None
    assert figures.beside(figure) == ["กดซ้ำหรือส่งมาช้าที่ไม่นับคะแนน ๓ ครั้ง"]


@pytest.mark.parametrize(("not_offered", "may"), [(0, True), (290, True), (900, False)])
def test_an_officers_own_response_decides_whether_the_result_may_enter_an_appraisal(
    central: Central, not_offered: int, may: bool
) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    for week in range(3):
        take(central, MONDAY + timedelta(weeks=week), 50, offered=60, answered=50)
    take(central, MONDAY + timedelta(days=1), 0, not_offered=not_offered)
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    assert view.figure.response == round(150 / (180 + not_offered), 2)
    assert view.may_enter_appraisal is may


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
    figure = gate.office(central, PUBLIC, YEAR, TODAY).figure
    assert figures.beside(figure) == [
        "กดโดยไม่ได้เชิญให้ประเมิน (ไม่นับคะแนน) ๒ ครั้ง",
        "ตอบแบบประเมิน ๓๐ จาก ๖๐ ครั้งที่ให้บริการ (ร้อยละ ๕๐): ขอไม่ประเมิน ๕ ไม่ตอบ ๑๐ ไม่ได้เชิญให้ประเมิน ๑๕",
    ]


def test_a_few_offers_decide_nothing_about_hundreds_of_ratings(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง", id="101"),))
    take(central, MONDAY, 400, offered=12, answered=12)
    publish_due(central, TODAY)
    view = gate.officer(central, DIRECTOR, "101", YEAR, TODAY, NOW)
    assert (view.figure.response, view.figure.deciding_response) == (1.0, None)
    assert not view.may_enter_appraisal
