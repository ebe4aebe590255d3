"""The plain families' bytes: published vectors, round trips, and no bytes that do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.catalogue import FAMILIES, family_named
from hardware.codec import (
    Denied,
    KeysDown,
    Lamp,
    PlainCodec,
    PlainFromPanel,
    Poll,
    Pressed,
    Released,
    Unknown,
    UnknownCode,
)
from hardware.family import NoSuchPanel, PlainFamily
from hardware.port import Wiring
from hardware.profiles import ascii_line, candle485, jt905, modbus, single_byte, xid
from kiosk.settings.definition import PANEL_PROFILES, PARITIES

PLAIN = {family.name: family for family in FAMILIES if isinstance(family, PlainFamily)}
SPEAKING = sorted(PLAIN.keys() - {"modbus"})
each = pytest.mark.parametrize("name", sorted(PLAIN))
each_speaking = pytest.mark.parametrize("name", SPEAKING)


def codec(name: str) -> PlainCodec:
    return PLAIN[name].codec(Wiring())


def plain(name: str) -> PlainFamily:
    return PLAIN[name]


# --- published vectors ----------------------------------------------------------------------------


def test_jt905_the_published_frame_is_read_and_made() -> None:
    published = bytes.fromhex("55AA 000B 02 00 0000 20111111111111 29 55AA")
    assert jt905.frame(0x02, 0, 0, bytes.fromhex("20111111111111")) == published
    codec_ = jt905.Jt905Codec()
    assert codec_.feed(published) == [Unknown("type 02")]
    assert codec_.counters.frames == 1


def test_jt905_both_evaluator_types_press() -> None:
    for device in (0x06, 0x11):
        frame = jt905.frame(device, 0, 0, b"\x03")
        assert jt905.Jt905Codec().feed(frame) == [Pressed(3)]
    assert jt905.Jt905Codec().feed(jt905.frame(0x06, 1, 0x10, b"5")) == [Pressed(5)]


def test_jt905_codes_name_command_and_the_beginning_of_the_data() -> None:
    codec_ = jt905.Jt905Codec(("0010:01", "0010:02ff"))
    assert codec_.feed(jt905.frame(0x06, 0, 0x10, b"\x01\x99\x98")) == [Pressed(1)]
    assert codec_.feed(jt905.frame(0x06, 0, 0x10, b"\x02\xff")) == [Pressed(2)]
    assert codec_.feed(jt905.frame(0x06, 0, 0x10, b"\x02")) == [UnknownCode("0010:02")]


def test_candle_keys_and_lamps_are_as_published() -> None:
    pad = candle485.CandleCodec()
    assert pad.encode(Lamp(True)) == b""  # whose it is is not known
    frames = bytes.fromhex("01 20 31 07 01 21 34 07")
    assert pad.feed(frames) == [Pressed(1, 0x20), Pressed(4, 0x21)]
    assert pad.encode(Lamp(True, 0x20)) == bytes.fromhex("01 20 36 07")
    assert pad.encode(Lamp(False, 0x21)) == bytes.fromhex("01 21 30 07")


def test_candle_with_an_address_hears_only_its_own_pad() -> None:
    pad = candle485.CandleCodec(0x21)
    assert pad.feed(bytes.fromhex("01 20 31 07 01 21 32 07")) == [
        Unknown("pad 0x20"),
        Pressed(2, 0x21),
    ]


def test_candle_an_adapter_that_echoes_the_lamp_presses_no_key() -> None:
    pad = candle485.CandleCodec(0x20)
    echoed = pad.encode(Lamp(True)) + pad.encode(Lamp(False))
    assert not [m for m in pad.feed(echoed) if isinstance(m, Pressed)]


def test_xid_keys_are_in_the_upper_bits_and_zero_is_eight() -> None:
    pad = xid.XidCodec()
    assert pad.feed(b"k\x30\x10\x27\x00\x00") == [Pressed(1)]
    assert pad.feed(b"k\x20\x20\x27\x00\x00") == [Released(1)]
    assert pad.feed(b"k\x10\x00\x00\x00\x01") == [Pressed(8)]
    assert pad.feed(b"k\x31\x10\x27\x00\x00") == [Unknown("port 1")]


def test_modbus_questions_and_the_check_value_are_as_published() -> None:
    assert modbus.crc(b"123456789") == (0x4B37).to_bytes(2, "little")
    box = modbus.ModbusCodec(1, 8)
    assert box.encode(Poll()) == bytes.fromhex("01 02 0000 0008 79CC")
    assert box.encode(Lamp(True)) == bytes.fromhex("01 05 0000 FF00 8C3A")
    assert box.encode(Lamp(False)) == bytes.fromhex("01 05 0000 0000 CDCA")


def test_modbus_an_echo_of_the_question_is_no_answer() -> None:
    box = modbus.ModbusCodec(1, 5)
    answer = modbus.frame(1, 2, b"\x01\x12")
    assert box.feed(box.encode(Poll()) + answer) == [KeysDown((2, 5))]


def test_modbus_an_exception_says_what_to_look_at() -> None:
    [answer] = modbus.ModbusCodec(7, 16).feed(modbus.frame(7, 0x82, b"\x02"))
    assert isinstance(answer, Denied)
    assert "7 has no such address; check address, codes and buttons" in answer.reason


@pytest.mark.parametrize("text", ["3", "03", "B3", "btn 3", "Button:3", "KEY=3", "press-3", "s3"])
def test_ascii_line_numbers_are_buttons(text: str) -> None:
    for end in ("\r", "\n", "\r\n"):
        assert codec("ascii-line").feed((text + end).encode()) == [Pressed(3)]


@pytest.mark.parametrize(
    "text", ["rst:0x1 (POWERON_RESET)", "mode:DIO, clock div:1", "load:3", "17", "0", "3 4", "v1.3"]
)
def test_ascii_line_what_boards_print_at_their_start_is_no_press(text: str) -> None:
    assert codec("ascii-line").feed(text.encode() + b"\r\n") == [UnknownCode(text)]


def test_ascii_line_codes_take_the_place_of_numbers() -> None:
    box = ascii_line.AsciiLineCodec(("GOOD", "BAD"))
    assert box.feed(b"good\nbad\n2\n") == [Pressed(1), Pressed(2), UnknownCode("2")]


def test_ascii_line_the_tail_of_an_endless_line_is_no_press() -> None:
    box = ascii_line.AsciiLineCodec()
    assert box.feed(b"x" * 1000 + b"B3\r\nB2\r\n") == [Pressed(2)]
    assert box.counters.dropped_bytes == 1002


def test_single_byte_digits_small_values_and_codes() -> None:
    assert codec("single-byte").feed(b"1\x02\r\nz") == [Pressed(1), Pressed(2), UnknownCode("0x7A")]
    box = single_byte.SingleByteCodec(("a", "0xFF"))
    assert box.feed(b"a\xff1") == [Pressed(1), Pressed(2), UnknownCode("0x31")]


# --- laws -----------------------------------------------------------------------------------------


def pressed(name: str, key: int) -> Pressed:
    return Pressed(key, 0x20 if name == "candle485" else 0)


@each_speaking
@given(key=st.integers(1, 4), ms=st.integers(0, 2**32 - 1))
def test_what_the_far_end_says_is_understood(name: str, key: int, ms: int) -> None:
    assert codec(name).feed(plain(name).far_end(Wiring()).down(key, ms)) == [pressed(name, key)]


@each_speaking
@given(keys=st.lists(st.integers(1, 4), max_size=6), cuts=st.lists(st.integers(1, 5)))
def test_presses_come_in_order_however_the_bytes_are_cut(
    name: str, keys: list[int], cuts: list[int]
) -> None:
    far = plain(name).far_end(Wiring())
    data = b"".join(far.down(key, 1000 + i) for i, key in enumerate(keys))
    codec_, messages, at = codec(name), [], 0
    for cut in [*cuts, len(data)]:
        messages += codec_.feed(data[at : at + cut])
        at += cut
    assert messages == [pressed(name, key) for key in keys]


@each
@given(pieces=st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_in_any_pieces_make_a_codec_raise(name: str, pieces: list[bytes]) -> None:
    in_pieces, at_once = codec(name), codec(name)
    messages = [message for piece in pieces for message in in_pieces.feed(piece)]
    assert messages == at_once.feed(b"".join(pieces))
    assert in_pieces.counters == at_once.counters
    in_pieces.quiet()


@each_speaking
@given(noise=st.binary(max_size=80))
def test_after_noise_and_a_pause_the_next_press_is_good(name: str, noise: bytes) -> None:
    codec_ = codec(name)
    codec_.feed(noise)
    codec_.quiet()
    assert codec_.feed(plain(name).far_end(Wiring()).down(2, 99)) == [pressed(name, 2)]


@pytest.mark.parametrize("name", ["jt905", "modbus"])
@given(where=st.integers(0, 200), flip=st.integers(1, 255))
def test_one_changed_byte_never_becomes_another_press(name: str, where: int, flip: int) -> None:
    sent = {"jt905": jt905.frame(0x06, 0, 0, b"\x03"), "modbus": modbus.frame(1, 2, b"\x01\x04")}
    presses: dict[str, PlainFromPanel] = {"jt905": Pressed(3), "modbus": KeysDown((3,))}
    data = bytearray(sent[name])
    data[where % len(data)] ^= flip
    codec_ = codec(name)
    messages = codec_.feed(bytes(data)) + codec_.quiet()
    assert [m for m in messages if not isinstance(m, Unknown)] in ([], [presses[name]])


@given(keys_down=st.sets(st.integers(1, 16)), count=st.integers(1, 16), address=st.integers(1, 247))
def test_modbus_every_state_round_trips(keys_down: set[int], count: int, address: int) -> None:
    codec_, far = modbus.ModbusCodec(address, count), modbus.ModbusBox(count, address)
    for key in keys_down:
        far.down(key, 0)
    expected = tuple(sorted(key for key in keys_down if key <= count))
    assert codec_.feed(far.answer(codec_.encode(Poll()))) == [KeysDown(expected)]


# --- settings -------------------------------------------------------------------------------------


def test_the_settings_know_every_profile_and_parity() -> None:
    assert tuple(family.name for family in FAMILIES) == PANEL_PROFILES
    used = {mode.parity.value for family in FAMILIES for mode in family.line_modes}
    assert used <= set(PARITIES)


@pytest.mark.parametrize(
    ("name", "wiring", "words"),
    [
        ("candle485", Wiring(address=5), "0x20 to 0x7f"),
        ("modbus", Wiring(address=300), "1 to 247"),
        ("jt905", Wiring(codes=("1",)), "such as 0010:03"),
        ("single-byte", Wiring(codes=("AB",)), "such as 0x41"),
    ],
)
def test_wiring_that_can_not_be_is_one_line(name: str, wiring: Wiring, words: str) -> None:
    with pytest.raises(NoSuchPanel, match=words):
        family_named(name).link(wiring)
