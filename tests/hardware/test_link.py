"""The conversation with one panel: what a press goes through before it counts, once."""

from hardware.codec import Heartbeat, Hello, KeyDown, KeyUp
from hardware.link import (
    ButtonPressed,
    ButtonStuck,
    LinkEvent,
    PanelDown,
    PanelRefused,
    PanelUp,
    PressMark,
)
from hardware.numbered_link import PanelLink
from hardware.profiles.own import OwnCodec, encode_panel, line

BOOT = "9f3ac21b"
HELLO = Hello("1.0", "DD-07", BOOT, "1.4", 5)


def press(seq: int, key: int = 5, ms: int | None = None, boot: str = BOOT) -> bytes:
    return encode_panel(KeyDown(boot, seq, key, seq * 1000 if ms is None else ms))


def mark(seq: int) -> PressMark:
    return PressMark("DD-07", BOOT, seq)


def connected(last: PressMark | None = None) -> PanelLink:
    link = PanelLink(OwnCodec(), [last] if last else ())
    link.opened(0.0)
    assert link.feed(encode_panel(HELLO), 0.1) == [PanelUp("DD-07", "1.4", 5)]
    link.outgoing()
    return link


def acknowledgement(seq: int) -> bytes:
    return line("AK", BOOT, seq)


def test_an_opened_port_is_asked_who_is_there() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    assert link.outgoing() == line("WH", "1.0")
    assert link.outgoing() == b""


def test_a_press_comes_out_once_and_is_acknowledged_only_when_committed() -> None:
    link = connected()
    assert link.feed(press(1), 1.0) == [ButtonPressed(5, mark(1))]
    assert link.feed(press(1), 1.2) == []
    assert link.outgoing() == b""
    link.acknowledge(mark(1))
    assert link.outgoing() == acknowledgement(1)


def test_a_resent_press_is_acknowledged_again_but_not_counted_again() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.acknowledge(mark(1))
    link.outgoing()
    assert link.feed(press(1), 1.2) == []
    assert link.outgoing() == acknowledgement(1)


def test_a_press_that_an_earlier_process_committed_is_only_acknowledged() -> None:
    link = connected(last=mark(7))
    assert link.feed(press(7), 1.0) == []
    assert link.outgoing() == acknowledgement(7)
    assert link.feed(press(8), 2.0) == [ButtonPressed(5, mark(8))]


def test_a_press_that_could_not_be_kept_is_offered_again() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.release(mark(1))
    assert link.feed(press(1), 1.2) == [ButtonPressed(5, mark(1))]
    assert link.outgoing() == b""


def test_a_press_that_could_not_be_kept_is_no_bounce_even_while_its_key_is_stuck() -> None:
    link = connected()
    for second in range(1, 13):
        link.feed(encode_panel(Heartbeat(BOOT, second * 1000, (5,))), float(second))
        link.tick(float(second))
        assert link.feed(press(1, ms=1000), float(second)) == [ButtonPressed(5, mark(1))]
        link.release(mark(1))
    assert link.outgoing() == b""


def test_a_press_ahead_of_one_not_yet_committed_waits_unacknowledged() -> None:
    link = connected()
    assert link.feed(press(1, key=5) + press(2, key=4), 1.0) == [ButtonPressed(5, mark(1))]
    assert link.outgoing() == b""
    link.acknowledge(mark(1))
    assert link.feed(press(2, key=4), 1.2) == [ButtonPressed(4, mark(2))]


def test_a_press_not_yet_committed_comes_out_once_even_across_a_replug() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.lost("unplugged")
    link.opened(2.0)
    link.feed(encode_panel(HELLO), 2.1)
    assert link.feed(press(1), 2.2) == []


def test_after_the_panels_restart_its_numbers_begin_anew() -> None:
    link = connected(last=mark(9))
    other = "00000001"
    link.feed(encode_panel(Hello("1.0", "DD-07", other, "1.4", 5)), 2.0)
    events = link.feed(press(1, boot=other), 2.1)
    assert events == [ButtonPressed(5, PressMark("DD-07", other, 1))]


def test_a_press_before_hello_is_asked_about_not_taken() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.outgoing()
    assert link.feed(press(1), 0.5) == []
    assert link.outgoing() == line("WH", "1.0")


