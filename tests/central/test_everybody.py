"""What everybody reads of a small office: nothing of one officer alone, or of two, whatever is
added or subtracted; its own people read all that closed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from sync.central.disclosure import public_days, public_week_ends
from sync.central.language import tables
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.reports.gate.effects import effect_of, effects, usual_of, year_to
from sync.central.reports.gate.everybody import BySection, ForEverybody, parts_of
from sync.central.reports.gate.figures import last_week_end, month_of
from sync.central.reports.gate.nameless import nameless_sections
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import PUBLIC, ROLES, Viewer
from sync.central.web.app import create_app
from sync.messages import ReasonCount
from tests.support.builders import an_officer
from tests.support.central import (
    DIRECTOR,
    NOON,
    enrolled,
    made_central,
    put_on_roster,
    signed_in,
    take,
)
from tests.support.databases import new_central_store
from tests.support.day_reports import day_report

TODAY = date(2026, 11, 23)
OWN, OTHER = "ฝ่ายทะเบียน", "ฝ่ายรายได้"
RATED = {
    date(2026, 8, 3): ("101", "102", "103"),
    date(2026, 9, 7): ("101",),
    date(2026, 10, 5): ("102", "103"),
    date(2026, 11, 2): ("101", "102", "103"),
    date(2026, 11, 9): ("101", "102", "103"),
}
"""Who had twenty ratings, by the week's Monday."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    folder: Path = tmp_path_factory.mktemp("small")
    central = made_central(new_central_store(folder / "central.db"), folder)
    sections = {"101": OWN, "102": OWN, "103": OTHER}
    put_on_roster(central, (an_officer(id_, id_, section=of) for id_, of in sections.items()))
    for monday, officers in RATED.items():
        for officer in officers:
            terminal = f"t-{officer}-{monday:%m%d}"
            enrolled(central, terminal)
            take(central, day_report(1, monday, terminal, (0, 3, 3, 4, 10), officer))
    publish_due(central, TODAY)
    yield central
    central.store.close()


def stranger(office: Central, today: date) -> TestClient:
    now = datetime.combine(today, time(5), UTC)
    return TestClient(create_app(office, lambda: now), follow_redirects=False)


def read_by_everybody(office: Central, *codes: str, today: date = TODAY) -> dict[str, int | None]:
    address = f"/data/dindaeng/statistics.json?period={','.join(codes)}"
    rows = stranger(office, today).get(address).json()["rows"]
    return {row["period"]: row["n"] for row in rows if (row["channel"], row["service"]) == TOTAL}


TOTAL = ("counter", "")


def test_a_month_of_one_officer_is_read_with_the_next_ones(office: Central) -> None:
    codes = ("2026-08", "2026-09", "2026-10", "fy2026-q4", "fy2027-q1", "fy2026", "fy2027")
    assert read_by_everybody(office, *codes) == {
        "2026-08": 60,
        "2026-09": None,
        "2026-10": 60,
        "fy2026-q4": 60,
        "fy2027-q1": 120,
        "fy2026": 60,
        "fy2027": 120,
    }
    why = tables("en")["public"]["hidden_why"]
    hidden, shown = (
        stranger(office, TODAY).get(f"/public/dindaeng?lang=en&period={code}").text
        for code in ("2026-09", "2026-10")
    )
    assert why in hidden
    assert why not in shown
    trend = gate.office(office, PUBLIC, parse("fy2027"), TODAY).trend
    assert {month.month.month: month.figure.result.n for month in trend} == {8: 60, 10: 60, 11: 60}
    of_month = gate.office(office, PUBLIC, parse("2026-10"), TODAY)
    assert [one.figure.result.n for one in of_month.earlier] == [0, 0]
    assert of_month.figure.blocks == 3


def test_the_house_reads_every_month(office: Central) -> None:
    months = {"2026-08": 60, "2026-09": 20, "2026-10": 40, "2026-11": 120}
    for code, n in months.items():
        assert gate.office(office, DIRECTOR, parse(code), TODAY).figure.result.n == n
    reader = signed_in(office, ROLES["officer"], officer="101", now=datetime.now(UTC))
    assert reader.get("/report/dindaeng?period=2026-09").status_code == 200


