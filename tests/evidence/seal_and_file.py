"""The hand that has all that a day leaves: both databases as they lie there and as backups of every
moment at which a half-day was over, all that was sent as plain text, and our code. It wants one
rating's quarter of an hour.

It goes back from the full state, as the hand that once succeeded: for each look of central's it
tries every choice of the day's ratings, and whether any 32 bytes that lie anywhere open it. It
reads what the terminal remembers of what it has shown. And it compares a busy day with an empty
one, also how long each request and answer was that passed meanwhile.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from itertools import product as every_choice
from pathlib import Path
from random import Random

import pysqlite3.dbapi2 as sqlite
from nacl.bindings import (
    crypto_core_ed25519_scalar_sub,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
)

from kiosk.domain.rating import Half
from sync.central.schema import witnessed_sheets
from sync.commitment import NOTHING, ZERO, Dimension, commit, opened, product
from sync.messages import Heads, Step
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.evidence.resealing import Bench
from tests.support.builders import SOMYING

LOOKS = 3
"""In each half-day, and one at noon."""
PRESSES = 6
"""Ratings of a whole day: few, so that every choice of them can be tried."""
_THE_MACHINES = {"free"}
"""Columns about the machine on which this runs: others fill its disk meanwhile."""
_PAGE, _LONGEST = 4096, 64
_HEX = re.compile(rb"[0-9a-f]{64}")

Scores = tuple[int, ...]


@dataclass(slots=True)
class Left:
    """What a day leaves behind. `products`: central's, after each look; `remembered`: what the
    terminal has written down as shown, beside what it had, whenever a half-day was over; `sums`:
    what opens a sheet by one sum or another, in the file with its log of writes and without;
    `central`: its whole database, row by row where each lies, but for what is random; `lengths`: of
    what passed while the day went on, and with its report."""

    products: list[bytes] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    traffic: list[bytes] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    remembered: list[tuple[Counter[str], Counter[str]]] = field(default_factory=list)
    sums: set[bytes] = field(default_factory=set)
    central: list[list[tuple[object, ...]]] = field(default_factory=list)
    lengths: list[tuple[str, int, int]] = field(default_factory=list)
    report_lengths: list[tuple[str, int, int]] = field(default_factory=list)


def live(folder: Path, pressed: Sequence[Scores]) -> Left:
    """A real day: what was pressed before each of central's looks, and what after the last."""
    bench, left = Bench(folder), Left()
    for number, scores in enumerate(pressed):
        half = Half.MORNING if number <= LOOKS else Half.AFTERNOON
        bench.press(*scores, half=half)
        if number > 2 * LOOKS:
            break
        if number == LOOKS:  # the last of the morning are shown after noon
            bench.pass_noon()
            _keep(bench, left)
        else:
            bench.look()
        left.products.append(_product(bench))
        left.central.append(_rows(bench.central_file))
    left.lengths = _lengths(bench)
    bench.close()
    _keep(bench, left)
    bench.sync()
    left.report_lengths = _lengths(bench)[len(left.lengths) :]
    left.products.append(_product(bench))
    _keep(bench, left)
    if bench.alarms() or not bench.settled():
        raise AssertionError("an honest day raises an alarm")
    for name, asked, answered in bench.wire.passed:
        left.traffic += [asked, answered]
        if name == "heads":
            said = Heads.parse(asked).steps
            left.steps += [step for step in said if step.officer == SOMYING.id]
    bench.end()
    return left


def _lengths(bench: Bench) -> list[tuple[str, int, int]]:
    """Of each request and its answer."""
    return [(name, len(asked), len(answered)) for name, asked, answered in bench.wire.passed]


def _product(bench: Bench) -> bytes:
    with bench.central.store.connection() as connection:
        query = witnessed_sheets.select().where(witnessed_sheets.c.officer == SOMYING.id)
        return bytes.fromhex(connection.execute(query).one().point)


