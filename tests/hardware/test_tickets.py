"""What a ticket machine's line says, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.tickets import MAX_LINE, TicketMessage, TicketReader, Verb, parse

_messages = st.builds(
    TicketMessage, st.sampled_from(Verb), st.from_regex(r"[A-Za-z0-9-]{0,16}", fullmatch=True)
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"CALL A001\n", TicketMessage(Verb.CALL, "A001")),
        (b"END A001\r\n", TicketMessage(Verb.END, "A001")),
        (b"ABSENT\n", TicketMessage(Verb.ABSENT)),
        (b"END\n", TicketMessage(Verb.END)),
    ],
)
def test_published_lines(line: bytes, message: TicketMessage) -> None:
    assert TicketReader().feed(line) == [message]


def test_an_answer_is_ok_and_the_line() -> None:
    assert TicketMessage(Verb.END, "A001").answer() == b"OK END A001\n"
    assert TicketMessage(Verb.END).answer() == b"OK END\n"


@pytest.mark.parametrize(
    "line", [b"", b"end A001", b"END A001 A002", b"END A 1", b"ENDA001", b"END " + b"9" * 17]
)
def test_any_other_line_is_none_of_ours(line: bytes) -> None:
    assert parse(line) is None


@given(st.lists(_messages), st.integers(1, 7))
def test_lines_come_whole_however_the_bytes_are_cut(lines: list[TicketMessage], size: int) -> None:
    data = b"".join(message.line() for message in lines)
    reader = TicketReader()
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert [message for piece in pieces for message in reader.feed(piece)] == lines
    assert reader.unknown == 0


@given(st.lists(st.binary(max_size=200)), _messages)
def test_noise_costs_no_later_line_and_says_nothing_by_itself(
    noise: list[bytes], message: TicketMessage
) -> None:
    reader = TicketReader()
    for piece in noise:
        for phantom in reader.feed(piece.replace(b"\n", b"\n\xff")):
            raise AssertionError(phantom)
    reader.feed(b"\n")
    assert reader.feed(message.line()) == [message]


def test_a_line_of_any_length_holds_no_memory_and_is_one_unknown() -> None:
    reader = TicketReader()
    for _ in range(1000):
        assert reader.feed(b"END A001 " * 100) == []
    assert len(reader._line) < MAX_LINE
    assert reader.feed(b"\nEND A002\n") == [TicketMessage(Verb.END, "A002")]
    assert reader.unknown == 1


def test_what_was_held_when_the_line_was_cut_is_forgotten() -> None:
    reader = TicketReader()
    reader.feed(b"END A0")
    reader.forget()
    assert reader.feed(b"END A002\n") == [TicketMessage(Verb.END, "A002")]
