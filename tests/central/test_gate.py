"""What the gate lets through: thresholds, tables across blocks, spans, who differs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.rating import Channel, Half
from sync.central import period as periods
from sync.central.disclosure import Beside, Block, Counts, Scaled
from sync.central.papers import statistics
from sync.central.period import NoSuchPeriod, Period, parse
from sync.central.reports import chart, gate
from sync.central.reports.gate.cut_tables import reason_rows
from sync.central.reports.gate.figures import weeks_ended
from sync.central.sitesettings import SiteSettings
from sync.central.store.month_sums import Sum
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.rounds import freeze_rounds
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import CITY, PUBLIC, ROLES, NotYours, Viewer
from sync.messages import DayReport, LineCount, ReasonCount
from tests.support.builders import an_officer
from tests.support.central import enrolled, on_roster, put_on_roster
from tests.support.day_reports import sealed

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TOLD = date(2027, 1, 18)
"""When the tables of the quarter that TODAY is in are told."""
YEAR = periods.year_of(TODAY)
DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))


def report(central: Central, day: date, lines: Iterable[LineCount], *reasons: ReasonCount) -> None:
    known = find_terminal(central, "t1")
    if known is None:
        enrolled(central, "t1")
        known = find_terminal(central, "t1")
    assert known is not None
    lines = tuple(lines)
    on_roster(central, *(line.officer for line in lines))
    n: dict[str, int] = {}
    for line in lines:
        n[line.officer] = n.get(line.officer, 0) + sum(line.n)
    sheets = tuple(sealed(officer, count) for officer, count in n.items())
    made = DayReport(
        site="dindaeng",
        terminal="t1",
        date=day,
        revision=1,
        lines=lines,
        outcomes=(),
        reasons=tuple(reasons),
        sheets=sheets,
        orders=(),
        gaps=(),
    )
    take_day_report(central, known.terminal, made, made.to_bytes(), NOW)


def line(service: str, *counts: int, officer: str = "101") -> LineCount:
    return LineCount(
        officer=officer,
        service=service,
        counter="1",
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=counts,
    )


def test_a_span_that_no_block_closed_in_says_nothing(central: Central) -> None:
    report(central, date(2026, 11, 2), [line("a", 0, 0, 0, 10, 10)])
    publish_due(central, TODAY)
    for code, n in (
        ("fy2027", 20),
        ("2026-11", 20),
        ("2026-10", 0),
        ("fy2026", 0),
        ("fy2027-2", 0),
    ):
        assert gate.office(central, DIRECTOR, parse(code), TODAY).figure.result.n == n, code


def test_spans_of_one_kind_add_up_to_the_year(central: Central) -> None:
    for week in range(12):
        report(central, date(2026, 8, 31) + timedelta(weeks=week), [line("a", 1, 1, 3, 4, 5)])
    publish_due(central, TODAY)

    def n(*codes: str) -> int:
        shown = (gate.office(central, DIRECTOR, parse(c), TODAY).figure.result.n for c in codes)
        return sum(shown)

    assert n("fy2027") == n("fy2027-1", "fy2027-2") == n("2026-10", "2026-11", "2026-12")
    assert n("fy2027") == n("fy2027-q1", "fy2027-q2", "fy2027-q3", "fy2027-q4")
    assert n("fy2026", "fy2027") == 12 * 14
    trend = gate.office(central, DIRECTOR, parse("fy2027"), TODAY).trend
    assert [m.month for m in trend] == [date(2026, m, 1) for m in (9, 10, 11)]
    assert sum(m.figure.result.n for m in trend) == 12 * 14


def test_services_are_told_from_a_hundred_and_rounded(central: Central) -> None:
    report(central, date(2026, 11, 2), [line("a", 0, 0, 3, 60, 60), line("b", 2, 1, 1, 101, 77)])
    publish_due(central, TODAY)
    table = gate.cuts(central, DIRECTOR, YEAR, TOLD).tables["service"]
    assert [(row.what, row.n) for row in table] == [("a", 125), ("b", 180)]
    assert [(row.rate, row.bound) for row in table] == [(0.98, ""), (0.98, "")]


def test_a_small_service_hides_the_smallest_shown_one_with_it(central: Central) -> None:
    lines = [line("a", 0, 0, 9, 60, 60), line("b", 9, 9, 9, 90, 90), line("c", 0, 0, 1, 1, 1)]
    report(central, date(2026, 11, 2), lines)
    publish_due(central, TODAY)
    table = gate.cuts(central, DIRECTOR, YEAR, TOLD).tables["service"]
    assert [(row.what, row.n) for row in table] == [("a", None), ("b", 205), ("c", None)]


HALVES = ("am", "pm")
COUNTS = st.tuples(*[st.integers(0, 90)] * 5)


@given(st.dictionaries(st.sampled_from("abcdefgh"), COUNTS, min_size=1))
def test_what_a_table_withholds_is_nothing_or_a_hundred_and_more(
    services: dict[str, Counts],
) -> None:
    rows = gate.cut_rows([{w: {5: counts} for w, counts in services.items()}], 100)
    n = {what: sum(counts) for what, counts in services.items()}
    hidden = sum(n[row.what] for row in rows if row.n is None)
    shown = [row for row in rows if row.n is not None]
    assert hidden == 0 or hidden >= 100 or not shown
    for row in shown:
        assert row.n is not None
        assert row.rate is not None
        assert n[row.what] >= 100
        assert row.n % 5 == 0
        assert 0 < row.rate < 1


@given(st.dictionaries(st.sampled_from([f"{d}-{h}" for d in "12345" for h in HALVES]), COUNTS))
def test_what_a_table_of_weekdays_withholds_is_so_of_each_half_and_of_the_whole(
    half_days: dict[str, Counts],
) -> None:
    """Beside it stands a table of mornings and afternoons, from the same counts."""
    table = {what: {5: counts} for what, counts in half_days.items()}
    rows = gate.half_day_rows([table], 100)
    n = {what: sum(counts) for what, counts in half_days.items()}
    withheld = {row.what: n[row.what] for row in rows if row.n is None}
    for half in ("", *HALVES):
        hidden = sum(count for what, count in withheld.items() if what.endswith(half))
        whole = sum(count for what, count in n.items() if what.endswith(half))
        assert hidden == 0 or hidden >= 100 or (half and whole < 100) or not rows
    assert all(row.n is None or n[row.what] >= 100 for row in rows)


def test_half_days_are_told_by_weekday_and_sum_to_the_mornings(central: Central) -> None:
    for weekday, count in ((2, 130), (3, 160)):
        lines = [line("a", 10, 10, 10, 10, count)]
        report(central, date(2026, 11, weekday), lines)
    publish_due(central, TODAY)
    tables = gate.cuts(central, DIRECTOR, YEAR, TOLD).tables
    assert [(row.what, row.n) for row in tables["weekday"]] == [("1-am", 170), ("2-am", 200)]
    assert [(row.what, row.n) for row in tables["half"]] == [("am", 370)]


def test_a_quarters_tables_are_told_weeks_after_it_is_over_and_change_no_more(
    central: Central,
) -> None:
    def table(code: str, day: date) -> list[tuple[str, int | None]]:
        publish_due(central, day)
        rows = gate.cuts(central, DIRECTOR, parse(code), day).tables["service"]
        return [(row.what, row.n) for row in rows]

    report(central, date(2026, 11, 2), [line("a", 0, 0, 9, 60, 60)])
    assert table("fy2027", TODAY) == table("2026-11", TODAY) == []
    assert table("fy2027", TOLD - timedelta(days=1)) == []
    told = [("a", 130)]
    assert table("fy2027-q1", TOLD) == table("fy2027", TOLD) == told
    report(central, date(2026, 11, 3), [line("late", 0, 0, 9, 90, 90, officer="102")])
    assert table("fy2027-q1", TOLD + timedelta(days=1)) == told
    assert gate.office(central, DIRECTOR, YEAR, TOLD).figure.result.n == 129 + 189
    report(central, date(2027, 1, 18), [line("a", 0, 0, 4, 50, 50, officer="102")])
    publish_due(central, TOLD + timedelta(days=7))
    later = date(2027, 4, 19)
    assert table("fy2027-q1", later) == told
    assert table("fy2027-q2", later) == [("a", 105), ("late", 190)]
    assert table("fy2027", later) == [("a", 235), ("late", 190)]


def test_a_quarters_tables_and_reasons_stand_under_no_other_span(central: Central) -> None:
    report(central, date(2026, 11, 2), [line("a", 0, 0, 9, 60, 60)])
    publish_due(central, TODAY)
    view = gate.cuts(central, DIRECTOR, parse("2027-01"), TOLD)
    office = gate.office(central, DIRECTOR, parse("2027-01"), TOLD)
    assert (view.quarters, view.tables["service"], office.reasons) == (None, (), ())
    assert [row.service for row in statistics.rows("dindaeng", office, view)] == ["", ""]
    quarter = parse("fy2027-q1")
    assert view.elsewhere == office.elsewhere == quarter, "where they are is told"
    assert gate.cuts(central, DIRECTOR, parse("2026-11"), TOLD).elsewhere == quarter
    assert gate.cuts(central, DIRECTOR, quarter, TOLD).elsewhere is None


def test_open_data_say_of_which_weeks_each_row_is_and_how_it_is_rounded(central: Central) -> None:
    """Ratings of the same blocks have the same dates."""
    report(central, date(2026, 11, 2), [line("a", 0, 0, 9, 60, 60)])
    publish_due(central, TODAY)
    for code, over in (("fy2027-q1", "yes"), ("fy2027", "no")):
        period = parse(code)
        office = gate.office(central, DIRECTOR, period, TOLD)
        cuts = gate.cuts(central, DIRECTOR, period, TOLD)
        whole, service, _ = statistics.rows("dindaeng", office, cuts)
        assert (whole.first_day, whole.last_day) == ("2026-11-02", "2026-11-08")
        assert (service.first_day, service.last_day) == (whole.first_day, whole.last_day)
        assert (whole.n, whole.n_rounded_to) == (129, 1)
        assert (service.n, service.n_rounded_to) == (130, 5)
        assert whole.period_over == service.period_over == over
        assert ",93," in statistics.as_csv([service]).decode(), "no decimals that say nothing"


@pytest.mark.parametrize(
    ("month", "ended", "weeks"),
    [
        (date(2026, 7, 1), date(2026, 12, 6), 4),
        (date(2026, 8, 1), date(2026, 12, 6), 5),
        (date(2026, 11, 1), date(2026, 11, 22), 4),
        (date(2026, 11, 1), date(2026, 10, 25), 0),
    ],
)
def test_a_month_says_how_many_weeks_it_is_of(month: date, ended: date, weeks: int) -> None:
    assert weeks_ended(month, ended) == weeks


def test_a_quarter_in_which_no_row_is_told_names_none() -> None:
    assert gate.cut_rows([{"a": {5: (0, 0, 0, 0, 9)}, "b": {5: (0, 0, 0, 0, 1)}}], 100) == ()


def test_a_row_counts_the_quarters_in_which_it_is_told() -> None:
    """Adding those in which it is left out would tell it after all."""
    busy, quiet = {5: (0, 0, 50, 50, 50)}, {5: (0, 0, 0, 0, 60)}
    one, other = {"a": busy, "b": busy}, {"a": busy, "b": quiet, "c": quiet}
    assert [(r.what, r.n) for r in gate.cut_rows([one, other], 100)] == [
        ("a", 300),
        ("b", 150),
        ("c", None),
    ]


def test_reasons_are_told_office_wide_and_only_where_there_are_many(central: Central) -> None:
    report(central, date(2026, 11, 2), [line("a", 9, 0, 0, 0, 0)], ReasonCount("101", "wait", 9))
    publish_due(central, TODAY)
    assert gate.office(central, DIRECTOR, YEAR, TOLD).reasons == ()
    many = (ReasonCount("101", "wait", 93), ReasonCount("101", "unfair", 2))
    report(central, date(2026, 11, 3), [line("a", 90, 20, 20, 40, 20)], *many)
    publish_due(central, TODAY)
    shown = gate.office(central, DIRECTOR, YEAR, TOLD).reasons
    assert [(row.what, row.n, row.rate) for row in shown] == [("wait", 100, 1.0), ("unfair", 0, 0)]


def test_a_reasons_share_tells_no_more_than_its_rounded_number() -> None:
    """Each number within the same five gives the same picture."""
    pictures = {
        reason_rows(
            [{("reason", "wait"): {5: (98 + more, 0, 0, 0, 0)}, ("reason", "place"): {5: few}}],
            SiteSettings(),
        )
        for more in range(5)
        for few in ((2, 0, 0, 0, 0), (3, 0, 0, 0, 0))
    }
    assert len(pictures) == 1


@pytest.mark.parametrize("n", [*range(100, 112), 997, 1000, 1003])
def test_nearly_all_agreeing_in_a_table_is_said_as_a_bound_of_the_rounded_number(n: int) -> None:
    """Always true, and the same for 0, 1 and 2 who differ."""
    for few, levels in product((0, 1, 2), (0, 4)):
        counts: Counts = (few, 0, 0, 0, n - few) if levels else (n - few, 0, 0, 0, few)
        [row] = gate.cut_rows([{"a": {5: counts}}], 100)
        rounded = 5 * round(n / 5)
        assert row.per_cent is not None
        assert row.interval is None
        if levels == 4:
            assert (row.bound, row.per_cent) == ("at least", 100 * (rounded - 3) // rounded)
            assert row.per_cent <= 100 * (n - few) / n
        else:
            assert (row.bound, row.per_cent) == ("at most", -(-300 // rounded))
            assert row.per_cent >= 100 * few / n
    [row] = gate.cut_rows([{"a": {5: (0, 3, 0, 0, n - 3)}}], 100)
    assert row.bound == ("at least" if n > 600 else ""), "never rounded to all"


CLOSED = parse("fy2026-2")
AFTER = date(2026, 10, 19)
"""The day from which that round is compared."""


JUNE = Block(
    number=1, first_day=date(2026, 6, 1), last_day=date(2026, 6, 28), counts=(0, 0, 0, 0, 10)
)


def a_round(central: Central, *, worst: int, since: date = date(2026, 5, 4)) -> None:
    """Fourteen officers with twelve blocks of forty on one service; the last of them has so many
    dissatisfied in each, the others six."""
    put_on_roster(central, tuple(an_officer(f"{101 + i}", "ก") for i in range(14)))
    with central.store.transaction(central.site) as t:
        for i in range(14):
            poor = worst if i == 13 else 6 + (i % 3 - 1)
            for week in range(12):
                counts: Counts = (poor, 0, 0, 0, 40 - poor)
                first = since + timedelta(weeks=week)
                last = first + timedelta(days=6)
                block = Block(number=week + 1, first_day=first, last_day=last, counts=counts)
                whose = Scaled(f"{101 + i}", 5)
                t.blocks.publish(whose, [block], AFTER)
                t.blocks.freeze_cuts(whose, block, {("service", "a"): counts})


def compared(central: Central, officer: str, period: Period, today: date) -> gate.Comparison:
    return gate.officer(central, DIRECTOR, officer, period, today, NOW).comparison


def test_an_officer_differs_only_beyond_chance_and_in_a_closed_round(central: Central) -> None:
    a_round(central, worst=16)
    for day in (AFTER - timedelta(days=1), AFTER):
        with central.store.transaction(central.site) as t:
            freeze_rounds(t, day)
        running = day < AFTER
        low = compared(central, "114", CLOSED, day)
        assert low.outcome == ("running" if running else "below")
        assert (low.finding is None) is running
        assert low.from_day == (AFTER if running else None)
    usual = compared(central, "101", CLOSED, AFTER)
    assert usual.outcome == "within"
    assert low.finding is not None
    shape = chart.standing(low.finding)
    assert (shape.rate, shape.expected) == (60, 85)
    assert shape.rate < shape.low < shape.expected < shape.high
    assert low.made == AFTER


@pytest.mark.parametrize("code", ["fy2026", "fy2026-q4", "2026-07", "fy2027-1"])
def test_no_other_span_is_compared_however_bad_it_looks(central: Central, code: str) -> None:
    a_round(central, worst=30)
    with central.store.transaction(central.site) as t:
        freeze_rounds(t, AFTER)
    other = compared(central, "114", parse(code), AFTER)
    assert other.finding is None
    assert other.outcome == ("running" if code == "fy2027-1" else "span")
    assert other.closed == CLOSED


def test_what_was_worked_out_once_stays_whatever_comes_later(central: Central) -> None:
    a_round(central, worst=16)
    with central.store.transaction(central.site) as t:
        freeze_rounds(t, AFTER)
    before = compared(central, "114", CLOSED, AFTER)
    late = Block(
        number=13, first_day=date(2026, 9, 21), last_day=date(2026, 9, 27), counts=(0, 0, 0, 0, 900)
    )
    with central.store.transaction(central.site) as t:
        t.blocks.publish(Scaled("114", 5), [late], AFTER)
        freeze_rounds(t, AFTER + timedelta(days=70))
    assert compared(central, "114", CLOSED, AFTER + timedelta(days=70)) == before


def test_a_list_of_people_shows_adjusted_values_in_a_closed_round_alone(central: Central) -> None:
    a_round(central, worst=16)
    with central.store.transaction(central.site) as t:
        freeze_rounds(t, AFTER)
    for code in ("fy2026", "2026-07", "fy2027-1", CLOSED.code):
        view = gate.section(central, DIRECTOR, "", parse(code), AFTER, NOW)
        adjusted = [row.adjusted_rate for row in view.officers]
        assert view.is_compared is (code == CLOSED.code)
        assert view.is_compared or set(adjusted) == {None}
    low = view.officers[-1]
    assert low.adjusted_rate is not None
    assert low.figure.result.per_cent == 60
    assert 60 <= low.adjusted_rate <= 85


def test_nobody_is_compared_where_few_do_the_same_or_have_enough(central: Central) -> None:
    a_round(central, worst=30)
    put_on_roster(central, (an_officer("201", "ข"), an_officer("202", "ค")))
    alone = Block(
        number=1, first_day=date(2026, 6, 1), last_day=date(2026, 6, 28), counts=(90, 0, 0, 0, 90)
    )
    few = Block(
        number=1, first_day=date(2026, 6, 1), last_day=date(2026, 6, 28), counts=(40, 0, 0, 0, 40)
    )
    with central.store.transaction(central.site) as t:
        for officer, block, service in (("201", alone, "own"), ("202", few, "a")):
            t.blocks.publish(Scaled(officer, 5), [block], AFTER)
            t.blocks.freeze_cuts(Scaled(officer, 5), block, {("service", service): block.counts})
        freeze_rounds(t, AFTER)
    assert compared(central, "201", CLOSED, AFTER).outcome == "alone"
    assert compared(central, "202", CLOSED, AFTER).outcome == "few"


def test_nobody_without_the_role_is_answered_by_the_gate_itself(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "ก", section="ฝ่ายทะเบียน"),))
    nobody = Viewer(account="x", name="x", site="dindaeng", roles=frozenset())
    elsewhere = replace(DIRECTOR, site="elsewhere")
    for viewer in (nobody, elsewhere, replace(DIRECTOR, roles=frozenset({ROLES["it"]}))):
        with pytest.raises(NotYours):
            gate.office(central, viewer, YEAR, TODAY)
        with pytest.raises(NotYours):
            gate.section(central, viewer, "ฝ่ายทะเบียน", YEAR, TODAY, NOW)
        with pytest.raises(NotYours):
            gate.officer(central, viewer, "101", YEAR, TODAY, NOW)
        with pytest.raises(NotYours):
            gate.cuts(central, viewer, YEAR, TODAY)
    for viewer in (
        DIRECTOR,
        PUBLIC,
        Viewer(account="i", name="i", site=CITY, roles=frozenset({ROLES["it"]})),
    ):
        with pytest.raises(NotYours):
            gate.city(central, viewer, YEAR, TODAY)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("fy2027", date(2026, 10, 1), date(2027, 9, 30)),
        ("fy2027-1", date(2026, 10, 1), date(2027, 3, 31)),
        ("fy2028-1", date(2027, 10, 1), date(2028, 3, 31)),
        ("fy2027-2", date(2027, 4, 1), date(2027, 9, 30)),
        ("fy2027-q1", date(2026, 10, 1), date(2026, 12, 31)),
        ("fy2028-q2", date(2028, 1, 1), date(2028, 3, 31)),
        ("fy2027-q4", date(2027, 7, 1), date(2027, 9, 30)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_spans_have_the_days_of_the_thai_fiscal_year(code: str, first: date, last: date) -> None:
    assert (parse(code).first_day, parse(code).last_day) == (first, last)
    assert periods.before(parse(code)).last_day == first - timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("fy2027", date(2026, 7, 1), date(2027, 6, 30)),
        ("fy2027-1", date(2026, 7, 1), date(2026, 12, 31)),
        ("fy2027-2", date(2027, 1, 1), date(2027, 6, 30)),
        ("fy2027-q3", date(2027, 1, 1), date(2027, 3, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_spans_follow_the_month_in_which_an_offices_year_begins(
    code: str, first: date, last: date
) -> None:
    span = parse(code, 7)
    assert (span.first_day, span.last_day, span.fiscal_year) == (first, last, 2027)
    assert periods.before(span).last_day == first - timedelta(days=1)
    assert periods.before(span).starts == 7
    assert parse("fy2027", 1).first_day == date(2027, 1, 1)
    assert parse("fy2027-2", 1).last_day == date(2027, 12, 31)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 12))
def test_every_day_lies_in_exactly_its_year_and_round(day: date, starts: int) -> None:
    found = periods.round_of(day, starts)
    assert found.first_day <= day <= found.last_day
    year = periods.year_of(day, starts)
    assert year.first_day <= found.first_day
    assert found.last_day <= year.last_day
    assert year.first_day.month == starts
    spans = periods.choices(day, starts)
    assert spans[0] == year
    assert all(span.first_day <= day for span in spans)


@pytest.mark.parametrize(
    "code",
    ["", "2570", "fy0000", "fy2027-3", "fy2027-q5", "2026-13", "0001-01", "fy9999", "x" * 99],
)
def test_another_span_is_refused_by_name(code: str) -> None:
    with pytest.raises(NoSuchPeriod, match="period_form"):
        parse(code)


def test_a_trend_leaves_months_without_a_figure_open() -> None:
    def shown(month: int, n: int) -> gate.MonthFigure:
        counts = (0, 0, n // 4, n // 4, n // 2)
        sums = (
            [
                Sum(
                    levels=5,
                    counts=counts,
                    beside=Beside(),
                    blocks=1,
                    first_day=date(2026, month, 2),
                    last_day=date(2026, month, 8),
                )
            ]
            if n
            else []
        )
        return gate.MonthFigure(date(2026, month, 1), gate.figure(sums, SiteSettings(), 1.0), 4)

    shape = chart.trend([shown(1, 40), shown(2, 0), shown(5, 40), shown(6, 40)])
    assert shape.band is None
    whole = shown(1, 400).figure.result
    assert whole.interval
    banded = chart.trend([shown(1, 40), shown(2, 40)], whole)
    assert whole.ends
    assert banded.band == tuple(banded.y(end) for end in whole.ends), "as it is shown"
    assert [round(m.x) for m in shape.marks] == [8, 75, 92]
    assert [month.month for _, month in shape.gaps] == [2, 3, 4]
    assert [len(line.split()) for line in shape.lines] == [2], "no line crosses a gap"


def test_an_axis_shows_whole_tens_around_the_figures_and_never_fewer_than_twenty_points() -> None:
    def figure(satisfied: int, n: int) -> gate.CutRow:
        return gate.CutRow(what="a", n=n, rate=satisfied / n)

    narrow = chart.axis([figure(3850, 5000)])
    assert (narrow.low, narrow.high) == (70, 90)
    assert narrow.ticks == (90, 85, 80, 75, 70)
    assert (chart.axis([figure(3850, 5000)], 95).high, chart.axis([]).low) == (100, 0)
    wide = chart.axis([figure(40, 100), figure(90, 100)])
    assert (wide.low, wide.high, wide.place(wide.low), wide.height(wide.high)) == (30, 100, 0, 0)
    bound = gate.CutRow(what="b", n=100, rate=0.97, bound="at least")
    shape = chart.bar(bound, chart.axis([bound]))
    assert shape.rate is None, "nobody knows where it lies"
    assert (chart.drawn_ends(bound), shape.high) == ((97.0, 100.0), 100)


def test_a_small_chart_joins_months_in_a_row_and_has_no_point_for_a_bound() -> None:
    def rates(*per_cent: float | None) -> list[gate.MonthRate]:
        return [gate.MonthRate(date(2026, m, 1), x) for m, x in enumerate(per_cent, 1)]

    axis = chart.Axis(50, 100)
    shape = chart.spark(rates(75, None, 80, 85), rates(75, 75, 75, 75), axis)
    assert shape.dots == ((12.5, 50.0),)
    assert shape.lines == ("62.5,40.0 87.5,30.0",)
    assert shape.last == (87.5, 30.0)
    assert shape.first_month
    assert shape.first_month.per_cent == 75
    assert chart.spark(rates(None), rates(75), axis).last is None


def test_a_cuts_interval_tells_no_more_than_its_rounded_numbers() -> None:
    """Two different tables that are shown alike have the same interval."""
    near = [gate.cut_rows([{"a": {5: (0, 0, 30, 40, n)}}], 100)[0] for n in (33, 34)]
    assert [(row.n, row.rate) for row in near] == [(105, 0.71), (105, 0.71)]
    assert near[0].interval == near[1].interval is not None
    assert gate.cut_rows([{"a": {5: (0, 0, 0, 0, 200)}}], 100)[0].interval is None
