"""The database of many offices over many years, on a PostgreSQL of the run's own.

Rows are made by the database itself: a city of ten years is fifteen million cuts of blocks. The
first office is the one that the tests of access walk, grown older; each of its pages has rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from sync.central.disclosure import BESIDE, ONLINE, TABLES_WAIT
from sync.central.logbook import Kind, Log, Note
from sync.central.schema import LEVELS
from sync.central.usecases.central import Central
from tests.support.throwaway_postgres import throwaway_postgres

LAST_SUNDAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""The Monday on which everybody reads."""
OFFICERS, TERMINALS = 40, 20
_COUNTS = "3 + h %% 3, 3 + h %% 4, 6 + h %% 5, 15 + h %% 9, 16 + h %% 7"
"""Ratings of a week by level, each with three or more; `h` is a hash of whose week it is."""
_CUTS = """
    ('service', 'general'), ('service', 'id-card'), ('channel', 'touch'), ('counter', '1'),
    ('reason', 'wait'), ('weekday', '1-am'), ('weekday', '1-pm'), ('weekday', '2-am'),
    ('weekday', '2-pm'), ('weekday', '3-am'), ('weekday', '3-pm'), ('weekday', '4-am'),
    ('weekday', '4-pm'), ('weekday', '5-am'), ('weekday', '5-pm')
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many offices there are, and how old they are."""

    sites: int
    years: float
    """Of the first office; also of the others, unless these are told apart."""
    other_years: float | None = None
    other_officers: int = OFFICERS

    def __str__(self) -> str:
        if self.other_years is None:
            return f"{self.sites:,} sites of {self.years:g} years"
        return (
            f"{self.sites:,} sites, the one that is read of {self.years:g} years, the others of "
            f"{self.other_years:g} years with {self.other_officers} officers"
        )


@contextmanager
def database() -> Iterator[str]:
    """The URL of a PostgreSQL of this run."""
    with throwaway_postgres() as server:
        yield server.get_uri("postgres").replace("postgresql://", "postgresql+psycopg://")


def grow(central: Central, raw: psycopg.Connection[Any], size: Size) -> None:
    """Give the office of `central`, which the tests of access furnished, its years, and make the
    other offices."""
    site = central.site
    raw.execute(
        "INSERT INTO sites (site, name, province, published)"
        " SELECT 'local' || lpad(n::text, 5, '0'), 'เทศบาลตำบลที่ ' || n, 'จังหวัด ' || n %% 77, NULL"
        " FROM generate_series(1, %s) n",
        (size.sites - 2,),
    )
    give_officers(raw, site, OFFICERS - 3)
    weeks = round(52 * size.years)
    for table in ("blocks", "block_cuts"):
        raw.execute(f"UPDATE {table} SET number = number + 100000".encode())
        raw.execute(f"UPDATE {table} SET number = number - 100000 + {weeks}".encode())
    _weeks(raw, weeks, "o.site = %s", site)
    give_officers(raw, "local%", size.other_officers)
    other_years = size.years if size.other_years is None else size.other_years
    _weeks(raw, round(52 * other_years), "o.site LIKE %s", "local%")
    sum_months(raw)
    sum_quarters(raw)
    give_terminals(raw)
    _days(raw, site, size.years)
    _people(raw)
    _logs(central, round(2_500 * size.years))
    raw.execute("VACUUM ANALYZE")


def give_officers(raw: psycopg.Connection[Any], sites: str, number: int) -> None:
    raw.execute(
        "INSERT INTO officers (site, officer, number, name, position, section, retired)"
        " SELECT site, 'o' || lpad(n::text, 3, '0'), (500 + n)::text, 'คนที่ ' || n, '',"
        " (ARRAY['ฝ่ายทะเบียน', 'ฝ่ายรายได้', 'ฝ่ายโยธา', 'ฝ่ายปกครอง', 'ฝ่ายการศึกษา'])[1 + n %% 5], 0"
        " FROM sites, generate_series(1, %s) n WHERE site LIKE %s",
        (number, sites),
    )


def _weeks(raw: psycopg.Connection[Any], weeks: int, where: str, site: str) -> None:
    """A published block for each officer and week, with its cuts."""
    raw.execute(
        (
            "INSERT INTO blocks (site, officer, levels, number, section, first_day, last_day,"
            f" published, n1, n2, n3, n4, n5, {', '.join(BESIDE)})"
            f" SELECT site, officer, 5, number, section, last - 6, last, last + 1, {_COUNTS},"
            f" 1{', 0' * (len(BESIDE) - 1)}"
            " FROM (SELECT o.site, o.officer, o.section, week AS number,"
            f" %s::date - 7 * ({weeks} - week) AS last,"
            " abs(hashtext(o.site || o.officer || week)) AS h"
            f" FROM officers o, generate_series(1, {weeks}) week WHERE {where}) one"
        ).encode(),
        (LAST_SUNDAY - timedelta(days=7), site),
    )
    raw.execute(
        (
            "INSERT INTO block_cuts"
            " (site, officer, levels, number, kind, what, n1, n2, n3, n4, n5)"
            " SELECT o.site, officer, levels, number, kind, what, 1, 2, 3, 8, 8"
            f" FROM blocks o, (VALUES {_CUTS}) cut (kind, what)"
            f" WHERE {where} AND number <= {weeks}"
        ).encode(),
        (site,),
    )