@pytest.mark.parametrize("code", ["fy2026", "fy2026-q4", "fy2025", "2026-09"])
@pytest.mark.parametrize("viewer", [PUBLIC, DIRECTOR], ids=["everybody", "the house"])
def test_office_and_tables_read_at_once_say_what_they_say_apart(
    office: Central, viewer: Viewer, code: str
) -> None:
    span = parse(code)
    apart = gate.office(office, viewer, span, TODAY), gate.cuts(office, viewer, span, TODAY)
    assert gate.office_and_cuts(office, viewer, span, TODAY) == apart
    with_sections = gate.office(office, viewer, span, TODAY, sections_seen=NOON)
    at_once, _ = gate.office_and_cuts(office, viewer, span, TODAY, sections_seen=NOON)
    assert at_once == with_sections


def test_a_week_is_read_by_everybody_once_it_is_over_for_two_weeks(office: Central) -> None:
    """Terminals that come online late change nothing that somebody could have written down."""
    for sunday, before, after in ((date(2026, 11, 8), 0, 60), (date(2026, 11, 15), 60, 120)):
        due = sunday + timedelta(days=15)
        assert read_by_everybody(office, "2026-11", today=due)["2026-11"] == after
        day_before = due - timedelta(days=1)
        assert (read_by_everybody(office, "2026-11", today=day_before)["2026-11"] or 0) == before


def test_a_paper_that_leaves_the_house_subtracts_from_nothing_that_everybody_reads(
    office: Central,
) -> None:
    """The round's sections are of the blocks that everybody reads, and the month of one officer is
    in the next round."""
    now = datetime.combine(TODAY, time(5), UTC)
    draft = signed_in(office, ROLES["director"], now=now).get("/ita/dindaeng?round=fy2027-1").text
    assert "๑๒๐" in draft, "as everybody reads it"
    assert "๑๖๐" not in draft, "as the house reads it"
    later = date(2027, 5, 3)
    for code, n in (("fy2026-2", 60), ("fy2027-1", 180)):
        period = parse(code)
        assert gate.office(office, PUBLIC, period, later).figure.result.n == n
        assert gate.sections_for_papers(office, DIRECTOR, period, later) == {}


def test_every_span_is_what_its_public_days_have_from_wherever_weeks_are_read(
    office: Central,
) -> None:
    months = [date(2026, month, 1) for month in range(6, 12)]
    with office.store.read(office.site) as t:
        ends = public_week_ends(t.blocks.week_ends(date.min), last_week_end(TODAY))
        for since, (start, end) in product(months, combinations_with_replacement(months, 2)):
            if start < since:
                continue
            span = start, month_of(end)[1]
            days = public_days(ends, *span)
            of_days = t.blocks.by_section_of_days(*days) if days else {}
            everybody = ForEverybody(t, effects(t, [(since, span[1])], TODAY))
            assert everybody.sums(*span) == of_days
            year = year_to(min(span[1], TODAY)), month_of(min(span[1], TODAY))[1]
            days = public_days(ends, *year)
            of_year = t.blocks.by_section_of_days(*days) if days else {}
            usual = usual_of(parts_of(of_year.values()))
            assert everybody.usual(span[1]) == usual
            assert everybody.effect(span) == effect_of(parts_of(of_days.values()), usual)
        everybody = ForEverybody(t, effects(t, [month_of(months[3])], TODAY))
        with pytest.raises(ValueError, match="knows from"):
            everybody.sums(*month_of(date(2025, 6, 1)))


def test_no_interval_tells_everybody_of_weeks_in_which_one_officer_worked(tmp_path: Path) -> None:
    """Two offices differ in the scores of such weeks alone. In both everybody reads the same."""
    spans = ("fy2026", "fy2026-2", "fy2026-q3", "2026-05", "2026-06")
    pages = [f"/data/dindaeng/statistics.csv?period={','.join(spans)}"]
    pages += [f"/public/dindaeng?lang=en&period={span}" for span in spans]
    read = []
    for name, scores in (("good", (0, 0, 0, 0, 40)), ("bad", (40, 0, 0, 0, 0))):
        office = _with_weeks_of_one(tmp_path / name, scores)
        for weeks in range(8, 15):
            day = FIRST_MONDAY + timedelta(weeks=weeks)
            browser = stranger(office, day)
            read.append((name, [browser.get(page).text for page in pages]))
        office.store.close()
    good, bad = ([texts for whose, texts in read if whose == name] for name in ("good", "bad"))
    assert good == bad
    assert ",443,1,81,77,85," in good[-1][0], "an interval is there"


