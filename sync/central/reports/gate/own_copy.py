"""Everything that central has about one officer, as the person may have it: on request, whole.

A person's right to the own data (Personal Data Protection Act, section 30) ends where citizens'
anonymity begins: an officer reads blocks, and never the days below them; levels one by one where
the officer's page shows them too. Of other people there are names alone: who looked, who decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kiosk.domain.people import Officer
from sync.central.disclosure import BESIDE, Block
from sync.central.logbook import SECURITY_KINDS, Entry, Kind, Log, Wanted, read_told, told
from sync.central.logwords import log_words
from sync.central.measures import levels_shown, result, sample_of
from sync.central.objecting import Objection
from sync.central.reports.gate.effects import effects
from sync.central.reports.gate.figures import last_week_end
from sync.central.reports.gate.looks import record_looks
from sync.central.store.accounts import Account, Session
from sync.central.store.engine import Transaction
from sync.central.store.pins import Issued
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.viewer import NotYours, Right, Viewer

Cell = str | int | float | None
Row = Mapping[str, Cell]
MOST = 100_000
"""Entries of a log."""


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """Tables by name; each row has its columns in their order."""

    number: str
    tables: Mapping[str, Sequence[Row]]
    photo: bytes | None


def own_copy(central: Central, viewer: Viewer, id: str, today: date, now: datetime) -> OwnCopy:
    """One officer's full copy: for that officer, and for who makes it on request. NotYours for
    anybody else. Whoever makes it, it is logged first."""
    own = viewer.is_officer(central.site, id)
    if not own and not viewer.has(central.site, Right.COPY):
        raise NotYours(Right.COPY)
    with central.store.transaction(central.site) as t:
        person = next((one for one in t.people.everyone() if one.id == id), None)
        if person is None:
            raise NotYours(Right.COPY)
        what = told("own_copy", number=person.number, officer=person.name)
        t.logs.read(signature(viewer), what, now)
    record_looks(central, viewer, [id], told("seen_copy"), now)
    with central.store.read(central.site) as t:
        accounts = [one for one in t.accounts.all() if one.officer == id]
        blocks = t.blocks.of_officer(id, date.min, today)
        looks = t.logs.about(Log.RECORD, Wanted(kinds=(Kind.LOOK,)), id, 0, MOST)
        tables: dict[str, Sequence[Row]] = {
            "person": [_person(person, t.pins.all().get(id))],
            "accounts": [_account(one) for one in accounts],
            "sessions": [_session(s) for one in accounts for s in t.accounts.sessions(one.account)],
            "results": list(_results(t, blocks, today)),
            "gaps": list(_gaps(t, id, blocks, last_week_end(today))),
            "objections": [row for one in t.objections.all(id) for row in _steps(one)],
            "looks": [_entry(entry) for entry in looks],
            "log": list(_log(t, id, accounts, person.number, person.name)),
        }
        return OwnCopy(number=person.number, tables=tables, photo=t.photos.of(id))


def _person(person: Officer, pin: Issued | None) -> Row:
    return {
        "number": person.number,
        "name": person.name,
        "position": person.position,
        "section": str(person.section),
        "on_roster": "no" if person.retired else "yes",
        "pin_issued": pin.at.isoformat() if pin else "",
        "pin_by": pin.author if pin else "",
    }


def _account(one: Account) -> Row:
    return {
        "account": one.account,
        "name": one.name,
        "roles": " ".join(sorted(role.id for role in one.roles)),
        "disabled": "yes" if one.disabled else "no",
        "first_password_until": one.first_until.isoformat() if one.first_until else "",
        "identity": one.subject,
    }


def _session(one: Session) -> Row:
    return {
        "account": one.account,
        "browser": one.browser,
        "opened": one.opened.isoformat(),
        "seen": one.seen.isoformat(),
    }


def _results(t: Transaction, blocks: Sequence[tuple[int, Block]], today: date) -> Iterator[Row]:
    """Published results, as much of each as the officer's page may show."""
    if not blocks:
        return
    compare_from = t.settings.newest().settings.compare_from
    deffs = effects(t, [(block.last_day, block.last_day) for _, block in blocks], today)
    for levels, block in blocks:
        published = result(
            sample_of(levels, block.counts), compare_from, deffs.usual(block.last_day)
        )
        low, high = published.ends or (None, None)
        row: dict[str, Cell] = {
            "first_day": block.first_day.isoformat(),
            "last_day": block.last_day.isoformat(),
            "section": block.section,
            "levels": levels,
            "n": published.n,
            "bound": published.bound,
            "satisfied_per_cent": published.per_cent,
            "low_per_cent": low,
            "high_per_cent": high,
        }
        counts = block.counts if levels_shown(block.counts) else ()
        for level in range(1, 6):
            row[f"level_{level}"] = counts[level - 1] if counts and level <= levels else None
        yield row | {name: getattr(block.beside, name) for name in BESIDE}


def _gaps(
    t: Transaction, officer: str, blocks: Sequence[tuple[int, Block]], until: date
) -> Iterator[Row]:
    """By month, as long as there are results: pauses, and what else was missing on own duties."""
    if not blocks:
        return
    month = min(block.first_day for _, block in blocks).replace(day=1)
    while month <= until:
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        last = min(until, date.fromordinal(following.toordinal() - 1))
        of_month = t.days.gaps_of([officer], month, last)
        for kind, n in sorted(of_month.get(officer, {}).items()):
            yield {"month": f"{month:%Y-%m}", "gap": kind, "n": n}
        month = following


def _steps(objection: Objection) -> Iterator[Row]:
    for step in objection.steps:
        yield {
            "case": objection.case,
            "period": objection.period,
            "at": step.at.isoformat(),
            "deed": step.deed.value,
            "who": step.name,
            "verdict": step.verdict.value if step.verdict else "",
            "ground": step.ground.value if step.ground else "",
            "words": step.words,
            "until": step.until.isoformat() if step.until else "",
        }


def _log(
    t: Transaction, officer: str, accounts: Sequence[Account], number: str, name: str
) -> Iterator[Row]:
    """What the logs say about the person and the accounts; of entries about several people, the
    own part."""
    for account in accounts:
        security = Wanted(kinds=SECURITY_KINDS)
        for entry in t.logs.about(Log.SECURITY, security, account.account, 0, MOST):
            yield _entry(entry)
    names = {account.account for account in accounts}
    for entry in t.logs.every(Log.RECORD):
        note = entry.note
        if note.kind == Kind.OBJECTION and note.whom == officer:
            yield _entry(entry)
        elif note.kind == Kind.CHANGE and (part := _own_part(note.what, names, number, name)):
            yield {**_entry(entry), "what": log_words("th", part), "what_en": log_words("en", part)}


def _own_part(what: str, accounts: set[str], number: str, name: str) -> str:
    """What a change says about this person alone; "" where it is about somebody else."""
    try:
        key, values = read_told(what)
    except ValueError:
        return ""
    if values.get("account") in accounts or (values.get("number"), values.get("officer")) == (
        number,
        name,
    ):
        return what
    several = {one.strip() for one in str(values.get("accounts", "")).split(",")}
    own = sorted(several & accounts)
    return told(key, n=1, accounts=", ".join(own)) if own else ""


def _entry(entry: Entry) -> dict[str, Cell]:
    return {
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": str(entry.note.kind),
        "who": entry.note.who,
        "what": log_words("th", entry.note.what),
        "what_en": log_words("en", entry.note.what),
    }
