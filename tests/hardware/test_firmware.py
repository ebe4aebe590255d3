"""The reference firmware's logic, run here by CPython: the file is the board's own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.codec import FromPanel, Heartbeat, Hello, KeyDown, KeyUp
from hardware.firmware.panel import (
    GREEN,
    KEEPS,
    OFF,
    RED,
    Panel,
    crc,
    line,
    read_line,
)
from hardware.link import ButtonPressed
from hardware.numbered_link import PanelLink
from hardware.profiles import own
from hardware.profiles.own import OwnCodec

BOOT = "0a1b2c3d"


class Board:
    """A panel whose contacts and milliseconds are moved by hand; what it says is read by the
    host's own codec, which must find nothing bad."""

    def __init__(self, keys: int = 5) -> None:
        self.messages: list[FromPanel] = []
        self._codec = OwnCodec()
        self.panel = Panel(keys, "pico-1", BOOT, self._hear)

    def _hear(self, data: bytes) -> None:
        self.messages += self._codec.feed(data)
        assert self._codec.counters.bad_frames == self._codec.counters.dropped_bytes == 0

    def run(self, ms: int, contacts: int = 0) -> None:
        for _ in range(ms):
            self.panel.tick(1, contacts)

    def press(self, key: int) -> None:
        self.run(60, 1 << (key - 1))
        self.run(60)

    def hear_host(self, *fields: object) -> None:
        self.panel.receive(line(*fields))

    @property
    def presses(self) -> list[KeyDown]:
        return [message for message in self.messages if isinstance(message, KeyDown)]


@pytest.fixture
def board() -> Board:
    return Board()


def test_the_check_is_the_protocols() -> None:
    assert crc(b"123456789") == 0x29B1
    assert line("WH", "1.0") == own.line("WH", "1.0")


@given(st.binary(max_size=90))
def test_the_check_is_the_hosts_for_all_bytes(data: bytes) -> None:
    assert crc(data) == own.crc(data)


def test_it_says_hello_at_the_start_and_when_asked(board: Board) -> None:
    hello = Hello(version="1.1", device="pico-1", boot=BOOT, firmware="1.1", keys=5)
    assert board.messages == [hello, Heartbeat(BOOT, 0, ())]
    board.run(5)
    board.hear_host("WH", "1.1")
    assert board.messages[2:] == [hello, Heartbeat(BOOT, 5, ())], "its time: presses have an age"


def test_a_press_is_told_once_settled_and_its_release_too(board: Board) -> None:
    board.run(100, 0b100)
    assert board.presses == [KeyDown(boot=BOOT, seq=1, key=3, ms=21)]
    board.run(100)
    assert board.messages[-1] == KeyUp(BOOT, 3, 121)


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.lists(st.integers(1, 8), max_size=8), st.integers(45, 400)),
        max_size=12,
    )
)
def test_however_contacts_bounce_each_press_is_one(
    presses: list[tuple[int, list[int], int]],
) -> None:
    """Bounces: contacts open and closed in turn, each for 1-8 ms, at both ends of a press."""
    board = Board()
    for key, bounces, hold in presses:
        for closed in (True, False):
            for i, ms in enumerate(bounces):
                board.run(ms, (1 << key - 1) * ((i % 2 == 0) == closed))
            board.run(hold, (1 << key - 1) * closed)
        while board.panel.waiting:
            board.hear_host("AK", BOOT, board.panel.waiting[0][0])
    key_by_seq = {press.seq: press.key for press in board.presses}
    assert [key_by_seq[seq] for seq in sorted(key_by_seq)] == [key for key, _, _ in presses]


def test_noise_shorter_than_a_press_is_nothing(board: Board) -> None:
    for _ in range(50):
        board.run(15, 0b1)
        board.run(15)
    assert board.presses == []


def test_two_keys_at_once_are_two_presses(board: Board) -> None:
    board.run(100, 0b11)
    board.hear_host("AK", BOOT, 1)
    assert [(press.seq, press.key) for press in board.presses] == [(1, 1), (2, 2)]


def test_a_press_is_told_again_until_it_is_acknowledged(board: Board) -> None:
    board.press(2)
    board.run(1000)
    assert len(board.presses) == 6
    assert len(set(board.presses)) == 1
    board.hear_host("AK", BOOT, 1)
    board.run(1000)
    assert len(board.presses) == 6


