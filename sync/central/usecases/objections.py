"""Objections of officers to their own results, and the verdicts of two people on each."""

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer
from sync.central.disclosure import Block, Scaled
from sync.central.store.objections import Decision, Objection, Verdict
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer

__all__ = [
    "BlockKey",
    "NoSuchBlock",
    "NoSuchObjection",
    "Objection",
    "ObjectionsPage",
    "Verdict",
    "decide_objection",
    "file_objection",
    "read_objections",
]

BlockKey = tuple[str, int, int]
"""An officer's id, a number of levels, and the block's number."""


class NoSuchBlock(LookupError):
    """The officer has no published block of this number."""


class NoSuchObjection(LookupError):
    """Nobody has objected to this block."""


@dataclass(frozen=True, slots=True)
class ObjectionsPage:
    """`objections`: open ones first, each group oldest first."""

    objections: tuple[Objection, ...]
    blocks: dict[BlockKey, Block]
    officers: dict[str, Officer]
    deciders: dict[str, str]
    """Names of the site's accounts, by site/account."""
    fiscal_year_starts: int


def file_objection(central: Central, objection: Objection) -> None:
    """Keep an officer's objection to one published block. NoSuchBlock."""
    with central.store.transaction(central.site) as t:
        if not t.blocks.has(Scaled(objection.officer, objection.levels), objection.number):
            raise NoSuchBlock(objection.number)
        t.objections.add(objection)


def read_objections(central: Central) -> ObjectionsPage:
    with central.store.read(central.site) as t:
        objections = t.objections.all()
        blocks = {
            (officer, levels, block.number): block
            for officer in sorted({objection.officer for objection in objections})
            for levels, block in t.blocks.of_officer(officer, date.min, date.max)
        }
        open_first = sorted(objections, key=lambda objection: objection.outcome is not None)
        return ObjectionsPage(
            objections=tuple(open_first),
            blocks=blocks,
            officers={str(officer.id): officer for officer in t.people.everyone()},
            deciders={f"{central.site}/{x.account}": x.name for x in t.accounts.all()},
            fiscal_year_starts=t.settings.newest().settings.fiscal_year_starts,
        )


def decide_objection(
    central: Central, viewer: Viewer, key: BlockKey, verdict: Verdict, note: str, now: datetime
) -> None:
    """Keep one person's verdict; a second by the same person changes nothing. NoSuchObjection."""
    officer, levels, number = key
    decision = Decision(
        decider=f"{viewer.site}/{viewer.account}", verdict=verdict, note=note, at=now
    )
    with central.store.transaction(central.site) as t:
        for objection in t.objections.all(officer):
            if (objection.levels, objection.number) == (levels, number):
                t.objections.decide(objection, decision)
                return
    raise NoSuchObjection(number)
