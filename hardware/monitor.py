"""What `kiosk panel monitor` prints: raw bytes, what they mean, and the line's counters."""

import select
from collections.abc import Callable
from time import monotonic

from hardware.codec import FromPanel, PlainCodec, UnknownCode
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


class _Reading:
    """What bytes say, as lines. Bytes that repeat and mean nothing new (a box answers 20 times a
    second) are said once. `reader`: the family's own, which says what a press is called in the
    settings' `codes`."""

    def __init__(self, link: Link, reader: PlainCodec | None) -> None:
        self._link, self._reader = link, reader
        self._last_data = b""

    def lines(self, data: bytes, now: float) -> list[str]:
        events = self._link.feed(data, now)
        is_news = bool(events) or data != self._last_data
        self._last_data = data
        messages = self._reader.feed(data) if self._reader else []
        codes = [message.name for message in messages if isinstance(message, UnknownCode)]
        return [
            *([raw_line(data)] if is_news else []),
            *(f"code    {code}" for code in codes),
            *map(event_line, events),
        ]


def watch(
    port: Port,
    link: Link,
    say: Callable[[str], None],
    seconds: float | None = None,
    reader: PlainCodec | None = None,
) -> None:
    """Say everything that comes over `port` until `seconds` have passed; PortLost when it goes.
    Presses are not acknowledged. Counters are said once a second while they change."""
    started_at = counted_at = monotonic()
    last_counters, reading = link.counters, _Reading(link, reader)
    link.opened(started_at)
    while seconds is None or monotonic() - started_at < seconds:
        port.write(link.outgoing())
        readable, _, _ = select.select([port], [], [], link.undecided or link.tick_every)
        now = monotonic()
        lines = [event_line(event) for event in link.tick(now)]
        if readable and (data := port.read()):
            lines += reading.lines(data, now)
        for line in lines:
            say(line)
        if now - counted_at >= COUNT_EVERY and link.counters != last_counters:
            last_counters, counted_at = link.counters, now
            say(counter_line(last_counters))
    say(counter_line(link.counters))
