"""The single rows: who is on duty, each panel's last press, the enrolment, central's wording."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, select

from kiosk.domain.duty import Duty
from kiosk.domain.encounter import Asking
from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import RatingId, ReasonId
from kiosk.domain.wording import Bilingual, Improvement, ReasonWords, Wording
from kiosk.store.schema import (
    duty,
    enrolment,
    held_reasons,
    last_exchange,
    panel_marks,
    wording,
)
from kiosk.store.statements import prepared, upsert

_READ_MARK = select(panel_marks.c.device, panel_marks.c.boot, panel_marks.c.seq, panel_marks.c.kept)
_READ_ONE_MARK = _READ_MARK.where(panel_marks.c.device == bindparam("device"))
_PUT_MARK = upsert(panel_marks)
_SINGLE_ROWS = (duty, held_reasons, enrolment, last_exchange, wording)
_READ = {table: prepared(select(table)) for table in _SINGLE_ROWS}
_PUT = {table: upsert(table) for table in _SINGLE_ROWS}


@dataclass(frozen=True, slots=True)
class Mark:
    """Which press of which panel was committed last: device, its boot id, sequence number."""

    device: str
    boot: str
    seq: int
    kept: bool = field(default=False, compare=False)
    """Whether it became a rating; not part of which press it is."""


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A duty as it was left: on which business date, and whether paused."""

    duty: Duty
    paused: bool
    day: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where central is and who we are to it; keys are base64 Ed25519. `publisher_key`: whose
    releases of the program are installed here, "" for nobody's."""

    url: str
    site: str
    terminal: str
    counter: str
    central_key: str
    publisher_key: str = ""
    next_url: str = ""
    """Where central says that it can be found from now on; "": nothing has come of that."""


@dataclass(frozen=True, slots=True)
class LastExchange:
    """What the last exchange with central left. `central_clock`: its clock, in seconds since 1970
    (0: never heard); `days_tag`: of its list of days, once that was compared with the outbox;
    `told_outbox`: digest of what it was told of parked reports."""

    central_clock: int = 0
    days_tag: str = ""
    told_outbox: str = ""
    clock_off: int = 0
    """Seconds by which this terminal's clock was ahead of central's."""


class TerminalState:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def duty(self) -> OpenDuty | None:
        row = self._connection.execute(_READ[duty]).first()
        if row is None:
            return None
        served = Duty(OfficerId(row.officer), ServiceId(row.service), CounterId(row.counter))
        return OpenDuty(served, bool(row.paused), date.fromisoformat(row.business_date))

    def put_duty(self, open_duty: OpenDuty | None) -> None:
        if open_duty is None:
            self._connection.execute(delete(duty))
            return
        self._put(
            duty,
            officer=open_duty.duty.officer,
            service=open_duty.duty.service,
            counter=open_duty.duty.counter,
            paused=int(open_duty.paused),
            business_date=open_duty.day.isoformat(),
        )

    def mark(self, device: str) -> Mark | None:
        row = self._connection.execute(_READ_ONE_MARK, {"device": device}).first()
        return _mark(row) if row else None

    def marks(self) -> tuple[Mark, ...]:
        """The last press of each panel."""
        rows = self._connection.execute(_READ_MARK.order_by(panel_marks.c.device))
        return tuple(_mark(row) for row in rows)

    def put_mark(self, mark: Mark) -> None:
        self._connection.execute(
            _PUT_MARK,
            {"device": mark.device, "boot": mark.boot, "seq": mark.seq, "kept": int(mark.kept)},
        )

    def held_reasons(self) -> Asking | None:
        """What is ticked on the page of reasons that stands, or stood when the program died."""
        row = self._connection.execute(_READ[held_reasons]).first()
        if row is None:
            return None
        return Asking(
            rating=RatingId(row.rating),
            officer=OfficerId(row.officer),
            day=date.fromisoformat(row.business_date),
            ticked=tuple(ReasonId(name) for name in json.loads(row.ticked)),
        )

    def hold_reasons(self, asking: Asking | None) -> None:
        """None, or none ticked: nothing is left of them."""
        if asking is None or not asking.ticked:
            self._connection.execute(delete(held_reasons))
            return
        self._put(
            held_reasons,
            rating=asking.rating,
            officer=asking.officer,
            business_date=asking.day.isoformat(),
            ticked=json.dumps(asking.ticked),
        )

    def enrolment(self) -> Enrolment | None:
        row = self._connection.execute(_READ[enrolment]).first()
        if row is None:
            return None
        return Enrolment(
            url=row.url,
            site=row.site,
            terminal=row.terminal,
            counter=row.counter,
            central_key=row.central_key,
            publisher_key=row.publisher_key,
            next_url=row.next_url,
        )

    def put_enrolment(self, enrolled: Enrolment) -> None:
        self._put(
            enrolment,
            url=enrolled.url,
            site=enrolled.site,
            terminal=enrolled.terminal,
            counter=enrolled.counter,
            central_key=enrolled.central_key,
            publisher_key=enrolled.publisher_key,
            next_url=enrolled.next_url,
        )

    def last_exchange(self) -> LastExchange:
        row = self._connection.execute(_READ[last_exchange]).first()
        if row is None:
            return LastExchange()
        return LastExchange(
            central_clock=row.central_clock,
            days_tag=row.days_tag,
            told_outbox=row.told_outbox,
            clock_off=row.clock_off,
        )

    def put_last_exchange(self, last: LastExchange) -> None:
        self._put(last_exchange, **asdict(last))

    def roster_etag(self) -> str:
        """Of the roster that the wording came with; "": none has come."""
        return self._connection.execute(select(wording.c.etag)).scalar() or ""

    def wording(self) -> Wording:
        row = self._connection.execute(_READ[wording]).first()
        if row is None:
            return Wording()
        lists = json.loads(row.lists)
        return Wording(
            question_th=row.question_th,
            question_en=row.question_en,
            comment_url=row.comment_url,
            level_words=tuple(Bilingual(*words) for words in lists["level_words"]),
            reasons=tuple(ReasonWords(*words) for words in lists["reasons"]),
            improvements=tuple(Improvement(*texts) for texts in lists["improvements"]),
            holidays=tuple(date.fromisoformat(day) for day in lists["holidays"]),
            office_th=lists["office"][0],
            office_en=lists["office"][1],
        )

    def put_wording(self, sent: Wording, etag: str) -> None:
        """`etag`: of the roster that it came with."""
        lists = {
            "level_words": sent.level_words,
            "reasons": sent.reasons,
            "improvements": sent.improvements,
            "holidays": [day.isoformat() for day in sent.holidays],
            "office": [sent.office_th, sent.office_en],
        }
        self._put(
            wording,
            question_th=sent.question_th,
            question_en=sent.question_en,
            comment_url=sent.comment_url,
            etag=etag,
            lists=json.dumps(lists, ensure_ascii=False, sort_keys=True),
        )

    def _put(self, table: Table, **values: object) -> None:
        self._connection.execute(_PUT[table], {"id": 1, **values})


def _mark(row: Row[Any, Any, Any, Any]) -> Mark:
    return Mark(device=row.device, boot=row.boot, seq=row.seq, kept=bool(row.kept))