def _rows(path: Path) -> list[tuple[object, ...]]:
    """Every row of a database in the order in which rows lie there, with its place where it has
    one."""
    raw = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    made = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    rows: list[tuple[object, ...]] = []
    for name, ddl in made.fetchall():
        place = "0" if "WITHOUT ROWID" in ddl else "rowid"
        columns = [column for _, column, *_ in raw.execute(f"PRAGMA table_info({name})")]
        named = ", ".join(f'"{column}"' for column in columns if column not in _THE_MACHINES)
        for row in raw.execute(f'SELECT {place}, {named} FROM "{name}"'):
            rows.append((name, *(_masked(value) for value in row)))
    raw.close()
    return rows


def _masked(value: object) -> object:
    """A value; of a long one, which has something random in it, only how long it is."""
    return len(value) if isinstance(value, bytes | str) and len(value) > 16 else value


def _keep(bench: Bench, left: Left) -> None:
    bench.copy_terminal()
    for path in sorted(bench.folder.glob("*.db*")):
        left.files.append(path.read_bytes())
    without_log = bench.folder / "without log.db"
    without_log.write_bytes(bench.path.read_bytes())
    for path in (bench.folder / "older.db", without_log):
        _read_sums(path, left)
    without_log.unlink()


def _read_sums(path: Path, left: Left) -> None:
    raw = sqlite.connect(f"file:{path}?immutable=1", uri=True)
    had = Counter(
        f"rating {half} 5 {score} general 1 touch"
        for table in ("ratings", "fresh_ratings")
        for half, score in raw.execute(f"SELECT half, score FROM {table}")
    )
    query = "SELECT officer, counts, opening FROM witnessed_sheets"
    for officer, counts, opening in raw.execute(query):
        if officer == SOMYING.id:
            left.remembered.append((Counter(json.loads(counts)), had))
            left.sums.add(opening)
    raw.close()


# --- the hand --------------------------------------------------------------------------------


def placed(left: Left, day: Scores) -> int:
    """How many of the day's ratings the hand places between two of central's looks, each time that
    it does."""
    scalars = _scalars((*left.files, *left.traffic))
    scalars |= {
        bytes(crypto_core_ed25519_scalar_sub(one, other))
        for one in left.sums
        for other in left.sums - {one}
    }
    openings = {r_times_h(r) for r in scalars} | {NOTHING}
    found = 0
    points = (NOTHING, *left.products)
    whole = {NOTHING, left.products[LOOKS], left.products[-1]}
    for before, after in combinations(points, 2):
        if {before, after} <= whole:
            continue  # a half-day
        between = bytes(crypto_core_ed25519_sub(after, before))
        found += max((sum(c) for c in _choices(day) if _opens(between, c, openings)), default=0)
    for shown, had in left.remembered:
        scores = Counter({name: n for name, n in shown.items() if name.startswith("rating")})
        if scores != had:  # what was shown by the last look, and what came after it
            found += sum((had - scores).values()) or 1
    return found


def r_times_h(r: bytes) -> bytes:
    return bytes(crypto_scalarmult_ed25519_base_noclamp(r))


def _scalars(contents: Iterable[bytes]) -> set[bytes]:
    """Every 32 bytes that lie anywhere and can be a random scalar."""
    scalars: set[bytes] = set()
    for part in _parts(contents):
        scalars |= {bytes.fromhex(text.decode()) for text in _HEX.findall(part)}
        for end in range(32, len(part) + 1):
            if part[end - 1] < 0x10:  # the highest byte comes last
                window = part[end - 32 : end]
                if window.count(0) < 6 and len(set(window)) > 16:
                    scalars.add(window)
    return {scalar for scalar in scalars if scalar[31] < 0x10 and scalar != ZERO}


def _parts(contents: Iterable[bytes]) -> set[bytes]:
    """Pages, each with the beginning of the next one: most stand in many files."""
    return {
        content[at : at + _PAGE + 2 * _LONGEST]
        for content in contents
        for at in range(0, len(content), _PAGE)
    }


