"""Signs of life to systemd: from the event loop, and only while the store could commit.

A loop that stands sends none. Nor does one whose store somebody holds locked: then every press
would fail, and a new start ends what this program began beside it. What the screen says anyway (a
full disk, a missing file) is no reason for a new start.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

from kiosk.servicemanager import ServiceManager
from kiosk.store.engine import Store, StoreFailed, StoreLocked

DISK_SECONDS = 60.0
"""Between two looks at the disk itself: each waits for one flush, as a press does."""
LOCKED = "the database is locked by another program"


class Watchdog(QObject):
    """`store`: what is open now; None while nothing can be opened, which the screen says."""

    def __init__(
        self, manager: ServiceManager, store: Callable[[], Store | None], boot: Callable[[], float]
    ) -> None:
        super().__init__()
        self._manager, self._store, self._boot = manager, store, boot
        self._disk_seen = boot()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """The first screen is painted, and the store is open or the screen says why not."""
        self._manager.ready("started")
        if self._manager.interval:
            self._timer.start(int(self._manager.interval * 1000))

    def stop(self) -> None:
        self._timer.stop()
        self._manager.stopping()

    def look(self) -> None:
        """Say that the program lives, or why it can't say so."""
        store = self._store()
        if store is None:
            self._manager.alive("nothing is open: the screen says why")
            return
        now = self._boot()
        with_disk = now - self._disk_seen >= DISK_SECONDS
        try:
            store.require_writable(with_disk=with_disk)
        except StoreLocked:
            self._manager.unwell(LOCKED)
            return
        except StoreFailed as error:
            self._manager.alive(f"out of service: {error}")
            return
        if with_disk:
            self._disk_seen = now
        self._manager.alive("open")
