"""Guessing a PIN with the plug in one hand: a try counts before it is looked at, whatever happens
between, and no clock that an attacker can move shortens a wait."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from kiosk import pin
from kiosk.lockout import Lockout, PinDead, PinRight, PinWait, PinWrong
from kiosk.store.engine import Store
from kiosk.terminal import Terminal
from tests.support.builders import PEPPER, SOMYING, FakeClock

WRONG = "000000"


class Attacker:
    """Someone alone with the terminal. `elapsed`: true seconds since the first try."""

    def __init__(self, path: Path, seed: int) -> None:
        Store.create(path)
        self._path, self._random, self._clock = path, Random(seed), FakeClock()
        self._boot = "boot-0"
        self.elapsed = 0.0
        self.looked_at = 0
        self.dead = False
        store, terminal = self._start()
        terminal.add_officers([SOMYING])
        self.right = terminal.set_pin("101")
        store.close()

    def act(self) -> None:
        """One of the things that can be done without knowing the PIN."""
        deeds = (self._guess, self._guess, self._cut_while_guessing, self._wait, self._move_clock)
        self._random.choice((*deeds, self._reboot))()

    def _start(self) -> tuple[Store, Terminal]:
        store = Store.open(self._path)
        return store, Terminal(store, self._clock, PEPPER, self._boot)

    def _guess(self) -> None:
        store, terminal = self._start()
        answer = terminal.check_pin("101", WRONG)
        store.close()
        self.looked_at += isinstance(answer, PinWrong)
        self.dead = isinstance(answer, PinDead)

    def _cut_while_guessing(self) -> None:
        """The plug is pulled at the moment the PIN would be looked at."""
        child = os.fork()
        if child == 0:
            pin.matches = lambda *_: os._exit(9)
            try:
                store, terminal = self._start()
                terminal.check_pin("101", WRONG)
                store.close()
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        self.looked_at += os.waitstatus_to_exitcode(status) == 9
        self._reboot()

    def _wait(self) -> None:
        seconds = self._random.choice((1, 14, 16, 200, 3000))
        self._clock.pass_seconds(seconds)
        self.elapsed += seconds

    def _move_clock(self) -> None:
        self._clock.set_wall(self._clock.wall + timedelta(days=self._random.choice((-400, 1, 400))))

    def _reboot(self) -> None:
        self._boot = f"boot-{self._random.random()}"
        self._clock.boot = self._random.choice((5.0, 10.0**6))


def allowed(elapsed: float) -> int:
    """How many tries the rule gives in so many true seconds."""
    tries, waited = pin.FREE_TRIES, 0.0
    while tries < pin.DEAD_AT and (waited := waited + pin.wait_after(tries)) <= elapsed:
        tries += 1
    return tries


@pytest.mark.parametrize("seed", range(4))
def test_cuts_reboots_and_moved_clocks_win_no_guess(tmp_path: Path, seed: int) -> None:
    attacker = Attacker(tmp_path / "kiosk.db", seed)
    for _ in range(60):
        attacker.act()
        assert attacker.looked_at <= allowed(attacker.elapsed)


def test_in_the_end_the_pin_is_dead_and_the_right_one_no_help(tmp_path: Path) -> None:
    attacker = Attacker(tmp_path / "kiosk.db", 1)
    for _ in range(40):
        attacker._clock.pass_seconds(16 * 2.0**pin.DEAD_AT)
        attacker._guess()
    assert attacker.dead
    assert attacker.looked_at == pin.DEAD_AT - 1
    store, terminal = attacker._start()
    assert terminal.check_pin("101", attacker.right) == PinDead()
    terminal.unlock("101")
    assert terminal.check_pin("101", attacker.right) == PinRight()
    store.close()


def test_a_cut_try_counts_as_a_try(tmp_path: Path) -> None:
    attacker = Attacker(tmp_path / "kiosk.db", 2)
    for _ in range(pin.FREE_TRIES):
        attacker._cut_while_guessing()
    store, terminal = attacker._start()
    assert isinstance(terminal.check_pin("101", attacker.right), PinWait)
    store.close()


# --- the rule itself ---------------------------------------------------------------------------


class LockoutRig:
    """One terminal whose starts are named by hand."""

    def __init__(self, path: Path) -> None:
        Store.create(path)
        self.clock, self.store = FakeClock(), Store.open(path)
        self.start("boot-1")
        self.lockout.set_pin("101", "482915")

    def start(self, boot: str) -> None:
        self.lockout = Lockout(self.store, self.clock, PEPPER, boot)

    def kinds(self) -> list[str]:
        with self.store.transaction() as t:
            return [what.kind.value for what in t.journal.of_day(self.clock.now().wall.date())]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[LockoutRig]:
    rig = LockoutRig(tmp_path / "kiosk.db")
    yield rig
    rig.store.close()


def test_five_tries_are_free_and_the_sixth_waits_fifteen_seconds(rig: LockoutRig) -> None:
    answers = [rig.lockout.check("101", WRONG) for _ in range(6)]
    assert answers == [PinWrong(0.0)] * 4 + [PinWrong(15.0), PinWait(15.0)]
    rig.clock.pass_seconds(14.5)
    assert rig.lockout.check("101", "482915") == PinWait(0.5)
    rig.clock.pass_seconds(0.5)
    assert rig.lockout.check("101", WRONG) == PinWrong(30.0)
    rig.clock.pass_seconds(30)
    assert rig.lockout.check("101", "482915") == PinRight()


def test_the_right_pin_forgives_what_went_before(rig: LockoutRig) -> None:
    for _ in range(4):
        rig.lockout.check("101", WRONG)
    assert rig.lockout.check("101", "482915") == PinRight()
    assert [rig.lockout.check("101", WRONG) for _ in range(4)] == [PinWrong(0.0)] * 4


def test_nobodys_number_answers_as_a_wrong_pin_and_locks_alike(rig: LockoutRig) -> None:
    answers = [rig.lockout.check("999", WRONG) for _ in range(6)]
    assert answers == [PinWrong(0.0)] * 4 + [PinWrong(15.0), PinWait(15.0)]
    assert rig.lockout.has_pin("101")


def test_after_a_restart_the_wait_begins_anew_once(rig: LockoutRig) -> None:
    for _ in range(5):
        rig.lockout.check("101", WRONG)
    rig.clock.pass_seconds(10_000)
    rig.start("boot-2")
    assert rig.lockout.check("101", "482915") == PinWait(15.0)
    rig.clock.pass_seconds(5)
    assert rig.lockout.check("101", "482915") == PinWait(10.0)
    rig.clock.pass_seconds(10)
    assert rig.lockout.check("101", "482915") == PinRight()


def test_the_fifteenth_try_is_the_last_and_only_a_supervisor_helps(rig: LockoutRig) -> None:
    last: object = None
    for _ in range(pin.DEAD_AT):
        last = rig.lockout.check("101", WRONG)
        rig.clock.pass_seconds(20_000)
    assert last == PinDead()
    assert rig.lockout.check("101", "482915") == PinDead()
    rig.start("boot-2")
    assert rig.lockout.check("101", "482915") == PinDead()
    rig.lockout.unlock("101")
    assert rig.lockout.check("101", "482915") == PinRight()
    assert rig.kinds().count("pin-unlocked") == 1


def test_a_new_pin_unlocks_and_the_old_one_is_wrong(rig: LockoutRig) -> None:
    for _ in range(5):
        rig.lockout.check("101", WRONG)
    new = rig.lockout.set_pin("101")
    assert rig.lockout.check("101", "482915") == PinWrong(0.0)
    assert rig.lockout.check("101", new) == PinRight()
    with pytest.raises(pin.WeakPin):
        rig.lockout.set_pin("101", "123456")
    with pytest.raises(pin.WeakPin):
        rig.lockout.set_pin("101", "482913", number="482913")
    assert rig.lockout.check("101", new) == PinRight()


def test_every_try_is_in_the_journal_and_the_fifth_says_locked(rig: LockoutRig) -> None:
    for _ in range(5):
        rig.lockout.check("101", WRONG)
    rig.start("boot-2")
    rig.lockout.check("101", WRONG)
    assert [k for k in rig.kinds() if k.startswith("pin-")] == [
        "pin-set",
        *["pin-tried"] * 4,
        "pin-locked",
        "pin-tried",
    ]
    rig.clock.pass_seconds(15)
    rig.lockout.check("101", "482915")
    assert rig.kinds()[-1] == "pin-right"


def test_half_a_second_is_counted_in_milliseconds_of_the_boot_clock(rig: LockoutRig) -> None:
    rig.clock.pass_seconds(0.25)
    for _ in range(5):
        rig.lockout.check("101", WRONG)
    rig.clock.pass_seconds(14.75)
    answer = rig.lockout.check("101", WRONG)
    assert isinstance(answer, PinWait)
    assert answer.wait == pytest.approx(0.25, abs=0.002)
