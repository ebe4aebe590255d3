"""Bytes to messages and back, whatever the line does."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hardware import codec
from hardware.codec import (
    Acknowledge,
    Forget,
    FromHost,
    FromPanel,
    Heartbeat,
    Hello,
    KeyDown,
    KeyUp,
    Refuse,
    WhoAreYou,
)
from hardware.profiles.own import (
    MAX_LINE,
    OwnCodec,
    OwnPanelCodec,
    crc,
    encode_host,
    encode_panel,
    line,
)

_boots = st.text("0123456789abcdef", min_size=8, max_size=8)
_ids = st.text("ABCabc019._-", min_size=1, max_size=16)
_ms = st.integers(0, 2**32 - 1)
_keys = st.integers(1, 16)
_seqs = st.integers(1, 2**32 - 1)
from_panel = st.one_of(
    st.builds(Hello, st.just("1.0"), _ids, _boots, _ids, _keys),
    st.builds(KeyDown, _boots, _seqs, _keys, _ms),
    st.builds(KeyUp, _boots, _keys, _ms),
    st.builds(Heartbeat, _boots, _ms, st.lists(_keys, max_size=5, unique=True).map(tuple)),
)
from_host = st.one_of(
    st.just(WhoAreYou()),
    st.builds(Acknowledge, _boots, _seqs),
    st.builds(Forget, _boots, _seqs),
    st.builds(Refuse, st.text("abc 1.x", min_size=1, max_size=60)),
)


@given(from_panel)
def test_a_panels_message_round_trips_within_the_length(message: FromPanel) -> None:
    data = encode_panel(message)
    assert len(data) <= MAX_LINE
    assert OwnCodec().feed(data) == [message]


@given(from_host)
def test_a_hosts_message_round_trips_within_the_length(message: FromHost) -> None:
    data = encode_host(message)
    assert len(data) <= MAX_LINE
    assert OwnPanelCodec().feed(data) == [message]


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_in_any_pieces_make_the_decoder_raise(pieces: list[bytes]) -> None:
    in_pieces, at_once = OwnCodec(), OwnCodec()
    messages = [message for piece in pieces for message in in_pieces.feed(piece)]
    assert messages == at_once.feed(b"".join(pieces))
    assert in_pieces.counters == at_once.counters


@given(st.lists(st.tuples(st.binary(max_size=120), from_panel), min_size=1, max_size=6))
def test_noise_between_lines_costs_no_line(story: list[tuple[bytes, FromPanel]]) -> None:
    """Noise without the end byte can at most spoil itself: `$` starts the next line anew."""
    data = b"".join(noise.replace(b"\n", b"?") + encode_panel(m) for noise, m in story)
    assert OwnCodec().feed(data) == [message for _, message in story]


@given(from_panel, st.integers(0, 200), st.integers(1, 255))
def test_one_changed_byte_never_becomes_another_message(
    message: FromPanel, where: int, flip: int
) -> None:
    data = bytearray(encode_panel(message))
    data[where % len(data)] ^= flip
    assert OwnCodec().feed(bytes(data)) in ([], [message])


def test_a_line_that_never_ends_is_bounded_and_the_next_is_good() -> None:
    codec_ = OwnCodec()
    assert codec_.feed(b"$" + b"A" * 100_000) == []
    press = KeyDown(boot="9f3ac21b", seq=1, key=5, ms=40210)
    assert codec_.feed(encode_panel(press)) == [press]
    assert codec_.counters.dropped_bytes == 100_001


def test_an_unknown_name_with_a_good_check_is_unknown_not_bad() -> None:
    codec_ = OwnCodec()
    assert codec_.feed(line("ZZ", 1, 2)) == [codec.Unknown("ZZ")]
    assert codec_.counters.bad_frames == 0


def test_known_names_with_wrong_fields_are_counted_as_bad() -> None:
    codec_ = OwnCodec()
    for fields in (("KD", "9f3ac21b", 0, 5, 1), ("KD", "x", 1, 5, 1), ("HB", "9f3ac21b", 1)):
        assert codec_.feed(line(*fields)) == []
    assert codec_.counters.bad_frames == 3


def test_the_documents_vectors_are_true() -> None:
    text = Path("hardware/PROTOCOL.md").read_text(encoding="utf-8")
    block = re.search(r"```vectors\n(.*?)```", text, re.DOTALL)
    assert block
    lines = block[1].split("\n")[:-1]
    messages: list[FromPanel] = [
        Hello(version="1.1", device="DD-07", boot="9f3ac21b", firmware="1.4", keys=5),
        KeyDown(boot="9f3ac21b", seq=1, key=5, ms=40210),
        KeyUp("9f3ac21b", 5, 40390),
        Heartbeat("9f3ac21b", 42000, ()),
        Heartbeat("9f3ac21b", 44000, (2, 3)),
    ]
    answers: list[FromHost] = [
        WhoAreYou(),
        Acknowledge("9f3ac21b", 1),
        Forget("9f3ac21b", 2),
        Refuse("host speaks 1.x only"),
    ]
    encoded = [encode_panel(m) for m in messages] + [encode_host(m) for m in answers]
    assert [f"{row}\r\n".encode() for row in lines] == encoded
    assert "`29B1`" in text
    assert crc(b"123456789") == 0x29B1
