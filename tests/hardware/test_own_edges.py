"""Each field of the own protocol at its edges: what is taken, what is counted as bad."""

import pytest

from hardware.codec import Acknowledge, FromPanel, Hello, LineCounters, Refuse, Unknown
from hardware.profiles.own import OwnCodec, OwnPanelCodec, crc, encode_host, line


def heard(data: bytes) -> tuple[list[FromPanel], LineCounters]:
    codec = OwnCodec()
    return codec.feed(data), codec.counters


BOOT = "0123abcd"
EDGES: list[tuple[str, tuple[object, ...], bool]] = [
    ("KD", (BOOT, 1, 1, 0), True),
    ("KD", (BOOT, 0, 1, 0), False),
    ("KD", (BOOT, 2**32 - 1, 16, 2**32 - 1), True),
    ("KD", (BOOT, 2**32, 1, 0), False),
    ("KD", (BOOT, 1, 0, 0), False),
    ("KD", (BOOT, 1, 17, 0), False),
    ("KD", (BOOT, 1, 1, 2**32), False),
    ("KD", (BOOT, 1, 1, -1), False),
    ("KD", (BOOT, "01", 1, 0), False),
    ("KD", ("0123ABCD", 1, 1, 0), False),
    ("KD", ("0123abc", 1, 1, 0), False),
    ("KD", ("0123abcde", 1, 1, 0), False),
    ("KU", (BOOT, 16, 2**32 - 1), True),
    ("KU", (BOOT, 17, 0), False),
    ("KU", (BOOT, 1, 2**32), False),
    ("HB", (BOOT, 0, "-"), True),
    ("HB", (BOOT, 0, "1+16"), True),
    ("HB", (BOOT, 0, "1+17"), False),
    ("HB", (BOOT, 0, "0"), False),
    ("HB", (BOOT, 2**32, "-"), False),
    ("HI", ("1.0", "D" * 16, BOOT, "F" * 16, 16), True),
    ("HI", ("1.0", "D" * 17, BOOT, "f", 5), False),
    ("HI", ("1.0", "d", BOOT, "F" * 17, 5), False),
    ("HI", ("1.0", "d", BOOT, "f", 17), False),
    ("HI", ("1.0", "d", BOOT, "f", 0), False),
    ("HI", ("1", "d", BOOT, "f", 5), False),
    ("HI", ("1.0", "d e", BOOT, "f", 5), False),
]


@pytest.mark.parametrize(("name", "fields", "good"), EDGES)
def test_each_field_is_taken_up_to_its_edge_and_no_further(
    name: str, fields: tuple[object, ...], good: bool
) -> None:
    messages, counters = heard(line(name, *fields))
    assert len(messages) == int(good), (name, fields)
    assert (counters.frames, counters.bad_frames, counters.dropped_bytes) == (
        int(good),
        int(not good),
        0,
    )


def test_another_major_version_is_known_by_its_number_alone() -> None:
    messages, _ = heard(line("HI", "2.7", "some", "thing", "else", "entirely"))
    assert messages == [
        Hello(version="2.7", device="unknown", boot="00000000", firmware="unknown", keys=1)
    ]


def test_a_line_of_eighty_bytes_is_heard_and_one_more_is_not() -> None:
    for spare, good in ((0, True), (1, False)):
        stuffed = line("XX", "y" * (80 - len(line("XX", "")) + spare))
        assert len(stuffed) == 80 + spare
        messages, counters = heard(stuffed)
        assert len(messages) == int(good)
        assert counters.dropped_bytes == (0 if good else len(stuffed))


def test_letters_up_to_the_tilde_are_printed_and_what_is_beyond_is_no_message() -> None:
    assert heard(line("NO", "~ !"))[0] == [Unknown("NO")]
    for byte in (0x7F, 0x1F, 0x09):
        body = b"XX," + bytes([byte])
        assert heard(b"$" + body + b"*%04X\r\n" % crc(body)) == ([], LineCounters(0, 1, 0))


def test_a_reason_for_a_refusal_is_cut_to_sixty_plain_letters() -> None:
    refusal = encode_host(Refuse("é" + "a" * 80))
    assert refusal == line("NO", " " + "a" * 59)
    assert OwnPanelCodec().feed(refusal) == [Refuse(" " + "a" * 59)]


def test_the_panels_side_counts_as_the_hosts_side_does() -> None:
    codec = OwnPanelCodec()
    acknowledged = encode_host(Acknowledge(BOOT, 2**32 - 1))
    assert codec.feed(b"?" + acknowledged + line("AK", BOOT, 0) + line("AK", BOOT)) == [
        Acknowledge(BOOT, 2**32 - 1)
    ]
    assert codec.counters == LineCounters(1, 2, 1)
    assert OwnCodec().encode(Acknowledge(BOOT, 2**32 - 1)) == acknowledged