def test_a_bounce_is_acknowledged_and_not_counted() -> None:
    link = connected()
    link.feed(press(1, ms=1000), 1.0)
    link.acknowledge(mark(1))
    link.outgoing()
    assert link.feed(press(2, ms=1010), 1.01) == []
    assert link.outgoing() == acknowledgement(2)
    assert link.counters.bounces == 1


def test_six_seconds_of_silence_mean_down_and_a_heartbeat_keeps_it_up() -> None:
    link = connected()
    link.feed(encode_panel(Heartbeat(BOOT, 2000, ())), 4.0)
    assert link.tick(9.9) == []
    assert link.tick(10.0) == [PanelDown("silent")]
    assert not link.up
    assert link.feed(encode_panel(HELLO), 11.0) == [PanelUp("DD-07", "1.4", 5)]


def test_while_down_the_host_asks_every_second() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.outgoing()
    link.tick(0.5)
    assert link.outgoing() == b""
    link.tick(1.0)
    assert link.outgoing() == line("WH", "1.0")


def test_a_port_on_which_nobody_answers_is_told_as_down_once() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    events = [event for second in range(1, 20) for event in link.tick(float(second))]
    assert events == [PanelDown("silent")]
    assert link.feed(encode_panel(HELLO), 20.0) == [PanelUp("DD-07", "1.4", 5)]


def test_a_lost_port_is_told_once() -> None:
    link = connected()
    assert link.lost("unplugged") == [PanelDown("unplugged")]
    assert link.lost("unplugged") == []


def test_a_key_held_for_ten_seconds_is_stuck_until_it_comes_up() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.acknowledge(mark(1))
    events: list[LinkEvent] = []
    for second in range(2, 13):
        link.feed(encode_panel(Heartbeat(BOOT, second * 1000, (5,))), float(second))
        events += link.tick(float(second))
    assert events == [ButtonStuck(5)]
    assert link.feed(press(2, ms=13_000), 13.0) == []
    link.feed(encode_panel(KeyUp(BOOT, 5, 14_000)), 14.0)
    assert link.feed(press(3, ms=15_000), 15.0) == [ButtonPressed(5, mark(3))]


def test_a_key_already_down_when_the_host_starts_is_found_stuck() -> None:
    link = connected()
    events: list[LinkEvent] = []
    for second in range(2, 16):
        link.feed(encode_panel(Heartbeat(BOOT, second * 1000, (3,))), float(second))
        events += link.tick(float(second))
    assert events == [ButtonStuck(3)]


def test_a_press_that_waited_in_the_panel_while_its_key_was_held_still_counts() -> None:
    link = connected()
    for second in range(2, 16):
        link.feed(encode_panel(Heartbeat(BOOT, second * 1000, (3,))), float(second))
        link.tick(float(second))
    assert link.feed(press(1, key=3, ms=1500), 16.0) == [ButtonPressed(3, mark(1))]


def test_a_lost_key_up_is_made_good_by_the_next_heartbeat() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.acknowledge(mark(1))
    link.feed(encode_panel(Heartbeat(BOOT, 2000, ())), 2.0)
    link.feed(encode_panel(Heartbeat(BOOT, 12_000, ())), 7.0)
    link.feed(encode_panel(Heartbeat(BOOT, 12_000, ())), 12.0)
    assert link.tick(12.0) == []


def test_another_major_version_is_refused_with_a_message_once() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.outgoing()
    strange = line("HI", "2.0", "new", "fields", "entirely", 5, "x")
    [event] = link.feed(strange, 0.1)
    assert isinstance(event, PanelRefused)
    assert "2.0" in event.message
    assert link.outgoing().startswith(b"$NO,")
    assert link.feed(strange, 0.2) == []


def test_another_major_version_is_refused_however_its_hello_looks() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    [event] = link.feed(line("HI", "2.0", "a b", "boot", "fw", 400), 0.1)
    assert isinstance(event, PanelRefused)


def test_unknown_lines_are_counted_and_ignored() -> None:
    link = connected()
    assert link.feed(line("ZZ", "new"), 1.0) == []
    assert link.counters.unknown == 1
