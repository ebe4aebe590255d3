"""A panel on the local network: the firmware over real connections, and who stands between."""

import hashlib
import hmac
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from hardware.link import ButtonPressed, PanelUp, PressMark
from hardware.network_port import STRANGERS, NetworkPort
from hardware.numbered_link import PanelLink
from hardware.port import PortLost
from hardware.profiles.own import OwnCodec, line
from hardware.sealing import SESSION_SECONDS, Seals
from tests.support.firmware import FIRMWARE, bouncing_trace

KEY = bytes(range(32))
BOOT = "9f3ac21b"


def free_number() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Host:
    """The smallest host: the real port and link, a list in place of the store."""

    def __init__(self, folder: Path) -> None:
        self.key_file = folder / "panel-1.key"
        self.key_file.write_text(KEY.hex())
        self.number = free_number()
        self.presses: list[tuple[PressMark, int]] = []
        self.callers: list[socket.socket] = []
        self.ups = 0
        self.longest = 0.0
        """Seconds that one look took at most: so long a screen would have stood still."""
        self.open()

    def open(self, interface: str = "lo") -> None:
        self.port = NetworkPort.open(f"{interface}:{self.number}", str(self.key_file))
        self.link = PanelLink(OwnCodec(), [mark for mark, _ in self.presses[-1:]])
        self.link.opened(monotonic())

    def restart(self) -> None:
        self.port.close()
        self.open()

    def until(self, done: Callable[[], bool], seconds: float = 30) -> None:
        deadline = monotonic() + seconds
        while not done():
            assert monotonic() < deadline, f"{len(self.presses)} presses, up {self.ups} times"
            self.look()

    def look(self) -> None:
        select.select([self.port], [], [], 0.02)
        begun = monotonic()
        events = self.link.feed(self.port.read(), begun) + self.link.tick(begun)
        for event in events:
            self.ups += isinstance(event, PanelUp)
            if isinstance(event, ButtonPressed):
                self.presses.append((event.mark, event.button))
                self.link.acknowledge(event.mark)
        self.port.write(self.link.outgoing())
        self.longest = max(self.longest, monotonic() - begun)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    for caller in host.callers:
        caller.close()
    host.port.close()


