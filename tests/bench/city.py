"""A city of many years that verify agrees with: day reports, their rows and sheets, and blocks.

The first office's bytes are made like a terminal's, its rows by the store's own functions. The
database gives the other offices the same days under their own names, with digests of their own,
and sums everybody's days to blocks by the week.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import psycopg
from msgspec import structs
from sqlalchemy import Table

from kiosk.domain.rating import Channel, Half, Outcome
from kiosk.domain.scale import FaceOrder
from sync.central.disclosure import BESIDE
from sync.central.schema import LEVELS, day_counts, day_lines, day_reports, seen_sheets
from sync.central.store.bulk import append_rows
from sync.central.store.days import COUNT_COLUMNS, LINE_COLUMNS, count_rows, line_rows
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.sites import add_site
from sync.messages import DayReport, GapCount, LineCount, OutcomeCount, ReasonCount
from sync.protocol import digest
from tests.bench import country
from tests.support.day_reports import sealed

OFFICERS_AT_ONE = 2
"""Officers who serve at one terminal in a day."""
_KEY = ("site", "terminal", "date")
_SHEETS = (*_KEY, "officer", "n", "entries", "seal")
_HEADERS = (*_KEY, "revision", "digest", "replaced", "body", "received")
_PATTERNS = 8
_DAYS_AT_ONCE = 100


def grow_city(home: Central, raw: psycopg.Connection[Any], sites: int, years: float) -> int:
    """Give a new central so many offices, each with its people, terminals and years; how many day
    reports there are."""
    names = [home.site, *(f"site{number:02}" for number in range(1, sites))]
    for name in names[1:]:
        add_site(home, name, f"สำนักงานเขต {name}")
    country.give_officers(raw, "%", country.OFFICERS)
    days = working_days(country.LAST_SUNDAY, years)
    [*_, reported] = report_days(home.store, home.site, country.TERMINALS, days)
    for name in names:
        if name != home.site:
            as_another(raw, home.site, name)
        close_weeks(raw, name)
    country.sum_months(raw)
    country.sum_quarters(raw)
    country.give_terminals(raw)
    raw.execute("VACUUM ANALYZE")
    return reported * sites


def working_days(last: date, years: float) -> list[date]:
    """Every Monday to Friday of so many years up to a day, the oldest first."""
    days = (last - timedelta(days=back) for back in range(round(365 * years), -1, -1))
    return [day for day in days if day.weekday() < 5]


def report_days(
    store: CentralStore, site: str, terminals: int, days: Sequence[date]
) -> Iterator[int]:
    """Have every terminal of an office report these days; how many reports are there then."""
    likes = [_likes(terminal) for terminal in range(terminals)]
    done = 0
    for first in range(0, len(days), _DAYS_AT_ONCE):
        some = days[first : first + _DAYS_AT_ONCE]
        for terminal, of_terminal in enumerate(likes):
            reports = [
                structs.replace(
                    of_terminal[day.toordinal() % _PATTERNS],
                    site=site,
                    terminal=f"counter-{terminal + 1}",
                    date=day,
                )
                for day in some
            ]
            _put(store, reports)
            done += len(reports)
        yield done


def _put(store: CentralStore, reports: Sequence[DayReport]) -> None:
    rows: dict[Table, list[tuple[Any, ...]]] = {
        table: [] for table in (day_reports, day_lines, day_counts, seen_sheets)
    }
    for report in reports:
        body, key = report.to_bytes(), (report.site, report.terminal, report.date)
        received = datetime(report.date.year, report.date.month, report.date.day, 20, tzinfo=UTC)
        rows[day_reports].append((*key, 1, digest(body), "", body, received))
        rows[day_lines] += ((*key, *row) for row in line_rows(report))
        rows[day_counts] += ((*key, *row) for row in count_rows(report))
        for sheet in report.open_sheets():
            rows[seen_sheets].append((*key, sheet.officer, sheet.n, sheet.entries, sheet.seal))
    columns = (_HEADERS, (*_KEY, *LINE_COLUMNS), (*_KEY, *COUNT_COLUMNS), _SHEETS)
    with store.connection() as connection:
        for (table, its), names in zip(rows.items(), columns, strict=True):
            append_rows(connection, table, names, its)


def _likes(terminal: int) -> list[DayReport]:
    """Days of one terminal, each as many later ones are."""
    return [_like(terminal, number) for number in range(_PATTERNS)]


def _like(terminal: int, number: int) -> DayReport:
    """Two officers with two services each, morning and afternoon, and what is counted beside."""
    random = Random(f"{terminal} {number}")
    officers = [f"o{terminal * OFFICERS_AT_ONE + n + 1:03}" for n in range(OFFICERS_AT_ONE)]
    lines = tuple(
        LineCount(
            officer=officer,
            service=service,
            counter=str(terminal % 10 + 1),
            half=half,
            channel=Channel.TOUCH,
            n=tuple(random.randint(0, most) for most in (1, 1, 2, 5, 9)),
        )
        for officer, service, half in product(officers, ("general", "id-card"), Half)
    )
    totals = {o: sum(sum(line.n) for line in lines if line.officer == o) for o in officers}
    beside = (Outcome.SUPPRESSED, Outcome.OFFERED, Outcome.ANSWERED)
    return DayReport(
        site="site",
        terminal="terminal",
        date=date(2026, 1, 1),
        revision=1,
        lines=lines,
        outcomes=tuple(OutcomeCount(o, what, totals[o] + 1) for o in officers for what in beside),
        reasons=tuple(ReasonCount(o, "wait", 1) for o in officers),
        sheets=tuple(sealed(o, totals[o]) for o in officers),
        gaps=tuple(GapCount(o, "pause-minutes", 5) for o in officers),
        orders=(FaceOrder.BEST_FIRST,),
    )


_OF_ANOTHER = (
    "INSERT INTO day_reports SELECT site, terminal, date, revision,"
    " encode(sha256(body), 'hex'), replaced, body, received FROM ("
    "  SELECT %(site)s AS site, terminal, date, revision, replaced, received, convert_to("
    "   replace(convert_from(body, 'UTF8'), '\"site\":\"' || site, '\"site\":\"' || %(site)s),"
    "   'UTF8') AS body FROM day_reports WHERE site = %(like)s) one"
)
_BLOCKS = f"""\
INSERT INTO blocks (site, officer, levels, number, section, first_day, last_day, published,
 {", ".join(LEVELS)}, {", ".join(BESIDE)})
