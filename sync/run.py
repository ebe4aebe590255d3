"""One run of requests to central. Each is for itself: one that is refused is named, and the others
go on."""

import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.clock import CLOCK_OFF_SECONDS, Clock
from kiosk.domain.people import Officer, OfficerId
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Parcel
from kiosk.store.state import LastExchange
from sync.centrallogs import seen_logs, take_proofs
from sync.client import CentralRefused, NotCentral, SyncFailed, TryLater, Unreachable
from sync.connection import Connection
from sync.incoming import (
    Refused,
    parsed,
    reopen_lost,
    take_heads_answer,
    take_new_key,
    take_own_results,
    take_pins,
    take_roster,
)
from sync.keyfile import Renewal
from sync.messages import HeldWhy, Late, LogsAnswer, NotMine, Photos, Receipt, Welcome
from sync.messages.values import MAX_ROWS
from sync.outgoing import greeting, new_key, pin_status
from sync.parking import central_day, held_reports, name_of, park, park_what_can_not_go
from sync.protocol import digest, etag
from sync.receipts import ARRIVED, answer_words, settle
from sync.recordings import take_recordings
from sync.steps import Asked
from sync.witness import heads, look, waiting_days

MAX_PHOTO = 128 * 1024
"""Bytes of an officer's photo: central's, of 320 pixels, have some 20,000."""
MOST_PIN_REQUESTS = 50
"""In one run; central sends some hundreds of PINs at a time."""
MOST_SHOWN = 40
"""Days that a terminal in quarantine shows to be compared: two months of an office."""
MOST_HELLOS = 3
"""Central's word changes every some minutes: perhaps between two of them."""
WAITING_FOR_SECOND = "central waits until another person has confirmed this machine"
_JPEG = b"\xff\xd8\xff"

T = TypeVar("T")


class OtherKeys(NamedTuple):
    """Beside the key of now: the one to go on with, and the one before."""

    renewal: Renewal | None
    before: Ed25519PrivateKey | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What one run did."""

    sent: int
    parked: tuple[str, ...]
    roster_changed: bool
    officers: int
    pins: int = 0
    """PINs that central issued and this terminal took, or withdrew."""
    photos: int = 0
    """Officers' photos that came, changed or went."""
    recordings: int = 0
    """Prompts of the audible guide that came, changed or went."""
    refused: tuple[str, ...] = ()
    """What central itself refused: a person has to look."""
    left: tuple[str, ...] = ()
    """What did not get through, and is tried again soon."""


Close = Callable[[date | None], object]
"""Closes every day that is over; given which day it is by central's clock, or None."""
_LOG = logging.getLogger("kiosk.sync")
_PHOTOS_AT_ONCE = 10
"""Stored in one transaction: a press may be waiting for it."""
_OPEN_SECONDS = 240.0
"""After so long a run is opened anew: central ends one after ten minutes. A terminal that comes
with years of days takes longer, to close and to send them."""
_IN_A_ROW = 2
"""Requests without an answer after which the network is taken to be gone."""


class _NewPhoto(NamedTuple):
    """With its SHA-256 in hex; None: the officer has none any more."""

    officer: OfficerId
    jpeg: bytes | None
    digest: str


