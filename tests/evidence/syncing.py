"""A sync run with a real central over loopback, as a story that may be cut off."""

import re
from contextlib import ExitStack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.datafolder import DataFolder
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from kiosk.store.verify import Wrong, verify
from sync.central.settings import load, signing_key
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.central.usecases.verification import first_disagreement
from sync.closing import close_days
from sync.exchange import sync
from sync.messages import Enrol
from sync.receipts import check_receipt
from sync.signing import public_text
from tests.evidence.stories import PAST, Story, remember_past
from tests.evidence.tracing import Say
from tests.support.builders import FakeClock
from tests.support.central import LONG_AGO, on_roster
from tests.support.office import central_with_fixed_ids
from ui.trial.stage import serving


class Syncing(Story):
    """Two closed days to central. Every run is a new terminal there."""

    name = "sync"

    def prepare(self) -> None:
        DataFolder(self.template).create()
        store, terminal = DataFolder(self.template).open(FakeClock())
        remember_past(store, terminal)
        store.close()
        folder = central_with_fixed_ids(self.template.parent)
        self._until_the_end = ExitStack()
        said = self._until_the_end.enter_context(serving(folder))
        found = re.search(r"Serving \S+ at (\S+)", said)
        assert found
        self._url = found[1]
        settings = load(folder)
        store_ = CentralStore.open(settings.database)
        self._until_the_end.callback(store_.close)
        self._central = Central(store=store_, settings=settings, key=signing_key(folder))
        self._runs = 0

    def begin(self) -> None:
        super().begin()
        self._runs += 1
        self._terminal = f"t{self._runs}"
        self._key = Ed25519PrivateKey.generate()
        on_roster(self._central, "101", "102")
        code = invite_terminal(self._central, self._terminal, "1", LONG_AGO)
        # Not over HTTP: the door takes twenty codes a minute.
        enrolled = enrol_terminal(self._central, Enrol(code, public_text(self._key)), LONG_AGO)
        store, terminal = DataFolder(self.folder).open(FakeClock())
        terminal.join(
            Enrolment(
                url=self._url,
                site=enrolled.site,
                terminal=self._terminal,
                counter="1",
                central_key=enrolled.central_key,
            )
        )
        close_days(store, FakeClock(), today=False)
        store.close()

    def act(self, say: Say) -> None:
        store, _ = DataFolder(self.folder).open(FakeClock())
        say(f"sent {sync(store, FakeClock(), self._key).sent}")
        store.close()

    def wrong(self, said: tuple[str, ...]) -> list[str]:
        store, _ = DataFolder(self.folder).open(FakeClock())
        try:
            sync(store, FakeClock(), self._key)
            with store.transaction() as t:
                parcels, enrolment = t.outbox.everything(), t.state.enrolment()
            assert enrolment is not None
            found = []
            if isinstance(told := verify(store), Wrong):
                found.append(f"verify: {told.what}")
            if [p.state for p in parcels] != [Delivery.RECEIPTED] * PAST:
                found.append(f"after another run: {[p.state.value for p in parcels]}")
            if not all(check_receipt(enrolment, p) for p in parcels):
                found.append("a receipt is not central's")
            for parcel in parcels:
                with self._central.store.transaction(self._central.site) as t_:
                    kept = t_.days.report(self._terminal, parcel.day)
                if kept is None or kept.digest != parcel.digest:
                    found.append(f"central has {kept and kept.digest} for {parcel.day}")
            wrong = first_disagreement(self._central)
            return [*found, wrong] if wrong else found
        finally:
            store.close()

    def end(self) -> None:
        self._until_the_end.close()
