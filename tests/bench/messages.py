"""How long a day report takes to read and to write, as ratios to bare JSON in the same run:

python -m tests.bench.messages
"""

import json
import sys
from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter

from kiosk.domain.rating import Channel, Half, Outcome
from sync.messages import DayReport, LineCount, OutcomeCount, ReasonCount
from tests.support.day_reports import sealed

ROUNDS = 300
OFFICERS = 12


def busy_day() -> DayReport:
    """A day of twelve officers with every service and channel: some 17 kB."""
    officers = [f"officer-{number:02}" for number in range(OFFICERS)]
    keys = [
        (officer, service, half, channel)
        for officer in officers
        for service in ("general", "id-card", "household", "marriage")
        for half in Half
        for channel in (Channel.TOUCH, Channel.PANEL)
    ]
    lines = tuple(
        LineCount(
            officer=officer,
            service=service,
            counter="counter-1",
            half=half,
            channel=channel,
            n=(0, 1, 2, 13, 24),
        )
        for officer, service, half, channel in keys
    )
    ratings = 40 * len(lines) // OFFICERS
    return DayReport(
        site="dindaeng",
        terminal="counter-1",
        date=date(2026, 11, 23),
        revision=1,
        lines=lines,
        outcomes=tuple(
            OutcomeCount(officer, outcome, 3) for officer in officers for outcome in Outcome
        ),
        reasons=tuple(
            ReasonCount(officer, reason, 2)
            for officer in officers
            for reason in ("wait", "manner", "unclear")
        ),
        sheets=tuple(sealed(officer, ratings) for officer in officers),
        orders=(),
        gaps=(),
    )


def milliseconds(*calls: Callable[[], object]) -> list[float]:
    """The median of each call. They take turns, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, spent in zip(calls, times, strict=True):
            begin = perf_counter()
            call()
            spent.append((perf_counter() - begin) * 1000)
    return [median(spent) for spent in times]


def dumped(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def main() -> None:
    report = busy_day()
    body = report.to_bytes()
    plain = json.loads(body)
    assert dumped(plain) == body
    reading, bare_reading, writing, bare_writing = milliseconds(
        lambda: DayReport.parse(body),
        lambda: json.loads(body),
        report.to_bytes,
        lambda: dumped(plain),
    )
    lines = (
        f"a day report of {len(body):,} bytes, medians of {ROUNDS}",
        f"read, checked   {reading:.3f} ms, {reading / bare_reading:.2f} x json.loads",
        f"written         {writing:.3f} ms, {writing / bare_writing:.2f} x json.dumps",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