class Run:
    """The requests of one run, in their order. Each is for itself: where one is refused or gets
    lost, it is named and the others go on."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        connection: Connection,
        pepper: bytes | None,
        asked: Asked,
        others: OtherKeys,
    ) -> None:
        self._store, self._clock, self._pepper, self._asked = store, clock, pepper, asked
        self._connection, self._others = connection, others
        self._last = 0
        self._unanswered = 0
        self._opened = 0.0
        """When the run was, by the clock that counts from boot."""
        self.day: date | None = None
        """Which day it is by central's clock."""
        self.refused: list[str] = []
        self.left: list[str] = []

    def open(self) -> None:
        """Say hello: without a run there is nothing to ask."""
        self._last = self._hello_with_any_key()

    def _stay_open(self) -> None:
        """Open the run anew where central may end it before long."""
        if self._clock.now().boot - self._opened > _OPEN_SECONDS:
            self._hello()

    def greet(self) -> bool | None:
        """Show that nothing of the past has changed. Whether central takes days and gives PINs;
        None: it was not shown. Refused when central has seen another past."""
        self._try("list of days", self._compare_days)
        self._try("central's logs", self._witness_logs)
        look(self._store, self._clock.now().wall, self._asked)
        confirmed = self._try("heads", self._show_heads)
        if confirmed and self._others.renewal is not None:
            renewal = self._others.renewal
            self._try("new key", lambda: self._renew_key(renewal))
        return confirmed

    def complete(self, recordings: Path | None, close: Close) -> Synced:
        """Everything: roster and words down first, then PINs, photos and recordings, then days up.
        One that is refused is named, or parked by name, and holds nothing else up."""
        officers = self._try("roster", self._take_roster)
        close(self.day)
        self._stay_open()
        parked = self._park()
        try:
            confirmed = self.greet()
        except Refused:
            self._show_days()
            raise
        pins = photos = recorded = sent = 0
        if confirmed:
            pins = self._try("PINs", self.take_pins) or 0
            photos = self._try("photos", self._take_photos) or 0
            if recordings is not None:
                recorded = self._try("recordings", lambda: self._take_recordings(recordings)) or 0
            self._try("officers' own results", self._take_own_results)
        self._try("word of parked reports", self._tell_outbox)
        if confirmed is False:
            parked.append(WAITING_FOR_SECOND)
        else:
            sent = self._send_days(parked)
            self._try("word of parked reports", self._tell_outbox)
        return Synced(
            sent=sent,
            parked=tuple(parked),
            roster_changed=officers is not None,
            officers=officers or 0,
            pins=pins,
            photos=photos,
            recordings=recorded,
            refused=tuple(self.refused),
            left=tuple(self.left),
        )

    def _try(self, what: str, do: Callable[[], T]) -> T | None:
        """What one part of the run gave; None, and it is named, where it was refused or got lost.
        Unreachable and TryLater once nothing gets through any more; Refused in quarantine."""
        try:
            answer = do()
        except Refused:
            raise
        except CentralRefused as error:
            self._unanswered = 0
            self.refused.append(f"{what}: {error}")
        except (Unreachable, TryLater) as error:
            self._unanswered += 1
            if self._unanswered >= _IN_A_ROW:
                raise
            self.left.append(f"{what}: {error}")
        except SyncFailed as error:
            self.left.append(f"{what}: {error}")
        else:
            self._unanswered = 0
            return answer
        return None

    def _compare_days(self) -> None:
        """Have what central lost become due again; name what it has and this terminal never made.
        Nothing is compared where nothing changed on either side since the last time."""
        with self._store.read() as snapshot:
            last = snapshot.state.last_exchange()
        answer = self._connection.ask("GET", "days", expected=(200, 304), etag=last.days_tag)
        if answer.status == httpx.codes.NOT_MODIFIED:
            return
        foreign = reopen_lost(self._store, self._clock, answer.body, self._connection.progress)
        if foreign:
            body = NotMine(foreign[:MAX_ROWS]).to_bytes()
            self._connection.ask("PUT", "not-mine", body, expected=(204,))
            count = len(foreign)
            self._connection.progress(f"central has {count} days that this terminal never made")
        else:
            self._remember(replace(last, days_tag=etag(answer.body)))

    def _show_heads(self) -> bool:
        confirmed = True
        for current in heads(self._store, self._last):
            answer = self._connection.ask("PUT", "heads", current.to_bytes(), expected=(200, 409))
            nonce, signature = answer.proof.nonce, answer.proof.signature
            stored_now = take_heads_answer(self._store, self._clock, answer.body, nonce, signature)
            confirmed = confirmed and stored_now
        return confirmed

    def _park(self) -> list[str]:
        """What can't be sent as it is, by name."""
        enrolment, day = self._connection.enrolment, self.day
        if day is None:
            return []
        lines = park_what_can_not_go(self._store, self._clock.now(), enrolment, day)
        for line in lines:
            self._connection.progress(f"parked: {line}")
        return list(lines)

    def _send_days(self, parked: list[str]) -> int:
        """Every day that is due; how many arrived."""
        with self._store.read() as snapshot:
            waiting = waiting_days(snapshot)
            due = [parcel for parcel in snapshot.outbox.due() if parcel.day not in waiting]
        sent = 0
        for parcel in due:
            send = partial(self._send_day, parcel, parked)
            receipt = self._try(name_of(parcel), send)
            if receipt is None:
                continue
            line = f"{name_of(parcel)}: {answer_words(receipt.answer)}"
            if receipt.answer in ARRIVED:
                sent += 1
            else:
                parked.append(line)
            self._connection.progress(line)
        return sent

    def _show_days(self) -> None:
        """In quarantine: the reports that are due, so that people at central can compare before
        they decide. Central parks them, and they stay due here."""
        with self._store.read() as snapshot:
            due = snapshot.outbox.due()
        for parcel in due[-MOST_SHOWN:]:
            with contextlib.suppress(Refused):
                self._try(name_of(parcel), partial(self._send_day, parcel, []))

    def _tell_outbox(self) -> None:
        """Have central know what is held back here, where that has changed."""
        with self._store.read() as snapshot:
            last = snapshot.state.last_exchange()
            message = held_reports(snapshot)
        body = message.to_bytes()
        if last.told_outbox == digest(body) or not (last.told_outbox or message.reports):
            return
        self._connection.ask("PUT", "outbox", body, expected=(204,))
        self._remember(replace(last, told_outbox=digest(body)))

    def _remember_clock(self, clock: int) -> None:
        """Once a day, and when this machine's clock goes wrong or right: nothing is written with
        every heartbeat."""
        now = self._clock.now()
        off = int(now.wall.timestamp()) - clock
        with self._store.read() as snapshot:
            last = snapshot.state.last_exchange()
        is_wrong, was_wrong = (abs(by) > CLOCK_OFF_SECONDS for by in (off, last.clock_off))
        if is_wrong and not was_wrong:
            _LOG.warning("this machine's clock is %+d s off central's", off)
        has_moved = abs(off - last.clock_off) > CLOCK_OFF_SECONDS
        if is_wrong != was_wrong or has_moved or central_day(now, last.central_clock) != self.day:
            self._remember(replace(last, central_clock=clock, clock_off=off))

    def _remember(self, last: LastExchange) -> None:
        with self._store.transaction() as t:
            t.state.put_last_exchange(last)

    def _hello_with_any_key(self) -> int:
        """Say hello: with the next key first, where there is one. Central may know it already,
        though its answer never came. A central that was put back from a backup may know the one
        before, and then learns the one of now again."""
        renewal, before = self._others
        key = self._connection.key
        if renewal is not None and (last := self._hello_where_known(renewal.key)) is not None:
            self._go_on_with(renewal)
            return last
        self._connection.key = key
        if before is None:
            return self._hello()
        if (last := self._hello_where_known(key)) is not None:
            return last
        self._connection.key = before
        self._others = OtherKeys(renewal or Renewal.again(key), None)
        return self._hello()

    def _hello_where_known(self, key: Ed25519PrivateKey) -> int | None:
        """Say hello with this key; None where central does not know it."""
        self._connection.key = key
        try:
            return self._hello()
        except NotCentral as error:
            if error.status != httpx.codes.UNAUTHORIZED:
                raise
            return None

    def _renew_key(self, renewal: Renewal) -> None:
        """Have central know the next key, and go on with it."""
        connection = self._connection
        body = new_key(connection.enrolment, renewal.key, connection.nonce).to_bytes()
        connection.ask("PUT", "key", body, expected=(204,))
        connection.key = renewal.key
        self._go_on_with(renewal)

    def _go_on_with(self, renewal: Renewal) -> None:
        take_new_key(self._store, self._clock, renewal)
        self._others = OtherKeys(None, None)
        self._connection.progress("the key is renewed")

    def _hello(self) -> int:
        """Say hello until central opens a run: first without its word of these minutes, which the
        answer has. The number of the journal entry that central last saw."""
        window = ""
        for _ in range(MOST_HELLOS):
            nonce = secrets.token_hex(16)
            self._connection.nonce = nonce
            hello = greeting(self._store, self._clock, nonce, window, self._connection.line)
            answer = self._connection.ask("POST", "hello", hello.to_bytes(), expected=(200, 409))
            if answer.status == httpx.codes.OK:
                welcome = parsed(Welcome.parse, answer.body)
                self._connection.nonce = welcome.nonce
                self._opened = self._clock.now().boot
                self.day = central_day(self._clock.now(), welcome.clock)
                self._remember_clock(welcome.clock)
                return welcome.last
            window = parsed(Late.parse, answer.body).window
        raise SyncFailed("central opened no run, though this terminal said its word")

    def _witness_logs(self) -> None:
        """See how central's own logs go on from what this terminal has seen of them."""
        enrolment = self._connection.enrolment
        seen = seen_logs(self._store, enrolment)
        answer = self._connection.ask("PUT", "logs", seen.to_bytes())
        proofs = parsed(LogsAnswer.parse, answer.body).logs
        take_proofs(self._store, self._clock, enrolment, proofs, self._connection.progress)

    def _send_day(self, parcel: Parcel, parked: list[str]) -> Receipt | None:
        """Central's receipt for one day; None where central refused the report, which is parked."""
        self._stay_open()
        name = f"days/{parcel.day.isoformat()}"
        try:
            answer = self._connection.ask("PUT", name, parcel.body, expected=(200, 201, 409))
            terminal = self._connection.enrolment.terminal
            return settle(self._store, parcel, terminal, answer.body, answer.proof)
        except CentralRefused as error:
            line = park(self._store, self._clock.now(), parcel, HeldWhy.REFUSED, error.reason)
            parked.append(line)
            self._connection.progress(f"parked: {line}")
            return None

    def _take_roster(self) -> int | None:
        """How many officers a new roster has; None: the terminal had it."""
        with self._store.read() as snapshot:
            etag = snapshot.state.roster_etag()
        answer = self._connection.ask("GET", "roster", expected=(200, 304), etag=etag)
        if answer.status == httpx.codes.NOT_MODIFIED:
            return None
        return take_roster(self._store, self._clock, answer.body)

    def take_pins(self) -> int:
        """Take the PINs that central issued, and drop those it withdrew; how many. The terminal
        asks again until nothing is new, so that central knows of all that it has."""
        if self._pepper is None:
            return 0
        changed = 0
        for _ in range(MOST_PIN_REQUESTS):
            key = X25519PrivateKey.generate()
            status = pin_status(self._store, key)
            answer = self._connection.ask("PUT", "pins", status.to_bytes())
            news = take_pins(
                self._store,
                self._clock,
                enrolment=self._connection.enrolment,
                key=key,
                pepper=self._pepper,
                body=answer.body,
            )
            if not news:
                break
            changed += news
        return changed

    def _take_own_results(self) -> None:
        take_own_results(self._store, self._connection.ask("GET", "own-results").body)

    def _take_recordings(self, folder: Path) -> int:
        return take_recordings(self._connection, folder, self._try)

    def _take_photos(self) -> int:
        """Have the photos that central has of those on the roster; how many changed."""
        answer = self._connection.ask("GET", "photos")
        at_central = {p.officer: p.digest for p in parsed(Photos.parse, answer.body).photos}
        with self._store.read() as snapshot:
            here = snapshot.roster.photos_from_central()
        changed = [
            (officer, new)
            for officer, photo in here.items()
            if (new := at_central.get(officer.id, "")) != photo
        ]
        count = 0
        for first in range(0, len(changed), _PHOTOS_AT_ONCE):
            photos: list[_NewPhoto] = []
            try:
                for officer, new in changed[first : first + _PHOTOS_AT_ONCE]:
                    fetch = partial(self._fetch_photo, officer, new)
                    photo = self._try(f"photo of {officer.name}", fetch)
                    photos += [photo] if photo else []
            finally:
                self._put_photos(photos)
            count += len(photos)
        return count

    def _put_photos(self, photos: Sequence[_NewPhoto]) -> None:
        if not photos:
            return
        with self._store.transaction() as t:
            for photo in photos:
                t.roster.put_photo(photo.officer, photo.jpeg, photo.digest)
            events = [(Kind.ROSTER_CHANGED, {"photo": photo.officer}) for photo in photos]
            t.witness_all(self._clock.now(), events)

    def _fetch_photo(self, officer: Officer, photo: str) -> _NewPhoto | None:
        """The photo of this digest; None where central has another one by now."""
        if not photo:
            return _NewPhoto(officer.id, None, "")
        answer = self._connection.ask("GET", f"photos/{officer.id}", expected=(200, 404))
        if answer.status != httpx.codes.OK or digest(answer.body) != photo:
            self._connection.progress(f"photo of {officer.name}: changed meanwhile; next time")
            return None
        if len(answer.body) > MAX_PHOTO or not answer.body.startswith(_JPEG):
            raise SyncFailed(f"central's photo of {officer.name} is no JPEG of a fitting size")
        return _NewPhoto(officer.id, answer.body, photo)
