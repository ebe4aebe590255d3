"""What many terminals ask at once, in one transaction: a commit waits for the disk, however much
it carries.

Only the common cases are answered here: a run opened, a first report of a day. Whatever needs a
judgement gets no answer (None) and is then asked alone, as if it had come by itself.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sync.central.ingest import SheetKey, Witnessed, grown, judge_opened
from sync.central.store.engine import CentralStore, RowRefused
from sync.central.store.many import DayKey, ManyTerminals, NewDay, TerminalKey
from sync.central.store.terminals import KnownTerminal, Run
from sync.central.usecases.loghistory import heads_told
from sync.central.viewer import CITY
from sync.messages import Answer, DayReport, Hello, OpenSheet, Receipt, Welcome
from sync.protocol import BadMessage, digest
from sync.signing import BadSignature, check_request, public_key

__all__ = ["RequestRefused", "RowRefused", "Signed", "greet", "new_run", "take_days"]

FIRST_DAY = date(2026, 1, 1)
"""Before this no terminal of any version ran."""
_AHEAD = timedelta(days=1)
"""By how much a terminal's day may be ahead: clocks and time zones differ."""


class RequestRefused(Exception):
    """An answer that is no success: status and one line."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


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
        and wrongly signed look the same."""
        if known is None:
            raise RequestRefused(401, "unknown terminal or bad signature")
        try:
            key = public_key(known.public_key)
            check_request(key, self.signature, self.method, self.path, self.nonce, self.body)
        except (BadSignature, BadMessage):
            raise RequestRefused(401, "unknown terminal or bad signature") from None
        until = known.nonce_until
        fresh = self.nonce == known.nonce and until is not None and until >= now
        if in_run and not (self.nonce and fresh):
            raise RequestRefused(401, "no open run with this nonce; say hello again")
        return known

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


def new_run(terminal: str, hello: Hello, until: datetime) -> Run:
    """A run with a fresh nonce."""
    return Run(terminal=terminal, nonce=secrets.token_hex(16), until=until, hello=hello)


def greet(
    store: CentralStore, calls: Sequence[tuple[Signed, Hello]], now: datetime, run: timedelta
) -> list[Welcome | Exception | None]:
    """An answer to each hello, or what refuses it. `run`: how long a run stays open."""
    answers: list[Welcome | Exception | None] = [None] * len(calls)
    runs: dict[TerminalKey, Run] = {}
    with store.many() as many:
        terminals = many.locked({call.key for call, _ in calls})
        for place, (call, hello) in enumerate(calls):
            try:
                terminal = call.proven(terminals.get(call.key), now, in_run=False)
            except RequestRefused as refused:
                answers[place] = refused
                continue
            if call.key not in runs:
                runs[call.key] = new_run(call.terminal, hello, now + run)
                answers[place] = Welcome(runs[call.key].nonce, terminal.head)
        many.open_runs(((site, run) for (site, _), run in sorted(runs.items())), now)
    return answers


def take_days(
    store: CentralStore, calls: Sequence[Signed], now: datetime
) -> list[Receipt | Exception | None]:
    """A receipt for each day report that is the first of its day, or what refuses it."""
    answers: list[Receipt | Exception | None] = [None] * len(calls)
    places: dict[DayKey, int] = {}
    days: dict[DayKey, NewDay] = {}
    with store.many() as many:
        terminals = many.locked({call.key for call in calls})
        log_ends = many.log_ends({call.site for call in calls})
        for place, call in enumerate(calls):
            try:
                terminal = call.proven(terminals.get(call.key), now, in_run=True)
                report = call.day_report(now)
            except (RequestRefused, BadMessage) as refused:
                answers[place] = refused
                continue
            day = NewDay(
                report=report,
                body=call.body,
                digest=digest(call.body),
                fresh_sheets=report.open_sheets(),
            )
            if not terminal.quarantined and day.key not in days:
                days[day.key], places[day.key] = day, place
        stored = many.put(_first_ones(many, days), now)
    for key in stored:
        report = days[key].report
        answers[places[key]] = Receipt(
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=days[key].digest,
            answer=Answer.STORED,
            logs=heads_told(log_ends[report.site], log_ends[CITY]),
        )
    return answers


def _first_ones(many: ManyTerminals, days: Mapping[DayKey, NewDay]) -> list[NewDay]:
    """Those of which central has no report yet, each with the sheets that it shows more of."""
    stored, seen = many.stored(days.keys()), many.seen(days.keys())
    witnessed, missed = many.witnessed(days.keys()), many.first_missed(days.keys())
    return [
        replace(day, fresh_sheets=_fresh(day.fresh_sheets, seen.get(key, {})))
        for key, day in sorted(days.items())
        if key not in stored
        and missed.get(key[:2], day.report.date) >= day.report.date
        and _as_shown(witnessed.get(key, {}), day.report)
    ]


def _as_shown(shown: Mapping[SheetKey, Witnessed], report: DayReport) -> bool:
    """Whether a report opens what was shown of its sheets; any other is judged alone."""
    answer, _ = judge_opened(shown, report)
    return answer is Answer.STORED


def _fresh(
    sheets: Sequence[OpenSheet], seen: Mapping[SheetKey, OpenSheet]
) -> tuple[OpenSheet, ...]:
    return tuple(s for s in sheets if grown(s, seen.get((s.date, s.officer))))
