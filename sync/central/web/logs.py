"""The logs, page by page and as files."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from kiosk.domain.dates import day_in
from sync.central.logwords import log_words
from sync.central.papers.csvtable import csv_table
from sync.central.usecases.central import Central
from sync.central.usecases.logs import (
    Entry,
    Kind,
    Log,
    LogPage,
    Wanted,
    export_log,
    export_own_looks,
    kinds_for,
    read_log,
    read_own_log,
)
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.people import officer_names
from sync.central.usecases.sites import find_site
from sync.central.viewer import CITY, Viewer
from sync.central.web.dependencies import (
    ChangesReader,
    CityChangesReader,
    CityEventsReader,
    CityLogReader,
    CurrentTime,
    EventsReader,
    LogReader,
    Reader,
    SignedIn,
)
from sync.central.web.downloads import file_response
from sync.central.web.parts import parts_of
from sync.central.web.rendering import PageError, language_of, page

router = APIRouter(include_in_schema=False)

COLUMNS = ("number", "time", "kind", "who", "whom", "person", "what", "said", "hash")
"""`whom` and `what` as the chain of hashes covers them; `person`: the officer behind an id; `said`:
in the reader's language."""
_PATHS = {Log.RECORD: "changes", Log.SECURITY: "security"}
_TITLES = {Log.RECORD: "changes", Log.SECURITY: "events"}

_FIELDS = ("kind", "person", "since", "until")
"""Of the form above a log."""

Before = Annotated[int, Query(ge=0, le=1 << 53)]
"""The number of the entry that a page ends before; 0: the newest page."""
Text = Annotated[str, Query(max_length=80)]
Who = Annotated[str, Query(max_length=400)]
"""Whose deeds, as a log has the name."""


def wanted_entries(
    kind: Text = "", person: Text = "", since: Text = "", until: Text = "", who: Who = ""
) -> Wanted:
    """What the form above a log asks for; PageError for a day that is none."""
    first, last = _day(since), _day(until)
    return Wanted(
        kinds=(Kind(kind),) if kind in set(Kind) else (),
        person=person.strip(),
        who=who,
        first=_midnight(first) if first else None,
        end=_midnight(last + timedelta(days=1)) if last else None,
    )


Asked = Annotated[Wanted, Depends(wanted_entries)]


@router.get("/changes/{site}")
def changes_page(
    request: Request, reader: ChangesReader, wanted: Asked, before: Before = 0
) -> Response:
    return _log_page(request, reader, Log.RECORD, wanted, before)


@router.get("/security/{site}")
def security_page(
    request: Request, reader: EventsReader, wanted: Asked, before: Before = 0
) -> Response:
    return _log_page(request, reader, Log.SECURITY, wanted, before)


@router.get("/changes/{site}/log.csv")
def changes_file(request: Request, reader: LogReader, wanted: Asked, now: CurrentTime) -> Response:
    return _file(request, reader, Log.RECORD, wanted, now)


@router.get("/security/{site}/log.csv")
def security_file(request: Request, reader: LogReader, wanted: Asked, now: CurrentTime) -> Response:
    return _file(request, reader, Log.SECURITY, wanted, now)


@router.get("/city/changes")
def city_changes_page(
    request: Request, reader: CityChangesReader, wanted: Asked, before: Before = 0
) -> Response:
    return _log_page(request, reader, Log.RECORD, wanted, before)


@router.get("/city/security")
def city_security_page(
    request: Request, reader: CityEventsReader, wanted: Asked, before: Before = 0
) -> Response:
    return _log_page(request, reader, Log.SECURITY, wanted, before)


@router.get("/city/changes/log.csv")
def city_changes_file(
    request: Request, reader: CityLogReader, wanted: Asked, now: CurrentTime
) -> Response:
    return _file(request, reader, Log.RECORD, wanted, now)


@router.get("/city/security/log.csv")
def city_security_file(
    request: Request, reader: CityLogReader, wanted: Asked, now: CurrentTime
) -> Response:
    return _file(request, reader, Log.SECURITY, wanted, now)


