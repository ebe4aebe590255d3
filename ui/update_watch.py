"""Another release of the program: switch to it while nobody is served, and see that it works.

On trial a release proves itself by its first screen, by the whole file being as it was written, and
by one heartbeat that central answered; where a stick brought it, or there is no central, by the
first two. An officer who signs on proves it too. What does not prove itself in time is given up
by the script that started it (`ui/start.sh`): nothing was rated or sent until then.
"""

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

import kiosk
from kiosk.domain.encounter import Phase
from kiosk.releases import Releases
from kiosk.store.journal import Kind

if TYPE_CHECKING:
    from kiosk.store.engine import Store
    from ui.errands import Errands
    from ui.presenter import Presenter

LOOK_MS = 60_000
TRY_AGAIN_MS = 20_000
"""On trial: after a heartbeat that found no answer."""
QUIET_SECONDS = 3600
"""Without anybody on duty, where the office is open: then too nobody is being served."""

_LOG = logging.getLogger("kiosk.updates")


class UpdateWatch(QObject):
    def __init__(
        self,
        releases: Releases,
        presenter: "Presenter",
        store: "Store",
        errands: "Errands",
        end: Callable[[], None],
    ) -> None:
        super().__init__()
        self._releases, self._presenter, self._store = releases, presenter, store
        self._errands, self._end = errands, end
        self._served_at = presenter.session.now().boot
        self._minute = QTimer(self, interval=LOOK_MS)
        self._minute.timeout.connect(self.look)
        self._again = QTimer(self, singleShot=True, interval=TRY_AGAIN_MS)
        self._again.timeout.connect(self._beat)

    @property
    def on_trial(self) -> bool:
        return self._releases.on_trial() == kiosk.__version__

    def start(self) -> None:
        """The first screen stands, and the file was verified."""
        self._minute.start()
        self._presenter.view_changed.connect(self._look_for_duty)
        if self.on_trial:
            self._errands.ended.connect(self._heartbeat_ended)
            self._beat()
        else:
            QTimer.singleShot(0, self.look)

    def stop(self) -> None:
        self._minute.stop()
        self._again.stop()

    def look(self) -> None:
        """Switch where a later release is ready and nobody is served: the program ends, and the
        script starts the release."""
        version = self._releases.ready(kiosk.__version__)
        if not version or not self._is_quiet():
            return
        try:
            self._releases.switch(version)
        except OSError as error:
            _LOG.warning("release %s: %s", version, error)
            return
        _LOG.info("switching from %s to %s", kiosk.__version__, version)
        self._end()

    def _is_quiet(self) -> bool:
        """Whether nobody is served, nor will be in the next minutes."""
        session = self._presenter.session
        encounter, now = session.encounter, session.now().boot
        if encounter.duty is not None:
            self._served_at = now
        if encounter.phase is not Phase.CLOSED or session.dialog is not None:
            return False
        quiet = now - self._served_at >= QUIET_SECONDS
        return (quiet or not session.office_is_open()) and not self._errands.busy

    def _beat(self) -> None:
        if not self.on_trial:
            return
        if not self._releases.needs_heartbeat() or not self._presenter.is_enrolled():
            self.prove()
        else:
            self._errands.run("heartbeat")

    def _heartbeat_ended(self, errand: str, code: int, _trouble: str) -> None:
        if errand != "heartbeat" or not self.on_trial:
            return
        if code == 0:
            self.prove()
        else:
            self._again.start()

    def _look_for_duty(self) -> None:
        session = self._presenter.session
        if session.encounter.duty is not None:
            self._served_at = session.now().boot
            self.prove()

    def prove(self) -> None:
        """This release is the one to run from now on. It stays on trial where that can't be
        written."""
        from kiosk.store.engine import StoreFailed

        if not self.on_trial:
            return
        session = self._presenter.session
        try:
            with self._store.transaction() as t:
                detail = {"to": kiosk.__version__}
                t.journal.append(session.now(), Kind.UPDATED, detail)
            self._releases.prove()
        except (OSError, StoreFailed) as error:
            sys.stderr.write(f"kiosk: {error}\n")
            return
        _LOG.info("release %s proved itself", kiosk.__version__)