FIRST_MONDAY = date(2026, 4, 6)
THREE = ("101", "102", "103")


def _of_three(folder: Path) -> Central:
    """An office of three officers, each with a terminal."""
    folder.mkdir()
    office = made_central(new_central_store(folder / "central.db"), folder)
    put_on_roster(office, (an_officer(id_, id_, section=OWN) for id_ in THREE))
    for officer in THREE:
        enrolled(office, f"t-{officer}")
    return office


def _with_weeks_of_one(folder: Path, scores: tuple[int, ...]) -> Central:
    """Six weeks of three officers, then two with these scores of one."""
    office = _of_three(folder)
    for week, officer in product(range(8), THREE):
        usual = (0, 0, 3 + (week + int(officer)) % 4, 0, 20)
        if week < 6 or officer == "101":
            monday = FIRST_MONDAY + timedelta(weeks=week)
            counts = usual if week < 6 else scores
            take(office, day_report(1, monday, f"t-{officer}", counts, officer))
    return office


def test_everybody_reads_no_tables_of_a_quarter_of_which_blocks_wait_for_others(
    tmp_path: Path,
) -> None:
    office = _with_a_waiting_week(tmp_path / "office")
    today = date(2027, 2, 1)
    spans = ("fy2026-q3", "fy2026-q4", "fy2027-q1", "fy2026-2", "fy2026")
    has_tables = {}
    for span in spans:
        whole = gate.office(office, PUBLIC, parse(span), today)
        cuts = gate.cuts(office, PUBLIC, parse(span), today)
        assert bool(whole.reasons) == bool(cuts.tables["service"])
        assert cuts.elsewhere is None
        has_tables[span] = bool(cuts.tables["service"])
        assert gate.cuts(office, DIRECTOR, parse(span), today).tables["service"], span
    assert has_tables == dict.fromkeys(spans, False) | {"fy2026-q3": True}
    rows = stranger(office, today).get(f"/data/dindaeng/statistics.json?period={','.join(spans)}")
    of_services = {row["period"] for row in rows.json()["rows"] if row["service"]}
    assert of_services == {"fy2026-q3"}
    office.store.close()


def _with_a_waiting_week(folder: Path) -> Central:
    """Three quarters of three officers; in the last week of the second one of them worked."""
    office = _of_three(folder)
    mondays = [date(2026, 5, 4), date(2026, 8, 3), date(2026, 9, 21), date(2026, 11, 2)]
    for monday in mondays:
        for officer in THREE[:1] if monday.month == 9 else THREE:
            report = day_report(1, monday, f"t-{officer}", (9, 9, 20, 30, 40), officer)
            take(office, replace(report, reasons=(ReasonCount(officer, "wait", 40),)))
        publish_due(office, monday + timedelta(weeks=1))
    return office


def test_a_month_whose_last_week_waits_for_the_next_month_is_read_by_everybody(
    tmp_path: Path,
) -> None:
    """In August three officers, then one alone; those of October make that week public."""
    office = _of_three(tmp_path / "office")
    rated = {date(2026, month, day): [*THREE] for month, day in ((7, 6), (8, 3), (10, 5))}
    rated[date(2026, 8, 17)] = ["101"]
    for monday, officers in rated.items():
        for officer in officers:
            take(office, day_report(1, monday, f"t-{officer}", (0, 3, 3, 4, 10), officer))
    publish_due(office, TODAY)
    for code, n in {"2026-08": 60, "2026-10": 80, "2026-11": None, "fy2027-q1": 80}.items():
        assert read_by_everybody(office, code) == {code: n}
        assert stranger(office, TODAY).get(f"/public/dindaeng?period={code}").status_code == 200
    office.store.close()