def _choices(day: Scores) -> Iterator[tuple[int, ...]]:
    """Every choice of a day's ratings, by score, but the empty one."""
    counts = Counter(day)
    for choice in every_choice(*(range(counts[score] + 1) for score in range(1, 6))):
        if any(choice):
            yield choice


def _opens(step: bytes, choice: tuple[int, ...], openings: set[bytes]) -> bool:
    for half in ("am", "pm"):
        held = opened(_counts(half, choice), ZERO)
        if bytes(crypto_core_ed25519_sub(step, held)) in openings:
            return True
    return False


def _counts(half: str, choice: tuple[int, ...]) -> dict[str, int]:
    """What a step counts where these scores came, as the bench presses them."""
    counts = {
        f"rating {half} 5 {score} general 1 touch": some
        for score, some in enumerate(choice, start=1)
    }
    return {**counts, "reason wait": choice[0] + choice[1]}


def in_their_order(left: Left) -> bool:
    """Whether no name of the last step stands out: it could tell what came after the last look."""
    names = [dimension.name for dimension in left.steps[-1].dimensions]
    return names == sorted(names)


def forms(left: Left) -> list[tuple[object, ...]]:
    """What can be seen of each step without opening it, but for the day's last: that one is opened
    with the whole day."""
    return [(step.number, step.dimensions, len(step.proof)) for step in left.steps[:-1]]


# --- the rig ---------------------------------------------------------------------------------


def drawn(random: Random) -> tuple[list[Scores], Scores]:
    """What comes before each look of a day and after the last, and the whole day."""
    looks: list[list[int]] = [[] for _ in range(2 * LOOKS + 2)]
    for _ in range(PRESSES):
        random.choice(looks).append(random.randint(1, 5))
    return [tuple(scores) for scores in looks], tuple(s for scores in looks for s in scores)


def careless(pressed: Sequence[Scores]) -> Left:
    """The control: the same points, and what opens each of them was left lying about."""
    left = Left()
    point = NOTHING
    for number, scores in enumerate(pressed):
        half = "am" if number <= LOOKS else "pm"
        by_score = Counter(scores)
        counts = _counts(half, tuple(by_score[score] for score in range(1, 6)))
        made = commit(b"", [Dimension(name, 4) for name in counts], counts)
        point = product(point, made.point)
        left.products.append(point)
        left.files.append(b"\x00" * 50 + made.opening + b"\x00" * 50)
    return left


def place_ratings(given: Run) -> Measured:
    """`given.size` days, an empty one beside each, and a careless one."""
    random, memory = Random(given.seed), in_memory()
    found = control = of = 0
    failures = []
    for number in range(given.size):
        pressed, day = drawn(random)
        folders = [memory / f"{number} {name}" for name in ("busy", "empty")]
        for folder in folders:
            folder.mkdir()
        busy, empty = live(folders[0], pressed), live(folders[1], [()] * (2 * LOOKS + 2))
        if forms(busy) != forms(empty):
            failures.append(f"day {number}: its steps look otherwise than an empty day's")
        if busy.lengths != empty.lengths:
            failures.append(f"day {number}: what passed has other lengths than on an empty day")
        if busy.report_lengths == empty.report_lengths:
            failures.append(f"day {number}: the hand reads no length where there is one to read")
        if busy.central != empty.central:
            failures.append(f"day {number}: central's rows differ from an empty day's")
        if not in_their_order(busy):
            failures.append(f"day {number}: its last step sorts what came after the last look")
        found += placed(busy, day)
        control += placed(careless(pressed), day)
        of += len(day)
        for folder in folders:
            shutil.rmtree(folder)
    shutil.rmtree(memory)
    if found:
        failures.append(f"{found} of {of} ratings are placed in a quarter of an hour")
    if control < of:
        failures.append(f"where openings lie about, {control} of {of} are placed")
    text = f"{found} of {of} ratings placed; where openings lie about {control}"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="ratings placed by seals, files and traffic",
    target="none",
    quick=1,
    full=50,
    measure=place_ratings,
)
"""A day takes some seconds: every 32 bytes of every file are tried."""
