"""Frames out of a stream: what is given back, what is counted as lost, what is never held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.framing import BAD_FRAME, NO_FRAME, Reassembly, Scan


def lines(limit: int = 6) -> Reassembly:
    return Reassembly(ord("$"), ord("\n"), limit)


def test_a_frame_comes_without_its_end_and_loses_nothing() -> None:
    got = lines()
    assert got.dropped == 0
    assert got.feed(b"$ab\n$c\n") == [b"$ab", b"$c"]
    assert got.dropped == 0


def test_bytes_outside_a_frame_are_counted_one_by_one() -> None:
    got = lines()
    assert got.feed(b"xy\nz$a\n") == [b"$a"]
    assert got.dropped == 4


def test_a_start_begins_anew_and_the_broken_one_is_counted() -> None:
    got = lines()
    assert got.feed(b"$ab$c\n") == [b"$c"]
    assert got.dropped == 3


def test_a_frame_of_exactly_the_limit_fits_and_one_byte_more_does_not() -> None:
    got = lines(limit=6)
    assert got.feed(b"$abcd\n") == [b"$abcd"], "six bytes with its end"
    assert got.dropped == 0
    assert got.feed(b"$abcde\n") == []
    assert got.dropped == 7, "all of it: start, five letters, end"
    assert got.feed(b"$a\n") == [b"$a"]


def test_what_is_forgotten_is_counted_and_gone() -> None:
    got = lines()
    got.feed(b"$ab")
    got.forget()
    assert got.dropped == 3
    assert got.feed(b"c\n") == []
    assert got.dropped == 5
    got.forget()
    assert got.dropped == 5


@given(st.lists(st.binary(max_size=5)), st.integers(3, 9))
def test_however_the_bytes_are_cut_the_frames_and_losses_are_the_same(
    pieces: list[bytes], limit: int
) -> None:
    whole, cut = lines(limit), lines(limit)
    frames = whole.feed(b"".join(pieces))
    assert [f for piece in pieces for f in cut.feed(piece)] == frames
    assert cut.dropped == whole.dropped
    assert all(len(frame) < limit for frame in frames)
    framed_bytes = sum(len(frame) + 1 for frame in frames)
    assert 0 <= len(b"".join(pieces)) - framed_bytes - whole.dropped < limit, "the rest is held"


def pair(data: bytes) -> int | None:
    """A frame is `A` and a digit: 1 good, 2 bad."""
    if data[0] != ord("A"):
        return NO_FRAME
    if len(data) < 2:
        return None
    return {ord("1"): 2, ord("2"): BAD_FRAME}.get(data[1], NO_FRAME)


def endless(data: bytes) -> int | None:
    """Something that never has enough."""
    return None


def test_a_scan_tells_frames_bad_frames_and_noise_apart() -> None:
    got = Scan(pair, limit=4)
    assert (got.bad, got.dropped) == (0, 0)
    assert got.feed(b"A1xA2A1AAA1") == [b"A1"] * 3
    assert got.bad == 1
    assert got.dropped == 5, "x, A and 2 of the bad one, and two A without a digit"


def test_a_scan_waits_for_the_rest_of_a_frame() -> None:
    got = Scan(pair, limit=4)
    assert got.feed(b"A") == []
    assert got.feed(b"1") == [b"A1"]
    assert got.dropped == 0


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_measure_that_never_has_enough_is_fed_no_more_than_the_limit(limit: int) -> None:
    longest = 0

    def measure(data: bytes) -> int | None:
        nonlocal longest
        longest = max(longest, len(data))
        return endless(data)

    got = Scan(measure, limit)
    assert got.feed(b"x" * 20) == []
    assert longest == limit
    assert got.dropped == 20 - (limit - 1), "what is held is shorter than the limit"
    assert got.bad == 0


def test_after_a_silence_what_was_waited_for_is_dropped_and_the_rest_looked_at() -> None:
    got = Scan(lambda data: None if data[:1] == b"Q" and len(data) < 4 else pair(data), limit=4)
    assert got.feed(b"QA1") == []
    assert got.quiet() == [b"A1"]
    assert got.dropped == 1
    assert got.quiet() == []
