"""Recomputes the whole file from its rows and names the first thing that is wrong.

Every sheet's count and seal from its ratings, outcomes and reasons; the journal's chain; the
outbox's digests; SQLite's own check; the guards against change. Knows nothing of keys or of what
a day report says: `sync.closing` compares those.

A start can't wait for ten years of seals. It recomputes the newest days, some others that nobody
can foresee, and everything that is not a sheet; the whole file follows at once behind it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from random import SystemRandom
from typing import Any

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.scale import Score
from kiosk.domain.seal import Seal, outcome_entry, rating_entry, reason_entry
from kiosk.store.engine import Store
from kiosk.store.journal import GENESIS, Kind, entry_hash
from kiosk.store.register import DETAIL, register_digest
from kiosk.store.schema import TRIGGERS

Key = tuple[str, str]
"""A sheet's business date and officer, as they are written in the file."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Everything agrees. How much there was."""

    sheets: int
    ratings: int
    entries: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that does not agree, in one line."""

    what: str


AT_START = 50_000
"""Ratings that a start recomputes: in about a second."""
SAMPLED_DAYS = 10
NEWEST_ENTRIES = 5_000
"""Of the journal, that a start recomputes: some months."""


@dataclass(frozen=True, slots=True)
class _Part:
    """How much is recomputed. `days`: their sheets; None: all. `since`: the journal's entry from
    which on its chain is."""

    days: str | None = None
    since: int = 0

    @property
    def where(self) -> str:
        """For a table that has a business date."""
        if self.days is None:
            return ""
        return "WHERE business_date IN (SELECT value FROM json_each(:days))"

    @property
    def fields(self) -> dict[str, str]:
        return {} if self.days is None else {"days": self.days}


def verify(store: Store) -> Verified | Wrong:
    """Read everything in one consistent state; StoreFailed only when it can't be read at all."""
    return _verify(store, lambda _: _Part())


def verify_at_start(
    store: Store, most: int = AT_START, sampled: int = SAMPLED_DAYS
) -> tuple[Verified | Wrong, bool]:
    """The same of the newest days with `most` ratings, of some `sampled` ones before them, and of
    the newest part of the journal; and whether that was everything."""
    parts: list[_Part] = []

    def of_newest(cursor: Any) -> _Part:
        parts.append(_newest(cursor, most, sampled))
        return parts[0]

    verdict = _verify(store, of_newest)
    return verdict, parts == [_Part()]


def _newest(cursor: Any, most: int, sampled: int) -> _Part:
    rows = cursor.execute(
        "SELECT business_date, sum(n) FROM sheets GROUP BY business_date ORDER BY 1 DESC"
    )
    newest, others = [], []
    for day, n in rows:
        if most > 0:
            newest.append(day)
        else:
            others.append(day)
        most -= n
    (entries,) = cursor.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
    since = max(0, entries - NEWEST_ENTRIES)
    if not others:
        return _Part(since=since)
    chosen = SystemRandom().sample(others, min(sampled, len(others)))
    return _Part(days=json.dumps([*newest, *chosen]), since=since)


def _verify(store: Store, part_of: Callable[[Any], _Part]) -> Verified | Wrong:
    with store.read() as snapshot:
        cursor = snapshot.cursor()
        for check in (_structure, _guards):
            if wrong := check(cursor):
                return Wrong(wrong)
        part = part_of(cursor)
        sheets = {
            (day, officer): (n, entries, seal)
            for day, officer, n, entries, seal in cursor.execute(
                f"SELECT business_date, officer, n, entries, seal FROM sheets {part.where}",
                part.fields,
            )
        }
        counts: Counter[Key] = Counter()
        try:
            seals = _seals(cursor, counts, part)
        except _CanNotBe as error:
            return Wrong(f"{_name(error.key)}: an entry has a value that can't be: {error}")
        for key in sorted(sheets.keys() | seals.keys()):
            if wrong := _sheet(key, sheets.get(key), seals.get(key), counts[key]):
                return Wrong(wrong)
        if wrong := _journal(cursor, part.since):
            return Wrong(wrong)
        for check in (_register, _duty, _outbox):
            if wrong := check(cursor):
                return Wrong(wrong)
        entries = cursor.execute("SELECT count(*) FROM journal").fetchone()[0]
        return Verified(len(sheets), sum(counts.values()), entries)


def _structure(cursor: Any) -> str | None:
    (verdict,) = cursor.execute("PRAGMA integrity_check(1)").fetchone()
    return None if verdict == "ok" else f"the file is damaged: {verdict.splitlines()[0]}"


