"""Days of presses in seconds: the whole terminal on a clock moved by hand, its panel on a pty, a
central that is synced with each night. Nothing may grow, and the totals must be the model's."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from hardware.simulator import SimulatedPanel
from kiosk.domain.encounter import Fate, GiveReasons, SignOff, SignOn
from kiosk.domain.rating import Channel
from kiosk.store.state import Enrolment
from sync import exchange
from sync.central.usecases.audit import read_tally
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.closing import close_days
from sync.messages import Enrol
from sync.signing import public_text
from tests.bench.screen import Bench, resident_mb, wait_ms
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.evidence.histories import CentralSide, Network, make_templates
from tests.support.builders import MORNING, FakeClock, duty_of
from tests.support.central import LONG_AGO, on_roster
from ui.trial.panel import PanelOnLoop

A_DAY = 2_000
"""Presses."""
BY_PANEL = 40
"""Of a day's presses, those that come over the pty: real bytes take real time."""
MOST_GROWTH_MB = 2.0


def wait_until(met: Callable[[], bool]) -> None:
    while not met():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


class Office:
    """One terminal, its panel, its central, and what was pressed."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._random = random
        self.path = folder / "panel"
        self.panel = PanelOnLoop(SimulatedPanel(self.path))
        self.bench = Bench(folder / "data", f'[panel]\nport = "{self.path}"\n')
        self.clock: FakeClock = self.bench.clock
        make_templates(folder)
        (folder / "central").mkdir()
        self.central = CentralSide(folder / "central", self.clock)
        self.network = Network(central=self.central)
        self.key = Ed25519PrivateKey.generate()
        self._join()
        self.pressed: Counter[tuple[date, int]] = Counter()
        wait_until(lambda: self.bench.running.presenter.panels.foremost.up)

    def _join(self) -> None:
        c = self.central.central
        on_roster(c, "101", "102")
        enrolled = enrol_terminal(
            c, Enrol(invite_terminal(c, "t1", "1", LONG_AGO), public_text(self.key)), LONG_AGO
        )
        self.bench.running.terminal.join(
            Enrolment(
                url="http://127.0.0.1:1",
                site=enrolled.site,
                terminal="t1",
                counter="1",
                central_key=enrolled.central_key,
            )
        )

    def stop(self) -> None:
        self.bench.running.stop()
        self.panel.stop()

    def day(self, number: int, presses: int) -> None:
        """Sign on, `presses` presses with trouble between them, sign off, close, sync."""
        presenter, random = self.bench.running.presenter, self._random
        self.clock.set_wall(MORNING + timedelta(days=number))
        presenter.clock.look()  # as it does every twenty seconds
        presenter.session.step(SignOn(duty_of()))
        by_panel = set(random.sample(range(presses), min(BY_PANEL, presses)))
        unplugged = random.randrange(presses)
        for index in range(presses):
            if index == unplugged:
                self._unplug()
            if index in by_panel:
                self._press_panel()
            else:
                self._press(random.randint(1, 5))
            if random.random() < 0.002:
                self._jump()
        presenter.session.step(SignOff())
        close_days(self.bench.running.store, self.clock, today=True)
        exchange.sync(self.bench.running.store, self.clock, self.key, transport=self.network)
        self.network.heard.clear()

    def _press(self, score: int) -> None:
        presenter = self.bench.running.presenter
        assert presenter.citizen.press(score, Channel.TOUCH) is Fate.KEPT
        self._count(score)
        if score <= 2:
            presenter.session.step(GiveReasons())
        self._next()

    def _press_panel(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """A press by panel; before it can be told, `meanwhile` happens."""
        wait_ms(40)  # longer than a bounce: the panel's own clock is real
        button = self._random.randint(1, 5)
        kept = len(self.panel.panel.acknowledged)
        self.panel.press(button)
        meanwhile()
        wait_until(lambda: len(self.panel.panel.acknowledged) > kept)
        self._count(6 - button)
        if 6 - button <= 2:
            self.bench.running.presenter.session.step(GiveReasons())
        self._next()

    def _count(self, score: int) -> None:
        self.pressed[self.clock.now().wall.date(), score] += 1

    def _next(self) -> None:
        self.clock.pass_seconds(6)
        self.bench.running.presenter.tick()
        if self._random.random() < 0.05:
            QApplication.processEvents()

    def _unplug(self) -> None:
        """The cable comes out; somebody presses; it is put back."""
        presenter = self.bench.running.presenter

        def put_back() -> None:
            self.panel.plug()
            wait_until(lambda: presenter.panels.foremost.up)

        self.panel.unplug()
        wait_until(lambda: not presenter.panels.foremost.up)
        self._press_panel(put_back)

    def _jump(self) -> None:
        """The wall clock is set, within the opening hours."""
        now: datetime = self.clock.now().wall
        self.clock.set_wall(now.replace(hour=self._random.randint(9, 12)))
        self.bench.running.presenter.clock.look()

    def shown(self) -> Counter[tuple[date, int]]:
        """What central has."""
        central = self.central.central
        found: Counter[tuple[date, int]] = Counter()
        for day in {day for day, _ in self.pressed}:
            for counts in read_tally(central, day, "rig", self.clock.now().wall)[0].counts.values():
                for score, n in enumerate(counts, start=1):
                    found[day, score] += n
        return +found


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds at one time: resident memory in MB, open descriptors."""

    mb: float
    descriptors: int

    @classmethod
    def now(cls) -> "Held":
        return cls(resident_mb(), len(os.listdir("/proc/self/fd")))

    def grown(self, early: "Held") -> list[str]:
        """What is more than `early`, and may not be."""
        failures = []
        if (grown := self.mb - early.mb) > MOST_GROWTH_MB:
            failures.append(f"memory grew by {grown:.1f} MB")
        if (more := self.descriptors - early.descriptors) > 0:
            failures.append(f"{more} more descriptors")
        return failures


def soak(given: Run) -> Measured:
    """`given.size` presses, A_DAY a day."""
    app = QApplication.instance() or QApplication([])
    folder = in_memory()
    office = Office(folder, Random(given.seed))
    days = max(2, given.size // A_DAY)
    text, failures = live(office, days, given.size // days)
    office.stop()
    shutil.rmtree(folder)
    del app
    return Measured(text, failures)


def live(
    office: Office, days: int, presses: int, each_day: Callable[[], None] = lambda: None
) -> tuple[str, tuple[str, ...]]:
    """`days` of `presses`: what was measured in words, and what is wrong. What the process holds
    is compared with what it held once a quarter of the days was over: caches are filled by then."""
    early = Held.now()
    for number in range(days):
        office.day(number, presses)
        each_day()
        if number == days // 4:
            early = Held.now()
    late = Held.now()
    failures = late.grown(early)
    if office.shown() != +office.pressed:
        failures.append(f"central shows {office.shown().total()} of {office.pressed.total()}")
    more = late.descriptors - early.descriptors
    text = (
        f"{days} days, {office.pressed.total():,} presses, {late.mb - early.mb:+.1f} MB, "
        f"{more:+d} descriptors"
    )
    return text, tuple(failures)


FIGURE = Figure(
    name="compressed soak",
    target="flat within 2 MB, totals equal",
    quick=6_000,
    full=140_000,
    measure=soak,
)
