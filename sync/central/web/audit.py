"""What the audit role reads: a day's raw counts, and the patterns of a quarter."""

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kiosk.domain.dates import day_in
from sync.central.patterns import CATALOGUE, Seen
from sync.central.reports.daytally import RevisionRow, TallyRow, revisions, rows
from sync.central.usecases.audit import newest_reads, read_revision, read_tally, signature
from sync.central.usecases.patterns import read_patterns
from sync.central.web.dependencies import CurrentTime, TallyReader, Today
from sync.central.web.downloads import file_response
from sync.central.web.rendering import PageError, page

router = APIRouter(include_in_schema=False)


@router.get("/tally/{site}")
def tally_page(request: Request, reader: TallyReader, now: CurrentTime, date: str = "") -> Response:
    """A day's raw counts: each read is logged before it is shown."""
    try:
        day = day_in(date) if date else None
    except ValueError:
        raise PageError(400, "no_day") from None
    tally_rows: tuple[TallyRow, ...] = ()
    revised: tuple[RevisionRow, ...] = ()
    orders: frozenset[str] = frozenset()
    if day is None:
        reads = newest_reads(reader.central)
    else:
        tally, reads = read_tally(reader.central, day, signature(reader.viewer), now)
        tally_rows, revised, orders = rows(tally), revisions(tally), tally.orders
    return page(
        request,
        "tally.html",
        reader.viewer,
        reader.central,
        rows=tally_rows,
        wanted=day,
        reads=reads,
        revised=revised,
        orders=orders,
    )


@router.get("/tally/{site}/{terminal}/{day}/{revision}.json")
def revision_file(
    reader: TallyReader, now: CurrentTime, terminal: str, day: date, revision: int
) -> Response:
    """One revision of a day report, as it came: each read is logged before it is shown."""
    who = signature(reader.viewer)
    body = read_revision(reader.central, terminal, day, revision, who, now)
    if body is None:
        raise PageError(404, "no_page")
    return file_response(body, f"{terminal}-{day}-r{revision}", "json")


_KINDS = {pattern.name: pattern.kind for pattern in CATALOGUE}


def _by_kind(seen: Iterable[Seen]) -> dict[str, list[Seen]]:
    """What stood out with an officer, by what else can be the cause of it."""
    by_kind: dict[str, list[Seen]] = {}
    for one in seen:
        by_kind.setdefault(_KINDS[one.pattern], []).append(one)
    return by_kind


@router.get("/patterns/{site}")
def patterns_page(
    request: Request, reader: TallyReader, now: CurrentTime, today: Today, quarter: str = ""
) -> Response:
    """What stood out in a quarter that is over: the read is logged before it is shown."""
    try:
        asked = day_in(quarter) if quarter else None
    except ValueError:
        raise PageError(400, "no_day") from None
    read = read_patterns(reader.central, reader.viewer, asked, today, now)
    if asked and read.quarter is None:
        raise PageError(404, "no_page")
    return page(
        request,
        "patterns.html",
        reader.viewer,
        reader.central,
        patterns=read,
        by_kind=_by_kind,
    )