def _guards(cursor: Any) -> str | None:
    rows = cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    present = {sql for (sql,) in rows}
    missing = [ddl for ddl in TRIGGERS if ddl not in present]
    if missing:
        return f"a guard is missing or altered: {missing[0].split(' BEFORE')[0].split()[-1]}"
    return "a guard was added that is not ours" if len(present) > len(TRIGGERS) else None


class _CanNotBe(Exception):
    """A row of the sheet `key` holds no rating, outcome or reason."""

    def __init__(self, key: Key, why: Exception) -> None:
        super().__init__(str(why))
        self.key = key


def _seals(cursor: Any, counts: Counter[Key], part: _Part) -> dict[Key, Seal]:
    seals: dict[Key, Seal] = {}
    every = (
        rows
        for prefix in ("", "fresh_")
        for rows in (
            _ratings(cursor, prefix, counts, part),
            _outcomes(cursor, prefix, part),
            _reasons(cursor, prefix, part),
        )
    )
    for rows in every:
        for key, group in groupby(rows, key=lambda row: row[0]):
            seal = Seal.of(entry for _, entry in group)
            seals[key] = seals[key].merge(seal) if key in seals else seal
    return seals


def _ratings(
    cursor: Any, prefix: str, counts: Counter[Key], part: _Part
) -> Iterator[tuple[Key, bytes]]:
    rows = cursor.execute(
        "SELECT id, business_date, half, officer, service, counter, score, levels, channel "
        f"FROM {prefix}ratings {part.where} ORDER BY business_date, officer, id",
        part.fields,
    )
    for id_, day, half, officer, service, counter, score, levels, channel in rows:
        counts[day, officer] += 1
        try:
            rating = Rating(
                id=RatingId(id_),
                business_date=date.fromisoformat(day),
                half=Half(half),
                officer=OfficerId(officer),
                service=ServiceId(service),
                counter=CounterId(counter),
                score=Score(score),
                levels=levels,
                channel=Channel(channel),
            )
            entry = rating_entry(rating)
        except (ValueError, TypeError) as error:
            raise _CanNotBe((day, officer), error) from None
        yield (day, officer), entry


def _outcomes(cursor: Any, prefix: str, part: _Part) -> Iterator[tuple[Key, bytes]]:
    rows = cursor.execute(
        "SELECT id, business_date, officer, outcome "
        f"FROM {prefix}outcomes {part.where} ORDER BY business_date, officer",
        part.fields,
    )
    for id_, day, officer, outcome in rows:
        try:
            kind, on = Outcome(outcome), date.fromisoformat(day)
            entry = outcome_entry(id_, on, OfficerId(officer), kind)
        except (ValueError, TypeError) as error:
            raise _CanNotBe((day, officer), error) from None
        yield (day, officer), entry


def _reasons(cursor: Any, prefix: str, part: _Part) -> Iterator[tuple[Key, bytes]]:
    rows = cursor.execute(
        "SELECT rating, business_date, officer, reason "
        f"FROM {prefix}reasons {part.where} ORDER BY business_date, officer",
        part.fields,
    )
    for rating, day, officer, reason in rows:
        try:
            on = date.fromisoformat(day)
            entry = reason_entry(RatingId(rating), on, OfficerId(officer), ReasonId(reason))
        except (ValueError, TypeError) as error:
            raise _CanNotBe((day, officer), error) from None
        yield (day, officer), entry


def _sheet(
    key: Key, written: tuple[int, int, bytes] | None, computed: Seal | None, n: int
) -> str | None:
    name = _name(key)
    if written is None:
        return f"{name}: has entries but no seal"
    if written[0] != n:
        return f"{name}: says {written[0]} ratings, the file has {n}"
    if Seal(written[1], written[2]) != (computed or Seal()):
        return f"{name}: its entries differ from its seal"
    return None


def _name(key: Key) -> str:
    return f"sheet of {key[1] or 'nobody'} on {key[0]}"


_BEFORE_ALL = -(2**63)
"""SQLite's least number: an entry that was moved to 0 or below is seen."""


def _journal(cursor: Any, since: int) -> str | None:
    """The chain after the entry `since`; 0: the whole."""
    previous, after = GENESIS, _BEFORE_ALL
    if since:
        row = cursor.execute("SELECT hash FROM journal WHERE seq = ?", (since,)).fetchone()
        if row is None:
            return f"journal: entry {since} is missing"
        previous, after = row[0], since
    rows = cursor.execute(
        "SELECT seq, at, boot_ms, business_date, kind, detail, hash FROM journal "
        "WHERE seq > ? ORDER BY seq",
        (after,),
    )
    for expected, (seq, at, boot_ms, day, kind, detail, written) in enumerate(rows, since + 1):
        if seq < expected:
            return f"journal: entry {seq} was added"
        if seq > expected:
            return f"journal: entry {expected} is missing"
        if entry_hash(previous, seq, at, boot_ms, day, kind, detail) != written:
            return f"journal: entry {seq} was changed"
        previous = written
    return None


