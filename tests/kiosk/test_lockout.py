"""Guessing a PIN with the plug in one hand: a try counts before it is looked at, whatever happens
between, and no clock that an attacker can move shortens a wait."""

import os
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from kiosk import pin
from kiosk.store.engine import Store
from kiosk.terminal import PinDead, PinRight, PinWait, PinWrong, Terminal
from tests.builders import PEPPER, SOMYING, FakeClock

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
        terminal = Terminal(store, self._clock, PEPPER)
        terminal._boot_id = self._boot
        return store, terminal

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
