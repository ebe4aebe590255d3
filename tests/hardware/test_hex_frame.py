"""Frames that nobody published: what is read, what is refused, and what is sent back."""

import pytest

from hardware.catalogue import family_named
from hardware.codec import Lamp, Pressed, UnknownCode
from hardware.family import NoSuchPanel
from hardware.link import ButtonPressed
from hardware.port import Wiring
from hardware.profiles.hex_frame import BurstReader, HexFrameCodec, Replies


def test_a_frame_with_a_wrong_check_is_no_press_and_the_next_one_is() -> None:
    codec = HexFrameCodec(["A5 ?? 01 xor", "A5 ?? 02 xor"])
    good = bytes.fromhex("A50902AE")
    assert codec.feed(good[:3] + b"\x00" + good) == [Pressed(2)]
    assert codec.counters.bad_frames == 1


def test_the_lamp_and_the_voice_are_told_of_what_was_kept_and_of_nothing_else() -> None:
    wiring = Wiring(lamp_on="A5 81 xor", lamp_off="A5 80 xor", voice="A5 90 01")
    link = family_named("hex-frame").link(wiring)
    link.opened(0.0)
    link.tick(0.1)
    dark, kept = bytes.fromhex("A58025"), bytes.fromhex("A58124 A59001")
    assert link.outgoing() == dark
    for at, answer, told in ((1.0, link.forget, b""), (3.0, link.acknowledge, kept)):
        events = link.feed(bytes.fromhex("A5035A"), at)
        [press] = [event for event in events if isinstance(event, ButtonPressed)]
        answer(press.mark)
        assert (press.button, link.outgoing()) == (3, told)
    link.tick(4.5)
    assert link.outgoing() == dark


@pytest.mark.parametrize(
    ("wiring", "words"),
    [
        (Wiring(codes=("A5 01 5A", "A5 ?? 5A")), "may be button 1 too"),
        (Wiring(codes=("A5 01", "A5 01 5A")), "may be button 1 too"),
        (Wiring(codes=("A5 ??",)), "at least 2 bytes must be known"),
        (Wiring(codes=("A5 0X",)), "no byte in hex"),
        (Wiring(lamp_on="A5 01 5A"), "also the frame of button 1"),
        (Wiring(voice="A5 ?? 5A"), "every byte"),
    ],
)
def test_codes_that_could_be_pressed_by_others_are_refused(wiring: Wiring, words: str) -> None:
    with pytest.raises(NoSuchPanel, match=words):
        family_named("hex-frame").link(wiring)


@pytest.mark.parametrize(
    ("burst", "code"),
    [
        ("A5 03 5A", "A5 03 5A"),
        ("A5 03 5A A5 03 5A A5 03 5A", "A5 03 5A"),  # said three times for safety
        ("41", None),  # a single byte has a profile of its own
        (bytes(range(0x40, 0x40 + 33)).hex(), None),
        ("55 AA " * 60, None),
    ],
)
def test_what_comes_between_two_pauses_is_one_code(burst: str, code: str | None) -> None:
    reader = BurstReader()
    assert reader.feed(bytes.fromhex(burst)) == []
    assert reader.quiet() == ([UnknownCode(code)] if code else [])


def test_replies_that_a_box_has_not_are_not_sent() -> None:
    codec = HexFrameCodec([], Replies(lamp_on="01 02"))
    assert (codec.encode(Lamp(True)), codec.encode(Lamp(False))) == (b"\x01\x02", b"")
