"""One refused request never stops the line: whatever is refused or gets lost is named, a day report
is parked, and everything else arrives."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.encounter import Record
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery
from kiosk.store.verify import Verified, Wrong, verify
from sync import enrolling, exchange, parking
from sync.central.logbook import Kind as Log
from sync.central.usecases.terminals import read_fleet
from sync.central.viewer import ROLES
from sync.client import Unreachable
from sync.closing import close_days
from sync.messages import DayReport, ErrorLine, HeldWhy
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, sign_answer
from tests.support.builders import PEPPER, SOMYING, TODAY, rating
from tests.support.central import DIRECTOR, logged, signed_in
from tests.support.central_server import Kept, Server
from tests.support.network import Witnessed
from tests.support.two_people import confirm_generation

A_YEAR_ON = date(2027, 11, 29)
DAY = f"days/{TODAY}"
ASKED_OF_HEADS = {"pins", "photos", "photos/101", "recordings", "own-results"}
EVERYTHING = {"hello", "roster", "days", "logs", "heads", DAY, *ASKED_OF_HEADS}


class Obstacle(httpx.BaseTransport):
    """A network on which one request is refused by central, or by something on the way, or gets
    lost."""

    def __init__(self, server: Server, name: str, how: str) -> None:
        self._real, self._server, self._name, self._how = httpx.HTTPTransport(), server, name, how
        self.answered: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.split("/terminals/counter-1/")[1]
        if name != self._name:
            answer = self._real.handle_request(request)
            answer.read()
            if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
                self.answered.add(name)
            return answer
        if self._how == "lost":
            raise httpx.ReadError("the line broke")
        body = ErrorLine("not this one").to_bytes()
        nonce = request.headers.get(NONCE_HEADER, "")
        signature = sign_answer(self._server.central.key, 400, request.url.path, nonce, body)
        headers = {SIGNATURE_HEADER: signature} if self._how == "by central" else {}
        return httpx.Response(400, headers=headers, content=body)

    def close(self) -> None:
        self._real.close()


def sync(kept: Kept, voice: Path, transport: httpx.BaseTransport | None = None) -> exchange.Synced:
    return exchange.sync(
        kept.store, kept.clock, kept.key, pepper=PEPPER, transport=transport, recordings=voice
    )


REFUSED = [("by central", name) for name in sorted(EVERYTHING - {"hello"})]
REFUSED += [("on the way", "roster"), ("on the way", DAY), ("lost", "photos")]


def test_whatever_is_refused_everything_else_arrives(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    for again, (how, name) in enumerate(REFUSED):
        with server.central.store.transaction("dindaeng") as t:
            t.photos.put("101", b"\xff\xd8\xff" + bytes([again]) * 99)
            t.people.put([replace(SOMYING, position=f"ตำแหน่ง {again}")])
        kept.rate(5)
        kept.close()
        network = Obstacle(server, name, how)
        done = sync(kept, tmp_path, network)
        lost = {name} | (ASKED_OF_HEADS if name == "heads" else set())
        lost |= {"photos/101"} if name == "photos" else set()
        assert network.answered - {"outbox"} == EVERYTHING - lost
        named = done.parked if (name, how) == (DAY, "by central") else done.refused + done.left
        assert len(named) == 1, (name, done)
        assert bool(done.left) == (how != "by central"), "those go again the same evening"
    done = sync(kept, tmp_path)
    assert (done.refused, done.left) == ((), ())
    assert Delivery.DUE not in kept.states()
    assert isinstance(verify(kept.store), Verified)


def test_two_requests_in_a_row_without_an_answer_end_the_run(kept: Kept) -> None:
    class Cut(httpx.BaseTransport):
        """The line is cut after the first answers."""

        def __init__(self) -> None:
            self._real, self.tried = httpx.HTTPTransport(), 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if "hello" in request.url.path:
                return self._real.handle_request(request)
            self.tried += 1
            raise httpx.ConnectError("no route")

        def close(self) -> None:
            self._real.close()

    for day in range(8):
        kept.terminal.carry_out([Record(rating(5, day=TODAY - timedelta(days=day)))])
    kept.close()
    network = Cut()
    with pytest.raises(Unreachable):
        exchange.sync(kept.store, kept.clock, kept.key, transport=network)
    assert network.tried <= 6


# --- a clock that was ahead ----------------------------------------------------------------------


def closed_ahead(kept: Kept) -> None:
    """A morning with the clock a year ahead: three ratings, and the day was closed before anybody
    saw it."""
    right = kept.clock.wall
    kept.clock.set_wall(right.replace(year=2027, month=11, day=29))
    for _ in range(3):
        kept.terminal.carry_out([Record(rating(5, day=A_YEAR_ON))])
    close_days(kept.store, kept.clock, today=True)
    kept.clock.set_wall(right)


def test_a_clock_a_year_ahead_closes_no_day_of_a_future_in_which_nothing_happened(
    kept: Kept,
) -> None:
    kept.terminal.note(Kind.STARTED)
    kept.sync()
    closed_ahead(kept)
    with kept.store.read() as snapshot:
        assert snapshot.outbox.days() == (TODAY, A_YEAR_ON), "and no dark day between them"


def test_a_day_ahead_is_parked_by_name_everything_else_goes_on_and_central_shows_it(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    closed_ahead(kept)
    kept.rate(4)
    kept.close()
    done = sync(kept, tmp_path)
    assert (done.sent, done.left, done.refused) == (1, (), ())
    assert done.parked == (
        "2027-11-29 revision 1: this day has not come yet: central's clock shows 2026-11-24",
    )
    assert done.roster_changed
    assert sync(kept, tmp_path).parked == (), "said once, then shown by `kiosk outbox`"
    status = kept.terminal.status()
    assert (status.due, status.parked) == (0, 1)
    page = signed_in(server.central, ROLES["it"], now=server.now)
    for lang, words in (("th", "นาฬิกาของเครื่องเดินล่วงหน้า"), ("en", "clock was ahead")):
        shown = page.get(f"/fleet/dindaeng?lang={lang}").text
        assert words in shown
        assert "kiosk outbox" in shown


def test_central_asked_closes_nothing_later_than_its_own_clock(kept: Kept) -> None:
    right = kept.clock.wall
    kept.clock.set_wall(right.replace(year=2027, month=11, day=29))
    kept.terminal.carry_out([Record(rating(5, day=A_YEAR_ON))])
    closed: list[date | None] = []

    def close(day: date | None) -> None:
        closed.append(day)
        close_days(kept.store, kept.clock, today=True, central=day)

    done = exchange.sync(kept.store, kept.clock, kept.key, close=close)
    assert (closed, done.sent, done.parked) == ([date(2026, 11, 24)], 0, ())
    assert kept.states() == []
    assert kept.terminal.status().days == 1, "the rating waits for its day"


def test_what_was_ahead_goes_out_once_its_day_has_come(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    closed_ahead(kept)
    sync(kept, tmp_path)
    kept.clock.set_wall(kept.clock.wall.replace(year=2027, month=11, day=30))
    server.now = server.now.replace(year=2027, month=11, day=29)
    close_days(kept.store, kept.clock, today=False, central=date(2027, 11, 30))
    done = sync(kept, tmp_path)
    assert done.sent >= 1
    with server.central.store.read("dindaeng") as t:
        report = t.days.report("counter-1", A_YEAR_ON)
    assert report is not None
    assert sum(sum(line.n) for line in DayReport.parse(report.body).lines) == 3
    assert kept.terminal.status().parked == 0
    assert isinstance(verify(kept.store), Verified)


# --- a person settles ----------------------------------------------------------------------------


def test_a_dropped_report_is_told_to_central_with_its_reason_and_may_go_after_all(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    closed_ahead(kept)
    sync(kept, tmp_path)
    now = kept.clock.now()
    parking.drop(kept.store, now, A_YEAR_ON, None, "three test presses")
    sync(kept, tmp_path)
    sync(kept, tmp_path)
    fleet = read_fleet(server.central, TODAY)
    assert [(alarm.kind, alarm.detail) for alarm in fleet.alarms] == [
        ("day-dropped", "2027-11-29 revision 1: three test presses")
    ]
    assert [report.why for _, report in fleet.held] == [HeldWhy.DROPPED]
    assert "three test presses" in "".join(note.what for note in logged(server.central, Log.CHANGE))
    assert isinstance(verify(kept.store), Verified)
    parking.send_again(kept.store, now, A_YEAR_ON, 1)
    assert kept.states() == [Delivery.DUE]
    assert isinstance(verify(kept.store), Verified)
    with pytest.raises(parking.NoSuchReport, match="no such report is parked"):
        parking.drop(kept.store, now, A_YEAR_ON, None, "it is due")


@pytest.mark.parametrize("state", ["parked", "dropped"])
def test_a_report_that_somebody_holds_back_by_hand_in_the_file_is_found(
    kept: Kept, state: str
) -> None:
    kept.rate(1)
    kept.close()
    with kept.store.transaction() as t:
        t.cursor().execute("UPDATE outbox SET state = ?, why = 'dropped'", (state,))
    wrong = verify(kept.store)
    assert isinstance(wrong, Wrong)
    assert f"is {state}, which neither its receipt nor the journal bears out" in wrong.what


# --- another enrolment ---------------------------------------------------------------------------


def test_a_month_offline_and_enrolled_anew_every_day_arrives_under_the_new_id(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    days = [TODAY - timedelta(days=back) for back in range(0, 30, 5)]
    for day in days:
        kept.terminal.carry_out([Record(rating(5, day=day))])
    kept.close()
    kept.key = Ed25519PrivateKey.generate()
    kept.terminal.join(enrolling.enrol(server.url, server.code(), kept.key))
    assert confirm_generation(server.central, DIRECTOR, "counter-1.g2", server.now)

    def close(day: date | None) -> None:
        close_days(kept.store, kept.clock, today=True, central=day)

    done = exchange.sync(kept.store, kept.clock, kept.key, close=close)
    assert done.left == done.refused == ()
    assert len([line for line in done.parked if "before this terminal was enrolled" in line]) == 6
    with kept.store.read() as snapshot:
        newest = {day: snapshot.outbox.newest(day) for day in days}
    assert {parcel.revision for parcel in newest.values() if parcel} == {2}
    assert kept.terminal.status().due == sum(
        parcel.state is Delivery.DUE for parcel in newest.values() if parcel
    )


# --- what a heartbeat carries --------------------------------------------------------------------


def test_a_heartbeat_carries_the_list_of_days_once(kept: Kept) -> None:
    for back in range(5):
        kept.terminal.carry_out([Record(rating(5, day=TODAY - timedelta(days=back)))])
    kept.close()
    kept.sync()
    sizes = []
    for _ in range(3):
        network = Witnessed()
        exchange.heartbeat(kept.store, kept.clock, kept.key, transport=network)
        sizes += [len(a.content) for r, a in network.exchanges if r.url.path.endswith("/days")]
    assert sizes[0] > 0
    assert sizes[1:] == [0, 0]


def test_a_central_put_back_to_the_list_that_was_compared_is_still_found_out(
    kept: Kept, server: Server
) -> None:
    """The list that it then has was compared before: what came in between is missing."""
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    kept.rate(5)
    kept.close()
    kept.sync()
    with server.central.store.transaction("dindaeng") as t:
        for table in ("day_reports", "day_lines"):
            t.days._connection.exec_driver_sql(f"DELETE FROM {table}")
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert kept.states() == [Delivery.DUE]
