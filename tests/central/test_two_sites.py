"""Two offices at once in one central, on both databases, and on Citus with `make test-citus`: there
their rows may lie on different servers."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from sync.central.disclosure import total
from sync.central.greetings import Words
from sync.central.store.distributing import let_tables_change
from sync.central.store.engine import CentralStore, Collided, PartDown
from sync.central.store.many import TerminalKey
from sync.central.usecases import intake
from sync.central.usecases.central import Central
from sync.central.usecases.fleet_sums import read_fleet_sums
from sync.central.usecases.intake import Signed
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.retiring import retire_site
from sync.central.usecases.sites import add_site, find_site, retired_sites
from sync.central.usecases.terminals import console, enrol_at_any_site, invite_terminal
from sync.central.usecases.verification import first_disagreement
from sync.central.web.terminal_api import TerminalApi
from sync.messages import Answer, Enrol, Hello, Late, Receipt, Welcome
from sync.signing import public_text, sign_request
from tests.support.central import begin_terminal, on_roster
from tests.support.databases import administer
from tests.support.day_reports import DAY, day_report, key_text
from tests.support.hellos import made_hello

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
MONDAYS = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))


class Office:
    """An office of the central with one terminal, which signs by hand."""

    def __init__(self, central: Central) -> None:
        self.central, self.key = central, Ed25519PrivateKey.generate()
        with central.store.transaction(central.site) as t:
            begin_terminal(t, "counter-1", "1", public_text(self.key))
        on_roster(central, "101")

    def hello(self) -> tuple[Signed, Hello]:
        window = Words.at(self.central.key, NOW).now
        hello = made_hello("own", clock=int(NOW.timestamp()), due=2, window=window)
        return self.signed("POST", "hello", "own", hello.to_bytes()), hello

    def day(self, day: date, nonce: str) -> Signed:
        report = structs.replace(day_report(1, day, counts=(0, 1, 2, 4, 8)), site=self.central.site)
        return self.signed("PUT", f"days/{day}", nonce, report.to_bytes())

    def signed(self, method: str, what: str, nonce: str, body: bytes) -> Signed:
        path = f"/v1/sites/{self.central.site}/terminals/counter-1/{what}"
        return Signed(
            site=self.central.site,
            terminal="counter-1",
            method=method,
            path=path,
            nonce=nonce,
            signature=sign_request(self.key, method, path, nonce, body),
            body=body,
        )


@pytest.fixture
def offices(central: Central) -> tuple[Office, Office]:
    add_site(central, "huaikhwang", "สำนักงานเขตห้วยขวาง")
    other = find_site(central, "huaikhwang")
    assert other is not None
    return Office(central), Office(other)


def greeted(offices: Sequence[Office]) -> list[str]:
    """A hello of each in one group; the nonces of their runs."""
    central = offices[0].central
    welcomes = intake.greet(central, [office.hello() for office in offices], NOW)
    return [welcome.nonce for welcome in welcomes if isinstance(welcome, Welcome)]


def at_once(tasks: Sequence[Callable[[], object]]) -> None:
    gate = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        gate.wait(10)
        task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        list(pool.map(run, tasks))


def test_what_two_offices_send_together_is_taken_and_stays_apart(
    offices: tuple[Office, Office],
) -> None:
    nonces = greeted(offices)
    assert len(nonces) == 2
    days = [
        office.day(day, nonce)
        for day in MONDAYS
        for office, nonce in zip(offices, nonces, strict=True)
    ]
    receipts = intake.take_days(offices[0].central.store, days, NOW)
    assert [r.answer for r in receipts if isinstance(r, Receipt)] == [Answer.STORED] * 6
    for office in offices:
        assert publish_due(office.central, DAY) == 3
        with office.central.store.read(office.central.site) as t:
            assert total(t.blocks.of("101")[5]) == (0, 3, 6, 12, 24)
    assert first_disagreement(offices[0].central) is None
    sums = read_fleet_sums(offices[0].central, NOW)
    assert (dict(sums.states), sums.days_due) == ({"active": 2}, 4)
    assert (sums.clocks_unset, dict(sums.certificate_ends), sums.oldest_copy) == (0, {}, None)


def test_while_both_send_both_publish(offices: tuple[Office, Office]) -> None:
    store = offices[0].central.store
    nonces = greeted(offices)
    days = {
        day: [office.day(day, nonce) for office, nonce in zip(offices, nonces, strict=True)]
        for day in MONDAYS
    }
    sends = [partial(intake.take_days, store, calls, NOW) for calls in days.values()]
    publish = [partial(publish_due, office.central, DAY) for office in offices]
    at_once([*sends, *publish])
    # What came late joins the next block.
    newest = [office.day(DAY, nonce) for office, nonce in zip(offices, nonces, strict=True)]
    intake.take_days(store, newest, NOW)
    for office in offices:
        publish_due(office.central, DAY + timedelta(days=7))
        with office.central.store.read(office.central.site) as t:
            assert total(t.blocks.of("101")[5]) == (0, 4, 8, 16, 32), "each rating once"
    assert first_disagreement(offices[0].central) is None


def test_a_code_is_found_whichever_office_made_it(offices: tuple[Office, Office]) -> None:
    codes = [invite_terminal(office.central, "counter-2", "2", NOW) for office in offices]
    home = offices[0].central
    sites = [enrol_at_any_site(home, Enrol(code, key_text()), NOW).site for code in codes]
    assert sites == [office.central.site for office in offices]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_two_groups_of_the_same_terminals_do_not_end_each_other(
    offices: tuple[Office, Office], url: str
) -> None:
    """However the calls of a group are ordered, they are held in one order."""
    calls = [office.hello() for office in offices]
    store = reopened(offices[0].central.store, url)
    central = offices[0].central
    for turn in range(10):
        now = NOW + timedelta(hours=turn)
        at_once(
            [partial(intake.greet, central, group, now) for group in (calls, calls[::-1])],
        )
    store.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_who_is_ended_while_holding_terminals_may_do_it_once_more(
    offices: tuple[Office, Office], url: str
) -> None:
    """The negative of the one order: who holds in two steps, and crosswise."""
    store = reopened(offices[0].central.store, url)
    here, there = [(office.central.site, "counter-1") for office in offices]
    both_hold = Barrier(2)

    def cross(first: TerminalKey, second: TerminalKey) -> int:
        try:
            with store.many() as many:
                many.locked([first])
                both_hold.wait(10)
                many.locked([second])
        except Collided:
            return 1
        return 0

    with ThreadPoolExecutor(2) as two:
        assert sum(two.map(cross, (here, there), (there, here))) == 1


AWAY = """\
CREATE FUNCTION say_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the server is away' USING ERRCODE = 'connection_failure'; END $$"""
AWAY_FROM = """\
CREATE TRIGGER away BEFORE UPDATE ON terminals
FOR EACH ROW WHEN (NEW.site = 'huaikhwang') EXECUTE FUNCTION say_away()"""


