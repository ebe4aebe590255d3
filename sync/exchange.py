"""One exchange with central over the network: a whole sync run, or a heartbeat between two.

Nothing waits for the network inside a transaction, so a slow central can't hold up a press.
"""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import kiosk
from kiosk.clock import Clock
from kiosk.domain.businessday import business_date, half_day
from kiosk.releases import Releases
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from sync.client import SyncFailed, client_of
from sync.closing import NotEnrolled
from sync.connection import Connection, Wait
from sync.incoming import Progress
from sync.keyfile import Renewal
from sync.run import WAITING_FOR_SECOND, Close, OtherKeys, Run, Synced
from sync.steps import Asked
from sync.updating import take_update
from sync.witness import take_up_rest

__all__ = ["Close", "Synced", "enrolment_of", "heartbeat", "move_central", "sync", "write_failure"]


def _silent(_line: str) -> None:
    pass


def _leave_open(_day: date | None) -> None:
    pass


def sync(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str = "",
    progress: Progress = _silent,
    transport: httpx.BaseTransport | None = None,
    pepper: bytes | None = None,
    wait: Wait = time.sleep,
    asked: Asked = Asked(),  # noqa: B008  (a value)
    renewal: Renewal | None = None,
    before: Ed25519PrivateKey | None = None,
    recordings: Path | None = None,
    releases: Releases | None = None,
    close: Close = _leave_open,
    proxy: str = "",
) -> Synced:
    """Run once, over the network or another `transport`. PINs that central issued are stored under
    `pepper`; without one they are not asked for. Prompts that the office recorded come into the
    folder `recordings`; without one neither are they; a release of the program into `releases`.
    Where central asks to come again later, `wait`, for PATIENCE in all. `renewal`: the key to go on
    with, made known to central on the way; `before`: the one before. `close` closes days that are
    over, once central has said which day it is, and also where it could not. Raises a kind of
    SyncFailed, and NotEnrolled; the journal says how it went."""
    enrolment, others = enrolment_of(store), OtherKeys(renewal, before)
    take_up_rest(store, clock.now().wall, asked)
    try:
        with client_of(enrolment.url, ca, transport, proxy) as client:
            connection = Connection(
                client=client,
                enrolment=enrolment,
                key=key,
                progress=progress,
                wait=wait,
                authority=ca,
            )
            run = Run(store, clock, connection, pepper, asked, others)
            _open(run, close)
            synced = run.complete(recordings, close)
            if releases is not None and WAITING_FOR_SECOND not in synced.parked:
                take_update(connection, store, clock, releases, kiosk.__version__)
    except SyncFailed as error:
        write_failure(store, clock, error)
        raise
    finally:
        store.checkpoint()
    if synced.left:
        write_failure(store, clock, SyncFailed("; ".join(synced.left)))
        return synced
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNCED, {"days": str(synced.sent)})
    _follow_central(store, clock, connection.key, ca, proxy, progress)
    return synced


def _open(run: Run, close: Close) -> None:
    try:
        run.open()
    except SyncFailed:
        close(None)
        raise


def heartbeat(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str = "",
    transport: httpx.BaseTransport | None = None,
    pepper: bytes | None = None,
    asked: Asked = Asked(),  # noqa: B008  (a value)
    renewal: Renewal | None = None,
    before: Ed25519PrivateKey | None = None,
    proxy: str = "",
) -> None:
    """Show central that this terminal lives, its journal's head, and a step of each open sheet; no
    count. With a `pepper`, take the PINs that central issued. Over the network or another
    `transport`. `renewal`: the key to go on with. Raises a kind of SyncFailed, and NotEnrolled.
    The journal says only if central has lost a day, or issued a PIN."""
    enrolment = enrolment_of(store)
    now = clock.now().wall
    store.forget_order((business_date(now), half_day(now)))
    take_up_rest(store, now, asked)
    try:
        with client_of(enrolment.url, ca, transport, proxy) as client:
            connection = Connection(
                client=client, enrolment=enrolment, key=key, progress=_silent, authority=ca
            )
            run = Run(store, clock, connection, pepper, asked, OtherKeys(renewal, before))
            run.open()
            if run.greet():
                run.take_pins()
            if troubles := [*run.left, *run.refused]:
                raise SyncFailed("; ".join(troubles))
    finally:
        # Of two sums of one sheet, one before a step and one after it, the difference opens the
        # step: the older one must not stay in the file while the newer one is in the log.
        store.checkpoint()


def move_central(
    store: Store, clock: Clock, key: Ed25519PrivateKey, url: str, ca: str = "", proxy: str = ""
) -> Enrolment:
    """Find central at another address from now on, once it has shown there, by its signature, that
    it is the same one. `proxy`: of the settings. A kind of SyncFailed; NotEnrolled."""
    moved = replace(enrolment_of(store), url=url.rstrip("/"), next_url="")
    with client_of(moved.url, ca, proxy=proxy) as client:
        connection = Connection(
            client=client, enrolment=moved, key=key, progress=_silent, authority=ca
        )
        Run(store, clock, connection, None, Asked(), OtherKeys(None, None)).open()
    with store.transaction() as t:
        t.state.put_enrolment(moved)
        t.witness(clock.now(), Kind.CENTRAL_MOVED, {"url": moved.url})
    return moved


def _follow_central(
    store: Store,
    clock: Clock,
    key: Ed25519PrivateKey,
    ca: str,
    proxy: str,
    progress: Progress,
) -> None:
    """Go to the address that central has named. Where it is not there yet: with the next sync."""
    enrolment = enrolment_of(store)
    if enrolment.next_url in ("", enrolment.url):
        return
    try:
        move_central(store, clock, key, enrolment.next_url, ca, proxy)
    except SyncFailed as error:
        progress(f"central moves to {enrolment.next_url}, and is not there yet: {error}")
    else:
        progress(f"central is at {enrolment.next_url} from now on")


def enrolment_of(store: Store) -> Enrolment:
    """Which terminal of which central this is; NotEnrolled."""
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled; run `kiosk enrol URL CODE`")
    return enrolment


def write_failure(store: Store, clock: Clock, error: SyncFailed) -> None:
    """A run that failed, for the journal."""
    with store.transaction() as t:
        t.journal.append(clock.now(), Kind.SYNC_FAILED, {"reason": str(error)[:200]})
