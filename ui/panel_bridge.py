"""The event loop's end of a panel: watches the port, keeps the link's time, opens again."""

from time import monotonic

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer

from hardware.link import (
    ButtonPressed,
    ButtonStuck,
    LinkEvent,
    PanelDown,
    PanelLink,
    PanelRefused,
    PanelUp,
    PressMark,
)
from hardware.port import Port, PortLost
from hardware.profiles.own import OwnCodec
from kiosk.config import PanelSettings
from kiosk.store.state import Mark
from ui.presenter import Presenter

TICK_MS = 1000


class PanelBridge(QObject):
    """One panel. No thread: bytes come by QSocketNotifier, time by one coarse timer."""

    def __init__(self, settings: PanelSettings, presenter: Presenter, last: Mark | None) -> None:
        super().__init__()
        self._settings, self._presenter = settings, presenter
        known = PressMark(last.device, last.boot, last.seq) if last else None
        self._link = PanelLink(OwnCodec(), known)
        self._port: Port | None = None
        self._notifier: QSocketNotifier | None = None
        self._told = ""
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._timer.start()
        self._tick()

    def stop(self) -> None:
        self._timer.stop()
        self._close()

    def _tick(self) -> None:
        if self._port is None:
            self._open()
        self._take(self._link.tick(monotonic()))
        self._write()

    def _open(self) -> None:
        try:
            self._port = Port.open(self._settings.port, self._settings.baud)
        except PortLost as error:
            if str(error) != self._told:  # once for each cause, not once a second
                self._told = str(error)
                self._presenter.panel_down(str(error))
            return
        self._told = ""
        self._notifier = QSocketNotifier(self._port.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._readable)
        self._link.opened(monotonic())
        self._write()

    def _readable(self) -> None:
        if self._port is None:
            return
        try:
            data = self._port.read()
        except PortLost as error:
            self._lost(error)
            return
        self._take(self._link.feed(data, monotonic()))
        self._write()

    def _write(self) -> None:
        if self._port is None:
            return
        try:
            self._port.write(self._link.outgoing())
        except PortLost as error:
            self._lost(error)

    def _lost(self, error: PortLost) -> None:
        self._close()
        self._take(self._link.lost(str(error)))

    def _close(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._port is not None:
            self._port.close()
            self._port = None

    def _take(self, events: list[LinkEvent]) -> None:
        for event in events:
            match event:
                case ButtonPressed(button, mark):
                    kept = self._presenter.panel_pressed(
                        button, Mark(mark.device, mark.boot, mark.seq)
                    )
                    if kept:
                        self._link.acknowledge(mark)
                    else:
                        self._link.release(mark)
                case PanelUp(device):
                    self._presenter.panel_up(device)
                case PanelDown(reason):
                    self._presenter.panel_down(reason)
                case PanelRefused(message):
                    self._presenter.panel_down(message, refused=True)
                case ButtonStuck(button):
                    self._presenter.panel_stuck(button)