async def here(do: Callable[..., Any], *given: Any) -> Any:
    return do(*given)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_an_office_whose_server_is_away_holds_up_no_other_of_its_group(
    offices: tuple[Office, Office],
) -> None:
    home = offices[0].central
    api = TerminalApi(home, lambda: NOW, here)

    async def greet() -> list[Welcome | Late | BaseException | None]:
        asked = (api.greetings.ask(office.hello(), 0) for office in offices)
        return await asyncio.gather(*asked, return_exceptions=True)

    administered(home.store, AWAY, AWAY_FROM)
    assert [type(answer) for answer in asyncio.run(greet())] == [Welcome, PartDown]
    administered(home.store, "DROP TRIGGER away ON terminals")
    assert [type(answer) for answer in asyncio.run(greet())] == [Welcome, Welcome]


def administered(store: CentralStore, *statements: str) -> None:
    with store.connection() as connection:
        let_tables_change(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)


def reopened(store: CentralStore, url: str) -> CentralStore:
    """New connections, which are told of a deadlock soon."""
    administer(url, "ALTER DATABASE NAME SET deadlock_timeout = '50ms'")
    store.close()
    return store


def test_an_office_is_closed_until_it_has_a_terminal_again(offices: tuple[Office, Office]) -> None:
    first, second = offices
    retire_site(second.central, console("it"), "merged", NOW)
    assert retired_sites(first.central) == {second.central.site}
    code = invite_terminal(second.central, "counter-2", "2", NOW)
    key = public_text(Ed25519PrivateKey.generate())
    enrol_at_any_site(first.central, Enrol(code, key), NOW)
    assert not retired_sites(first.central)
