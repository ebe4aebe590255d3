"""A numbered panel's conversation with the host.

Handshake, de-duplication, acknowledgement, silence: PROTOCOL.md from the host's side. A press comes
out once, however often the panel sends it, and is acknowledged only when the caller says that it
was committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.codec import (
    Acknowledge,
    Codec,
    Forget,
    FromHost,
    FromPanel,
    Heartbeat,
    Hello,
    KeyDown,
    KeyUp,
    Refuse,
    WhoAreYou,
)
from hardware.link import (
    STUCK_AFTER,
    ButtonPressed,
    ButtonStuck,
    LinkCounters,
    LinkEvent,
    PanelDown,
    PanelRefused,
    PanelUp,
    PressMark,
)

SILENCE = 6.0
"""Seconds without a word (three heartbeats) after which a panel is down."""
ASK_EVERY = 1.0
MAJOR = "1"
MS_WRAP = 2**32
"""The panel's milliseconds are counted modulo this (PROTOCOL.md, 2)."""
AHEAD = 86_400.0
"""Seconds by which a press may seem to lie ahead of the panel's last time: this program
was delayed. What is further ahead is old, and the milliseconds have wrapped."""


@dataclass(frozen=True, slots=True)
class _KeyHold:
    """A key that is down: since when (host's seconds, for STUCK_AFTER), and the panel's own time
    at which it was first down."""

    since: float
    ms: int


@dataclass(frozen=True, slots=True)
class _PanelTime:
    """The panel's milliseconds, and the host's seconds at which they arrived."""

    ms: int
    at: float

    def age(self, ms: int, now: float) -> float:
        """How many seconds ago the panel's time was `ms`."""
        since = now - self.at
        ahead = (ms - self.ms) % MS_WRAP / 1000
        if ahead <= since + AHEAD:
            return max(0.0, since - ahead)
        return since + (self.ms - ms) % MS_WRAP / 1000


