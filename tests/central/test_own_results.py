"""An officer's own last round, from published blocks to a terminal's file, over real HTTP."""

import dataclasses
from datetime import date

import pytest
from msgspec.structs import replace

from kiosk.store.verify import Verified, verify
from sync.central import period as periods
from sync.central.reports import gate
from sync.central.reports.gate.own_results import last_closed_round
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.people import retire_officer
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES, Viewer
from sync.messages import OwnResult, OwnResults
from sync.protocol import BadMessage
from tests.support.builders import PRASIT, SOMYING
from tests.support.central import NOON, put_on_roster, received
from tests.support.central_server import Kept, Server

TODAY = date(2026, 11, 23)
ROUND = periods.parse("fy2026-2")


@pytest.fixture(autouse=True)
def ratings(server: Server) -> None:
    """Of 101 in the round that is over, of 102 in the one that goes on."""
    put_on_roster(server.central, (SOMYING, PRASIT))
    received(server.central, "101", 1, 2, 5, 40, 60, day=date(2026, 7, 6))
    received(server.central, "102", 0, 0, 9, 40, 60, day=date(2026, 11, 2))
    publish_due(server.central, TODAY)


def read(server: Server, settings: SiteSettings = SiteSettings()) -> OwnResults:  # noqa: B008
    with server.central.store.read("dindaeng") as t:
        return gate.own_results(t, settings, TODAY)


def test_it_is_the_figure_of_the_report_and_nothing_of_the_round_that_goes_on(
    server: Server,
) -> None:
    results = read(server)
    assert (results.first_day, results.last_day) == (ROUND.first_day, ROUND.last_day)
    director = Viewer(account="d", name="", site="dindaeng", roles=frozenset({ROLES["director"]}))
    page = gate.officer(server.central, director, "101", ROUND, TODAY, NOON).figure.result
    [first, second] = sorted(results.results, key=lambda result: result.officer)
    ends = page.ends
    assert ends is not None
    assert (first.n, first.bound, first.places) == (page.n, "", page.places)
    assert (first.rate, first.low, first.high) == tuple(
        round(value * 10) for value in (page.per_cent or 0, *ends)
    )
    assert (second.officer, second.n, second.bound) == ("102", 0, "hidden")
    assert OwnResults.parse(results.to_bytes()) == results


def test_a_terminal_has_it_after_a_sync_until_the_officer_leaves_the_roster(
    kept: Kept, server: Server
) -> None:
    kept.sync()
    own = kept.terminal.own_result(SOMYING.id)
    assert own is not None
    assert (own.first_day, own.n) == (ROUND.first_day, 108)
    assert isinstance(verify(kept.store), Verified)
    kept.terminal.retire("102")
    assert kept.terminal.own_result(PRASIT.id) is None
    retire_officer(server.central, "101")
    kept.sync()
    assert kept.terminal.own_result(SOMYING.id) is None


def test_a_terminal_that_goes_to_another_office_forgets_it(kept: Kept) -> None:
    kept.sync()
    with kept.store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    assert enrolment is not None
    kept.terminal.join(dataclasses.replace(enrolment, site="bangrak"))
    assert kept.terminal.own_result(SOMYING.id) is None


def test_an_office_that_does_not_show_it_sends_nobodys(server: Server) -> None:
    assert read(server, SiteSettings(own_result_at_terminal=False)).results == ()


def test_a_round_is_closed_once_its_last_week_is_over() -> None:
    """30 September 2026 is a Wednesday: its week ends in the next round."""
    assert last_closed_round(date(2026, 9, 30), 10).code == "fy2026-1"
    assert last_closed_round(date(2026, 10, 1), 10).code == "fy2026-1"
    assert last_closed_round(date(2026, 10, 5), 10).code == "fy2026-2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"bound": "at least", "rate": 970},
        {"bound": "hidden", "low": 0, "high": 0},
        {"low": 950},
        {"rate": 1001},
        {"bound": "perhaps"},
    ],
)
def test_a_result_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    sound = OwnResult(
        officer="101",
        n=412,
        bound="",
        rate=913,
        low=883,
        high=936,
        places=1,
        response=61,
        weeks_objected=0,
    )
    whole = OwnResults(first_day=ROUND.first_day, last_day=ROUND.last_day, results=(sound,))
    assert OwnResults.parse(whole.to_bytes()) == whole
    broken = replace(whole, results=(replace(sound, **wrong),))
    with pytest.raises(BadMessage):
        OwnResults.parse(broken.to_bytes())
