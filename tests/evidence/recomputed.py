"""What sections, heads and tickets are shown, beside a second reckoning from the raw days.

Offices are drawn at random: counters with and without a machine, with and without a queue, a
machine that comes late and one that stands dark, and an officer who moves. The second reckoning
knows the rules in words and none of the product's code: it walks the weeks of each officer.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from kiosk.domain.people import Officer
from kiosk.domain.rating import Channel, Half, Outcome
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.store.engine import CentralStore
from sync.central.store.tickets import Ticket
from sync.central.usecases.central import Central
from sync.central.usecases.people import put_officers
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.tickets import import_tickets
from sync.central.viewer import ROLES, Viewer
from sync.messages import DayReport, LineCount, OutcomeCount
from tests.evidence.figure import Figure, Measured, Run
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, begin_terminal, made_central
from tests.support.day_reports import key_text, sealed

BEGIN, QUARTER, END = date(2026, 9, 14), date(2026, 10, 1), date(2026, 12, 31)
"""The first Monday; the quarter that is looked at."""
LOOK = date(2027, 1, 18)
"""When its tables are out."""
SECTIONS = ("ฝ่ายทะเบียน", "ฝ่ายรายได้")
OFFICERS, COUNTERS = ("101", "102", "103", "104"), ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Rated:
    """What one officer was given on one day at one counter."""

    day: date
    counter: str
    officer: str
    counts: tuple[int, ...]
    left: int


@dataclass(slots=True)
class World:
    rated: list[Rated] = field(default_factory=list)
    tickets: dict[tuple[date, str], int] = field(default_factory=dict)
    moves: date = BEGIN
    """On this day officer 101 goes from the first section to the second."""


Shown = Callable[[gate.OfficeView, World], int | None]


def draw(random: Random) -> World:
    """Eighteen weeks with two days each. Officer and counter have one number: 4 has no queue, and
    5 has one and no machine; the machine of 2 comes late, that of 3 is dark for a month."""
    world = World(moves=BEGIN + timedelta(days=random.randint(30, 80)))
    pace = {officer: random.choice((2, 6, 12)) for officer in OFFICERS}
    dark = QUARTER + timedelta(days=random.randint(10, 30))
    for day in _days():
        for officer, counter in zip(OFFICERS, COUNTERS, strict=True):
            is_late = counter == "2" and day < QUARTER + timedelta(days=20)
            is_dark = counter == "3" and dark <= day < dark + timedelta(days=30)
            n = 0 if is_late or is_dark else random.randint(1, 2 * pace[officer])
            if counter != "4":
                world.tickets[day, counter] = round(n * random.uniform(1.2, 3)) + 9
            if n:
                bad = sum(random.random() < 0.3 for _ in range(n))
                counts = (bad, 0, 0, 0, n - bad)
                one = Rated(
                    day=day,
                    counter=counter,
                    officer=officer,
                    counts=counts,
                    left=random.randint(0, n),
                )
                world.rated.append(one)
        world.tickets[day, "5"] = random.randint(20, 60)
    return world


def differing(given: Run, shown: Shown | None = None) -> Measured:
    """`given.size` offices. `shown`: for the rig's negative control."""
    failures: list[str] = []
    figures = 0
    for number in range(given.size):
        seed = f"{given.seed} {number}"
        world = draw(Random(seed))
        folder = given.folder / str(number)
        folder.mkdir()
        central = _filled(folder, world)
        for name, is_shown, is_true in _compared(central, world, shown or _coverage):
            figures += 1
            if is_shown != is_true:
                failures.append(f"office {seed}: {name} shows {is_shown}, and is {is_true}")
        central.store.close()
    text = f"{figures:,} figures of {given.size:,} offices: {len(failures)} differ"
    return Measured(text, tuple(failures))


def _compared(central: Central, world: World, shown: Shown) -> Iterator[tuple[str, object, object]]:
    period = parse("fy2027-q1")
    now = datetime.combine(LOOK, time(5), UTC)
    true = _blocks(world)
    for section in SECTIONS:
        head = Viewer(
            account="h",
            site=central.site,
            roles=frozenset({ROLES["section-head"]}),
            section=section,
        )
        view = gate.section(central, head, section, period, LOOK, now)
        rows = {str(row.officer.id): row.figure.result.n for row in view.officers}
        inside = {officer: n for (whose, officer), n in true.items() if whose == section}
        yield f"section {section}", view.figure.result.n, sum(inside.values())
        for officer in OFFICERS:
            yield f"{officer} in {section}", rows.get(officer, 0), inside.get(officer, 0)
        if "101" in rows:
            own = gate.officer(central, head, "101", period, LOOK, now)
            yield f"101 for the head of {section}", own.figure.result.n, inside.get("101", 0)
    office = gate.office(central, DIRECTOR, period, LOOK)
    yield "tickets", shown(office, world), _true_coverage(world)
    for officer in OFFICERS:
        response = gate.officer(central, DIRECTOR, officer, parse("fy2027"), LOOK, now)
        told = response.figure.response
        answered, served = _true_response(world, officer)
        yield f"response of {officer}", told and told.per_cent, 100 * answered // served


