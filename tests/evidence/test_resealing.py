"""Central names a sheet that was changed and sealed again, whenever that was done."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.json import encode

from kiosk.domain.encounter import Record
from kiosk.store.witnessed import Pending
from sync import closing, exchange
from sync.absence import Hours
from sync.central.logbook import Kind, told
from sync.central.usecases import witness
from sync.central.usecases.terminals import (
    Release,
    enrol_terminal,
    invite_terminal,
    revoke_terminal,
    unreported_days,
)
from sync.central.usecases.two_people import NotTheSecond
from sync.central.viewer import ROLES, NotYours
from sync.client import SyncFailed
from sync.commitment import Dimension
from sync.messages import Enrol
from sync.signing import public_text
from sync.steps import Place, made_step
from tests.evidence.resealing import (
    EVERY_MOMENT,
    HANDS,
    UNSEEN,
    Bench,
    Hand,
    caught,
    forget,
    play,
)
from tests.support.builders import TODAY, rating
from tests.support.central import DIRECTOR, IT, logged, person, signed_in
from tests.support.two_people import (
    confirm_generation,
    confirm_release_of_terminal,
    release_terminal,
)


def test_an_honest_day_raises_no_alarm(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    play(bench, "", None)
    assert bench.alarms() == ()
    assert bench.settled()
    bench.end()


def test_a_day_that_was_witnessed_and_is_never_reported_is_named(tmp_path: Path) -> None:
    """The hand forgets the day, and closes the next one with a client of its own."""
    bench = Bench(tmp_path)
    bench.press(1, 1, 1)
    bench.look()
    with sqlite.connect(str(bench.path)) as raw:
        forget(bench, raw)
    bench.clock.set_wall(bench.clock.now().wall + timedelta(days=1))
    enrolment, now = exchange.enrolment_of(bench.store), bench.clock.now()
    closing._close(bench.store, TODAY + timedelta(days=1), enrolment, Hours(), now)
    bench.sync()
    bench.sync()
    [alarm] = bench.alarms()
    assert alarm.detail == f"day {TODAY}: was witnessed and is not reported"
    bench.end()


def test_a_day_that_is_never_reported_is_named_though_no_later_one_is_reported(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    for _ in range(3):
        bench.press(1)
        bench.look()
        assert bench.alarms() == ()
        bench.clock.set_wall(bench.clock.now().wall + timedelta(days=1))
    bench.look()
    [alarm] = bench.alarms()
    assert alarm.detail == f"day {TODAY}: was witnessed and is not reported"
    bench.end()


def test_two_people_who_let_an_older_copy_go_on_do_not_hide_that_a_day_is_gone(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    bench.copy_terminal()
    bench.press(1, 1, 1)
    bench.look()
    bench.put_terminal_back()
    for days in range(5):
        if days == 1:
            with pytest.raises(SyncFailed, match="central says"):
                bench.look()
            seen = unreported_days(bench.central, "t1", bench.clock.now().wall.date())
            assert seen == (TODAY,)
            bench.release()
        if days:
            bench.press_as(partial(replace, business_date=TODAY + timedelta(days=days)), 5)
            bench.look()
        bench.clock.set_wall(bench.clock.now().wall + timedelta(days=1))
    missed = f"day {TODAY}: was witnessed and is not reported"
    assert missed in [alarm.detail for alarm in bench.alarms() if alarm.settled is None]
    # One person alone settles no such day, also not in two accounts of one role.
    now = bench.clock.now().wall
    director = signed_in(bench.central, ROLES["director"], now=now)
    page = f"/fleet/{bench.central.site}?lang=en"
    assert "Confirm, and settle the alarms" not in director.get(page).text
    proposed = release_terminal(bench.central, IT, "t1", "copy of the day before", now)
    assert proposed is Release.PROPOSED
    for alone in (IT, person("other", "it")):
        with pytest.raises((NotTheSecond, NotYours)):
            confirm_release_of_terminal(bench.central, alone, "t1", now)
    assert missed in [alarm.detail for alarm in bench.alarms() if alarm.settled is None]
    assert "Confirm, and settle the alarms" in director.get(page).text
    # People who have settled it are not asked about the same day again and again.
    assert confirm_release_of_terminal(bench.central, DIRECTOR, "t1", now)
    assert logged(bench.central, Kind.CHANGE)[0].what == told("settling_confirmed", terminal="t1")
    bench.press_as(partial(replace, business_date=TODAY + timedelta(days=5)), 5)
    bench.look()
    assert missed not in [alarm.detail for alarm in bench.alarms() if alarm.settled is None]
    bench.end()


def test_a_terminals_key_does_not_fill_the_table_of_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    monkeypatch.setattr(witness, "MOST_UNREPORTED", 4)
    for _ in range(2):
        bench.press(1)
        bench.look()
        bench.clock.set_wall(bench.clock.now().wall + timedelta(days=1))
    with pytest.raises(SyncFailed, match="central says fork"):
        bench.look()
    [alarm] = bench.alarms()
    assert alarm.detail == "steps: 4 sheets are shown, and no report of their days"
    # Two people make room again: no terminal is shut out for good.
    bench.release()
    bench.look()
    bench.close()
    bench.sync()
    assert bench.settled()
    bench.end()


def test_a_day_that_a_clock_ahead_closed_holds_nothing_up(tmp_path: Path) -> None:
    """It goes when its day has come; until then other days and the roster do."""
    bench = Bench(tmp_path, online=False)
    now = bench.clock.now().wall
    for days in (20, 1):
        bench.clock.set_wall(now + timedelta(days=days))
        one = rating(3, day=TODAY + timedelta(days=days))
        bench.terminal.carry_out([Record(one)])
        bench.close()
    assert bench.sync().roster_changed
    assert bench.sync().sent == 0
    bench.clock.set_wall(now + timedelta(days=21))
    bench.close()
    bench.sync()
    assert bench.settled()
    bench.end()


def test_steps_of_days_that_have_not_come_hide_no_day_that_is_missing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.press(1)
    bench.look()
    with bench.store.transaction() as t:
        enrolment = t.state.enrolment()
        assert enrolment is not None
        for years in range(3):
            place = Place(
                site=enrolment.site,
                terminal=enrolment.terminal,
                day=TODAY.replace(year=2090 + years),
                officer="101",
                history=0,
                number=1,
            )
            step, _, _ = made_step(place, [Dimension("outcome late", 1)], {})
            t.witnessed.add_steps(
                [Pending(day=place.day, officer="101", number=1, body=encode(step))]
            )
    for _ in range(3):
        bench.clock.set_wall(bench.clock.now().wall + timedelta(days=1))
        bench.look()
    details = [alarm.detail for alarm in bench.alarms()]
    assert f"day {TODAY}: was witnessed and is not reported" in details
    bench.end()


@pytest.mark.parametrize("confirmed", [True, False], ids=["replaced", "revoked"])
def test_a_terminal_that_ends_leaves_no_witnessed_day_behind_unseen(
    tmp_path: Path, confirmed: bool
) -> None:
    """What another generation, or another terminal, reports of the day opens none of its steps."""
    bench = Bench(tmp_path)
    bench.press(1, 1, 1)
    bench.look()
    now = bench.clock.now().wall
    if confirmed:
        another = Ed25519PrivateKey.generate()
        code = invite_terminal(bench.central, "t1", "1", now)
        new = enrol_terminal(bench.central, Enrol(code, public_text(another)), now)
        assert confirm_generation(bench.central, person("d", "director"), new.terminal, now)
    else:
        assert revoke_terminal(bench.central, person("x", "it"), "t1", "stolen", now)
    [detail] = [alarm.detail for alarm in bench.alarms() if alarm.terminal == "t1"]
    assert detail == f"day {TODAY}: was witnessed and is not reported"
    bench.end()


TRIED = [*zip(EVERY_MOMENT, HANDS * 3, strict=False), *(("witnessed", hand) for hand in HANDS[1:])]
"""Each moment, each hand; the rig tries every pair."""


@pytest.mark.parametrize(("moment", "hand"), TRIED, ids=lambda of: getattr(of, "name", of))
def test_what_central_has_witnessed_does_not_change_unseen(
    tmp_path: Path, moment: str, hand: Hand
) -> None:
    assert caught(tmp_path, moment, hand) == ""


@pytest.mark.parametrize("moment", UNSEEN[1:3])
def test_a_central_that_saw_no_step_names_nothing(tmp_path: Path, moment: str) -> None:
    """It is the steps that find the hand, and nothing else here."""
    assert caught(tmp_path, moment, HANDS[0], online=False).endswith("all agrees")


def test_an_honest_day_at_two_services_raises_no_alarm(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    play(bench, "services exchanged", None)
    assert bench.alarms() == ()
    assert bench.settled()
    bench.end()
