"""What buttons send, learned by difference: frames, lines, commands, with and without counters."""

from collections.abc import Callable

import pytest

from hardware.codec import Pressed
from hardware.difference import CantLearn, alike, commands, frames, lines
from hardware.profiles.hex_frame import CHECKS, HexFrameCodec

BUTTONS = range(1, 6)
PRESSES = 2


def sightings(press: Callable[[int, int], bytes], first: int = 1) -> list[list[str]]:
    """Each button twice, in order; `press` gets the button and how many presses there were."""
    return [
        [press(key, first + PRESSES * (key - 1) + time).hex(" ") for time in range(PRESSES)]
        for key in BUTTONS
    ]


def checked(name: str, skip: int = 0) -> Callable[[int, int], bytes]:
    def press(key: int, count: int) -> bytes:
        body = bytes([0xA5, count % 256, key])
        return body + CHECKS[name](body[skip:]) + b"\x5a"

    return press


def test_what_differs_between_buttons_is_the_button() -> None:
    assert frames(sightings(lambda key, _: bytes([0xA5, key, 0x5A])))[:2] == (
        "A5 01 5A",
        "A5 02 5A",
    )
    text = frames(sightings(lambda key, _: b"EVAL=%d#" % key))
    assert [bytes.fromhex(code) for code in text] == [b"EVAL=%d#" % key for key in BUTTONS]


def test_a_counter_is_no_code() -> None:
    codes = frames(sightings(lambda key, count: bytes([0xA5, count, key, 0x5A]), first=200))
    assert codes[0] == "A5 ?? 01 5A"


def test_nor_are_the_bytes_beside_it_that_have_not_moved_yet() -> None:
    def press(key: int, count: int) -> bytes:
        return b"\xa5\x02" + count.to_bytes(4, "big") + bytes([key, 0x5A])

    codec = HexFrameCodec(frames(sightings(press)))
    for count in (11, 300, 70_000, 20_000_000):
        assert codec.feed(press(4, count)) == [Pressed(4)], count


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - {"sum16"}))
@pytest.mark.parametrize("skip", [0, 1])
def test_a_check_beside_a_counter_is_learned(name: str, skip: int) -> None:
    press = checked(name, skip)
    codes = frames(sightings(press, first=0x58))
    codec = HexFrameCodec(codes)
    for count in (3, 0x7F, 0xFF):
        assert codec.feed(press(5, count)) == [Pressed(5)]
    assert name in codes[0]
    damaged = bytearray(press(5, 9))
    damaged[1] ^= 0x10
    assert Pressed(5) not in codec.feed(bytes(damaged))


@pytest.mark.parametrize("first", [1, 0x5A])
def test_a_sum_whose_higher_byte_has_not_moved_is_left_open(first: int) -> None:
    press = checked("sum16")
    codec = HexFrameCodec(frames(sightings(press, first)))
    for count in (3, 0x58, 0x7F, 0xFF):
        assert codec.feed(press(5, count)) == [Pressed(5)]


def test_half_a_byte_may_be_the_counter() -> None:
    codes = frames(sightings(lambda key, count: bytes([0xA5, key << 4 | count % 16, 0x5A])))
    assert codes[2] == "A5 3? 5A"


@pytest.mark.parametrize(
    ("press", "why"),
    [
        (lambda key, count: bytes([0xA5, count, 0x5A]), "buttons_alike"),
        (lambda key, count: b"E=%d#" % 7**count, "press_differs"),
        (lambda key, count: bytes([key, count]), "too_little_known"),
    ],
)
def test_what_can_not_be_learned_is_said(press: Callable[[int, int], bytes], why: str) -> None:
    with pytest.raises(CantLearn) as refused:
        frames(sightings(press))
    assert refused.value.key == why


def test_a_line_keeps_its_words_and_leaves_its_counters_open() -> None:
    seen = [[f"BTN {key} of 5, no {2 * key + time:04}" for time in (0, 1)] for key in BUTTONS]
    assert lines(seen)[0] == "BTN 1 of {}, no {}"
    plain = [[word, word] for word in ("GREAT 10", "GOOD", "{BAD}")]
    assert lines(plain) == ("GREAT 10", "GOOD", "{BAD}")
    in_hex = [[f"K{key}-{250 + 3 * key + time:X}" for time in (0, 1)] for key in BUTTONS]
    assert lines(in_hex)[0] == "K1-{}"


def test_a_command_leaves_a_counter_in_its_data_open() -> None:
    before = [[f"0010:{2 * key + time:02x}0{key}" for time in (0, 1)] for key in BUTTONS]
    behind = [[f"0010:0{key}{2 * key + time:02x}" for time in (0, 1)] for key in BUTTONS]
    assert commands(before)[0] == "0010:??01"
    assert commands(behind)[0] == "0010:01"


def test_a_single_byte_is_the_same_each_time() -> None:
    assert alike([["0x41", "0x41"], ["0x42", "0x42"]]) == ("0x41", "0x42")
    for seen in ([["0x41", "0x42"]], [["0x41", "0x41"], ["0x41", "0x41"]]):
        with pytest.raises(CantLearn):
            alike(seen)
