"""The use case of `kiosk verify`: recompute everything that this terminal stores and sends."""

from dataclasses import dataclass

from kiosk.officerid import with_names
from kiosk.store.engine import Store
from kiosk.store.verify import Verified, Wrong, verify
from kiosk.terminal import Terminal
from sync.centrallogs import log_trouble
from sync.closing import compare_reports
from sync.receipts import check_receipt


class Disagreement(Exception):
    """The first thing that is wrong; one line without the file's name."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much was recomputed and agrees."""

    ratings: int
    sheets: int
    entries: int
    day_reports: int
    receipts: int


def verify_everything(store: Store, terminal: Terminal) -> Agreement:
    """Ratings, sheets, journal, day reports, central's receipts; and whether central's own logs
    went on from what this terminal has seen. Disagreement."""
    try:
        return _verify_everything(store, terminal)
    except Disagreement as error:
        names = {str(one.id): f"{one.number} {one.name}" for one in terminal.everyone()}
        raise Disagreement(with_names(str(error), names)) from None


def verify_rows(store: Store) -> Verified:
    """What the file has, alone; Disagreement."""
    rows = verify(store)
    if isinstance(rows, Wrong):
        raise Disagreement(rows.what)
    return rows


def _verify_everything(store: Store, terminal: Terminal) -> Agreement:
    rows = verify_rows(store)
    if difference := compare_reports(store):
        raise Disagreement(difference)
    enrolment = terminal.status().enrolment
    with store.read() as snapshot:
        parcels = snapshot.outbox.everything()
    receipted = [parcel for parcel in parcels if parcel.receipt is not None]
    for parcel in receipted:
        if enrolment is None or not check_receipt(enrolment, parcel):
            name = f"{parcel.day} revision {parcel.revision}"
            raise Disagreement(f"the receipt of {name} is not central's")
    with store.read() as snapshot:
        if trouble := log_trouble(snapshot):
            raise Disagreement(trouble)
    return Agreement(
        ratings=rows.ratings,
        sheets=rows.sheets,
        entries=rows.entries,
        day_reports=len(parcels),
        receipts=len(receipted),
    )
