"""HTTP for a queue program on this machine: 127.0.0.1 only, one line a request, with a token.

No thread: Qt watches the sockets. h11 reads and writes HTTP; hardware/TICKETS.md lists the
answers.
"""

import hmac
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import h11
from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QHostAddress, QTcpServer, QTcpSocket

from hardware.tickets import MAX_LINE, TicketMessage, parse

PATH = b"/v1/queue"
MAX_HEAD = 4096
MAX_CONNECTIONS = 8
PATIENCE_MS = 5000
"""A connection that has not sent everything by then is closed."""

Take = Callable[[TicketMessage], bool]


class CantListen(Exception):
    """The port can't be had; one line that names it and the remedy."""


class QueueServer(QObject):
    """Listens from the start until `stop`; CantListen."""

    def __init__(self, port: int, token: str, take: Take) -> None:
        super().__init__()
        self._token, self._take = token, take
        self._open: set[Exchange] = set()
        self._server = QTcpServer(self)
        self._server.newConnection.connect(self._arrived)
        if not self._server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), port):
            reason = self._server.errorString()
            raise CantListen(f"offer.http = {port}: {reason}; choose another port")

    @property
    def port(self) -> int:
        return self._server.serverPort()

    def stop(self) -> None:
        self._server.close()
        for exchange in tuple(self._open):
            exchange.close()

    def _arrived(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            exchange = Exchange(socket, self._token, self._take)
            self._open.add(exchange)
            exchange.ended = partial(self._open.discard, exchange)
            if len(self._open) > MAX_CONNECTIONS:
                exchange.answer(HTTPStatus.SERVICE_UNAVAILABLE)


class Exchange(QObject):
    """One request and its answer; then the connection is closed."""

    def __init__(self, socket: QTcpSocket, token: str, take: Take) -> None:
        super().__init__(socket)
        self._socket, self._token, self._take = socket, token, take
        self.ended: Callable[[], None] = lambda: None
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._timer.timeout.connect(self.close)
        self._timer.start()
        socket.disconnected.connect(self._gone)
        socket.readyRead.connect(self._readable)

    def close(self) -> None:
        self._socket.abort()

    def answer(self, status: HTTPStatus, text: str = "") -> None:
        """Answer and hang up; what the other side still sends is not read."""
        body = (text or status.phrase).strip().encode() + b"\n"
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            response = h11.Response(status_code=status.value, headers=headers)
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self._socket.write(self._http.send(event) or b"")
        self._socket.disconnectFromHost()

    def _readable(self) -> None:
        data = bytes(self._socket.readAll().data())
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        try:
            self._http.receive_data(data)
            self._read()
        except h11.RemoteProtocolError as error:
            self.answer(HTTPStatus(error.error_status_hint))

    def _read(self) -> None:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            match event:
                case h11.Request():
                    self._request = event
                case h11.Data():
                    self._body += event.data
                    if len(self._body) > MAX_LINE:
                        self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                        return
                case h11.EndOfMessage() if self._request is not None:
                    self._reply(self._request)
                    return
                case h11.ConnectionClosed():
                    return

    def _reply(self, request: h11.Request) -> None:
        authorization = dict(request.headers).get(b"authorization", b"")
        message = parse(bytes(self._body))
        if request.target != PATH:
            self.answer(HTTPStatus.NOT_FOUND)
        elif request.method != b"POST":
            self.answer(HTTPStatus.METHOD_NOT_ALLOWED)
        elif not hmac.compare_digest(authorization, f"Bearer {self._token}".encode()):
            self.answer(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong")
        elif message is None:
            self.answer(HTTPStatus.BAD_REQUEST, "say CALL, END or ABSENT, and a ticket if any")
        elif self._take(message):
            self.answer(HTTPStatus.OK, message.answer().decode())
        else:
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, "not kept: say it again")

    def _gone(self) -> None:
        self._timer.stop()
        self.ended()
        self._socket.deleteLater()
