"""The event loop's end of a panel: watches the port, keeps the link's time, opens again."""

from collections.abc import Callable, Collection, Iterable
from math import ceil
from time import monotonic

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer

from hardware.catalogue import family_named
from hardware.family import NoSuchPanel, PanelFamily
from hardware.link import (
    ButtonPressed,
    ButtonStuck,
    Link,
    LinkEvent,
    PanelDown,
    PanelRefused,
    PanelUp,
    PressMark,
)
from hardware.port import Port, PortInfo, PortLost
from hardware.search import TRY_FOR, PortSearch
from kiosk.domain.encounter import Fate
from kiosk.domain.refusal import Refusal
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.store.state import Mark
from ui.panel_wiring import wiring_of
from ui.presenter import Presenter

OPEN_EVERY = 1.0
"""Seconds between attempts to open a port."""
_DOWN = {"silent": "panel_silent", "refused": "panel_refused"}
"""The word for each reason of a link."""


def link_of(family: PanelFamily, settings: PanelSettings, last: Iterable[Mark] = ()) -> Link:
    """The host's end of the panel in the settings; NoSuchPanel when it can't be. `last`: the last
    press of each panel that was stored."""
    marks = [
        PressMark(device=mark.device, boot=mark.boot, seq=mark.seq, kept=mark.kept) for mark in last
    ]
    return family.link(wiring_of(settings), marks)


class PanelBridge(QObject):
    """Panel `number` (from 0) of the settings. No thread: bytes come by QSocketNotifier, time by
    one timer, coarse but for polled panels. NoSuchPanel when the settings can't be."""

    def __init__(
        self,
        settings: PanelSettings,
        presenter: Presenter,
        last: Iterable[Mark],
        number: int = 0,
        ports: Callable[[], tuple[PortInfo, ...]] | None = None,
    ) -> None:
        super().__init__()
        self._presenter, self._number = presenter, number
        self._family = family_named(settings.profile)
        self._wiring = wiring_of(settings)
        self._line_mode = self._family.line_mode(settings.baud, settings.parity)
        self._search = PortSearch(settings.port, self._family, ports)
        self._link = link_of(self._family, settings, last)
        self._port: Port | None = None
        self._notifier: QSocketNotifier | None = None
        self._retired: QSocketNotifier | None = None
        self._opened_at = self._closed_at = float("-inf")
        self._reported_trouble = ""
        self._timer = QTimer(self, interval=int(self._link.tick_every * 1000))
        is_polled = self._link.tick_every < 1
        precise, coarse = Qt.TimerType.PreciseTimer, Qt.TimerType.CoarseTimer
        self._timer.setTimerType(precise if is_polled else coarse)
        self._decision = QTimer(self, singleShot=True)
        self._decision.setTimerType(precise)
        self._decision.timeout.connect(self._tick)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._timer.start()
        self._tick()

    def stop(self) -> None:
        self._timer.stop()
        self._decision.stop()
        self._close()

    def _tick(self) -> None:
        now = monotonic()
        if self._port is not None:
            # A slow disk may have held the loop up: what came meanwhile is no silence.
            self._readable()
        elif now - self._closed_at >= OPEN_EVERY:
            self._open()
        self._take(self._link.tick(now))
        self._write()
        silent = not self._link.up and now - self._opened_at >= TRY_FOR
        if self._search.searching and silent and self._port is not None:
            self._lost(PortLost("no_panel_answers"))

    def _open(self) -> None:
        self._opened_at = self._closed_at = monotonic()
        try:
            name = self._search.next()
            self._port = self._family.open(name, self._line_mode, self._wiring)
        except PortLost as error:
            self._report(error)
            return
        self._notifier = QSocketNotifier(self._port.fileno(), QSocketNotifier.Type.Read)
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
        if not data:
            return
        self._take(self._link.feed(data, monotonic()))
        self._write()
        if self._link.undecided:
            self._decision.start(ceil(self._link.undecided * 1000))

    def _write(self) -> None:
        if self._port is None:
            return
        try:
            self._port.write(self._link.outgoing())
        except PortLost as error:
            self._lost(error)

    def _lost(self, error: PortLost) -> None:
        self._close()
        self._link.lost("lost")
        self._report(error)

    def _report(self, trouble: PortLost) -> None:
        """Once for each cause, not once a second."""
        if str(trouble) != self._reported_trouble:
            self._reported_trouble = str(trouble)
            self._presenter.panels.down(trouble, panel=self._number)

    def _close(self) -> None:
        """The notifier may be the caller: it stays, disabled, until the next. Not deleteLater:
        where this object goes before the event loop runs again, that deletes it twice."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._retired, self._notifier = self._notifier, None
        if self._port is not None:
            self._port.close()
            self._port = None

    def _take(self, events: list[LinkEvent]) -> None:
        for event in events:
            match event:
                case ButtonPressed():
                    self._pressed(event)
                case PanelUp(device):
                    self._reported_trouble = ""
                    self._presenter.panels.up(device, panel=self._number)
                case PanelDown(reason):
                    trouble = Refusal(_DOWN[reason])
                    self._presenter.panels.down(trouble, panel=self._number)
                case PanelRefused(message):
                    trouble = Refusal("panel_says", text=message)
                    self._presenter.panels.down(trouble, refused=True, panel=self._number)
                case ButtonStuck(button):
                    self._presenter.panels.stuck(button)

    def _pressed(self, press: ButtonPressed) -> None:
        """Store it, then answer the panel as it fared. A mark is only stored of presses that may
        come again."""
        mark = press.mark
        stored_mark: Mark | None = None
        if self._link.acknowledges:
            stored_mark = Mark(device=mark.device, boot=mark.boot, seq=mark.seq)
        fate = self._presenter.panels.pressed(
            press.button, stored_mark, press.age, panel=self._number
        )
        match fate:
            case Fate.KEPT:
                self._link.acknowledge(mark)
            case Fate.COUNTED | Fate.NEITHER:
                self._link.forget(mark)
            case Fate.LOST:
                self._link.release(mark)


def open_panels(
    settings: Settings, presenter: Presenter, last: Collection[Mark]
) -> list[PanelBridge]:
    """Every panel of the settings, started. One that can't be started is reported as refused: the
    others, and touch, still work."""
    bridges = []
    for number, panel in enumerate(settings.panels):
        if not panel.port:
            continue
        try:
            bridge = PanelBridge(panel, presenter, last, number)
        except NoSuchPanel as error:
            trouble = Refusal("panel_says", text=str(error))
            presenter.panels.down(trouble, refused=True, panel=number)
            continue
        bridge.start()
        bridges.append(bridge)
    return bridges
