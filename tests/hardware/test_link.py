"""The conversation with one panel: what a press goes through before it counts, once."""

from dataclasses import replace

import pytest

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
HELLO = Hello(version="1.1", device="DD-07", boot=BOOT, firmware="1.4", keys=5)


def beat(ms: int, boot: str = BOOT) -> bytes:
    return encode_panel(Heartbeat(boot, ms, ()))


def press(seq: int, key: int = 5, ms: int | None = None, boot: str = BOOT) -> bytes:
    return encode_panel(KeyDown(boot=boot, seq=seq, key=key, ms=seq * 1000 if ms is None else ms))


def mark(seq: int) -> PressMark:
    return PressMark(device="DD-07", boot=BOOT, seq=seq)


def connected(last: PressMark | None = None) -> PanelLink:
    link = PanelLink(OwnCodec(), [last] if last else ())
    link.opened(0.0)
    assert link.feed(encode_panel(HELLO) + beat(100), 0.1) == [PanelUp("DD-07", "1.4", 5)]
    link.outgoing()
    return link


def acknowledgement(seq: int) -> bytes:
    return line("AK", BOOT, seq)


def test_an_opened_port_is_asked_who_is_there() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    assert link.outgoing() == line("WH", "1.1")
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


@pytest.mark.parametrize(("kept", "answer"), [(True, "AK"), (False, "FG")])
def test_a_press_that_an_earlier_process_committed_is_only_answered_as_it_fared(
    kept: bool, answer: str
) -> None:
    link = connected(last=replace(mark(7), kept=kept))
    assert link.feed(press(7), 1.0) == []
    assert link.outgoing() == line(answer, BOOT, 7)
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
    link.feed(
        encode_panel(Hello(version="1.0", device="DD-07", boot=other, firmware="1.4", keys=5))
        + beat(100, other),
        2.0,
    )
    events = link.feed(press(1, boot=other), 2.1)
    assert events == [ButtonPressed(5, PressMark(device="DD-07", boot=other, seq=1))]


def test_a_press_before_hello_is_asked_about_not_taken() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.outgoing()
    assert link.feed(press(1), 0.5) == []
    assert link.outgoing() == line("WH", "1.1")


def test_a_bounce_lights_no_lamp_and_is_not_counted() -> None:
    link = connected()
    link.feed(press(1, ms=1000), 1.0)
    link.acknowledge(mark(1))
    link.outgoing()
    assert link.feed(press(2, ms=1010), 1.01) == []
    assert link.outgoing() == line("FG", BOOT, 2)
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
    assert link.outgoing() == line("WH", "1.1")


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


def ages(events: list[LinkEvent]) -> list[float]:
    return [event.age for event in events if isinstance(event, ButtonPressed)]


def replugged(link: PanelLink, ms: int, now: float, version: str = "1.1") -> None:
    link.lost("unplugged")
    link.opened(now)
    link.feed(
        encode_panel(Hello(version=version, device="DD-07", boot=BOOT, firmware="1.4", keys=5))
        + beat(ms),
        now,
    )
    link.outgoing()


def test_a_press_that_is_told_at_once_is_new() -> None:
    link = connected()
    assert ages(link.feed(press(1, ms=900), 0.9)) == [0.0]


def test_a_press_made_while_nobody_listened_comes_with_its_age() -> None:
    link = connected()
    replugged(link, ms=100_000, now=50.0)
    assert ages(link.feed(press(1, ms=40_000), 51.0)) == [61.0]


def test_a_panel_that_has_not_told_its_time_yet_is_not_believed_to_tell_a_new_press() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.feed(encode_panel(HELLO), 0.1)
    link.outgoing()
    assert link.feed(press(1, ms=5_000), 0.2) == []
    assert link.outgoing() == b"", "not acknowledged: it comes again"
    link.feed(beat(65_000), 1.0)
    assert ages(link.feed(press(1, ms=5_000), 1.2)) == [60.2]


def test_a_key_that_comes_up_tells_the_panels_time_as_well() -> None:
    link = PanelLink(OwnCodec())
    link.opened(0.0)
    link.feed(encode_panel(HELLO) + encode_panel(KeyUp(BOOT, 5, 9_000)), 0.1)
    assert ages(link.feed(press(1, ms=8_800), 0.1)) == [0.2]


def test_the_age_is_right_across_the_wrap_of_the_milliseconds() -> None:
    link = connected()
    replugged(link, ms=4_000, now=50.0)
    assert ages(link.feed(press(1, ms=2**32 - 6_000), 50.0)) == [10.0]
    link.acknowledge(mark(1))
    replugged(link, ms=2**32 - 500, now=60.0)
    assert ages(link.feed(press(2, ms=500), 61.0)) == [0.0]


def test_an_age_of_half_a_wrap_is_no_press_of_the_future() -> None:
    link = connected()
    replugged(link, ms=2**31 + 10_000, now=50.0)
    assert ages(link.feed(press(1, ms=1_000), 50.0)) == [(2**31 + 9_000) / 1000]


def test_a_press_ahead_of_a_heartbeat_that_was_read_late_is_new() -> None:
    link = connected()
    assert ages(link.feed(beat(2_000) + press(1, ms=14_000), 14.1)) == [0.0]


def test_a_press_that_could_not_be_kept_at_once_grows_no_older() -> None:
    link = connected()
    assert ages(link.feed(press(1), 1.0)) == [0.0]
    link.release(mark(1))
    assert ages(link.feed(beat(61_000) + press(1), 61.0)) == [0.0]


def test_a_press_that_could_not_be_kept_before_its_panel_went_is_as_old_as_it_is() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.release(mark(1))
    replugged(link, ms=61_000, now=61.0)
    assert ages(link.feed(press(1), 61.0)) == [60.0]


def test_a_press_that_is_no_rating_lights_no_lamp_however_often_it_is_sent() -> None:
    link = connected()
    link.feed(press(1), 1.0)
    link.forget(mark(1))
    assert link.outgoing() == line("FG", BOOT, 1)
    assert link.feed(press(1), 1.2) == []
    assert link.outgoing() == line("FG", BOOT, 1)
    assert ages(link.feed(press(2), 2.0)) == [0.0]
    link.acknowledge(mark(2))
    assert link.outgoing() == acknowledgement(2)
