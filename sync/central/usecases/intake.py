"""What many terminals ask at once, in one transaction: a commit waits for the disk, however much
it carries.

Only the common cases are answered here: a run opened, a first report of a day, and the same one
again where its receipt was lost. Whatever needs a judgement gets no answer (None) and is then asked
alone, as if it had come by itself.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sync.central.greetings import Greeting, Said, Words
from sync.central.ingest import SheetKey, Witnessed, grown, judge_opened
from sync.central.store.engine import CentralStore, PartDown, RowRefused
from sync.central.store.many import DayKey, ManyTerminals, NewDay, TerminalKey
from sync.central.store.terminals import KnownTerminal, Run, State
from sync.central.usecases.central import Central
from sync.central.usecases.judging import is_impossible
from sync.central.usecases.loghistory import heads_told
from sync.central.viewer import CITY
from sync.messages import Answer, DayReport, Hello, Late, OpenSheet, Receipt, Welcome
from sync.protocol import BadMessage, digest
from sync.signing import BadSignature, check_request, public_key

__all__ = [
    "PartDown",
    "RequestRefused",
    "RowRefused",
    "Signed",
    "greet",
    "greeted",
    "take_days",
]

FIRST_DAY = date(2026, 1, 1)
"""Before this no terminal of any version ran."""
_COME_LATER = (429, 503)
_AHEAD = timedelta(days=1)
"""By how much a terminal's day may be ahead: clocks and time zones differ."""


_ENDED = {
    State.REVOKED: "this terminal's key was revoked: IT can enrol it again, with a new code",
    State.REPLACED: "another machine has taken this one's place: switch this one off",
}
"""Said to who proves that they have the key."""


class RequestRefused(Exception):
    """An answer that is no success: status and one line. It is signed where `signed` is a request
    that was proven: the terminal then knows that central said so, and nobody on the way."""

    def __init__(self, status: int, text: str, signed: "Signed | None" = None) -> None:
        super().__init__(text)
        self.status, self.text, self.signed = status, text, signed


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as its signature covers it."""

    site: str
    terminal: str
    method: str
    path: str
    nonce: str
    signature: str
    body: bytes = b""

    @property
    def key(self) -> TerminalKey:
        return self.site, self.terminal

    def proven(self, known: KnownTerminal | None, now: datetime, *, in_run: bool) -> KnownTerminal:
        """The terminal that signed this, within its open run; RequestRefused. Unknown
        and wrongly signed look the same. Who says hello with a key that was ended is told so under
        central's signature; a day report is not, or the terminal would park it."""
        if known is None:
            raise RequestRefused(401, "unknown terminal or bad signature")
        if not self.is_by(known.public_key) and not self.is_by(known.next_key):
            raise RequestRefused(401, "unknown terminal or bad signature")
        if known.ended:
            raise RequestRefused(403, _ENDED[known.state], None if in_run else self)
        until = known.nonce_until
        fresh = self.nonce == known.nonce and until is not None and until >= now
        if in_run and not (self.nonce and fresh):
            raise RequestRefused(401, "no open run with this nonce; say hello again")
        return known

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What is refused of this request, now that it is proven, is refused under central's
        signature; but for what is only to come later."""
        try:
            yield
        except BadMessage as error:
            raise RequestRefused(400, str(error), self) from None
        except RequestRefused as refused:
            if refused.status in _COME_LATER:
                raise
            raise RequestRefused(refused.status, refused.text, self) from None

    def is_by(self, key: str) -> bool:
        """Whether a key signed this; not where there is no key."""
        if not key:
            return False
        try:
            of = public_key(key)
            check_request(of, self.signature, self.method, self.path, self.nonce, self.body)
        except (BadSignature, BadMessage):
            return False
        return True

    def day_report(self, now: datetime) -> DayReport:
        """The day report in the body; BadMessage, or RequestRefused when it is not the path's,
        or of a day that can't be: with the year 9999 no page could reckon."""
        report = DayReport.parse(self.body)
        day = self.path.rpartition("/")[2]
        if (report.site, report.terminal, report.date.isoformat()) != (*self.key, day):
            raise RequestRefused(400, "the body is another day's or terminal's than the path")
        if not FIRST_DAY <= report.date <= (now + _AHEAD).date():
            raise RequestRefused(
                400, f"{day} was before all terminals, or has not come yet: set the clock"
            )
        return report


def greeted(
    central: Central, terminal: KnownTerminal, hello: Hello, now: datetime
) -> tuple[Welcome | Late, Run | None]:
    """The answer to a hello, and the run that it opens."""
    greetings, words = Said.read(terminal.greetings), Words.at(central.key, now)
    clock = int(now.timestamp())
    judged = greetings.judge_on_foot(hello) if central.on_foot else greetings.judge(hello, words)
    is_open = terminal.nonce_until is not None and terminal.nonce_until >= now
    own = not central.on_foot or terminal.nonce == greetings.run
    if judged is Greeting.AGAIN and is_open and own:
        return Welcome(terminal.nonce, terminal.head.seq, clock), None
    if judged is Greeting.LATE or (judged is Greeting.AGAIN and is_open):
        return Late(greetings.run if central.on_foot else words.now), None
    nonce = secrets.token_hex(16)
    heard = greetings.heard_on_foot(hello, nonce) if central.on_foot else greetings.heard(hello)
    run = Run(
        terminal=terminal.terminal,
        nonce=nonce,
        until=now + central.run,
        hello=hello,
        greetings=heard.text(),
    )
    return Welcome(nonce, terminal.head.seq, clock), run


