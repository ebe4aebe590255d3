"""What a terminal does, as scenarios that may be cut off anywhere; and what must hold after."""

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.encounter import (
    Encounter,
    Event,
    GiveReasons,
    Phase,
    Press,
    Record,
    SignOff,
    SignOn,
    Tick,
    TickReason,
    step,
)
from kiosk.domain.rating import Channel, ReasonId
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.state import Enrolment, Mark
from kiosk.store.verify import Wrong, verify
from kiosk.terminal import Terminal
from sync.central.settings import CentralSettings
from sync.central.store.engine import CentralStore, DatabaseError
from sync.central.usecases.central import Central
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.usecases.verification import first_disagreement
from sync.closing import close_days, compare_reports
from sync.messages import DayReport
from sync.protocol import digest
from tests.evidence.tracing import CALLS, Say, run
from tests.support.builders import SOMYING, TODAY, FakeClock, duty_of, rating, rating_id
from tests.support.central import enrolled, on_roster
from tests.support.entries import RATING_IDS

SCORES = (5, 1, 4)
"""A press, one whose reasons are asked for, and one in the grace after signing off."""
RULES = Rules(reasons=(ReasonId("wait"),))
DEVICE, BOOT = "rig", "00000001"
PAST = 2
"""Days that wait to be closed."""


class Story:
    """One thing a terminal does. `prepare` once, `begin` on a fresh copy, `act` may be cut off,
    `wrong` goes on afterwards and says what does not hold."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.template, self.folder = folder / "template", folder / "now"
        self.prepare()

    def prepare(self) -> None:
        """Make the template."""

    def begin(self) -> None:
        """A fresh copy of the template."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template, self.folder)

    def act(self, say: Say) -> None:
        """What may be cut off."""
        raise NotImplementedError

    def try_it(self, say: Say) -> None:
        """The same, where the disk may fail: one named refusal is as good as success."""
        try:
            self.act(say)
        except (StoreFailed, DatabaseError, FolderError) as error:
            say(f"failed {error}")

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        """What does not hold, given what `act` said before it ended."""
        raise NotImplementedError

    def end(self) -> None:
        """Stop what `prepare` started."""


