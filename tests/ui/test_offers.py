"""A terminal at a counter with a queue: its machine's line, HTTP, a key; real windows and file."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hardware.ticket_machine import TicketMachine
from kiosk.config import parse
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from kiosk.domain.rating import Outcome
from kiosk.store.journal import Kind
from tests.support.builders import TODAY
from tests.support.counter import Counter, click, sign_on, tally
from tests.support.faults import disk_full_beyond
from tests.support.ticket_machine import MachineOnLoop
from ui.queue_bridge import open_queue
from ui.queue_commands import QueueTrouble, obey, tell
from ui.queue_http import MAX_CONNECTIONS, CantListen, QueueServer
from ui.screens.ready import ReadyScreen
from ui.screens.waiting import WaitingScreen

OFFERED = '[offer]\nmode = "offered"\nseconds = 30\nkey = "F9"\n'


class Desk:
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
        self.qtbot.waitUntil(lambda: len(self.machine.machine.heard) == lines)

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
        self.counter.running.presenter._tick()

    def counted(self) -> dict[tuple[str, Outcome], int]:
        return {(str(who), what): n for (who, what), n in tally(self.counter).outcomes.items()}

    def journal(self) -> list[Kind]:
        with self.counter.running.store.transaction() as t:
            return [kind for _, kind in t.journal.of_day(TODAY)]


@pytest.fixture
def desk(counter: Counter, qtbot: QtBot, folder: DataFolder, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(counter, qtbot, folder, tmp_path / "tickets")
    yield desk
    desk.machine.stop()


def test_one_ticket_one_question_one_answer(desk: Desk) -> None:
    desk.sign_on()
    assert isinstance(desk.counter.window.screen_shown, WaitingScreen)
    desk.machine.machine.call()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.face(0)
    desk.check(Phase.THANKS)
    desk.pass_time(6)
    assert isinstance(desk.counter.window.screen_shown, WaitingScreen)
    assert tally(desk.counter).n == 1
    assert desk.counted() == {("101", Outcome.OFFERED): 1, ("101", Outcome.ANSWERED): 1}


def test_a_line_is_answered_only_once_it_is_kept_and_a_repeat_is_no_news(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.machine.machine.call()
    desk.machine.machine.end()
    desk.wait_answered(3)
    told = desk.machine.machine.heard[-1]
    desk.machine.machine.say(told)
    desk.wait_answered(4)
    assert desk.counted() == {("101", Outcome.OFFERED): 2}


def test_a_citizen_declines_with_the_corner_and_an_officer_is_not_in_the_way(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.corner()
    desk.wait(Phase.WAITING)
    assert desk.counted() == {("101", Outcome.OFFERED): 1, ("101", Outcome.SKIPPED): 1}


def test_an_offer_warns_before_it_lapses_and_gives_more_time(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.pass_time(21)
    screen = desk.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "๙" in screen._view.note
    desk.corner()
    desk.corner()
    desk.check(Phase.READY)
    assert desk.counted() == {("101", Outcome.OFFERED): 1}, "a double tap declines nothing"
    desk.pass_time(29)
    desk.check(Phase.READY)
    desk.pass_time(1)
    desk.check(Phase.WAITING)
    assert desk.counted() == {("101", Outcome.OFFERED): 1}


def test_a_language_chosen_for_an_offer_goes_with_the_citizen(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.counter.running.presenter.choose_language("en")
    desk.pass_time(31)
    desk.check(Phase.WAITING)
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    screen = desk.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "ท่าน" in screen._view.question


def test_a_key_of_the_keyboard_ends_a_service(desk: Desk) -> None:
    desk.sign_on()
    QTest.keyClick(desk.counter.window, Qt.Key.Key_F9)
    desk.check(Phase.READY)


def test_a_pulled_line_is_in_the_journal_and_the_service_menu_and_heals(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.machine.machine.unplug()
    desk.qtbot.waitUntil(lambda: Kind.QUEUE_DOWN in desk.journal())
    assert "tickets" in str(desk.counter.running.presenter._facts().queue)
    desk.machine.machine.plug()
    desk.machine.machine.call()
    desk.wait_answered(2)
    assert desk.journal().count(Kind.QUEUE_UP) == 2
    assert desk.counter.running.presenter._facts().queue == ""


def test_noise_on_the_line_does_nothing(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine._line.write(bytes(range(256)) * 40 + b"\n")
    desk.machine.machine.end()
    desk.wait_answered(1)
    assert desk.counted() == {("101", Outcome.OFFERED): 1}


def test_a_service_that_ends_while_the_disk_is_full_is_counted_when_it_is_not(desk: Desk) -> None:
    desk.sign_on()
    presenter = desk.counter.running.presenter
    desk.counter.running.store.checkpoint()
    with disk_full_beyond(4096):
        desk.machine.machine.end()
        desk.wait(Phase.OUT_OF_SERVICE)
        desk.wait_answered(1)
    presenter._try_repair()
    desk.check(Phase.WAITING)
    assert desk.counted() == {("101", Outcome.NOT_OFFERED): 1}


def test_the_next_citizen_does_not_get_the_language_of_one_who_left_an_offer(desk: Desk) -> None:
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    desk.counter.running.presenter.choose_language("en")
    desk.machine.machine.end()
    desk.wait_answered(2)
    screen = desk.counter.window.screen_shown
    assert isinstance(screen, ReadyScreen)
    assert screen._view is not None
    assert "ท่าน" in screen._view.question


def test_an_offer_is_not_hidden_behind_the_officers_dialog(desk: Desk) -> None:
    desk.sign_on()
    desk.counter.running.presenter.ask_staff()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    assert isinstance(desk.counter.window.screen_shown, ReadyScreen)


def test_a_key_pressed_as_the_store_fails_is_counted_too(desk: Desk) -> None:
    desk.sign_on()
    desk.counter.running.store.checkpoint()
    with disk_full_beyond(4096):
        QTest.keyClick(desk.counter.window, Qt.Key.Key_F9)
    desk.check(Phase.OUT_OF_SERVICE)
    desk.counter.running.presenter._try_repair()
    assert desk.counted() == {("101", Outcome.NOT_OFFERED): 1}


# --- HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def server(desk: Desk, qtbot: QtBot) -> Iterator[QueueServer]:
    from ui.queue_bridge import Desk as QueueDesk

    take = QueueDesk(desk.counter.running.presenter).take
    server = QueueServer(0, desk.folder.queue_token(), take)
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
    desk: Desk, server: QueueServer, qtbot: QtBot
) -> None:
    desk.sign_on()
    answer = ask(qtbot, server, request(desk.folder.queue_token(), b"END A012\n"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nOK END A012\n")
    desk.check(Phase.READY)
    ask(qtbot, server, request(desk.folder.queue_token(), b"END A012"))
    assert desk.counted() == {("101", Outcome.OFFERED): 1}


def test_whoever_lacks_the_token_or_says_nonsense_changes_nothing(
    desk: Desk, server: QueueServer, qtbot: QtBot
) -> None:
    desk.sign_on()
    token = desk.folder.queue_token()
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
    desk.check(Phase.WAITING)
    assert desk.counted() == {}


def test_more_connections_than_there_is_room_for_are_told_so(
    desk: Desk, server: QueueServer, qtbot: QtBot
) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MAX_CONNECTIONS)]
    qtbot.waitUntil(lambda: len(server._open) == MAX_CONNECTIONS)
    answer = ask(qtbot, server, request(desk.folder.queue_token(), b"CALL"))
    assert b" 503 " in answer
    for link in idle:
        link.close()
    qtbot.waitUntil(lambda: not server._open)
    assert b" 200 " in ask(qtbot, server, request(desk.folder.queue_token(), b"CALL"))


def test_it_listens_on_this_machine_only_and_says_when_the_port_is_taken(
    server: QueueServer,
) -> None:
    assert server._server.serverAddress().isLoopback()
    with pytest.raises(CantListen, match=f"offer.http = {server.port}.*choose another port"):
        QueueServer(server.port, "t" * 43, lambda _: True)


def test_a_taken_port_is_told_in_the_journal_and_the_rest_still_works(
    desk: Desk, server: QueueServer
) -> None:
    desk.use(OFFERED + f'port = "{desk.path}"\nhttp = {server.port}\n')
    desk.sign_on()
    desk.machine.machine.end()
    desk.wait(Phase.READY)
    assert "choose another port" in str(desk.counter.running.presenter._facts().queue)


def test_the_token_is_made_once_for_its_owner_alone_and_refused_when_others_read_it(
    folder: DataFolder, counter: Counter
) -> None:
    token = folder.queue_token()
    assert folder.queue_token() == token
    assert folder.queue_token_file.stat().st_mode & 0o777 == 0o600
    folder.queue_token_file.chmod(0o644)
    settings = parse(OFFERED + "http = 8765\n").queue
    assert open_queue(settings, counter.running.presenter, folder) == []
    assert "chmod 600" in str(counter.running.presenter._facts().queue)


def test_a_simulated_machine_says_what_it_knows(tmp_path: Path) -> None:
    machine = TicketMachine(tmp_path / "tickets")
    assert obey(machine, "dance").startswith("call | end")
    assert [obey(machine, word) for word in ("plug", "call", "end")] == ["ok"] * 3
    assert obey(machine, "status") == "plugged; 0 lines answered, 2 waiting"
    machine.unplug()


def test_telling_a_terminal_that_does_not_run_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(QueueTrouble, match="is `kiosk run` running"):
            tell(taken.getsockname()[1], "t", "END", "A1")
    with pytest.raises(QueueTrouble, match="write CALL"):
        tell(1, "t", "FINISH", "")
