"""Three hands that want an office's past otherwise, each with our code and a laptop, over HTTP: IT
alone, from the web, with a machine of its own; who has a terminal's machine, and replaces days that
central has; who has a copy of a terminal's key. Nothing that counts may change but by growing, no
PIN may come out, and what was replaced must still be there.
"""

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from kiosk.domain.encounter import Record
from kiosk.domain.rating import Outcome
from kiosk.store.engine import Store
from sync import exchange
from sync.central.logbook import Kind, told
from sync.central.store.engine import CentralStore
from sync.central.usecases.pins import issue_pins
from sync.central.usecases.sign_in import sign_in_as
from sync.central.usecases.verification import first_disagreement
from sync.central.viewer import ROLES
from sync.central.web.dependencies import COOKIE
from sync.client import SyncFailed
from sync.messages import Answer, DayReport, Enrol, Enrolled, Head, OutcomeCount, Receipt, Welcome
from sync.signing import public_text
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.support.builders import PEPPER, SOMYING, TODAY, rating
from tests.support.central import SITE, logged, made_central, on_roster, person, signed_in
from tests.support.central_server import Kept, Server
from tests.support.copied_key import CopiedKey
from tests.support.day_reports import day_report
from tests.support.page_forms import form_for

TERMINAL = "counter-1"
Past = Mapping[tuple[str, date], bytes]
"""The bytes of each day report that counts, by terminal and day."""


@dataclass(frozen=True, slots=True)
class Office:
    """A central on a port, and a terminal that has reported two days."""

    server: Server
    kept: Kept

    def past(self) -> Past:
        with self.server.central.store.read(SITE) as t:
            reports = [t.days.report(*key) for key in t.recorded.every_day()]
        return {(one.terminal, one.date): one.body for one in reports if one is not None}

    def browser(self, role: str) -> httpx.Client:
        """Of somebody who has this role alone."""
        signed_in(self.server.central, ROLES[role], now=self.server.now)
        token = sign_in_as(self.server.central, SITE, f"subject {role}", self.server.now).token
        cookies = {COOKIE: f"{SITE}.{token}"}
        return httpx.Client(base_url=self.server.url, cookies=cookies, trust_env=False)

    def beat(self) -> None:
        """The terminal itself shows its heads, and takes its PINs."""
        self.server.now += timedelta(minutes=1)
        try:
            kept = self.kept
            exchange.heartbeat(kept.store, kept.clock, kept.key, pepper=PEPPER)
        except SyncFailed:
            return

    def head(self) -> Head:
        with self.kept.store.read() as snapshot:
            return Head(*snapshot.journal.head())

    def show_heads(self, hand: CopiedKey) -> None:
        """As who has the terminal's journal."""
        answer = hand.greet()
        if answer.status_code == httpx.codes.OK:
            with self.kept.store.read() as snapshot:
                at_last = snapshot.journal.hash_at(Welcome.parse(answer.content).last)
            hand.heads(self.head(), at_last)

    def out_of_quarantine(self) -> None:
        """As a person lets it who began it: what was witnessed holds."""
        with self.server.central.store.transaction(SITE) as t:
            t.terminals.resume(TERMINAL)


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    folder.mkdir(parents=True)
    # Refusals are what these hands meet.
    logging.getLogger("kiosk.central.security").addHandler(logging.NullHandler())
    central_store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    server = Server(made_central(central_store, folder))
    on_roster(server.central, str(SOMYING.id))
    Store.create(folder / "kiosk.db")
    store = Store.open(folder / "kiosk.db")
    kept = Kept(store, server.url, server.code(TERMINAL))
    for day in (TODAY - timedelta(days=1), TODAY):
        for score in (5, 4, 4, 2, 1):
            kept.terminal.carry_out([Record(rating(score, day=day))])
    issue_pins(server.central, {"101": 0}, person("hr", "hr"), server.now)
    kept.close()
    kept.sync()
    try:
        yield Office(server=server, kept=kept)
    finally:
        store.close()
        server.stop()
        central_store.close()


# --- IT alone ----------------------------------------------------------------------------------


