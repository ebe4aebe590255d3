"""What a terminal says to central, over the network and on a stick. Read from its store."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import pin, release
from kiosk.certificates import authority_end
from kiosk.checking import time_sync
from kiosk.clock import Clock, clock_state
from kiosk.domain.duty import Moment
from kiosk.domain.machine import TimeSync
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.state import Enrolment
from sync.messages import Hello, NewKey, PanelState, PinStatus, TerminalPin
from sync.messages.values import MAX_COUNT, MAX_TIME
from sync.parking import is_of
from sync.sealing import sealing_text
from sync.signing import prove_key, public_text

SETTLED_SECONDS = 1800.0
"""After the machine was switched on: until then the network may not have set its clock yet."""
_MIB = 2**20


def path_of(enrolment: Enrolment, name: str) -> str:
    """The path of a request, such as `heads`."""
    return f"/v1/sites/{enrolment.site}/terminals/{enrolment.terminal}/{name}"


@dataclass(frozen=True, slots=True)
class Line:
    """How central is reached. `certificate_end`: of the certificate that it showed, None while none
    was seen; `authority`: the file by which that is believed, "" for the system's."""

    certificate_end: datetime | None
    authority: str


def greeting(
    store: Store, clock: Clock, nonce: str, window: str, line: Line | None = None
) -> Hello:
    """The hello that opens a run: how this terminal is now. `window`: central's word; `line`: None
    on a stick."""
    now = clock.now()
    with store.read() as snapshot:
        due = snapshot.outbox.count(Delivery.DUE)
        panel = _panel_state(snapshot)
        copied = snapshot.journal.last(Kind.BACKED_UP)
    disk = os.statvfs(store.path.parent)
    free = disk.f_bavail * disk.f_frsize // _MIB
    return Hello(
        nonce=nonce,
        software=f"kiosk {release.version()}",
        clock=int(now.wall.timestamp()),
        due=due,
        free=min(free, MAX_COUNT),
        panel=panel,
        window=window,
        time_sync=_time_sync(now, line),
        certificate_end=_seconds(line.certificate_end if line else None),
        authority_end=_seconds(_authority_end(line)),
        backed_up=_seconds(datetime.fromisoformat(copied.at) if copied else None),
    )


def _time_sync(now: Moment, line: Line | None) -> TimeSync:
    """Not asked where no network is, nor soon after the machine was switched on."""
    if line is None or now.boot < SETTLED_SECONDS:
        return ""
    return time_sync(clock_state())


def _authority_end(line: Line | None) -> datetime | None:
    if line is None or not line.authority:
        return None
    try:
        return authority_end(Path(line.authority))
    except (OSError, ValueError):
        return None  # the sync says what is wrong with it


def _seconds(moment: datetime | None) -> int:
    """As a message has it; 0 for None, and for what no message can say."""
    seconds = int(moment.timestamp()) if moment else 0
    return seconds if 0 <= seconds <= MAX_TIME else 0


def new_key(enrolment: Enrolment, key: Ed25519PrivateKey, nonce: str) -> NewKey:
    """The key that this terminal is to go on with, for the run of this nonce."""
    proof = prove_key(key, path_of(enrolment, "key"), nonce)
    return NewKey(public_key=public_text(key), proof=proof)


def due_now(snapshot: Snapshot, today: date) -> tuple[Parcel, ...]:
    """The day reports that a stick carries, of this generation of the terminal: what was made
    before it was enrolled again is closed again under its id now. None of a day that has not come
    by this terminal's own clock: a stick has no other."""
    enrolment = snapshot.state.enrolment()
    if enrolment is None:
        return ()
    due = (parcel for parcel in snapshot.outbox.due() if parcel.day <= today)
    return tuple(parcel for parcel in due if is_of(parcel, enrolment))


def pin_status(store: Store, key: X25519PrivateKey) -> PinStatus:
    """Which issued PINs are here; central seals what it sends to `key`."""
    with store.read() as snapshot:
        records = snapshot.pins.issued()
    pins = tuple(
        TerminalPin(officer=officer, issue=record.issue, own=not pin.is_issued(record.hash))
        for officer, record in records.items()
    )
    return PinStatus(key=sealing_text(key), pins=pins)


def _panel_state(snapshot: Snapshot) -> PanelState:
    newest = snapshot.journal.last(Kind.PANEL_UP, Kind.PANEL_DOWN)
    if newest is None:
        return ""
    return "up" if newest.kind is Kind.PANEL_UP else "down"
