"""The demonstration's objections: one that waits for a decision, and one that was upheld."""

from datetime import date, datetime

from kiosk.domain.people import RosterEntry
from sync.central.objecting import BlockKey, Ground, Verdict
from sync.central.usecases.central import Central
from sync.central.usecases.objections import (
    Filing,
    Judgement,
    decide_objection,
    file_objection,
    newest_block,
    shown_digest,
)
from sync.central.viewer import ROLES, Viewer

_WAITS = "สัปดาห์นั้นระบบคิวเรียกข้ามหลายครั้ง ประชาชนกดประเมินเรื่องคิว ไม่ใช่การให้บริการของข้าพเจ้า"
_UPHELD = "ช่วงนั้นข้าพเจ้าไปอบรม มีผู้อื่นใช้เครื่องในชื่อของข้าพเจ้า"
_DECIDED = {
    "director": ("ผู้อำนวยการเขต", "ตรวจคำสั่งไปอบรมแล้ว ตรงตามที่โต้แย้ง"),
    "hr": ("งานบุคคล", "ตรวจใบลงเวลาแล้ว เจ้าหน้าที่ไม่ได้ปฏิบัติงาน"),
}


def seed_objections(
    central: Central, waits: RosterEntry, upheld: RosterEntry, today: date, now: datetime
) -> None:
    """Two officers object to their newest results, where they have some."""
    if key := newest_block(central, str(waits.id)):
        _file(central, waits, key, _WAITS, today, now)
    if key := newest_block(central, str(upheld.id)):
        case = _file(central, upheld, key, _UPHELD, today, now)
        for account, (name, words) in _DECIDED.items():
            judgement = Judgement(
                verdict=Verdict.UPHELD,
                ground=Ground.WRONG_PERSON,
                words=words,
                shown=shown_digest(central, case),
            )
            decider = _viewer(central, account, name, account)
            decide_objection(central, decider, case, judgement, today, now)


def _file(
    central: Central, officer: RosterEntry, key: BlockKey, words: str, today: date, now: datetime
) -> int:
    filing = Filing(blocks=(key,), period="", words=words, attached=True)
    own = _viewer(central, "officer", officer.name, "officer", str(officer.id))
    return file_objection(central, own, str(officer.id), filing, today, now)


def _viewer(central: Central, account: str, name: str, role: str, officer: str = "") -> Viewer:
    return Viewer(
        account=account,
        name=name,
        site=central.site,
        roles=frozenset({ROLES[role]}),
        officer=officer,
    )