class ItHand:
    """IT's browser and its laptop. `helpers`: who presses the same buttons in other roles."""

    def __init__(self, scene: Office, helpers: tuple[str, ...] = ()) -> None:
        self._office, self._server = scene, scene.server
        self._it = scene.browser("it")
        self._browsers = (self._it, *map(scene.browser, helpers))
        self._laptops: dict[str, CopiedKey] = {}
        self.codes = 0
        self.got_pins = False

    def close(self) -> None:
        for browser in self._browsers:
            browser.close()

    def enrol(self, _random: Random) -> None:
        """The laptop in the terminal's place."""
        form = {"do": "enrol", "terminal": TERMINAL, "counter": "1"}
        page = self._it.post("/fleet/dindaeng", data=form).text
        code = page.partition('<code class="secret">')[2].partition("<")[0]
        self.codes += 1
        key = Ed25519PrivateKey.generate()
        answer = self._it.post("/v1/enrol", content=Enrol(code, public_text(key)).to_bytes())
        name = Enrolled.parse(answer.content).terminal
        self._laptops[name] = CopiedKey(self._server, key, name)

    def send(self, random: Random) -> None:
        """Days as the laptop: from before its enrolment, in place of the terminal's, of now."""
        for name, laptop in random.sample(
            sorted(self._laptops.items()), min(1, len(self._laptops))
        ):
            if laptop.greet().status_code != httpx.codes.OK:
                return
            laptop.heads(Head(1, "a" * 64), "a" * 64)
            day = TODAY - timedelta(days=random.choice((0, 1, 2, 30, 58)))
            counts = (0, 0, 0, 0, random.randrange(1, 900))
            laptop.day(day_report(random.randrange(1, 4), day, name, counts))
            self.got_pins |= laptop.pins().status_code == httpx.codes.OK
            for guarded in ("photos", "own-results"):
                self.got_pins |= laptop.call("GET", guarded).status_code == httpx.codes.OK

    def terminal_goes_on(self, _random: Random) -> None:
        self._office.beat()

    def stop(self, random: Random) -> None:
        """Not the terminal's own key: with that, nothing of it could be rewritten any more."""
        deed = random.choice(("quarantine", "release", "release", "revoke"))
        names = [*self._laptops, *((TERMINAL,) if deed != "revoke" else ())]
        self._press("/fleet/dindaeng", deed, random.choice(names), "fell")

    def agree(self, random: Random) -> None:
        deed = random.choice(("confirm", "confirm", "propose", "count", "confirm-release"))
        why = random.choice(("fell", "before-enrolment", "other-generation", "impossible-amount"))
        name = random.choice([TERMINAL, *self._laptops])
        self._press("/fleet/dindaeng/two-people", deed, name, why)

    def _press(self, path: str, deed: str, name: str, why: str) -> None:
        """What the page of now offers, and where it offers nothing, what it might have."""
        for browser in self._browsers:
            page = browser.get("/fleet/dindaeng").text
            offered = form_for(page, deed, terminal=name) or {"do": deed, "terminal": name}
            browser.post(path, data={"why": why, "note": "because", **offered})


DEEDS: tuple[Callable[[ItHand, Random], None], ...] = (
    ItHand.enrol,
    ItHand.send,
    ItHand.send,
    ItHand.send,
    ItHand.terminal_goes_on,
    ItHand.stop,
    ItHand.agree,
    ItHand.agree,
)


def by_it(folder: Path, random: Random, deeds: int, helpers: tuple[str, ...] = ()) -> Iterator[str]:
    """What came of so many deeds of IT's that must not be."""
    with office(folder) as scene:
        before, hand = scene.past(), ItHand(scene, helpers)
        for number in range(deeds):
            deed = random.choice(DEEDS) if number else ItHand.enrol
            deed(hand, random)
            if scene.past() != before:
                yield f"deed {number}, {deed.__name__}: other days count"
                break
            if hand.got_pins:
                yield f"deed {number}, {deed.__name__}: the laptop got PINs or photos"
                break
        hand.close()
        # The terminal's own code is the first one.
        whats = [note.what for note in logged(scene.server.central, Kind.CHANGE)]
        if whats.count(told("terminal_code", terminal=TERMINAL)) != hand.codes + 1:
            yield "a code was made that stands in no log"
        if wrong := first_disagreement(scene.server.central):
            yield f"afterwards: {wrong}"


# --- who replaces days -------------------------------------------------------------------------


def replaced(report: DayReport, random: Random) -> DayReport:
    """Another day in the place of this one: better, worse, fewer, more."""
    counts = list(report.lines[0].n)
    match random.randrange(4):
        case 0:
            random.shuffle(counts)
        case 1:
            counts[random.randrange(5)] += random.randrange(1, 4)
        case 2:
            worst = next(level for level, n in enumerate(counts) if n)
            counts[worst] -= 1
        case 3:
            more = () if report.outcomes else (OutcomeCount("101", Outcome.SUPPRESSED, 1),)
            report = replace(report, outcomes=more)
    line, sheet = replace(report.lines[0], n=tuple(counts)), report.sheets
    sheets = tuple(replace(s, n=sum(counts)) if s.officer == line.officer else s for s in sheet)
    revision = max(1, report.revision + random.choice((-1, 0, 1, 1, 1, 2)))
    return replace(report, revision=revision, lines=(line,), sheets=sheets)