class PanelLink:
    """The host's end. `last` holds the newest press of each panel that the store has committed: it
    outlives this process, so that a press which was stored but not acknowledged is not taken
    again."""

    acknowledges = True
    tick_every = ASK_EVERY
    undecided = 0.0

    def __init__(self, codec: Codec, last: Iterable[PressMark] = (), debounce_ms: int = 30) -> None:
        self._codec = codec
        self._committed = {mark.device: mark for mark in last}
        self._lit = {mark.device: mark for mark in self._committed.values() if mark.kept}
        """The newest press of each panel that is a rating."""
        self._debounce_ms = debounce_ms
        self._open = False
        self._hello: Hello | None = None
        self._up = False
        self._refused = ""
        self._silence_reported = False
        self._last_message_at = self._asked_at = self._opened_at = 0.0
        self._pending: PressMark | None = None
        self._offered: ButtonPressed | None = None
        """The press in hand, or the one released: it is offered again with the age it had."""
        self._panel_time: _PanelTime | None = None
        self._holds: dict[int, _KeyHold] = {}
        self._stuck: set[int] = set()
        self._pressed_ms: dict[int, int] = {}
        self._out = bytearray()
        self._presses = self._repeats = self._bounces = self._unknown = 0

    @property
    def up(self) -> bool:
        return self._up

    @property
    def counters(self) -> LinkCounters:
        return LinkCounters(
            line=self._codec.counters,
            presses=self._presses,
            repeats=self._repeats,
            bounces=self._bounces,
            unknown=self._unknown,
        )

    def opened(self, now: float) -> None:
        """The port is open: ask who is there."""
        self._open, self._silence_reported = True, False
        self._opened_at = self._last_message_at = now
        self._forget()
        self._out.clear()
        self._ask(now)

    def lost(self, reason: str) -> list[LinkEvent]:
        """The port is gone."""
        self._open = False
        self._out.clear()
        return self._go_down(reason)

    def feed(self, data: bytes, now: float) -> list[LinkEvent]:
        """Bytes from the port; what they mean."""
        events: list[LinkEvent] = []
        for message in self._codec.feed(data):
            self._last_message_at = now
            events += self._take(message, now)
        return events

    def tick(self, now: float) -> list[LinkEvent]:
        """Time has passed: call at least once a second."""
        if not self._open:
            return []
        events: list[LinkEvent] = []
        if self._up and now - self._last_message_at >= SILENCE:
            events += self._go_down("silent")
        elif self._was_never_up(now):
            self._silence_reported = True
            events.append(PanelDown("silent"))
        if not self._up and now - self._asked_at >= ASK_EVERY:
            self._ask(now)
        for key, hold in self._holds.items():
            if now - hold.since >= STUCK_AFTER and key not in self._stuck:
                self._stuck.add(key)
                events.append(ButtonStuck(key))
        return events

    def _was_never_up(self, now: float) -> bool:
        """Whether the silence since the port was opened is still to be reported."""
        if self._up or self._refused or self._silence_reported:
            return False
        return now - self._opened_at >= SILENCE

    def outgoing(self) -> bytes:
        """What is to be written to the port now."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def acknowledge(self, mark: PressMark) -> None:
        """The press is a rating, and committed: tell the panel, now and whenever it asks again."""
        self._lit[mark.device] = mark
        self._settle(mark)

    def forget(self, mark: PressMark) -> None:
        """The press is no rating: the panel may forget it, and lights nothing."""
        self._settle(mark)

    def _settle(self, mark: PressMark) -> None:
        self._committed[mark.device] = mark
        if self._pending == mark:
            self._pending = None
        self._answer(mark)

    def release(self, mark: PressMark) -> None:
        """The press was not stored: take it again when the panel resends it."""
        if self._pending == mark:
            self._pending = None
            self._presses -= 1

    def _take(self, message: FromPanel, now: float) -> list[LinkEvent]:
        match message:
            case Hello():
                return self._greet(message)
            case KeyDown():
                return self._key_down(message, now) if self._knows(message.boot, now) else []
            case KeyUp(boot, key, ms):
                if self._knows(boot, now):
                    self._panel_time = _PanelTime(ms, now)
                    self._release_key(key)
            case Heartbeat(boot, ms, keys_down):
                if self._knows(boot, now):
                    self._panel_time = _PanelTime(ms, now)
                    for key in set(self._holds) - set(keys_down):
                        self._release_key(key)
                    for key in keys_down:
                        self._holds.setdefault(key, _KeyHold(now, ms))
            case _:
                self._unknown += 1
        return []

    def _greet(self, hello: Hello) -> list[LinkEvent]:
        if hello.version.split(".")[0] != MAJOR:
            text = f"panel speaks version {hello.version}, this program speaks {MAJOR}.x"
            self._send(Refuse(f"host speaks {MAJOR}.x only"))
            if self._refused == text:
                return []
            events = self._go_down("refused")
            self._refused = text
            return [*events, PanelRefused(text)]
        same = self._hello is not None and self._hello.boot == hello.boot
        if not same:
            self._forget()
        if self._pending is not None and self._pending.boot != hello.boot:
            self._pending = None  # its panel has forgotten it
        self._hello, self._refused = hello, ""
        if self._up and same:
            return []
        self._up, self._silence_reported = True, False
        return [PanelUp(hello.device, hello.firmware, hello.keys)]

    def _key_down(self, press: KeyDown, now: float) -> list[LinkEvent]:
        assert self._hello is not None  # noqa: S101  (_knows saw to it)
        mark = PressMark(device=self._hello.device, boot=press.boot, seq=press.seq)
        if self._pending is not None:
            # The same again; or one ahead of its turn, which is not acknowledged and comes again.
            self._repeats += 1
            return []
        if self._seen(mark):
            self._repeats += 1
            self._answer(mark)
            return []
        if self._panel_time is None:
            # Its age can't be known before the panel has sent its time: it comes again.
            self._repeats += 1
            return []
        is_resent = self._offered is not None and self._offered.mark == mark
        if not is_resent and self._is_no_press(press, now):
            self._bounces += 1
            self.forget(mark)
            return []
        if not is_resent or self._offered is None:
            self._offered = ButtonPressed(press.key, mark, self._panel_time.age(press.ms, now))
        self._pending = mark
        self._presses += 1
        return [self._offered]

    def _is_no_press(self, press: KeyDown, now: float) -> bool:
        """Whether a message that came for the first time is a bounce or a stuck key's chatter."""
        hold = self._holds.setdefault(press.key, _KeyHold(now, press.ms))
        previous_ms = self._pressed_ms.get(press.key)
        self._pressed_ms[press.key] = press.ms
        if previous_ms is not None and (press.ms - previous_ms) % MS_WRAP < self._debounce_ms:
            return True
        # The press that began the hold may have waited in the panel: that one counts.
        began_the_hold = (hold.ms - press.ms) % MS_WRAP < MS_WRAP // 2
        return press.key in self._stuck and not began_the_hold

    def _answer(self, mark: PressMark) -> None:
        """Of a press before the newest rating nothing is known any more: no lamp."""
        is_lit = self._lit.get(mark.device) == mark
        answer = Acknowledge if is_lit else Forget
        self._send(answer(mark.boot, mark.seq))

    def _seen(self, mark: PressMark) -> bool:
        """The panel offers one press at a time, in order: what is not newer was stored before."""
        last = self._committed.get(mark.device)
        return last is not None and last.boot == mark.boot and mark.seq <= last.seq

    def _knows(self, boot: str, now: float) -> bool:
        """Whether the panel has said hello since its last start; if not, ask it to."""
        if self._up and self._hello is not None and self._hello.boot == boot:
            return True
        if self._open and not self._refused and now - self._asked_at >= 0.1:
            self._ask(now)
        return False

    def _release_key(self, key: int) -> None:
        self._holds.pop(key, None)
        self._stuck.discard(key)

    def _ask(self, now: float) -> None:
        self._asked_at = now
        self._send(WhoAreYou())

    def _send(self, message: FromHost) -> None:
        if self._open:
            self._out += self._codec.encode(message)

    def _go_down(self, reason: str) -> list[LinkEvent]:
        was_up, self._up = self._up, False
        self._silence_reported |= was_up
        self._forget()
        return [PanelDown(reason)] if was_up else []

    def _forget(self) -> None:
        """Clear what the panel has said; not the press that awaits its commit."""
        self._hello, self._refused = None, ""
        self._panel_time = self._offered = None
        self._holds.clear()
        self._stuck.clear()
        self._pressed_ms.clear()
