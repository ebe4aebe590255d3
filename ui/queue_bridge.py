"""The event loop's end of a queue system: its messages, by serial line or HTTP, to the presenter.

Knows no ratings. A ticket's number stays in memory until the next line, to recognise a repeat.
"""

from typing import Protocol

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer

from hardware.port import PortLost
from hardware.serial_port import SerialPort
from hardware.tickets import TicketMessage, TicketReader, Verb
from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.encounter import Absent, Called, QueueEvent, Served
from kiosk.domain.refusal import Refusal
from kiosk.settings.definition import Offer
from ui.presenter import Presenter

OPEN_EVERY_MS = 1000
_EVENTS: dict[Verb, type[QueueEvent]] = {
    Verb.CALL: Called,
    Verb.END: Served,
    Verb.ABSENT: Absent,
}


class QueueReceiver:
    """Takes the messages of every way in, so that the same message on two ways counts once."""

    def __init__(self, presenter: Presenter) -> None:
        self._presenter = presenter
        self._last: TicketMessage | None = None

    def take(self, message: TicketMessage) -> bool:
        """True once the message is stored, now or before: only then may it be answered."""
        if message.ticket and message == self._last:
            return True
        if not self._presenter.queue.take(_EVENTS[message.verb]()):
            return False
        self._last = message
        return True


class Bridge(Protocol):
    def stop(self) -> None: ...


class TicketLine(QObject):
    """The serial line of a ticket machine. No thread: bytes come by QSocketNotifier."""

    def __init__(self, settings: Offer, presenter: Presenter, receiver: QueueReceiver) -> None:
        super().__init__()
        self._settings, self._presenter, self._receiver = settings, presenter, receiver
        self._reader = TicketReader()
        self._port: SerialPort | None = None
        self._notifier: QSocketNotifier | None = None
        self._retired: QSocketNotifier | None = None
        self._timer = QTimer(self, interval=OPEN_EVERY_MS)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._open)

    def start(self) -> None:
        self._timer.start()
        self._open()

    def stop(self) -> None:
        self._timer.stop()
        self._close()

    def _open(self) -> None:
        if self._port is not None:
            return
        try:
            name, baud = self._settings.port, self._settings.baud
            self._port = SerialPort.open(name, baud, device="ticket_machine")
        except PortLost as error:
            self._presenter.queue.way_stands("serial", error)
            return
        self._notifier = QSocketNotifier(self._port.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._readable)
        self._presenter.queue.way_stands("serial")

    def _readable(self) -> None:
        if self._port is None:
            return
        try:
            for message in self._reader.feed(self._port.read()):
                if self._receiver.take(message):
                    self._port.write(message.answer())
        except PortLost as error:
            self._close()
            self._presenter.queue.way_stands("serial", error)

    def _close(self) -> None:
        """The notifier may be the caller: it stays, disabled, until the next."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._retired, self._notifier = self._notifier, None
        if self._port is not None:
            self._port.close()
            self._port = None
        self._reader.forget()


def open_queue(settings: Offer, presenter: Presenter, folder: DataFolder) -> list[Bridge]:
    """Every way in that the settings name, started. One that can't be started is reported in
    the service menu and in the journal: the others, and the key, still work."""
    receiver = QueueReceiver(presenter)
    bridges: list[Bridge] = []
    if settings.port:
        line = TicketLine(settings, presenter, receiver)
        line.start()
        bridges.append(line)
    if settings.http:
        from ui.queue_http import CantListen, QueueServer

        try:
            bridges.append(QueueServer(settings.http, folder.queue_token(), receiver.take))
        except (CantListen, FolderError) as error:
            presenter.queue.way_stands("http", Refusal("queue_port", text=str(error)))
        else:
            presenter.queue.way_stands("http")
    return bridges
