"""Bytes that mean nothing, between and around the bytes that do, into every panel family.

What comes out must be exactly the valid presses. Where a family has a check (own, modbus, jt905)
the noise is any bytes at all; where it has none, any that its own document does not call a frame:
a byte that is a press is a press, whoever sent it. Where a press is a byte that stands alone
(single-byte), noise is any bytes in company, and the press has its pause before and after it.
"""

from collections.abc import Callable
from random import Random
from typing import Protocol

from hardware.catalogue import FAMILIES
from hardware.codec import FarEnd, Heartbeat, Hello, KeyDown, KeyUp, WhoAreYou
from hardware.family import PanelFamily, PlainFamily
from hardware.link import ButtonPressed, Link, LinkEvent
from hardware.port import Wiring
from hardware.profiles.own import OwnCodec, encode_panel
from tests.evidence.figure import Figure, Measured, Run

NOISE = 40
"""Bytes at most on each side of a frame."""
PAUSE = 2.0
"""Seconds between two presses: longer than any family's bounce, gap or repeat."""

WHO = OwnCodec().encode(WhoAreYou())

Noise = Callable[[Random, int], bytes]


def _any(random: Random, size: int) -> bytes:
    return random.randbytes(size)


def _without(*bytes_: int) -> Noise:
    allowed = [b for b in range(256) if b not in bytes_]
    return lambda random, size: bytes(random.choice(allowed) for _ in range(size))


def _lines(random: Random, size: int) -> bytes:
    """Lines of letters, which are no codes; each is ended, as a line is."""
    words = bytes(random.choice(b"abcdefgh !?\xe0\xff") for _ in range(size))
    return b"".join(words[i : i + 9] + b"\n" for i in range(0, size, 9))


def _flock(random: Random, size: int) -> bytes:
    """Any bytes, codes too, in the company of one that is no code: no press stands alone."""
    flock = bytearray(random.randbytes(size))
    if flock:
        flock[random.randrange(size)] = random.choice(b"abcdefgh !?\xe0\xff")
    return bytes(flock)


def lone_byte(random: Random, size: int) -> bytes:
    """At most one byte, which may be a code: without frames, it is a press."""
    return random.randbytes(min(size, 1))


NOISES: dict[str, Noise] = {
    "own": _any,
    "modbus": _any,
    "jt905": _any,
    "candle485": _without(0x01),
    "xid": _without(ord("k")),
    "keypad": _any,
    "gpio": _any,
    "ascii-line": _lines,
    "hex-frame": _without(0xA5),
    "network": _any,
    "single-byte": _flock,
}


class Panel(Protocol):
    """The far end, in bytes."""

    def hello(self) -> bytes: ...

    def down(self, key: int, ms: int) -> bytes: ...

    def up(self, key: int, ms: int) -> bytes: ...

    def answer(self, data: bytes) -> bytes: ...


class Numbered:
    """Our own protocol's far end, without its resending: each press is said once."""

    def __init__(self) -> None:
        self._seq = self._ms = 0

    def hello(self) -> bytes:
        hello = encode_panel(
            Hello(version="1.1", device="RIG", boot="0000000a", firmware="1.0", keys=5)
        )
        return hello + encode_panel(Heartbeat("0000000a", self._ms, ()))

    def down(self, key: int, ms: int) -> bytes:
        self._seq += 1
        self._ms = ms
        return encode_panel(KeyDown(boot="0000000a", seq=self._seq, key=key, ms=ms))

    def up(self, key: int, ms: int) -> bytes:
        return encode_panel(KeyUp("0000000a", key, ms))

    def answer(self, data: bytes) -> bytes:
        return self.hello() if WHO in data else b""


class Simple:
    """A plain family's far end."""

    def __init__(self, far: FarEnd) -> None:
        self._far = far

    def hello(self) -> bytes:
        return b""

    def down(self, key: int, ms: int) -> bytes:
        return self._far.down(key, ms)

    def up(self, key: int, ms: int) -> bytes:
        return self._far.up(key, ms)

    def answer(self, data: bytes) -> bytes:
        return self._far.answer(data)