SELECT d.site, d.officer, 5, row_number() OVER (PARTITION BY d.site, d.officer ORDER BY d.week),
 o.section, d.week, d.week + 6, d.week + 7, d.n1, d.n2, d.n3, d.n4, d.n5,
 c.suppressed, 0, c.offered, c.answered, 0, 0, 0, d.days, 0
FROM (SELECT site, officer, date_trunc('week', date)::date AS week, count(DISTINCT date) AS days,
  {", ".join(f"sum({name}) AS {name}" for name in LEVELS)}
  FROM day_lines WHERE site = %(site)s GROUP BY 1, 2, 3) d
JOIN (SELECT site, officer, date_trunc('week', date)::date AS week,
  sum(n) FILTER (WHERE what = 'suppressed') AS suppressed,
  sum(n) FILTER (WHERE what = 'offered') AS offered,
  sum(n) FILTER (WHERE what = 'answered') AS answered
  FROM day_counts WHERE site = %(site)s AND kind = 'outcome' GROUP BY 1, 2, 3) c
 USING (site, officer, week)
JOIN officers o USING (site, officer)"""
_CUTS = f"""\
INSERT INTO block_cuts (site, officer, levels, number, kind, what, {", ".join(LEVELS)})
SELECT b.site, b.officer, b.levels, b.number, cut.kind, cut.what,
 {", ".join(f"sum(d.{name})" for name in LEVELS)}
FROM blocks b
JOIN day_lines d ON d.site = b.site AND d.officer = b.officer
 AND d.date BETWEEN b.first_day AND b.last_day
CROSS JOIN LATERAL (VALUES ('service', d.service), ('counter', d.counter), ('channel', d.channel),
 ('weekday', extract(isodow FROM d.date) || '-' || d.half)) cut (kind, what)
WHERE b.site = %(site)s GROUP BY 1, 2, 3, 4, 5, 6"""
_REASONS = """\
INSERT INTO block_cuts (site, officer, levels, number, kind, what, n1, n2, n3, n4, n5)
SELECT b.site, b.officer, b.levels, b.number, 'reason', c.what, sum(c.n), 0, 0, 0, 0
FROM blocks b
JOIN day_counts c ON c.site = b.site AND c.officer = b.officer AND c.kind = 'reason'
 AND c.date BETWEEN b.first_day AND b.last_day
WHERE b.site = %(site)s GROUP BY 1, 2, 3, 4, 5, 6"""


def as_another(raw: psycopg.Connection[Any], like: str, site: str) -> None:
    """Give an office the days of another one, under its own name."""
    raw.execute(_OF_ANOTHER.encode(), {"site": site, "like": like})
    for table in (day_lines, day_counts, seen_sheets):
        others = ", ".join(column.name for column in table.columns if column.name != "site")
        raw.execute(
            f"INSERT INTO {table.name} (site, {others})"
            f" SELECT %s, {others} FROM {table.name} WHERE site = %s".encode(),
            (site, like),
        )


def close_weeks(raw: psycopg.Connection[Any], site: str) -> None:
    """A block of each officer's week, with its cuts, as publishing leaves them."""
    for statement in (_BLOCKS, _CUTS, _REASONS):
        # An office that is not counted yet counts as empty: its rows are then joined one by one.
        raw.execute("ANALYZE blocks, day_lines, day_counts")
        raw.execute(statement.encode(), {"site": site})