def _lost(before: DayReport, after: DayReport) -> bool:
    """Whether anything that was counted is counted less."""
    was, now = _counted(before), _counted(after)
    return any(now[what] < n for what, n in was.items())


def _counted(report: DayReport) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in report.lines:
        counted.update({f"{line.half} {level}": n for level, n in enumerate(line.n)})
    counted.update({outcome.outcome.value: outcome.n for outcome in report.outcomes})
    return counted


def by_machine(folder: Path, random: Random, reports: int) -> Iterator[str]:
    """What came of so many reports in place of those that central has, with the terminal's key and
    its journal, that must not be. In the second half nothing of the days was witnessed."""
    with office(folder) as scene:
        hand = CopiedKey(scene.server, scene.kept.key)
        ever = set(scene.past().values())
        for number in range(reports):
            if number == reports // 2:
                with scene.server.central.store.transaction(SITE) as t:
                    t.witness.forget(TERMINAL)
            before = scene.past()
            (terminal, day), body = random.choice(sorted(before.items()))
            report = replaced(DayReport.parse(body), random)
            scene.show_heads(hand)
            answer = Receipt.parse(hand.day(report).content).answer
            scene.out_of_quarantine()
            after = scene.past()
            if after == before:
                if answer is Answer.STORED:
                    yield f"report {number}: said to be stored, and is not"
                continue
            if _lost(DayReport.parse(body), DayReport.parse(after[terminal, day])):
                yield f"report {number}: {day} lost something"
                break
            ever.add(after[terminal, day])
        yield from _missing(scene, ever)


def _missing(scene: Office, ever: set[bytes]) -> Iterator[str]:
    """Revisions that counted once and are not there any more."""
    with scene.server.central.store.read(SITE) as t:
        bodies = {
            one.body for key in t.recorded.every_day() for one in (*t.days.earlier(*key),)
        } | set(scene.past().values())
    if ever - bodies:
        yield f"{len(ever - bodies)} revisions that counted are gone"
    if wrong := first_disagreement(scene.server.central):
        yield f"afterwards: {wrong}"


# --- who has a copy of the key -----------------------------------------------------------------


def by_copy(
    folder: Path, random: Random, asks: int, *, with_journal: bool = False
) -> Iterator[str]:
    """What so many questions with the terminal's key bring that must not be. `with_journal`: the
    whole machine was copied, not its key alone."""
    with office(folder) as scene:
        clone = CopiedKey(scene.server, scene.kept.key)
        for number in range(asks):
            scene.server.now += timedelta(seconds=20)
            if random.random() < 0.1:
                scene.beat()
            if random.random() < 0.7:
                clone.greet()
            if with_journal:
                scene.show_heads(clone)
            elif random.random() < 0.7:
                head = _guess(scene, random)
                clone.heads(head, head.hash)
            asked = random.choice((clone.pins, clone.photos, clone.photo, clone.another_key))
            if asked().status_code < httpx.codes.BAD_REQUEST:
                yield f"question {number}: {asked.__name__} was answered"
                break
            scene.out_of_quarantine()


def _guess(scene: Office, random: Random) -> Head:
    """What a head may be, for who does not know it."""
    last = scene.head().seq
    seq = random.choice((0, 1, last, last, last + 1, last + random.randrange(9)))
    return Head(seq, random.choice(("0", "a")) * 64 if seq else "")


# --- figures -----------------------------------------------------------------------------------


def _measured(
    run: Run, words: str, tried: Callable[[Path, Random, int], Iterator[str]]
) -> Measured:
    memory = in_memory()
    failures = tuple(tried(memory / "office", Random(run.seed), run.size))
    shutil.rmtree(memory)
    return Measured(f"{run.size} {words}: {len(failures)} wrong", failures)


FIGURES = (
    Figure(
        name="IT alone, from the web, with a laptop",
        target="no day changes, no PIN comes out",
        quick=50,
        full=1_000,
        measure=lambda run: _measured(run, "deeds", by_it),
    ),
    Figure(
        name="days that central has, sent again by their terminal's key",
        target="nothing is lost, every revision stays",
        quick=60,
        full=1_000,
        measure=lambda run: _measured(run, "reports", by_machine),
    ),
    Figure(
        name="a copy of a terminal's key",
        target="no PIN, no photo, no other key",
        quick=60,
        full=1_000,
        measure=lambda run: _measured(run, "questions", by_copy),
    ),
)