@pytest.fixture
def board(host: Host, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The reference panel on MicroPython, pressed as its trace says."""
    trace = tmp_path / "trace"
    trace.write_text(bouncing_trace([3, 1, 5, 2, 4, 4, 1], seed=3), encoding="ascii")
    config = (
        f'WIFI = PASSWORD = ""\nHOST = "127.0.0.1"\nPORT = {host.number}\nKEY = "{KEY.hex()}"\n'
    )
    (tmp_path / "config.py").write_text(config, encoding="ascii")
    words = [sys.executable, "-m", "micropython_unix", "unix_board.py", str(trace), str(tmp_path)]
    with (tmp_path / "lamps").open("wb") as lamps:
        board = subprocess.Popen(words, cwd=FIRMWARE, stdin=subprocess.DEVNULL, stderr=lamps)
    yield board
    board.kill()
    board.wait()


def test_no_press_is_lost_and_none_doubled_while_the_terminal_starts_again(
    host: Host, board: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    host.until(lambda: len(host.presses) == 2)
    host.restart()  # the press is stored; its answer may not have arrived
    host.until(lambda: len(host.presses) == 5)
    host.restart()
    host.until(lambda: len(host.presses) == 7)
    assert [button for _, button in host.presses] == [3, 1, 5, 2, 4, 4, 1]
    assert [mark.seq for mark, _ in host.presses] == list(range(1, 8))
    lamps = tmp_path / "lamps"
    host.until(lambda: b" 32 1" in lamps.read_bytes())
    assert board.poll() is None, "the firmware ended, or its watchdog bit"


# --- written from the protocol alone -------------------------------------------------------


class Panel:
    """A panel that says what it is told to, once for each call."""

    def __init__(self, host: Host, key: bytes = KEY) -> None:
        self.host, self.key = host, key
        self.session, self.count = "0" * 16, 0
        self.line = self.connected()

    def connected(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.host.number), timeout=5)
        self.host.callers.append(line)
        return line

    def use(self, name: str, *parts: bytes) -> bytes:
        key = hmac.digest(self.key, name.encode(), hashlib.sha256)
        return hmac.digest(key, b"".join(parts), hashlib.sha256)

    def crypt(self, way: str, nonce: bytes, data: bytes) -> bytes:
        blocks = (self.use(f"{way} secret", nonce, b":%d" % n) for n in range(len(data)))
        stream = b"".join(
            block for _, block in zip(range(-(-len(data) // 32)), blocks, strict=False)
        )
        return bytes(one ^ two for one, two in zip(data, stream, strict=False))

    def body(self, lines: bytes) -> bytes:
        self.count += 1
        nonce = f"{BOOT}:{self.session}:{self.count}".encode()
        sealed = self.crypt("to host", nonce, lines + b"\n" * (-len(lines) % 128))
        return (
            nonce
            + b":"
            + self.use("to host proof", nonce, b"\n", sealed).hex().encode()
            + b"\n"
            + sealed
        )

    def send(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        head = b"POST /v1/panel HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.line.sendall(head + body)
        answer = b""
        deadline = monotonic() + 10
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < size(answer):
            assert monotonic() < deadline
            self.host.look()
            if select.select([self.line], [], [], 0)[0]:
                answer += self.line.recv(4096) or pytest.fail("closed")
        return int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]

    def say(self, *lines: bytes) -> bytes:
        """The terminal's lines in answer."""
        status, body = self.send(self.body(b"".join(lines)))
        if status == 401:
            self.session = body.decode()
            status, body = self.send(self.body(b"".join(lines)))
        assert status == 200
        nonce = f"{BOOT}:{self.session}:{self.count}".encode()
        proof, _, sealed = body.partition(b"\n")
        assert proof.decode() == self.use("to panel proof", nonce, b"\n", sealed).hex()
        session, _, text = self.crypt("to panel", nonce, sealed).partition(b"\n")
        self.session = session.decode()
        return text


def size(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)


HELLO = (line("HI", "1.1", "DD-07", BOOT, "1", 5), line("HB", BOOT, 1000, "-"))
PRESS = line("KD", BOOT, 1, 3, 1000)


def test_a_press_is_acknowledged_as_often_as_it_is_said_and_counts_once(host: Host) -> None:
    panel = Panel(host)
    panel.say(*HELLO)
    assert line("AK", BOOT, 1) in panel.say(PRESS)
    panel.line = panel.connected()  # the answer was lost with its connection
    assert line("AK", BOOT, 1) in panel.say(PRESS)
    assert [button for _, button in host.presses] == [3]


def test_what_was_overheard_is_refused_and_says_nothing(host: Host) -> None:
    panel = Panel(host)
    panel.say(*HELLO)
    overheard = panel.body(PRESS)
    assert b"KD" not in overheard
    assert len(overheard) == len(panel.body(HELLO[1])), "nor does its length"
    assert panel.send(overheard)[0] == 200
    host.link = PanelLink(OwnCodec())  # as if nothing had been stored
    host.link.opened(monotonic())
    for replay in (overheard, overheard.replace(b":2:", b":9:"), overheard[:-1] + b"x"):
        assert Panel(host).send(replay)[0] == 401
    assert len(host.presses) == 1


def test_without_the_key_nobody_presses(host: Host) -> None:
    stranger = Panel(host, key=bytes(32))
    status, session = stranger.send(stranger.body(HELLO[0]))
    stranger.session = session.decode()
    assert (status, stranger.send(stranger.body(HELLO[0] + PRESS))[0]) == (401, 401)
    assert (host.ups, host.presses) == (0, [])


def test_what_was_held_back_is_too_old() -> None:
    seals = Seals(KEY)
    fresh = seals.challenge(100.0).decode()

    panel = Panel.__new__(Panel)
    panel.key, panel.session, panel.count = KEY, fresh, 0
    held_back, in_time = panel.body(PRESS), panel.body(PRESS)
    seals.challenge(100 + SESSION_SECONDS)
    assert seals.open(in_time, 101 + SESSION_SECONDS) == PRESS
    assert seals.open(held_back, 100 + 2 * SESSION_SECONDS) is None


def test_strangers_in_any_number_do_not_hold_the_panel_up(host: Host) -> None:
    panel = Panel(host)
    panel.say(*HELLO)
    for kind in range(120):
        stranger = panel.connected()
        stranger.setblocking(False)
        stranger.send(
            (b"", b"POST /v1/panel HTTP/1.1\r\nHost: t\r\nX: ", os.urandom(900), b"\x00" * 4000)[
                kind % 4
            ]
        )
        if kind % STRANGERS == 0:
            host.look()
    assert line("AK", BOOT, 1) in panel.say(PRESS)
    assert host.longest < 0.25
    late = Panel(host)  # and whoever comes anew finds a place
    assert late.send(late.body(b""))[0] == 401


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: t\r\n\r\n", b"404"),
        (
            b"POST /v1/panel HTTP/1.1\r\nHost: t\r\nContent-Length: 9000\r\n\r\n" + bytes(9000),
            b"413",
        ),
        (b"POST /v1/panel HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", b"401"),
        (b"\x16\x03\x01\x02\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_has_its_answer(host: Host, request_: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", host.number), timeout=5) as stranger:
        stranger.sendall(request_)
        host.until(lambda: bool(select.select([stranger], [], [], 0)[0]), 5)
        assert stranger.recv(4096).startswith(b"HTTP/1.1 " + status)


def test_it_listens_on_the_named_interface_alone(host: Host) -> None:
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    host.port.close()
    if others:  # a machine may have none: then there is nowhere else to be heard
        host.open(others[0])
        with pytest.raises(ConnectionRefusedError):
            Panel(host)
    with pytest.raises(PortLost) as gone:
        host.open("nowhere0")
    assert "no such interface" in str(gone.value)
    host.key_file.write_text("short")
    with pytest.raises(PortLost) as keyless:
        host.open()
    assert "holds no key" in str(keyless.value)