def greet(
    central: Central, calls: Sequence[tuple[Signed, Hello]], now: datetime
) -> list[Welcome | Late | Exception | None]:
    """An answer to each hello, or what refuses it."""
    answers: list[Welcome | Late | Exception | None] = [None] * len(calls)
    runs: dict[TerminalKey, Run] = {}
    with central.store.many() as many:
        terminals = many.locked({call.key for call, _ in calls})
        for place, (call, hello) in enumerate(calls):
            if _is_by_another_key(call, terminals.get(call.key)):
                continue
            try:
                terminal = call.proven(terminals.get(call.key), now, in_run=False)
            except RequestRefused as refused:
                answers[place] = refused
                continue
            if call.key not in runs:
                answers[place], opened = greeted(central, terminal, hello, now)
                if opened is not None:
                    runs[call.key] = opened
        many.open_runs(((site, run) for (site, _), run in sorted(runs.items())), now)
    return answers


def take_days(
    store: CentralStore, calls: Sequence[Signed], now: datetime
) -> list[Receipt | Exception | None]:
    """A receipt for each day report that is the first of its day, or that central has as it is; or
    what refuses it."""
    answers: list[Receipt | Exception | None] = [None] * len(calls)
    places: dict[DayKey, int] = {}
    days: dict[DayKey, NewDay] = {}
    with store.many() as many:
        terminals = many.locked({call.key for call in calls})
        log_ends = many.log_ends({call.site for call in calls})
        for place, call in enumerate(calls):
            if _is_by_another_key(call, terminals.get(call.key)):
                continue
            try:
                terminal = call.proven(terminals.get(call.key), now, in_run=True)
                with call.refusals():
                    report = call.day_report(now)
            except RequestRefused as refused:
                answers[place] = refused
                continue
            day = NewDay(report=report, body=call.body, digest=digest(call.body))
            if terminal.active and day.key not in days and not is_impossible(terminal, report):
                days[day.key], places[day.key] = day, place
        receipts = _taken(many, days, now)
    for key, answer in receipts.items():
        report = days[key].report
        answers[places[key]] = Receipt(
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=days[key].digest,
            answer=answer,
            logs=heads_told(log_ends[report.site], log_ends[CITY]),
        )
    return answers


def _taken(
    many: ManyTerminals, days: Mapping[DayKey, NewDay], now: datetime
) -> dict[DayKey, Answer]:
    """Store those that are the first of their day; what is said of them, and of those that central
    has as they are."""
    stored = many.stored(days.keys())
    first_ones = _first_ones(many, {key: days[key] for key in days.keys() - stored.keys()})
    many.put(first_ones, now)
    answers = {day.key: Answer.STORED for day in first_ones}
    had = (key for key, digest_ in stored.items() if digest_ == days[key].digest)
    return answers | dict.fromkeys(had, Answer.ALREADY_HAVE)


def _is_by_another_key(call: Signed, known: KnownTerminal | None) -> bool:
    """Whether the key before or the next one may have signed this: it is asked alone."""
    if known is None or not (known.next_key or known.renewed):
        return False
    return not call.is_by(known.public_key)


def _first_ones(many: ManyTerminals, days: Mapping[DayKey, NewDay]) -> list[NewDay]:
    """Those whose every officer and counter central knows, and that open what was shown of them;
    each with the sheets that it shows more of. Central has none of these days yet."""
    if not days:
        return []
    seen = many.seen(days.keys())
    witnessed, missed = many.witnessed(days.keys()), many.first_missed(days.keys())
    officers = many.known_officers(_named(day, day.report.officers()) for day in days.values())
    counters = many.known_counters(_named(day, day.report.counters()) for day in days.values())
    return [
        _with_sheets(day, seen.get(key, {}))
        for key, day in sorted(days.items())
        if missed.get(key[:2], day.report.date) >= day.report.date
        and _named(day, day.report.officers()) <= officers
        and _named(day, day.report.counters()) <= counters
        and _as_shown(witnessed.get(key, {}), day.report)
    ]


def _named(day: NewDay, names: frozenset[str]) -> set[tuple[str, str]]:
    return {(day.report.site, name) for name in names}


def _as_shown(shown: Mapping[SheetKey, Witnessed], report: DayReport) -> bool:
    """Whether a report opens what was shown of its sheets; any other is judged alone."""
    answer, _ = judge_opened(shown, report)
    return answer is Answer.STORED


def _with_sheets(day: NewDay, seen: Mapping[SheetKey, OpenSheet]) -> NewDay:
    """A day with the sheets that it shows more of."""
    sheets = [(sheet, seen.get((sheet.date, sheet.officer))) for sheet in day.report.open_sheets()]
    return replace(
        day,
        first_sheets=tuple(sheet for sheet, was in sheets if was is None),
        grown_sheets=tuple(sheet for sheet, was in sheets if was is not None and grown(sheet, was)),
    )
