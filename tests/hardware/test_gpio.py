"""Buttons on pins: the kernel's records, the lines of the settings, the lamp."""

from pathlib import Path

import pytest

from hardware.codec import Lamp, Poll, Pressed, Released, UnknownCode
from hardware.gpio_port import PINS
from hardware.port import NO_LINE, PortLost, Wiring
from hardware.profiles.gpio import PRESSED, RECORD, RELEASED, USUAL_LINES, GpioCodec


def edge(line: int, which: int) -> bytes:
    return RECORD.pack(1_000_000_000, which, line, 1, 1)


def test_a_record_of_the_kernel_is_read() -> None:
    """struct gpio_v2_line_event, field by field."""
    seen = bytes.fromhex(
        "15cd5b0700000000"  # timestamp_ns
        "01000000 11000000"  # id: rising edge; offset: 17
        "02000000 01000000" + "00000000" * 6  # seqno, line_seqno, padding
    )
    assert GpioCodec(("GPIO4", "GPIO17")).feed(seen) == [Pressed(2)]


def test_the_usual_lines_are_buttons_where_the_settings_name_none() -> None:
    for button, line in enumerate(USUAL_LINES[:5], start=1):
        assert GpioCodec().feed(edge(line, PRESSED) + edge(line, RELEASED)) == [
            Pressed(button),
            Released(button),
        ]
    assert GpioCodec().feed(edge(4, PRESSED)) == [UnknownCode("GPIO4")]


def test_a_line_is_written_with_or_without_its_name() -> None:
    codec = GpioCodec(("22", "gpio23"))
    assert codec.feed(edge(22, PRESSED) + edge(23, PRESSED)) == [Pressed(1), Pressed(2)]


@pytest.mark.parametrize("wrong", ["", "GPIO", "pin 3", "GPIO99999", "-1"])
def test_what_is_no_line_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no line such as GPIO17"):
        GpioCodec((wrong,))


@pytest.mark.parametrize(
    ("lamp", "words"), [("LED", "is no line such as GPIO17"), ("GPIO5", "is the line of a button")]
)
def test_a_lamp_that_can_not_be_is_refused(lamp: str, words: str) -> None:
    GpioCodec(lamp="none")
    with pytest.raises(ValueError, match=words):
        GpioCodec(lamp=lamp)


def test_the_lamp_is_one_byte_and_there_is_no_question() -> None:
    codec = GpioCodec()
    assert [codec.encode(m) for m in (Lamp(True), Lamp(False), Poll())] == [b"\1", b"\0", b""]


def test_what_is_no_chip_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PortLost, match="can't be opened: no such port"):
        PINS.open("pinctrl-none", NO_LINE, Wiring())
    plain = tmp_path / "plain"
    plain.touch()
    with pytest.raises(PortLost, match="can't be opened: "):
        PINS.open(str(plain), NO_LINE, Wiring())