def _coverage(office: gate.OfficeView, world: World) -> int | None:
    return office.coverage.per_cent if office.coverage else None


def all_by_all(office: gate.OfficeView, world: World) -> int | None:
    """Ratings of all counters by every ticket, at most a hundred: the negative control."""
    served = sum(n for (day, _), n in world.tickets.items() if QUARTER <= day <= END)
    return min(100, round(100 * office.figure.result.n / served))


# --- the second reckoning ------------------------------------------------------------------------


def _blocks(world: World) -> dict[tuple[str, str], int]:
    """Ratings that closed in the quarter, by section and officer: week by week, ten at least, in
    the section of the Monday after."""
    closed: Counter[tuple[str, str]] = Counter()
    for officer in OFFICERS:
        waiting = 0
        for monday in _mondays():
            week = [x for x in world.rated if monday <= x.day < monday + timedelta(days=7)]
            waiting += sum(sum(x.counts) for x in week if x.officer == officer)
            sunday = monday + timedelta(days=6)
            if waiting >= 10:
                if QUARTER <= sunday <= END:
                    closed[_section(officer, sunday, world), officer] += waiting
                waiting = 0
    return dict(closed)


def _section(officer: str, sunday: date, world: World) -> str:
    """On the Monday after. Who moves on a day takes along what that Monday closes no more."""
    if officer == "101":
        return SECTIONS[sunday >= world.moves]
    return SECTIONS[OFFICERS.index(officer) % 2]


def _true_coverage(world: World) -> int | None:
    """In per cent; None of fewer than a thousand tickets, where a per cent is less than ten."""
    days: dict[str, list[date]] = defaultdict(list)
    rated: Counter[tuple[date, str]] = Counter()
    for one in world.rated:
        days[one.counter].append(one.day)
        rated[one.day, one.counter] += sum(one.counts)
    served = answered = 0
    for (day, counter), n in world.tickets.items():
        of_quarter = QUARTER <= day <= END
        if of_quarter and counter in days and min(days[counter]) <= day <= max(days[counter]):
            served += n
            answered += rated[day, counter]
    return 100 * answered // served if served >= 1000 else None


def _true_response(world: World, officer: str) -> tuple[int, int]:
    """Of the blocks that closed in the fiscal year: as many weeks as these cover."""
    answered = served = waiting = left = 0
    for monday in _mondays():
        for one in world.rated:
            if one.officer == officer and monday <= one.day < monday + timedelta(days=7):
                waiting += sum(one.counts)
                left += one.left
        if waiting >= 10:
            if monday + timedelta(days=6) >= QUARTER:
                answered, served = answered + waiting, served + waiting + left
            waiting = left = 0
    return answered, served


# --- the office ----------------------------------------------------------------------------------


def _filled(folder: Path, world: World) -> Central:
    """The office as it came to be: each Monday somebody opens the report."""
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    central = made_central(store, folder)
    with store.transaction(central.site) as t:
        put_officers(t, (_officer(officer, BEGIN, world) for officer in OFFICERS), None)
        for counter in COUNTERS:
            begin_terminal(t, f"t{counter}", counter, key_text())
    import_tickets(
        central, [Ticket(day, counter, n) for (day, counter), n in world.tickets.items()]
    )
    by_week: dict[date, list[Rated]] = defaultdict(list)
    for one in world.rated:
        by_week[one.day - timedelta(days=one.day.weekday())].append(one)
    for monday in _mondays():
        after = monday + timedelta(days=7)
        for one in by_week[monday]:
            report = _report(central.site, one)
            take_day_report(central, f"t{one.counter}", report, report.to_bytes(), _at(one.day))
        if monday <= world.moves < after:
            moved = _officer("101", world.moves + timedelta(days=1), world)
            with store.transaction(central.site) as t:
                put_officers(t, (moved,), _at(world.moves))
        publish_due(central, after)
    publish_due(central, LOOK)
    return central


def _officer(number: str, day: date, world: World) -> Officer:
    return an_officer(number, f"คนที่ {number}", section=_section(number, day, world), id=number)


def _report(site: str, one: Rated) -> DayReport:
    n = sum(one.counts)
    line = LineCount(
        officer=one.officer,
        service="general",
        counter=one.counter,
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=one.counts,
    )
    outcomes = {Outcome.OFFERED: n + one.left, Outcome.ANSWERED: n}
    return DayReport(
        site=site,
        terminal=f"t{one.counter}",
        date=one.day,
        revision=1,
        lines=(line,),
        outcomes=tuple(OutcomeCount(one.officer, what, k) for what, k in outcomes.items()),
        reasons=(),
        sheets=(sealed(one.officer, n),),
        orders=(),
        gaps=(),
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _mondays() -> Iterator[date]:
    return (BEGIN + timedelta(weeks=week) for week in range(18))


def _days() -> Iterator[date]:
    for monday in _mondays():
        yield from (monday, monday + timedelta(days=3))


FIGURE = Figure(
    name="sections, responses and tickets recomputed from raw days",
    target="0 differ",
    quick=3,
    full=200,
    measure=differing,
)
