"""A careless or hostile clerk at the roster: any name beside any number, with the id of anybody,
any word, forms that are old by now, numbers that pass round, people who retire and come back.

A rating that came to somebody under a name must be found under that name for ever: it is the name
of the person whose it is, or stands beside it as one of before. No two share a number.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from kiosk.domain.people import Officer, RosterEntry
from kiosk.domain.rosterplan import Answer, BadPlan, Word
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.people import (
    EditedMeanwhile,
    NumberTaken,
    all_officers,
    change_roster,
    edit_officer,
    edition,
    set_retired,
)
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.support.central import IT, NOON, made_central

NUMBERS = ("007", "7", "12", "13")
NAMES = ("สมหญิง", "ประสิทธิ์", "กมล", "น้ำผึ้ง", "น\u0e49\u0e4dาผึ้ง")
DEEDS = 150
"""Of one office: then a new one begins."""


@dataclass(slots=True)
class Clerk:
    """One office, what a clerk does to its roster, and under which names ratings came."""

    central: Central
    random: Random
    now: datetime = NOON
    rated: set[tuple[str, str]] = field(default_factory=set)
    """Ids, and the names that they had when they were rated."""

    def do_something(self) -> None:
        self.now += timedelta(minutes=1)
        people = all_officers(self.central)
        self.rated.update((o.id, o.name) for o in people if not o.retired)
        with suppress(BadPlan, NumberTaken, EditedMeanwhile):
            match self.random.randrange(4):
                case 0 if people:
                    self._retire(self.random.choice(people))
                case 1 if people:
                    self._edit(self.random.choice(people))
                case _:
                    self.bring_lines(people)

    def bring_lines(self, people: tuple[Officer, ...]) -> None:
        """Import some lines, each perhaps with the id of somebody."""
        numbers = self.random.sample(NUMBERS, self.random.randint(1, 3))
        entries = tuple(self._entry(number, people) for number in numbers)
        answers = {number: self._word(people) for number in numbers if self.random.random() < 0.7}
        change_roster(self.central, entries, answers, "clerk", self.now)

    def wrong(self) -> str | None:
        """What nobody may do to a roster; None: all is as it must be."""
        people = {str(officer.id): officer for officer in all_officers(self.central)}
        active = [officer.number for officer in people.values() if not officer.retired]
        if len(active) != len(set(active)):
            return f"two have one number: {sorted(active)}"
        for id_, name in sorted(self.rated):
            with self.central.store.read(self.central.site) as t:
                names = {former.name for former in t.people.former_names(id_)}
            if id_ not in people or name not in {people[id_].name, *names}:
                return f"ratings of {name} stand under {people[id_].name}"
        return None

    def _retire(self, officer: Officer) -> None:
        retired = not officer.retired
        set_retired(self.central, IT, officer.id, self.now, retired=retired)

    def _edit(self, officer: Officer) -> None:
        entry = self._entry(self.random.choice(NUMBERS), (officer,), certain=True)
        answers = {entry.number: self._word((officer,))}
        edit_officer(self.central, entry, answers, edition(officer), "clerk", self.now)

    def _entry(
        self, number: str, people: tuple[Officer, ...], *, certain: bool = False
    ) -> RosterEntry:
        has_id = people and (certain or self.random.random() < 0.4)
        id_ = self.random.choice(people).id if has_id else ""
        return RosterEntry.parse(number, self.random.choice(NAMES), id=id_)

    def _word(self, people: tuple[Officer, ...]) -> Answer:
        about = self.random.choice(people).id if people and self.random.random() < 0.3 else ""
        return Answer(self.random.choice(tuple(Word)), about)


def first_wrong(folder: Path, seed: int, deeds: int, kind: type[Clerk] = Clerk) -> str | None:
    """The first thing that a clerk brought about in an office of its own, and may not."""
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    clerk = kind(made_central(store, folder), Random(seed))
    wrong = None
    for deed in range(deeds):
        clerk.do_something()
        if wrong := clerk.wrong():
            wrong = f"seed {seed}, deed {deed}: {wrong}"
            break
    store.close()
    return wrong


def measure(run: Run) -> Measured:
    failures = []
    for nth in range(run.size):
        wrong = first_wrong(in_memory(), run.seed + nth, DEEDS)
        if wrong:
            failures.append(wrong)
    deeds = run.size * DEEDS
    return Measured(f"{len(failures)} of {deeds:,} deeds of a clerk", tuple(failures))


FIGURE = Figure(
    name="one person's ratings under another's name",
    target="0",
    quick=1,
    full=200,
    measure=measure,
)
