"""What `kiosk panel monitor` prints: raw bytes, what they mean, and the line's counters."""

from hardware.codec import FromPanel
from hardware.link import LinkCounters, LinkEvent


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
