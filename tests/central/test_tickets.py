"""More ratings than tickets: told by day and counter, not by how many."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from typer.testing import CliRunner

from sync.central.cli import app
from sync.central.disclosure import publication_day, quarter_of
from sync.central.language import in_english
from sync.central.period import year_of
from sync.central.reports import gate
from sync.central.reports.gate.figures import coverage
from sync.central.store.tickets import QuarterTickets, Ticket
from sync.central.ticketcsv import BadTickets, parse
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminals import read_fleet
from sync.central.usecases.tickets import import_tickets
from sync.central.viewer import PUBLIC, ROLES, Viewer
from tests.support.central import enrolled, take
from tests.support.day_reports import DAY, day_report

DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))


def test_a_counter_with_more_ratings_than_its_tickets_explain_is_named(central: Central) -> None:
    """A quarter more and five besides: families."""
    enrolled(central)
    take(central, day_report(counts=(0, 0, 0, 0, 15)))
    import_tickets(central, [Ticket(DAY, "1", 8)])
    assert read_fleet(central, DAY).over_tickets == []
    import_tickets(central, [Ticket(DAY, "1", 7)])
    assert read_fleet(central, DAY).over_tickets == [(DAY, "1")]


def test_days_with_more_ratings_than_tickets_stand_beside_the_score(central: Central) -> None:
    enrolled(central)
    take(central, day_report(counts=(0, 0, 0, 0, 15)))
    import_tickets(central, [Ticket(DAY, "1", 7)])
    later = DAY + timedelta(days=7)
    assert _gaps(central, DIRECTOR, DAY) == {}, "the week is not over"
    assert _gaps(central, DIRECTOR, later) == {"over-tickets": 1}
    assert _gaps(central, PUBLIC, later) == {}


def test_a_day_over_its_tickets_is_told_once_all_its_ratings_stand_in_blocks(
    central: Central,
) -> None:
    """Nine ratings are not published. That there are so many is not told either, beside the score
    of the office or of a colleague."""
    enrolled(central, "t-101")
    enrolled(central, "t-102")
    take(central, day_report(1, DAY, "t-102", (0, 0, 0, 0, 11), "102"))
    import_tickets(central, [Ticket(DAY, "1", 5)])
    today = DAY + timedelta(days=7)
    assert _gaps(central, DIRECTOR, today) == {}
    assert _over(central, today) == 0
    take(central, day_report(1, DAY, "t-101", (0, 0, 0, 0, 9), "101"))
    assert _gaps(central, DIRECTOR, today) == {}
    assert _over(central, today) == 0
    take(central, day_report(1, today, "t-101", (0, 0, 0, 0, 1), "101"))
    today += timedelta(days=7)
    assert _gaps(central, DIRECTOR, today) == {"over-tickets": 1}
    assert _over(central, today) == 1


def _over(central: Central, today: date) -> int:
    """Beside the score of officer 102."""
    now = datetime.combine(today, time(5), UTC)
    view = gate.officer(central, DIRECTOR, "102", year_of(today), today, now)
    return view.missing.around[gate.OVER_TICKETS]


def _gaps(central: Central, viewer: Viewer, today: date) -> dict[str, int]:
    publish_due(central, today)
    return dict(gate.office(central, viewer, year_of(today), today).gaps)


def test_tickets_and_ratings_are_of_the_same_counters_and_days_and_are_told_once(
    central: Central,
) -> None:
    for counter, terminal in (("1", "counter-1"), ("2", "counter-2")):
        enrolled(central, terminal, counter)
        for day in (DAY, DAY + timedelta(days=7)):
            report = day_report(1, day, terminal, (0, 0, 0, 100, 295), f"10{counter}")
            [line] = report.lines
            line = structs.replace(line, counter=counter)
            take(central, structs.replace(report, lines=(line,)))
    dark = DAY + timedelta(days=1)
    import_tickets(
        central,
        [
            Ticket(DAY, "1", 700),
            Ticket(dark, "1", 301),  # the machine was dark: nobody could rate
            Ticket(DAY - timedelta(days=1), "1", 5_000),  # there was none yet
            Ticket(DAY, "3", 5_000),  # it has none
        ],
    )
    told = publication_day(DAY) + timedelta(days=1)
    assert _coverage(central, told - timedelta(days=1)) is None, "not before the quarter's tables"
    publish_due(central, told)
    shown = _coverage(central, told)
    assert shown == gate.Coverage(
        per_cent=39, exceeds=False, first=date(2026, 10, 1), last=date(2026, 12, 31)
    ), "395 of 1,001: 39.46 %, and no rating of counter 2, which has no queue"
    import_tickets(central, [Ticket(DAY, "1", 7)])
    publish_due(central, told + timedelta(days=7))
    assert _coverage(central, told + timedelta(days=7)) == shown, "published once"


def _coverage(central: Central, today: date) -> gate.Coverage | None:
    return gate.office(central, DIRECTOR, year_of(DAY), today).coverage


def test_more_ratings_than_tickets_are_said_and_fewer_than_a_thousand_are_not_told() -> None:
    def quarter(month: int, rated: int, served: int) -> QuarterTickets:
        first, last = quarter_of(date(2026, month, 1))
        return QuarterTickets(first=first, last=last, rated=rated, served=served)

    over = coverage([quarter(1, 1080, 1000)])
    assert over is not None
    assert (over.per_cent, over.exceeds) == (108, True)
    assert coverage([quarter(1, 390, 999)]) is None
    assert coverage([]) is None
    gap = coverage([quarter(1, 0, 9999), quarter(7, 500, 1000), quarter(10, 300, 1000)])
    assert gap == gate.Coverage(
        per_cent=40, exceeds=False, first=date(2026, 7, 1), last=date(2026, 12, 31)
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1"),
        ("date,counter\n", "line 1"),
        ("date,counter,tickets\n2026-02-30,1,5\n", "line 2"),
        ("date,counter,tickets\n2026-11-23,1,-5\n", "line 2: tickets"),
        ("date,counter,tickets\n2026-11-23,1,5\n2026-11-23,1,6\n", "line 3: 2026-11-23 1 appears"),
        ("date,counter,tickets\n2026-11-23,=1+1,5\n", "line 2"),
        ("date,counter,tickets\n11/12/2569,1,5\n", "line 2: date: '11/12/2569' is 2026-12-11"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(text: str, problem: str) -> None:
    with pytest.raises(BadTickets) as told:
        parse(text.encode(), date(2026, 11, 30))
    assert any(in_english(line).startswith(problem) for line in told.value.problems)


def test_the_command_imports_or_says_why_not(tmp_path: Path) -> None:
    run = CliRunner()
    run.invoke(app, ["--data", str(tmp_path / "c"), "init"])
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes("\ufeffdate,counter,tickets\n2024-11-04,1,5\n".encode())
    bad.write_bytes(b"\xff\xfe\x00")
    base = ["--data", str(tmp_path / "c"), "tickets", "import"]
    assert (
        "Imported 1 counter-day, from 2024-11-04 to 2024-11-04."
        in run.invoke(app, [*base, str(good)]).output
    )
    refused = run.invoke(app, [*base, str(bad)])
    assert refused.exit_code == 2
    assert "nothing was imported" in refused.output