def sum_months(raw: psycopg.Connection[Any]) -> None:
    raw.execute("TRUNCATE site_months, officer_months")
    sums = ", ".join(f"sum({name})" for name in (*LEVELS, *BESIDE))
    squares = "sum(n * n), sum(n * k), sum(k * k), count(*), min(first_day), max(last_day)"
    for table, by, of in (
        ("officer_months", "section, officer, levels", ""),
        ("site_months", "levels", f"WHERE officer <> '{ONLINE}'"),
    ):
        raw.execute(
            (
                f"INSERT INTO {table} SELECT site, date_trunc('month', last_day)::date AS month,"
                f" {by}, {sums}, {squares}"
                " FROM (SELECT *, n1 + n2 + n3 + n4 + n5 AS n, n4 + n5 AS k FROM blocks) one"
                f" {of} GROUP BY site, month, {by}"
            ).encode()
        )
    raw.execute("UPDATE sites SET published = %s", (LAST_SUNDAY,))


def sum_quarters(raw: psycopg.Connection[Any]) -> None:
    sums = ", ".join(f"sum(c.{name})" for name in LEVELS)
    raw.execute("TRUNCATE quarter_cuts")
    raw.execute(
        (
            "INSERT INTO quarter_cuts SELECT c.site,"
            " (date_trunc('quarter', last_day) + interval '3 months - 1 day')::date AS quarter,"
            f" kind, what, c.levels, {sums}"
            " FROM block_cuts c JOIN blocks b USING (site, officer, levels, number)"
            " WHERE officer <> %s GROUP BY 1, 2, 3, 4, 5"
        ).encode(),
        (ONLINE,),
    )
    raw.execute("DELETE FROM quarter_cuts WHERE quarter > %s", (LAST_SUNDAY - TABLES_WAIT,))


def give_terminals(raw: psycopg.Connection[Any]) -> None:
    raw.execute(
        "INSERT INTO terminals (site, terminal, name, generation, enrolled, invited_by,"
        " invited_roles, counter, public_key, next_key, state, release_by, release_roles,"
        " release_reason, release_keeps, software, seen, head_seq, head_hash, nonce, shown,"
        " greetings, held)"
        " SELECT site, 'counter-' || n, 'counter-' || n, 1, %s, 'it', 'it', n::text, '', '',"
        " 'active', '', '', '', '', '1.0.0', %s, 1, '', '', '', '', ''"
        " FROM sites, generate_series(1, CASE WHEN site LIKE 'local%%' THEN 4 ELSE %s END) n",
        (NOON - timedelta(days=900), NOON - timedelta(minutes=5), TERMINALS),
    )


def _days(raw: psycopg.Connection[Any], site: str, years: float) -> None:
    """Reports and rows of days of the office that is read, and tickets."""
    days = round(365 * years)
    raw.execute(
        "INSERT INTO day_reports"
        " SELECT %s, 'counter-' || n, %s::date - back, 1, '', '', '{}', %s"
        " FROM generate_series(1, %s) n, generate_series(1, %s) back",
        (site, NOON.date(), NOON - timedelta(days=1), TERMINALS, days),
    )
    raw.execute(
        "INSERT INTO day_lines"
        " SELECT %s, 'counter-' || 1 + n %% 20, %s::date - back, 'o' || lpad(n::text, 3, '0'),"
        " service, (1 + n %% 10)::text, half, 'touch', 5, 1, 1, 1, 1, 1"
        " FROM generate_series(1, %s) n, generate_series(7, %s) back,"
        " unnest(ARRAY['general', 'id-card']) service, unnest(ARRAY['am', 'pm']) half",
        (site, NOON.date(), OFFICERS - 3, days),
    )
    raw.execute(
        "INSERT INTO tickets SELECT %s, n::text, %s::date - back, 90"
        " FROM generate_series(1, 10) n, generate_series(1, %s) back",
        (site, NOON.date(), days),
    )


def _people(raw: psycopg.Connection[Any]) -> None:
    """An account for each officer of the offices."""
    raw.execute(
        "INSERT INTO accounts (site, account, name, secret, roles, officer, section, subject,"
        " disabled) SELECT site, 'of-' || officer, name, '', 'officer', officer, '', '', 0"
        " FROM officers"
    )


def _logs(central: Central, entries: int) -> None:
    """What a director's ten looks a working day leave, and as much of what happened."""
    looks = [
        Note(kind=Kind.LOOK, who="director", whom=f"o{1 + n % 37:03}", what="")
        for n in range(entries)
    ]
    events = [
        Note(kind=Kind.SIGNED_IN, who="director", whom="director", what="") for _ in range(entries)
    ]
    with central.store.transaction(central.site) as t:
        t.logs.append(Log.RECORD, looks, NOON - timedelta(days=90))
        t.logs.append(Log.SECURITY, events, NOON - timedelta(days=90))
