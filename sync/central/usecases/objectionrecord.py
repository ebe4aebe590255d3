"""Whether objections are as the chained log saw them: it has a digest for each step."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sync.central.logbook import Kind, Log, read_told
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central, RowUnreadable


@dataclass(slots=True)
class _Recorded:
    """What the log has of an objection. `blocks`: each `levels.number`."""

    officer: str
    blocks: frozenset[str] = frozenset()
    digest: str = ""


def wrong_objection(central: Central) -> str | None:
    """The first objection that is not as the record saw it, or that is gone while results that it
    was about are published; None: all agree."""
    with central.store.read(central.site) as t:
        recorded, emptied = _recorded(t)
        try:
            stored = t.objections.all()
        except (RowUnreadable, ValueError) as error:
            return f"objections: {error}"
        # What the record was kept long enough to say, it says no more.
        objections = [one for one in stored if one.steps[-1].at > emptied]
        digests = {one.case: one.digest for one in objections}
        for case in sorted(recorded.keys() | digests.keys()):
            if wrong := _wrong_with(t, recorded.get(case), digests.get(case)):
                return f"objection {case}: {wrong}"
    return None


def _recorded(t: Transaction) -> tuple[dict[int, _Recorded], datetime]:
    """By case; and up to when the record's entries are emptied."""
    recorded: dict[int, _Recorded] = {}
    emptied = datetime.min.replace(tzinfo=UTC)
    for entry in t.logs.every(Log.RECORD):
        emptied = entry.at if entry.emptied else emptied
        if entry.note.kind != Kind.OBJECTION:
            continue
        _, values = read_told(entry.note.what)
        one = recorded.setdefault(int(values["case"]), _Recorded(entry.note.whom))
        one.digest = str(values["digest"])
        if "blocks" in values:
            one.blocks = frozenset(str(values["blocks"]).split())
    return recorded, emptied


def _wrong_with(t: Transaction, recorded: _Recorded | None, digest: str | None) -> str:
    if recorded is None:
        return "the record knows nothing of it"
    if digest is not None:
        return "" if digest == recorded.digest else "it is not as the record saw it"
    # What was kept long enough goes with the results that it was about.
    published = {f"{levels}.{number}" for levels, number in t.blocks.published(recorded.officer)}
    return "it is missing" if published & recorded.blocks else ""
