"""Plain panels: what the host's clock must do because the panel does not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.catalogue import FAMILIES, family_named
from hardware.codec import PlainCodec
from hardware.family import PanelFamily
from hardware.link import ButtonPressed, ButtonStuck, LinkEvent, PanelDown, PanelRefused, PanelUp
from hardware.link import PressMark as Mark
from hardware.plain_link import Manners, PlainLink
from hardware.port import Wiring
from hardware.profiles import modbus, xid
from hardware.profiles.candle485 import LAMP_KEPT, LAMP_OFF, CandleCodec, frame
from hardware.profiles.modbus import ModbusBox, ModbusCodec
from hardware.profiles.single_byte import SingleByteCodec
from hardware.profiles.xid import XidCodec

SPEAKING = Manners(debounce=0.25)
RELEASING = Manners(debounce=0.03, releases=True)
POLLED = Manners(debounce=0.05, releases=True, poll=0.05, lamp=True)


def opened(codec: PlainCodec, manners: Manners) -> PlainLink:
    link = PlainLink("box", 5, codec, manners)
    link.opened(0.0)
    return link


def single() -> PlainLink:
    link = opened(SingleByteCodec(), SPEAKING)
    assert link.tick(0.0) == [PanelUp("box", "", 5)]
    return link


def buttons(events: list[LinkEvent]) -> list[int]:
    return [event.button for event in events if isinstance(event, ButtonPressed)]


def test_a_panel_that_speaks_only_when_pressed_is_up_with_its_port_and_never_silent() -> None:
    link = single()
    assert [event for second in range(1, 100) for event in link.tick(float(second))] == []
    assert link.up
    assert link.lost("unplugged") == [PanelDown("unplugged")]
    assert link.lost("unplugged") == []
    link.opened(200.0)
    assert link.tick(200.0) == [PanelUp("box", "", 5)]


def test_each_press_has_a_mark_of_its_own_and_nothing_is_sent() -> None:
    link = single()
    events = link.feed(b"3", 1.0) + link.feed(b"5", 2.0)
    assert events == [
        ButtonPressed(3, Mark(device="box", boot="", seq=1)),
        ButtonPressed(5, Mark(device="box", boot="", seq=2)),
    ]
    link.acknowledge(Mark(device="box", boot="", seq=2))
    assert link.outgoing() == b""
    assert not link.acknowledges


def test_bounces_are_dropped_by_the_hosts_clock() -> None:
    link = single()
    assert buttons(link.feed(b"3", 1.0) + link.feed(b"3", 1.02) + link.feed(b"3", 1.2)) == [3]
    assert link.counters.bounces == 2
    assert buttons(link.feed(b"3", 2.0)) == [3]


def test_a_held_key_that_repeats_is_one_press_and_then_stuck_until_it_ends() -> None:
    link = single()
    events: list[LinkEvent] = []
    for tenth in range(150):
        events += link.feed(b"2", 1.0 + tenth / 10)
        if tenth % 10 == 0:
            events += link.tick(1.0 + tenth / 10)
    assert buttons(events) == [2]
    assert [event for event in events if isinstance(event, ButtonStuck)] == [ButtonStuck(2)]
    assert link.tick(20.0) == []
    assert buttons(link.feed(b"2", 21.0)) == [2]


def test_a_key_held_on_a_releasing_pad_is_stuck_until_it_comes_up() -> None:
    link = opened(XidCodec(), RELEASING)
    link.tick(0.0)
    assert buttons(link.feed(xid.frame(1, True, 0), 1.0)) == [1]
    assert [event for second in range(2, 30) for event in link.tick(float(second))] == [
        ButtonStuck(1)
    ]
    link.feed(xid.frame(1, False, 0), 30.0)
    assert buttons(link.feed(xid.frame(1, True, 0), 31.0)) == [1]


def test_a_contact_that_bounces_as_it_opens_is_no_press() -> None:
    link = opened(XidCodec(), RELEASING)
    link.tick(0.0)
    down, up = xid.frame(1, True, 0), xid.frame(1, False, 0)
    link.feed(down, 1.0)
    assert buttons(link.feed(up + down + up, 1.3)) == []
    assert buttons(link.feed(down, 1.5)) == [1]


def test_a_frame_broken_off_does_not_swallow_the_next_press() -> None:
    link = opened(XidCodec(), RELEASING)
    link.tick(0.0)
    link.feed(xid.frame(1, True, 0)[:3], 1.0)
    assert buttons(link.feed(xid.frame(2, True, 0), 3.0)) == [2]


def test_the_lamp_is_lit_by_the_commit_and_goes_out_by_itself() -> None:
    link = opened(CandleCodec(0x20), Manners(debounce=0.25, lamp=True))
    link.tick(0.0)
    assert link.outgoing() == bytes.fromhex("01203007")
    [event] = link.feed(bytes.fromhex("01203107"), 1.0)
    assert isinstance(event, ButtonPressed)
    assert link.outgoing() == b""
    link.acknowledge(event.mark)
    assert link.outgoing() == bytes.fromhex("01203607")
    link.tick(1.5)
    assert link.outgoing() == b""
    link.tick(2.1)
    assert link.outgoing() == bytes.fromhex("01203007")


def test_a_press_that_was_not_kept_lights_no_lamp() -> None:
    link = opened(CandleCodec(0x20), Manners(debounce=0.25, lamp=True))
    link.tick(0.0)
    link.outgoing()
    [event] = link.feed(bytes.fromhex("01203107"), 1.0)
    assert isinstance(event, ButtonPressed)
    link.release(event.mark)
    assert link.outgoing() == b""
    assert link.counters.presses == 0


class Polled:
    """A Modbus box and its link; `run` lets time pass in steps of a poll."""

    def __init__(self) -> None:
        self.box, self.now = ModbusBox(5), 0.0
        self.link = opened(ModbusCodec(1, 5), POLLED)
        self.answers = True

    def run(self, seconds: float) -> list[LinkEvent]:
        events: list[LinkEvent] = []
        for _ in range(round(seconds / 0.05)):
            self.now += 0.05
            events += self.link.tick(self.now)
            asked = self.link.outgoing()
            if self.answers:
                events += self.link.feed(self.box.answer(asked), self.now)
        return events


def test_a_polled_panel_is_up_when_it_answers_and_presses_are_edges() -> None:
    polled = Polled()
    assert polled.run(0.2) == [PanelUp("box", "", 5)]
    polled.box.down(4, 0)
    assert buttons(polled.run(1)) == [4]
    polled.box.up(4, 0)
    polled.run(0.2)
    polled.box.down(4, 0)
    polled.box.down(2, 0)
    assert buttons(polled.run(1)) == [2, 4]


def test_a_key_that_is_down_when_a_polled_panel_appears_is_no_press_but_may_be_stuck() -> None:
    polled = Polled()
    polled.box.down(3, 0)
    events = polled.run(12)
    assert buttons(events) == []
    assert ButtonStuck(3) in events


def test_a_polled_panel_that_falls_silent_is_down_and_comes_back() -> None:
    polled = Polled()
    polled.run(1)
    polled.answers = False
    assert polled.run(4) == [PanelDown("silent")]
    polled.answers = True
    assert polled.run(1) == [PanelUp("box", "", 5)]


def test_a_polled_panel_that_never_answers_is_told_once() -> None:
    polled = Polled()
    polled.answers = False
    assert polled.run(10) == [PanelDown("silent")]


def test_a_polled_panel_that_can_not_answer_is_refused_with_its_reason_once() -> None:
    link = opened(ModbusCodec(1, 5), POLLED)
    answer = modbus.frame(1, 0x82, b"\x01")
    [event] = link.feed(answer, 0.1)
    assert isinstance(event, PanelRefused)
    assert "no such function" in event.message
    assert link.feed(answer, 0.2) == []


def test_a_polled_lamp_waits_for_its_turn_on_the_line() -> None:
    polled = Polled()
    polled.run(0.2)
    polled.box.down(4, 0)
    [event] = polled.run(0.2)
    assert isinstance(event, ButtonPressed)
    polled.link.acknowledge(event.mark)
    polled.run(0.2)
    assert polled.box.lamp
    polled.run(1.5)
    assert not polled.box.lamp


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(
    story=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"3", b"2\r\n", bytes.fromhex("01203107"), xid.frame(1, True, 5)]),
            st.floats(0, 20, allow_nan=False),
            st.sampled_from(["lost", "opened", "keep", "release"]),
        ),
        max_size=30,
    )
)
def test_no_story_makes_a_link_raise_and_up_and_down_take_turns(
    family: PanelFamily, story: list[bytes | float | str]
) -> None:
    link, now, up = family.link(Wiring()), 0.0, False
    link.opened(now)
    for part in story:
        events: list[LinkEvent] = []
        match part:
            case bytes():
                events = link.feed(part, now)
            case float():
                now += part
                events = link.tick(now)
            case "lost":
                events = link.lost("unplugged")
            case "opened":
                events = link.lost("reopened")
                link.opened(now)
            case "keep":
                link.acknowledge(Mark(device=family.name, boot="", seq=1))
            case _:
                link.release(Mark(device=family.name, boot="", seq=1))
        link.outgoing()
        for event in events:
            if isinstance(event, PanelUp):
                assert not up
                up = True
            elif isinstance(event, PanelDown):
                up = False
            elif isinstance(event, ButtonPressed):
                assert up
        assert link.up is up


# --- bytes without a frame ------------------------------------------------------------------------


def said(*pieces: tuple[float, bytes]) -> list[int]:
    """The buttons of a single-byte box that sends these bytes, opened at 0."""
    link = family_named("single-byte").link(Wiring())
    link.opened(0.0)
    pressed = []
    for at, data in pieces:
        pressed += buttons(link.feed(data, at))
        if link.undecided:
            pressed += buttons(link.tick(at + link.undecided))
    return pressed


def test_a_byte_is_a_press_only_where_it_stands_alone() -> None:
    assert said((5.0, b"3")) == [3]
    assert said((5.0, b"3\r\n")) == [3], "a line end is no second byte"
    assert said((5.0, b"44")) == [4], "said twice"
    assert said((5.0, b"34")) == []
    assert said((5.0, b"Ready v1.2 5 buttons\r\n"), (6.0, b"2")) == [2]


def test_a_greeting_in_pieces_of_a_slow_line_is_none() -> None:
    link = family_named("single-byte").link(Wiring())
    link.opened(0.0)
    events = []
    for place, byte in enumerate(b"Ready v1.2 5 buttons"):
        events += link.feed(bytes([byte]), 5.0 + place * 0.009)
    assert buttons([*events, *link.tick(6.0)]) == []


def test_what_a_board_says_as_its_port_is_opened_is_no_press() -> None:
    assert said((0.5, b"5"), (2.0, b"4")) == [4]


def test_of_600_random_bytes_in_bursts_hardly_one_is_a_press() -> None:
    noise = random.Random(1)
    bursts = [(2.0 + n, noise.randbytes(20)) for n in range(30)]
    assert said(*bursts) == []


# --- pads that share a line -----------------------------------------------------------------------


def test_two_pads_pressed_at_once_have_each_its_own_lamp() -> None:
    link = family_named("candle485").link(Wiring(buttons=4))
    link.opened(0.0)
    one, other = link.feed(bytes.fromhex("01 20 31 07 01 21 31 07"), 1.0)[1:]
    assert isinstance(one, ButtonPressed)
    assert isinstance(other, ButtonPressed)
    link.forget(one.mark)
    assert link.outgoing() == b""
    link.acknowledge(other.mark)
    assert link.outgoing() == frame(0x21, LAMP_KEPT)
    link.tick(2.5)
    assert link.outgoing() == frame(0x21, LAMP_OFF)
