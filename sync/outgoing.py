"""What a terminal says to central, over the network and on a stick. Read from its store."""

import os
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import pin, release
from kiosk.clock import Clock
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.state import Enrolment
from sync.messages import Hello, NewKey, PanelState, PinStatus, TerminalPin
from sync.messages.values import MAX_COUNT
from sync.parking import is_of
from sync.sealing import sealing_text
from sync.signing import prove_key, public_text

_MIB = 2**20


def path_of(enrolment: Enrolment, name: str) -> str:
    """The path of a request, such as `heads`."""
    return f"/v1/sites/{enrolment.site}/terminals/{enrolment.terminal}/{name}"


def greeting(store: Store, clock: Clock, nonce: str, window: str) -> Hello:
    """The hello that opens a run: how this terminal is now. `window`: central's word."""
    with store.read() as snapshot:
        due = snapshot.outbox.count(Delivery.DUE)
        panel = _panel_state(snapshot)
    disk = os.statvfs(store.path.parent)
    free = disk.f_bavail * disk.f_frsize // _MIB
    return Hello(
        nonce=nonce,
        software=f"kiosk {release.version()}",
        clock=int(clock.now().wall.timestamp()),
        due=due,
        free=min(free, MAX_COUNT),
        panel=panel,
        window=window,
    )


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
