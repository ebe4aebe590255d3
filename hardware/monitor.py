"""What `kiosk panel monitor` prints: raw bytes, what they mean, and the line's counters."""

import select
from collections.abc import Callable
from time import monotonic

from hardware.codec import FromPanel
from hardware.link import Link, LinkCounters, LinkEvent
from hardware.port import Port

COUNT_EVERY = 1.0


def raw_line(data: bytes) -> str:
    """Bytes as hex and as text, one line."""
    text = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in data)
    return f"bytes   {data.hex(' ')}  |{text}|"


def event_line(event: LinkEvent | FromPanel) -> str:
    return f"event   {event}"


def counter_line(counters: LinkCounters) -> str:
    line = counters.line
    return (
        f"counts  {line.frames} frames, {line.bad_frames} bad, {line.dropped_bytes} bytes dropped, "
        f"{counters.presses} presses, {counters.repeats} repeats, {counters.bounces} bounces, "
        f"{counters.unknown} unknown"
    )


def watch(port: Port, link: Link, say: Callable[[str], None], seconds: float | None = None) -> None:
    """Say everything that comes over `port` until `seconds` have passed; PortLost when it goes.
    Presses are not acknowledged. Counters are said once a second while they change. Bytes that
    repeat and mean nothing new (a box answers 20 times a second) are said once."""
    started_at = counted_at = monotonic()
    last_counters, last_data = link.counters, b""
    link.opened(started_at)
    while seconds is None or monotonic() - started_at < seconds:
        port.write(link.outgoing())
        readable, _, _ = select.select([port], [], [], link.undecided or link.tick_every)
        now = monotonic()
        events = link.tick(now)
        if readable and (data := port.read()):
            new_events = link.feed(data, now)
            if new_events or data != last_data:
                say(raw_line(data))
            last_data = data
            events += new_events
        for event in events:
            say(event_line(event))
        if now - counted_at >= COUNT_EVERY and link.counters != last_counters:
            last_counters, counted_at = link.counters, now
            say(counter_line(last_counters))
    say(counter_line(link.counters))
