"""Touch and panel, offered and open, best and worst face first: told apart where they differ."""

from datetime import date, timedelta
from html import unescape

import pytest

from kiosk.domain.rating import Channel, Half, Outcome
from kiosk.domain.scale import FaceOrder
from sync.central.language import LANGUAGES, words
from sync.central.papers import figures
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.reports.gate.cut_tables import CutRow
from sync.central.reports.gate.ways import differing
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES
from sync.messages import Answer, DayReport, LineCount, OutcomeCount
from tests.support.central import DIRECTOR, NOON, enrolled, signed_in, take
from tests.support.day_reports import sealed

MONDAY = date(2026, 7, 6)
QUARTER = parse("fy2026-q4")
TODAY = date(2026, 11, 23)
GOOD, BAD = (2, 3, 5, 30, 60), (15, 15, 20, 30, 20)


def report(
    central: Central, week: int, officer: str, channel: Channel, counts: tuple[int, ...]
) -> None:
    """A day of one officer: on a panel after offers, best face first; else the other of all."""
    by_panel = channel is Channel.PANEL
    line = LineCount(
        officer=officer,
        service="general",
        counter="1",
        half=Half.MORNING,
        channel=channel,
        n=counts,
    )
    n = sum(counts)
    offers = (Outcome.OFFERED, Outcome.ANSWERED) if by_panel else ()
    made = DayReport(
        site=central.site,
        terminal=f"t-{officer}",
        date=MONDAY + timedelta(weeks=week),
        revision=1,
        lines=(line,),
        outcomes=tuple(OutcomeCount(officer, outcome, n) for outcome in offers),
        reasons=(),
        sheets=(sealed(officer, n),),
        orders=(FaceOrder.BEST_FIRST if by_panel else FaceOrder.WORST_FIRST,),
        gaps=(),
    )
    assert take(central, made) is Answer.STORED


def served(central: Central, touched: tuple[int, ...]) -> None:
    for officer, channel, counts in (
        ("101", Channel.PANEL, GOOD),
        ("102", Channel.TOUCH, touched),
    ):
        enrolled(central, f"t-{officer}")
        for week in range(4):
            report(central, week, officer, channel, counts)
    publish_due(central, MONDAY + timedelta(weeks=5))


def test_ways_that_differ_are_told_on_pages_and_papers(central: Central) -> None:
    served(central, BAD)
    office = gate.office(central, DIRECTOR, QUARTER, TODAY)
    pairs = [(one.first, one.second, one.first_rate, one.second_rate) for one in office.differences]
    assert pairs == [
        ("touch", "panel", 0.5, 0.9),
        ("offered", "open", 0.9, 0.5),
        ("best-first", "worst-first", 0.9, 0.5),
    ]
    assert gate.cuts(central, DIRECTOR, QUARTER, TODAY).differences == office.differences
    [touch, *_] = figures.differences(office.differences)
    assert "หน้าจอสัมผัส ร้อยละ ๕๐ แผงปุ่มกด ร้อยละ ๙๐" in touch
    reader = signed_in(central, ROLES["director"], now=NOON)
    for language in LANGUAGES:
        way = words(language).get
        for page in ("report", "services"):
            address = f"/{page}/dindaeng?period={QUARTER.code}&lang={language}"
            text = unescape(reader.get(address).text)
            assert way("way.open") in text, (page, language)


def test_of_ways_that_do_not_differ_nothing_is_said(central: Central) -> None:
    served(central, GOOD)
    assert gate.office(central, DIRECTOR, QUARTER, TODAY).differences == ()


def row(what: str, n: int, rate: float) -> CutRow:
    return CutRow(what=what, n=n, rate=rate)


@pytest.mark.parametrize(
    ("n", "touch", "panel", "deff", "differ"),
    [
        (1_000, 0.85, 0.79, 1.0, True),
        (1_000, 0.85, 0.79, 2.0, False),
        (100_000, 0.85, 0.81, 1.0, False),
        (100, 0.85, 0.70, 1.0, False),
    ],
    ids=["sure and enough", "clustered", "of no use to anybody", "too few"],
)
def test_what_is_said_is_beyond_chance_and_of_use(
    n: int, touch: float, panel: float, deff: float, *, differ: bool
) -> None:
    rows = {one.what: one for one in (row("touch", n, touch), row("panel", n, panel))}
    assert bool(differing(rows, deff)) is differ


def test_a_row_that_is_withheld_or_alone_is_compared_with_nothing() -> None:
    hidden = CutRow(what="panel", n=None, rate=None)
    assert differing({"touch": row("touch", 1_000, 0.9), "panel": hidden}, 1.0) == ()
    assert differing({"touch": row("touch", 1_000, 0.9)}, 1.0) == ()