def _register(cursor: Any) -> str | None:
    """Officers, PINs, enrolment and wording against the last entry that saw them change."""
    for officer, written, photo in cursor.execute(
        "SELECT officer, digest, photo FROM officer_photos ORDER BY officer"
    ):
        if hashlib.sha256(photo).hexdigest() != written:
            return f"the photo of {officer} was changed"
    present = register_digest(lambda sql: cursor.execute(sql).fetchall())
    # The text alone tells most of the others apart: no ten years of them are parsed.
    for (detail,) in cursor.execute(
        f"SELECT detail FROM journal WHERE instr(detail, '\"{DETAIL}\"') ORDER BY seq DESC"
    ):
        witnessed = json.loads(detail).get(DETAIL)
        if witnessed is not None:
            same = witnessed == present
            return None if same else "roster, PINs, enrolment or wording: changed by no entry"
    empty = register_digest(lambda _: ())
    return None if present == empty else "roster, PINs, enrolment or wording: made by no entry"


def _duty(cursor: Any) -> str | None:
    """Who is on duty, against the last entry about a duty."""
    row = cursor.execute(
        "SELECT officer, service, counter, paused, business_date FROM duty"
    ).fetchone()
    last = cursor.execute(
        "SELECT kind, detail, business_date FROM journal WHERE kind IN (?, ?, ?, ?) "
        "ORDER BY seq DESC LIMIT 1",
        (Kind.DUTY_BEGAN, Kind.DUTY_PAUSED, Kind.DUTY_RESUMED, Kind.DUTY_ENDED),
    ).fetchone()
    expected = None
    if last is not None and last[0] != Kind.DUTY_ENDED:
        kind, text, day = last
        detail = json.loads(text)
        paused = int(kind == Kind.DUTY_PAUSED)
        expected = (detail["officer"], detail["service"], detail["counter"], paused, day)
    return None if row == expected else "duty: differs from the journal's last word on it"


def _outbox(cursor: Any) -> str | None:
    entries = cursor.execute("SELECT detail FROM journal WHERE kind = ?", (Kind.DAY_CLOSED,))
    details = [json.loads(text) for (text,) in entries]
    closed = {(detail["day"], int(detail["revision"])) for detail in details}
    aside = _set_aside(cursor)
    for day, revision, digest, body, state, receipt, proof in cursor.execute(
        "SELECT business_date, revision, digest, body, state, receipt, receipt_proof FROM outbox "
        "ORDER BY business_date, revision"
    ):
        name = f"day report {day} revision {revision}"
        if hashlib.sha256(body).hexdigest() != digest:
            return f"{name}: its bytes differ from its digest"
        if (day, revision) not in closed:
            return f"{name}: the journal knows of no such closing"
        if not _borne_out(state, receipt, proof, aside.get((day, revision))):
            return f"{name}: is {state}, which neither its receipt nor the journal bears out"
        closed.remove((day, revision))
    missing = min(closed, default=None)
    return f"day report {missing[0]} revision {missing[1]}: is missing" if missing else None


def _set_aside(cursor: Any) -> dict[tuple[str, int], str]:
    """The journal's last word on each day report that was ever parked or dropped."""
    kinds = (Kind.DAY_PARKED, Kind.DAY_DROPPED, Kind.DAY_DUE_AGAIN)
    entries = cursor.execute(
        "SELECT kind, detail FROM journal WHERE kind IN (?, ?, ?) ORDER BY seq", kinds
    )
    details = [(kind, json.loads(text)) for kind, text in entries]
    return {(detail["day"], int(detail["revision"])): kind for kind, detail in details}


def _borne_out(state: str, receipt: bytes | None, proof: str | None, said: str | None) -> bool:
    """Whether a report is in a state that its receipt, or the journal, explains: nobody makes one
    stay here without a word."""
    if (receipt is None) != (proof is None):
        return False
    match state:
        case "due":
            return receipt is None
        case "parked":
            return receipt is not None or said == Kind.DAY_PARKED
        case "dropped":
            return said == Kind.DAY_DROPPED
    return receipt is not None