def test_no_section_on_a_paper_leaves_one_officer_of_a_month_that_everybody_reads(
    tmp_path: Path,
) -> None:
    """In October all officers of a section have results, and one of another, whose others have some
    in November alone."""
    office = made_central(new_central_store(tmp_path / "central.db"), tmp_path)
    sections = {"101": OWN, "102": OWN, "103": OWN, "201": OTHER, "202": OTHER, "203": OTHER}
    put_on_roster(office, (an_officer(id_, id_, section=of) for id_, of in sections.items()))
    rated = {date(2026, 10, 5): [*sections][:4], date(2026, 11, 2): [*sections][3:]}
    later = date(2027, 5, 3)

    def shown() -> set[str]:
        for monday, officers in rated.items():
            for officer in officers:
                terminal = f"t-{officer}-{monday:%m%d}"
                enrolled(office, terminal)
                take(office, day_report(1, monday, terminal, (0, 3, 3, 4, 10), officer))
        publish_due(office, TODAY)
        return {*gate.sections_for_papers(office, DIRECTOR, parse("fy2027-1"), later)}

    assert shown() == set(), "October less the section is one officer's result"
    assert read_by_everybody(office, "2026-10", today=later) == {"2026-10": 80}
    rated = {date(2026, 11, 9): [*sections]}
    assert shown() == {OWN, OTHER}, "what is of October alone is nowhere told"
    office.store.close()


def test_sections_stand_on_a_paper_where_no_sum_with_weeks_is_of_one_officer_or_two() -> None:
    """The smallest are left out first, as long as the equations can be solved for so few."""
    random = Random(7)
    some_left_out = 0
    for _ in range(200):
        runs = [_run(random) for _ in range(random.randint(1, 3))]
        rated: dict[str, set[str]] = {}
        for name, by_officer in (part for run in runs for part in run.items()):
            rated.setdefault(name, set()).update(by_officer)
        shown = sorted(rated, key=lambda name: (len(rated[name]), name))
        while shown and _tells_of_two(runs, shown):
            shown = shown[1:]
        assert nameless_sections(runs) == tuple(shown)
        some_left_out += 0 < len(shown) < len(rated)
    assert some_left_out > 10


def _run(random: Random) -> BySection:
    """Weeks of three officers or more in three sections; some are of two in turn."""
    while True:
        whose = {
            name: [one for one in officers if random.random() < 0.7]
            for name, officers in (("a", "12345"), ("b", "4567"), ("c", "789"))
        }
        if len(set().union(*whose.values())) >= 3:
            return {name: {one: [] for one in whose[name]} for name in whose if whose[name]}


def _tells_of_two(runs: Sequence[BySection], shown: Sequence[str]) -> bool:
    """Whether some sum of weeks and shown sections is of ratings of one officer or two alone: then
    what is told of the others is less than what is told of all (Rouché and Capelli)."""
    parts = [(week, name) for week, run in enumerate(runs) for name in run]
    told = [[int(key in part) for part in parts] for key in (*range(len(runs)), *shown)]
    officers = sorted({one for run in runs for of in run.values() for one in of})
    for two in combinations(officers, 2):
        others = [
            i for i, (week, name) in enumerate(parts) if not runs[week][name].keys() <= {*two}
        ]
        if _rank([[row[i] for i in others] for row in told]) < _rank(told):
            return True
    return False


def _rank(rows: list[list[int]]) -> int:
    """By Gauss, in fractions."""
    left = [[Fraction(cell) for cell in row] for row in rows]
    rank = 0
    for column in range(len(rows[0])):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [
            [cell - row[column] / pivot[column] * own for cell, own in zip(row, pivot, strict=True)]
            for row in left
        ]
        rank += 1
    return rank


def test_a_reason_of_a_longer_span_narrows_no_number_of_its_quarters(tmp_path: Path) -> None:
    """Twice seven are fourteen, which is about fifteen: then no quarter had five, as it is told."""
    office = _of_three(tmp_path / "office")
    for monday, officer in product((date(2026, 5, 4), date(2026, 8, 3)), THREE):
        report = day_report(1, monday, f"t-{officer}", (30, 20, 9, 9, 20), officer)
        seven = ReasonCount(officer, "unfair", 7 if officer == "101" else 0)
        take(office, replace(report, reasons=(ReasonCount(officer, "wait", 40), seven)))
        publish_due(office, monday + timedelta(weeks=1))
    told = {
        code: {row.what: row.n for row in gate.office(office, PUBLIC, parse(code), TODAY).reasons}
        for code in ("fy2026-q3", "fy2026-q4", "fy2026-2", "fy2026")
    }
    assert told["fy2026-q3"]["unfair"] == told["fy2026-q4"]["unfair"] == 5
    assert told["fy2026-2"]["unfair"] == told["fy2026"]["unfair"] == 10
    assert told["fy2026"]["wait"] == 240
    office.store.close()