def far_end(family: PanelFamily, wiring: Wiring) -> Panel:
    if isinstance(family, PlainFamily):
        return Simple(family.far_end(wiring))
    return Numbered()


def pause_round_a_press(family: PanelFamily) -> float:
    """Seconds without a byte before and after a press; 0: its presses have a frame."""
    alone = family.manners.alone if isinstance(family, PlainFamily) else 0.0
    return alone + 0.001 if alone else 0.0


class Line:
    """One panel at one link, with a noisy line between, on a clock of its own."""

    def __init__(self, family: PanelFamily, random: Random) -> None:
        self.name, self._random = family.name, random
        wiring = Wiring(buttons=min(5, family.most_buttons))
        self.keys = wiring.buttons
        self.link: Link = family.link(wiring)
        self._panel = far_end(family, wiring)
        self._noise = NOISES[family.name]
        self._now = 100.0
        self.noise_bytes = 0
        self._alone = pause_round_a_press(family)
        self.link.opened(self._now)
        self._say(self._panel.hello())
        self._pass(PAUSE)

    def press(self, key: int) -> list[int]:
        """Press and release, in noise; the buttons that came out."""
        ms = int(self._now * 1000)
        out = self._say(self._panel.down(key, ms))
        out += self._pass(0.3)
        out += self._say(self._panel.up(key, ms + 300))
        return out + self._pass(PAUSE)

    def noise(self) -> list[int]:
        """Noise alone, and the silence that makes a panel be asked who it is."""
        return self._say(b"") + self._pass(4 * PAUSE)

    def _say(self, frame: bytes) -> list[int]:
        """A frame with noise before and after it: right at it, or, where a press has no frame and
        is known by standing alone, with a pause between."""
        before, after = self._some(), self._some()
        if not self._alone:
            return self._feed(before + frame + after)
        out: list[int] = []
        for part in (before, frame, after):
            out += self._feed(part)
            self._now += self._alone
            out += self._buttons(self.link.tick(self._now))
        return out

    def _feed(self, data: bytes) -> list[int]:
        out: list[int] = []
        while data:
            size = self._random.randint(1, 12)
            out += self._buttons(self.link.feed(data[:size], self._now))
            data = data[size:]
            self._now += 0.001
        return out

    def _pass(self, seconds: float) -> list[int]:
        """Time goes by: the link asks what it asks, and is answered in noise."""
        out: list[int] = []
        until = self._now + seconds
        while self._now < until:
            self._now += self.link.tick_every
            out += self._buttons(self.link.tick(self._now))
            answer = self._panel.answer(self.link.outgoing())
            if answer:
                out += self._say(answer)
        return out

    def _some(self) -> bytes:
        noise = self._noise(self._random, self._random.randint(0, NOISE))
        self.noise_bytes += len(noise)
        return noise

    def _buttons(self, events: list[LinkEvent]) -> list[int]:
        pressed = [event for event in events if isinstance(event, ButtonPressed)]
        for event in pressed:
            self.link.acknowledge(event.mark)
        return [event.button for event in pressed]


def fuzz_codecs(given: Run) -> Measured:
    """`given.size` bytes of noise, shared by all families."""
    failures: list[str] = []
    presses = noise = 0
    for family in FAMILIES:
        random = Random(f"{given.seed} {family.name}")
        line = Line(family, random)
        while line.noise_bytes * len(FAMILIES) < given.size:
            key = random.randint(1, line.keys)
            expected = [key] if random.random() < 0.8 else []
            try:
                buttons = line.press(key) if expected else line.noise()
            except Exception as error:
                failures.append(f"{family.name}, press {presses}: {type(error).__name__}: {error}")
                break
            if buttons != expected:
                failures.append(f"{family.name}, press {presses}: {expected} became {buttons}")
            presses += 1
        noise += line.noise_bytes
    text = f"{noise:,} bytes round {presses:,} presses: {len(failures)} wrong"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="serial bytes fuzzed into every panel codec",
    target="0 crashes, exactly the valid presses",
    quick=100_000,
    full=10_000_000,
    measure=fuzz_codecs,
)