@router.get("/my-log")
def own_page(
    request: Request,
    viewer: SignedIn,
    wanted: Asked,
    looks_before: Before = 0,
    before: Before = 0,
) -> Response:
    """What happened to one's own account, and who looked at one's own results."""
    central = parts_of(request).central
    own = read_own_log(central, viewer, wanted, events_before=before, looks_before=looks_before)
    asked = {name: request.query_params.get(name, "") for name in ("who", "since", "until")}
    filled = {name: value for name, value in asked.items() if value}
    return page(
        request,
        "ownlog.html",
        viewer,
        own=own,
        asked=asked,
        file="/my-log/looks.csv" + ("?" + urlencode(filled) if filled else ""),
        names=_own_names(central, viewer),
        kept_days=read_settings(central).settings.security_days,
        older_events=_older(request, own.events, "before"),
        older_looks=_older(request, own.looks, "looks_before"),
    )


@router.get("/my-log/looks.csv")
def own_looks_file(request: Request, viewer: SignedIn, wanted: Asked, now: CurrentTime) -> Response:
    """Who looked at one's own results, as a file."""
    central = parts_of(request).central
    looks = export_own_looks(central, viewer, wanted)
    name = f"looks-{viewer.account}-{now.astimezone():%Y-%m-%d}"
    data = _as_csv(looks, _own_names(central, viewer), language_of(request))
    return file_response(data, name, "csv")


def _own_names(central: Central, viewer: Viewer) -> dict[str, str]:
    """Of the viewer's own office; the city's accounts are nobody's of a roster."""
    office = find_site(central, viewer.site)
    return officer_names(office) if office else {}


def _log_page(request: Request, reader: Reader, log: Log, wanted: Wanted, before: int) -> Response:
    entries = read_log(reader.central, reader.viewer, log, wanted, before)
    asked = {name: request.query_params.get(name, "") for name in _FIELDS}
    filled = {name: value for name, value in asked.items() if value}
    query = "?" + urlencode(filled) if filled else ""
    of_city = reader.central.site == CITY
    return page(
        request,
        "log.html",
        reader.viewer,
        parts_of(request).central if of_city else reader.central,
        title=f"city_{_TITLES[log]}" if of_city else _TITLES[log],
        entries=entries.entries,
        names=officer_names(reader.central),
        kinds=kinds_for(reader.viewer, reader.central.site, log),
        asked=asked,
        older=_older(request, entries, "before"),
        newest=f"{request.url.path}{query}" if before else "",
        file=f"{request.url.path}/log.csv{query}",
    )


def _older(request: Request, entries: LogPage, name: str) -> str:
    """The address of the next page; "" when this one has the first entry."""
    if not entries.older:
        return ""
    query = urlencode({**request.query_params, name: entries.older})
    return f"{request.url.path}?{query}"


def _file(request: Request, reader: Reader, log: Log, wanted: Wanted, now: datetime) -> Response:
    entries = export_log(reader.central, reader.viewer, log, wanted, now)
    place = "city" if reader.central.site == CITY else reader.central.site
    name = f"{_PATHS[log]}-{place}-{now.astimezone():%Y-%m-%d}"
    names = officer_names(reader.central)
    return file_response(_as_csv(entries, names, language_of(request)), name, "csv")


def _as_csv(entries: Iterable[Entry], names: Mapping[str, str], language: str) -> bytes:
    def rows() -> Iterator[tuple[object, ...]]:
        for entry in entries:
            note, at = entry.note, entry.at.isoformat()
            whom = (note.whom, names.get(note.whom, ""))
            sentence = log_words(language, note.what)
            yield entry.seq, at, note.kind, note.who, *whom, note.what, sentence, entry.hash

    return csv_table(COLUMNS, rows())


def _day(text: str) -> date | None:
    try:
        return day_in(text) if text else None
    except ValueError:
        raise PageError(400, "no_day") from None


def _midnight(day: date) -> datetime:
    """When a day begins on this machine's calendar."""
    return datetime.combine(day, time()).astimezone()