def calls_of(story: Story, log: Path, names: tuple[str, ...] = CALLS) -> Counter[str]:
    """How often an undisturbed run makes each of the calls."""
    story.begin()
    story.act(lambda _: None)  # here first, so that no run counts the imports
    story.begin()
    ended = run(story.act, "-e", f"trace={','.join(names)}", log=log)
    if ended.code:
        raise RuntimeError(f"the scenario fails by itself: {ended.said}")
    return Counter(re.findall(r"^(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))


class Turns:
    """Presses on a terminal, each by its number, as panel and presenter would bring them."""

    def __init__(self, terminal: Terminal, say: Say) -> None:
        self._terminal, self._say = terminal, say
        self._clock = FakeClock()
        self._state = Encounter()

    def all(self, after: int) -> None:
        """Every press that comes after number `after`. StoreFailed is told, and ends it."""
        try:
            self._step(SignOn(duty_of()))
            for number, score in enumerate(SCORES, 1):
                if number == len(SCORES):
                    self._step(SignOff())
                if number > after:
                    self._press(number, score)
        except StoreFailed as error:
            self._say(f"failed {error}")

    def _press(self, number: int, score: int) -> None:
        press = Press(score=Score(score), channel=Channel.PANEL, id=rating_id())
        effects = self._step(press, Mark(device=DEVICE, boot=BOOT, seq=number))
        if any(isinstance(effect, Record) for effect in effects):
            self._say(f"thanked {number} {press.id.hex()}")
        if self._state.phase is Phase.REASONS:
            for reason in RULES.reasons:
                self._step(TickReason(reason))
            self._step(GiveReasons())
        self._clock.pass_seconds(10)
        self._step(Tick())

    def _step(self, event: Event, mark: Mark | None = None) -> tuple[object, ...]:
        after, effects = step(self._state, event, self._clock.now(), RULES)
        self._terminal.carry_out(effects, mark)
        self._state = after
        return effects


class Presses(Story):
    """A duty with three presses of the panel; afterwards the panel sends again what it was not
    told to forget."""

    name = "press"
    turns = Turns

    def prepare(self) -> None:
        DataFolder(self.template).create()
        store, terminal = DataFolder(self.template).open(FakeClock())
        terminal.add_officers([SOMYING])
        terminal.reserve_ballast()
        store.close()

    def act(self, say: Say) -> None:
        store, terminal = DataFolder(self.folder).open(FakeClock())
        self.turns(terminal, say).all(after=0)
        store.close()

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        store, terminal = DataFolder(self.folder).open(FakeClock())
        try:
            found = [*_damage(store)]
            marks = terminal.marks()
            self.turns(terminal, lambda _: None).all(after=marks[0].seq if marks else 0)
            kept = _rating_ids(store)
            thanked = [line.split()[2] for line in said if line.startswith("thanked")]
            found += [f"lost: press {id_}" for id_ in thanked if id_ not in kept]
            if len(kept) != len(SCORES):
                found.append(f"{len(kept)} ratings of {len(SCORES)} presses")
            return [*found, *_damage(store)]
        finally:
            store.close()


class Creation(Story):
    """A new data folder: every migration from nothing."""

    name = "migration"

    def begin(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def act(self, say: Say) -> None:
        DataFolder(self.folder).create()
        say("made")

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        folder = DataFolder(self.folder)
        try:
            folder.create()
        except FolderError:
            pass  # it was whole already
        else:
            if "made" in said:
                return ["a folder that was said to be made was not"]
        store, terminal = folder.open(FakeClock())
        try:
            terminal.add_officers([SOMYING])
            return _damage(store)
        finally:
            store.close()


class Closing(Story):
    """Two past days into the outbox."""

    name = "close"

    def prepare(self) -> None:
        DataFolder(self.template).create()
        store, terminal = DataFolder(self.template).open(FakeClock())
        remember_past(store, terminal)
        terminal.join(
            Enrolment(
                url="http://127.0.0.1:1",
                site="dindaeng",
                terminal="t1",
                counter="1",
                central_key="x",
            )
        )
        store.close()

    def act(self, say: Say) -> None:
        store, _ = DataFolder(self.folder).open(FakeClock())
        close_days(store, FakeClock(), today=False)
        say("closed")
        store.close()

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        store, _ = DataFolder(self.folder).open(FakeClock())
        try:
            with store.transaction() as t:
                before = len(t.outbox.everything())
            close_days(store, FakeClock(), today=False)
            with store.transaction() as t:
                parcels = t.outbox.everything()
            found = _damage(store)
            if "closed" in said and before != PAST:
                found.append(f"said closed, but {before} reports were in the outbox")
            if [p.revision for p in parcels] != [1] * PAST:
                found.append(f"revisions {[p.revision for p in parcels]}")
            n = sum(sum(sum(x.n) for x in DayReport.parse(p.body).lines) for p in parcels)
            return found if n == PAST * 3 else [*found, f"{n} ratings reported"]
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class CentralBeside:
    """A central report of the rig's own, on SQLite."""

    folder: Path

    def open(self) -> Central:
        url = f"sqlite:///{self.folder / 'central.db'}"
        settings = CentralSettings(
            folder=self.folder,
            site="dindaeng",
            name="เขตดินแดง",
            database="",
            url="http://127.0.0.1:1",
        )
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        return Central(store=CentralStore.open(url), settings=settings, key=key)

    def create(self) -> None:
        self.folder.mkdir(parents=True)
        store = CentralStore.create(f"sqlite:///{self.folder / 'central.db'}")
        with store.transaction("dindaeng") as t:
            t.people.put_site("เขตดินแดง")
        store.close()


class Ingest(Story):
    """Central takes a day report, and a later revision of it."""

    name = "ingest"

    def prepare(self) -> None:
        beside = CentralBeside(self.template)
        beside.create()
        central = beside.open()
        enrolled(central)
        on_roster(central, "101")
        central.store.close()

    @cached_property
    def reports(self) -> tuple[DayReport, ...]:
        from tests.support.day_reports import day_report

        return day_report(1), day_report(2, counts=(1, 0, 1, 2, 3))

    def act(self, say: Say) -> None:
        central = CentralBeside(self.folder).open()
        for report in self.reports:
            say(f"receipt {report.revision} {self._take(central, report)}")
        central.store.close()

    def _take(self, central: Central, report: DayReport) -> str:
        known = find_terminal(central, "counter-1")
        assert known is not None
        return take_day_report(
            central, known.terminal, report, report.to_bytes(), FakeClock().now().wall
        ).answer

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        central = CentralBeside(self.folder).open()
        try:
            told = {int(line.split()[1]) for line in said if line.startswith("receipt")}
            with central.store.transaction("dindaeng") as t:
                kept = t.days.report("counter-1", self.reports[0].date)
            found = []
            if told and (kept is None or kept.revision < max(told)):
                found.append(f"a receipt for revision {max(told)} was given, {kept} is kept")
            self._take(central, self.reports[1])
            with central.store.transaction("dindaeng") as t:
                kept = t.days.report("counter-1", self.reports[0].date)
            if kept is None or kept.digest != digest(self.reports[1].to_bytes()):
                found.append("the last revision did not become the day")
            wrong = first_disagreement(central)
            return [*found, wrong] if wrong else found
        finally:
            central.store.close()


def remember_past(store: Store, terminal: Terminal) -> None:
    """PAST days with three ratings each, not closed yet."""
    terminal.add_officers([SOMYING])
    for back in range(1, PAST + 1):
        day = TODAY - timedelta(days=back)
        terminal.carry_out([Record(rating(score, day=day)) for score in (5, 4, 1)])
    store.checkpoint()


def _rating_ids(store: Store) -> set[str]:
    with store.read() as snapshot:
        cursor = snapshot.cursor()
        return {id_.hex() for (id_,) in cursor.execute(RATING_IDS)}


def _damage(store: Store) -> list[str]:
    found = verify(store)
    if isinstance(found, Wrong):
        return [f"verify: {found.what}"]
    told = compare_reports(store)
    return [f"verify: {told}"] if told else []
