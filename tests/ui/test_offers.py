"""A terminal at a counter with a queue: its machine's line, HTTP, a key; real windows and file."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hardware.ticket_machine import TicketMachine
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from kiosk.domain.rating import Outcome
from kiosk.settings.reading import parse
from kiosk.store.journal import Kind
from tests.support.builders import TODAY
from tests.support.counter import Counter, click, sign_on, tally
from tests.support.faults import disk_full_beyond
from tests.support.ticket_machine import MachineOnLoop
from ui.queue_bridge import open_queue
from ui.queue_http import MAX_CONNECTIONS, CantListen, QueueServer
from ui.queue_tools import QueueTrouble, obey, tell
from ui.screens.ready import ReadyScreen
from ui.screens.waiting import WaitingScreen

OFFERED = '[offer]\nmode = "offered"\nseconds = 30\nkey = "F9"\n'


class OfferingCounter:
    """A counter where questions are offered, with its officer signed on."""

    def __init__(self, counter: Counter, qtbot: QtBot, folder: DataFolder, path: Path) -> None:
        self.counter, self.qtbot, self.folder, self.path = counter, qtbot, folder, path
        self.machine = MachineOnLoop(path)
        self.use(OFFERED + f'port = "{path}"\n')

    def use(self, settings: str) -> None:
        self.counter.running.stop()
        self.counter.settings = parse(settings)
        self.counter.running = self.counter.open()

    def sign_on(self) -> None:
        sign_on(self.counter)

    @property
    def phase(self) -> Phase:
        return self.counter.running.presenter.state.phase

    def check(self, phase: Phase) -> None:
        assert self.phase is phase

    def wait(self, phase: Phase) -> None:
        self.qtbot.waitUntil(lambda: self.phase is phase)

    def wait_answered(self, lines: int) -> None:
        self.qtbot.waitUntil(lambda: len(self.machine.machine.answered) == lines)

    def face(self, index: int) -> None:
        screen = self.counter.window.screen_shown
        assert isinstance(screen, ReadyScreen)
        click(screen.faces[index])

    def corner(self) -> None:
        screen = self.counter.window.screen_shown
        assert isinstance(screen, ReadyScreen)
        click(screen.staff_tile)

    def pass_time(self, seconds: float) -> None:
        self.counter.clock.pass_seconds(seconds)
        self.counter.running.presenter.tick()

    def counted(self) -> dict[tuple[str, Outcome], int]:
        return {(str(who), what): n for (who, what), n in tally(self.counter).outcomes.items()}

    def journal(self) -> list[Kind]:
        with self.counter.running.store.transaction() as t:
            return [what.kind for what in t.journal.of_day(TODAY)]


@pytest.fixture
def offering(
    counter: Counter, qtbot: QtBot, folder: DataFolder, tmp_path: Path
) -> Iterator[OfferingCounter]:
    offering = OfferingCounter(counter, qtbot, folder, tmp_path / "tickets")
    yield offering
    offering.machine.stop()


def test_one_ticket_one_question_one_answer(offering: OfferingCounter) -> None:
    offering.sign_on()
    assert isinstance(offering.counter.window.screen_shown, WaitingScreen)
    offering.machine.machine.call()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.face(0)
    offering.check(Phase.THANKS)
    offering.pass_time(6)
    assert isinstance(offering.counter.window.screen_shown, WaitingScreen)
    assert tally(offering.counter).n == 1
    assert offering.counted() == {("101", Outcome.OFFERED): 1, ("101", Outcome.ANSWERED): 1}


def test_a_line_is_answered_only_once_it_is_kept_and_a_repeat_is_no_news(
    offering: OfferingCounter,
) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.machine.machine.call()
    offering.machine.machine.end()
    offering.wait_answered(3)
    message = offering.machine.machine.answered[-1]
    offering.machine.machine.say(message)
    offering.wait_answered(4)
    assert offering.counted() == {("101", Outcome.OFFERED): 2}


def test_a_citizen_declines_with_the_corner_and_an_officer_is_not_in_the_way(
    offering: OfferingCounter,
) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.corner()
    offering.wait(Phase.WAITING)
    assert offering.counted() == {("101", Outcome.OFFERED): 1, ("101", Outcome.SKIPPED): 1}


def test_an_offer_warns_before_it_lapses_and_gives_more_time(offering: OfferingCounter) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.pass_time(21)
    screen = offering.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "๙" in screen._view.note
    offering.corner()
    offering.corner()
    offering.check(Phase.READY)
    assert offering.counted() == {("101", Outcome.OFFERED): 1}, "a double tap declines nothing"
    offering.pass_time(29)
    offering.check(Phase.READY)
    offering.pass_time(1)
    offering.check(Phase.WAITING)
    assert offering.counted() == {("101", Outcome.OFFERED): 1}


def test_a_language_chosen_for_an_offer_goes_with_the_citizen(offering: OfferingCounter) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.counter.running.presenter.citizen.choose_language("en")
    offering.pass_time(31)
    offering.check(Phase.WAITING)
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    screen = offering.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "ท่าน" in screen._view.question


def test_a_key_of_the_keyboard_ends_a_service(offering: OfferingCounter) -> None:
    offering.sign_on()
    QTest.keyClick(offering.counter.window, Qt.Key.Key_F9)
    offering.check(Phase.READY)


def test_a_pulled_line_is_in_the_journal_and_the_service_menu_and_heals(
    offering: OfferingCounter,
) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.machine.machine.unplug()
    offering.qtbot.waitUntil(lambda: Kind.QUEUE_DOWN in offering.journal())
    assert "tickets" in str(offering.counter.running.presenter.staff.facts().queue)
    offering.machine.machine.plug()
    offering.machine.machine.call()
    offering.wait_answered(2)
    assert offering.journal().count(Kind.QUEUE_UP) == 2
    assert offering.counter.running.presenter.staff.facts().queue == ()


def test_noise_on_the_line_does_nothing(offering: OfferingCounter) -> None:
    offering.sign_on()
    offering.machine.machine._line.write(bytes(range(256)) * 40 + b"\n")
    offering.machine.machine.end()
    offering.wait_answered(1)
    assert offering.counted() == {("101", Outcome.OFFERED): 1}


def test_a_service_that_ends_while_the_disk_is_full_is_counted_when_it_is_not(
    offering: OfferingCounter,
) -> None:
    offering.sign_on()
    presenter = offering.counter.running.presenter
    offering.counter.running.store.checkpoint()
    with disk_full_beyond(4096):
        offering.machine.machine.end()
        offering.wait(Phase.OUT_OF_SERVICE)
        offering.wait_answered(1)
    presenter.try_repair()
    offering.check(Phase.WAITING)
    assert offering.counted() == {("101", Outcome.NOT_OFFERED): 1}


def test_the_next_citizen_does_not_get_the_language_of_one_who_left_an_offer(
    offering: OfferingCounter,
) -> None:
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    offering.counter.running.presenter.citizen.choose_language("en")
    offering.machine.machine.end()
    offering.wait_answered(2)
    screen = offering.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "ท่าน" in screen._view.question


def test_an_offer_is_not_hidden_behind_the_officers_dialog(offering: OfferingCounter) -> None:
    offering.sign_on()
    offering.counter.running.presenter.staff.ask_staff()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    assert isinstance(offering.counter.window.screen_shown, ReadyScreen)


def test_a_key_pressed_as_the_store_fails_is_counted_too(offering: OfferingCounter) -> None:
    offering.sign_on()
    offering.counter.running.store.checkpoint()
    with disk_full_beyond(4096):
        QTest.keyClick(offering.counter.window, Qt.Key.Key_F9)
    offering.check(Phase.OUT_OF_SERVICE)
    offering.counter.running.presenter.try_repair()
    assert offering.counted() == {("101", Outcome.NOT_OFFERED): 1}


# --- HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def server(offering: OfferingCounter, qtbot: QtBot) -> Iterator[QueueServer]:
    from ui.queue_bridge import QueueReceiver

    take = QueueReceiver(offering.counter.running.presenter).take
    server = QueueServer(0, offering.folder.queue_token(), take)
    yield server
    server.stop()


def ask(qtbot: QtBot, server: QueueServer, data: bytes) -> bytes:
    """What a program on this machine is answered, bytes for bytes."""
    link = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    link.setblocking(False)
    link.sendall(data)
    answer, ended = bytearray(), False

    def over() -> bool:
        nonlocal ended
        try:
            while piece := link.recv(4096):
                answer.extend(piece)
            ended = True
        except BlockingIOError:
            pass
        except ConnectionResetError:
            ended = True
        return ended

    qtbot.waitUntil(over)
    link.close()
    return bytes(answer)


def request(token: str, body: bytes, *, method: str = "POST", path: str = "/v1/queue") -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def test_a_queue_program_with_the_token_is_heard(
    offering: OfferingCounter, server: QueueServer, qtbot: QtBot
) -> None:
    offering.sign_on()
    answer = ask(qtbot, server, request(offering.folder.queue_token(), b"END A012\n"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nOK END A012\n")
    offering.check(Phase.READY)
    ask(qtbot, server, request(offering.folder.queue_token(), b"END A012"))
    assert offering.counted() == {("101", Outcome.OFFERED): 1}


def test_whoever_lacks_the_token_or_says_nonsense_changes_nothing(
    offering: OfferingCounter, server: QueueServer, qtbot: QtBot
) -> None:
    offering.sign_on()
    token = offering.folder.queue_token()
    refused = {
        request("wrong", b"END A1"): b" 401 ",
        b"POST /v1/queue HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nEND": b" 401 ",
        request(token, b"DELETE EVERYTHING"): b" 400 ",
        request(token, b"END A1", method="PUT"): b" 405 ",
        request(token, b"END A1", path="/v1/other"): b" 404 ",
        request(token, b"END A1" + b" " * 100): b" 413 ",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000: b" 431 ",
        b"\x16\x03\x01\x02\x00garbage\r\n\r\n": b" 400 ",
    }
    for data, status in refused.items():
        assert status in ask(qtbot, server, data).split(b"\r\n")[0], data[:40]
    offering.check(Phase.WAITING)
    assert offering.counted() == {}


def test_more_connections_than_there_is_room_for_are_told_so(
    offering: OfferingCounter, server: QueueServer, qtbot: QtBot
) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MAX_CONNECTIONS)]
    qtbot.waitUntil(lambda: len(server._open) == MAX_CONNECTIONS)
    answer = ask(qtbot, server, request(offering.folder.queue_token(), b"CALL"))
    assert b" 503 " in answer
    for link in idle:
        link.close()
    qtbot.waitUntil(lambda: not server._open)
    assert b" 200 " in ask(qtbot, server, request(offering.folder.queue_token(), b"CALL"))


def test_it_listens_on_this_machine_only_and_says_when_the_port_is_taken(
    server: QueueServer,
) -> None:
    assert server._server.serverAddress().isLoopback()
    with pytest.raises(CantListen, match=f"offer.http = {server.port}.*choose another port"):
        QueueServer(server.port, "t" * 43, lambda _: True)


def test_a_taken_port_is_told_in_the_journal_and_the_rest_still_works(
    offering: OfferingCounter, server: QueueServer
) -> None:
    offering.use(OFFERED + f'port = "{offering.path}"\nhttp = {server.port}\n')
    offering.sign_on()
    offering.machine.machine.end()
    offering.wait(Phase.READY)
    assert "choose another port" in str(offering.counter.running.presenter.staff.facts().queue)


def test_the_token_is_made_once_for_its_owner_alone_and_refused_when_others_read_it(
    folder: DataFolder, counter: Counter
) -> None:
    token = folder.queue_token()
    assert folder.queue_token() == token
    assert folder.queue_token_file.stat().st_mode & 0o777 == 0o600
    folder.queue_token_file.chmod(0o644)
    settings = parse(OFFERED + "http = 8765\n").offer
    assert open_queue(settings, counter.running.presenter, folder) == []
    assert "chmod 600" in str(counter.running.presenter.staff.facts().queue)


def test_a_simulated_machine_says_what_it_knows(tmp_path: Path) -> None:
    machine = TicketMachine(tmp_path / "tickets")
    assert obey(machine, "dance").startswith("call | end")
    assert [obey(machine, word) for word in ("plug", "call", "end")] == ["ok"] * 3
    assert obey(machine, "status") == "plugged; 0 lines answered, 2 waiting"
    machine.unplug()


def test_telling_a_terminal_that_does_not_run_says_so() -> None:
    with socket.socket() as closed_port:
        closed_port.bind(("127.0.0.1", 0))
        with pytest.raises(QueueTrouble, match="is `kiosk run` running"):
            tell(closed_port.getsockname()[1], "t", "END", "A1")
    with pytest.raises(QueueTrouble, match="write CALL"):
        tell(1, "t", "FINISH", "")