def test_one_press_at_a_time_and_the_next_at_once_after_the_acknowledgement(board: Board) -> None:
    for key in (1, 2, 3):
        board.press(key)
    assert {press.key for press in board.presses} == {1}
    board.hear_host("AK", BOOT, 1)
    assert board.presses[-1].key == 2
    board.hear_host("AK", BOOT, 1)  # again, and late
    board.hear_host("AK", "ffffffff", 2)  # of an earlier start
    assert board.presses[-1].key == 2
    board.hear_host("AK", BOOT, 2)
    assert board.presses[-1].key == 3


def test_the_lamp_is_green_for_a_second_after_the_acknowledgement_only(board: Board) -> None:
    board.press(4)
    assert board.panel.lamp() == OFF
    board.hear_host("AK", BOOT, 1)
    assert board.panel.lamp() == GREEN
    board.run(999)
    assert board.panel.lamp() == GREEN
    board.run(1)
    assert board.panel.lamp() == OFF


def test_a_press_that_came_too_late_is_forgotten_without_a_lamp(board: Board) -> None:
    board.press(4)
    board.press(5)
    board.hear_host("FG", BOOT, 1)
    assert board.panel.lamp() == OFF
    assert board.presses[-1].key == 5
    board.hear_host("AK", BOOT, 2)
    assert board.panel.lamp() == GREEN


def test_what_can_not_be_kept_is_refused_in_red_and_not_numbered(board: Board) -> None:
    for _ in range(KEEPS):
        board.press(1)
    assert board.panel.lamp() == OFF
    board.press(1)
    assert board.panel.lamp() == RED
    for seq in range(1, KEEPS + 1):
        board.hear_host("AK", BOOT, seq)
    assert board.panel.waiting == []
    board.press(2)
    assert board.presses[-1].seq == KEEPS + 1


def test_a_host_that_can_not_work_with_it_makes_it_red_until_one_can(board: Board) -> None:
    board.hear_host("NO", "host speaks 2.x only")
    assert board.panel.lamp() == RED
    board.press(1)
    board.hear_host("AK", BOOT, 1)
    board.run(2000)
    assert board.panel.lamp() == OFF


def test_a_heartbeat_every_two_seconds_names_the_keys_that_are_down(board: Board) -> None:
    board.run(4000)
    board.run(2000, 0b10010)
    beats = [message for message in board.messages if isinstance(message, Heartbeat)]
    assert [beat.keys_down for beat in beats] == [(), (), (), (2, 5)]
    assert all(after.ms - before.ms == 2000 for before, after in pairwise(beats))


def test_milliseconds_wrap_without_a_lamp_a_press_or_a_gap(board: Board) -> None:
    board.press(1)
    board.hear_host("AK", BOOT, 1)
    board.run(2000)
    assert board.panel.lamp() == OFF
    board.panel.tick(2**32 - 3000, 0)
    assert board.panel.lamp() == OFF
    board.press(2)
    assert board.presses[-1].key == 2
    assert board.panel.ms < 2**32


@given(st.lists(st.binary(max_size=100), max_size=6))
def test_no_bytes_from_the_line_stop_it(pieces: list[bytes]) -> None:
    board = Board()
    for piece in pieces:
        board.panel.receive(piece)
    board.panel.receive(b"\n")
    board.press(1)
    board.hear_host("AK", BOOT, 1)
    assert board.panel.waiting == []


def test_a_line_with_bytes_that_can_not_be_printed_is_none() -> None:
    body = b"WH,\xff"
    assert read_line(b"$" + body + b"*%04X\r" % crc(body)) == []


def test_the_real_link_and_the_firmware_agree(board: Board) -> None:
    """Without a line between them: hello, presses, acknowledgements, nothing unknown."""
    link = PanelLink(OwnCodec())
    line = bytearray()
    panel = Panel(5, "pico-1", BOOT, line.extend)
    link.opened(0.0)
    got: list[int] = []
    for ms in range(3000):
        panel.tick(1, 0b1 << (ms // 500) if ms % 500 < 200 and ms < 2500 else 0)
        for event in link.feed(bytes(line), ms / 1000):
            if isinstance(event, ButtonPressed):
                got.append(event.button)
                link.acknowledge(event.mark)
        line.clear()
        panel.receive(link.outgoing())
    assert got == [1, 2, 3, 4, 5]
    assert link.counters.unknown == link.counters.bounces == 0
