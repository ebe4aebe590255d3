"""The hand that reads the order of presses out of a file's pages. SQLite fills a page from its end:
of two rows in one page the one further back was written first, whatever their keys are.

A day is pressed; then every file is searched, page by page, at noon and after closing.
"""

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from random import Random

from kiosk.domain.encounter import Count, KeepReasons, Record
from kiosk.domain.rating import Half, Outcome, Rating
from kiosk.store.engine import Store
from kiosk.store.state import Enrolment
from kiosk.terminal import Terminal
from sync.closing import close_days
from tests.evidence.figure import Figure, Measured, Run
from tests.support.builders import PEPPER, PRASIT, SOMYING, FakeClock, asking, rating

PAGE = 4096
PRESSES = 40
"""In each half-day, by two officers in turn."""
DEVIATIONS = 5
"""Standard deviations of chance within which "no order" lies."""


def pairs_in_order(content: bytes, ids: list[bytes]) -> tuple[int, int]:
    """Of the pairs of ids (in their true order) that lie in one page: how many lie in that order,
    and how many pairs there are."""
    pages: dict[int, list[int]] = defaultdict(list)
    for id_ in ids:
        place = content.find(id_)
        while place != -1:
            pages[place // PAGE].append(place)
            place = content.find(id_, place + 1)
    right = pairs = 0
    for places in pages.values():
        for earlier, later in combinations(places, 2):
            right += earlier > later
            pairs += 1
    return right, pairs


class Day:
    """One terminal's day, half by half. `forgets`: False for the negative control."""

    def __init__(self, path: Path, random: Random, *, forgets: bool = True) -> None:
        self._path, self._random, self._forgets = path, random, forgets
        self._clock = FakeClock(FakeClock().wall.replace(hour=9))
        Store.create(path)
        self.store = Store.open(path)
        self._terminal = Terminal(self.store, self._clock, PEPPER, boot_id="boot")
        self._terminal.join(
            Enrolment(
                url="http://127.0.0.1:1",
                site="dindaeng",
                terminal="t1",
                counter="1",
                central_key="x",
            )
        )
        self._outcomes: set[bytes] = set()
        self.halves: list[list[bytes]] = []
        """What was written in each half-day, in order: ratings, then outcomes."""

    def press_half(self, half: Half) -> None:
        """Ratings with reasons, and presses that count for nothing."""
        ids: list[bytes] = []
        outcomes: list[bytes] = []
        for number in range(PRESSES):
            officer = (SOMYING, PRASIT)[number % 2]
            one = rating(self._random.randint(1, 5), officer, half=half)
            self._terminal.carry_out([Record(one)])
            wait = KeepReasons(asking(one, "wait"))
            self._terminal.carry_out([wait])
            self._terminal.carry_out([Count(officer.id, Outcome.SUPPRESSED)])
            ids.append(bytes(one.id))
            outcomes += self._new_outcomes()
        self.halves += [ids, outcomes]

    def press_before_noon(self) -> Rating:
        """The morning's last, whose citizen is still being asked for reasons."""
        one = rating(1, half=Half.MORNING)
        self._terminal.carry_out([Record(one)])
        return one

    def give_reason(self, one: Rating) -> None:
        self._terminal.carry_out([KeepReasons(asking(one, "wait"))])

    def _new_outcomes(self) -> set[bytes]:
        with self.store.read() as snapshot:
            rows = snapshot.cursor().execute(
                "SELECT id FROM fresh_outcomes UNION ALL SELECT id FROM outcomes"
            )
            new = {id_ for (id_,) in rows} - self._outcomes
        self._outcomes |= new
        return new

    def noon(self) -> None:
        self._clock.pass_seconds(4 * 3600)
        if self._forgets:
            self._terminal.forget_order()

    def close(self) -> None:
        self._clock.pass_seconds(6 * 3600)
        if self._forgets:
            close_days(self.store, self._clock, today=True)

    def files(self) -> dict[str, bytes]:
        """Everything that lies there now, and a backup of it."""
        copy = self._path.with_name("copy.db")
        copy.unlink(missing_ok=True)
        self.store.backup(copy)
        return {file.name: file.read_bytes() for file in self._path.parent.iterdir()}


def read_pages(given: Run) -> Measured:
    """`given.size` days."""
    random = Random(given.seed)
    right, pairs = _read(given.folder / "days", random, given.size, forgets=True)
    control_right, control_pairs = _read(given.folder / "control", random, 1, forgets=False)
    share, control = right / pairs, control_right / control_pairs
    text = f"{share:.1%} of {pairs:,} pairs in true order; where nothing is rewritten {control:.0%}"
    # Pairs of one page depend on each other: as many independent ones as there are ids.
    chance = DEVIATIONS * 0.5 / (given.size * 10 * PRESSES) ** 0.5
    failures = []
    if abs(share - 0.5) > chance:
        failures.append(f"{share:.2%} of pairs lie in their true order: chance gives 50 %")
    if control < 0.75:
        failures.append("the hand reads nothing where the order is there to be read")
    return Measured(text, tuple(failures))


def _read(folder: Path, random: Random, days: int, *, forgets: bool) -> tuple[int, int]:
    right = pairs = 0
    for number in range(days):
        path = folder / str(number) / "kiosk.db"
        path.parent.mkdir(parents=True)
        day = Day(path, random, forgets=forgets)
        day.press_half(Half.MORNING)
        day.noon()
        for content in day.files().values() if forgets else ():
            for ids in day.halves:
                right, pairs = _sum((right, pairs), pairs_in_order(content, ids))
        day.press_half(Half.AFTERNOON)
        day.close()
        for name, content in day.files().items():
            if not forgets and name == "copy.db":
                continue  # a backup is in the order of keys in any case
            for ids in day.halves:
                right, pairs = _sum((right, pairs), pairs_in_order(content, ids))
        day.store.close()
    return right, pairs


def _sum(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    return one[0] + two[0], one[1] + two[1]


FIGURE = Figure(
    name="the order of presses, read from pages",
    target="50 % of pairs: nothing",
    quick=10,
    full=300,
    measure=read_pages,
)
