"""One plain panel's conversation with the host: what remains of it without numbers.

A plain panel reports a press once, has no boot, no sequence and mostly no heartbeat. So the host's
own clock debounces; nothing is acknowledged, and nothing that was missed comes again; a panel that
speaks only when pressed is up as long as its port is, and only a polled one can fall silent. Where
these families differ is in their Manners. Like PanelLink it is fed with bytes and time.
"""

from dataclasses import dataclass

from hardware.codec import (
    Denied,
    KeysDown,
    Lamp,
    PlainCodec,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    Released,
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

GAP = 0.2
"""Seconds of pause that no frame has inside it, at any of the families' speeds."""
SILENCE = 3.0
"""Seconds without an answer after which a polled panel is down."""
ANSWER_WITHIN = 0.25
"""Seconds after which a polled panel is asked again."""
LAMP_FOR = 1.0
OF_THE_POLL = 0.8
"""How much of the time between two questions passes until the next: a timer is late, never
early."""

_Key = tuple[int, int]
"""A pad of the line, and one of its keys."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What a plain family can do."""

    debounce: float
    """Seconds after a message about a key in which another means nothing new."""
    releases: bool = False
    """Says when a key comes up. If not, a key that stays down may repeat: one press as long as it
    does."""
    poll: float = 0.0
    """Seconds between questions; 0: it speaks by itself."""
    lamp: bool = False
    alone: float = 0.0
    """Seconds in which nothing else may come before or after a byte that is a press; 0: presses
    have a frame. What a board prints as it starts, and noise, come in flocks."""
    any_answer: bool = False
    """Whatever a polled panel says is an answer: nobody knows how it says that nothing is
    pressed."""
    settling: float = 0.0
    """Seconds after the port was opened in which nothing is a press."""


class PlainLink:
    """The host's end. `name` and `keys` are what it says of itself when it is up."""

    acknowledges = False

    def __init__(self, name: str, keys: int, codec: PlainCodec, manners: Manners) -> None:
        self._name, self._keys, self._codec, self._manners = name, keys, codec, manners
        self.tick_every = manners.poll * OF_THE_POLL or 1.0
        self._open = self._up = self._silence_reported = False
        self._now = self._opened_at = self._answered_at = self._byte_at = self._asked_at = 0.0
        self._awaits_answer = False
        self._refused = ""
        self._keys_down: frozenset[int] | None = None
        self._last_message_at: dict[_Key, float] = {}
        self._down_since: dict[_Key, float] = {}
        self._stuck: set[_Key] = set()
        self._commands: list[PlainFromHost] = []
        self._lamps_until: dict[int, float] = {}
        """Until when each pad's lamp stays on."""
        self._pads: dict[PressMark, int] = {}
        """Whose the presses are that wait for their answer."""
        self._flock: list[PlainFromPanel] = []
        self._flock_at = 0.0
        self._out = bytearray()
        self._presses = self._stored_nothing = self._bounces = self._unknown = 0

    @property
    def up(self) -> bool:
        return self._up

    @property
    def counters(self) -> LinkCounters:
        return LinkCounters(
            line=self._codec.counters,
            presses=self._presses - self._stored_nothing,
            repeats=0,
            bounces=self._bounces,
            unknown=self._unknown,
        )

    def opened(self, now: float) -> None:
        """The port is open. Whoever speaks only when pressed is up with the next call."""
        self._open, self._silence_reported, self._refused = True, False, ""
        self._now = self._opened_at = self._answered_at = self._byte_at = now
        self._asked_at, self._awaits_answer = now - self._manners.poll, False
        self._forget()
        self._out.clear()
        self._commands = [Lamp(False)] if self._manners.lamp else []

    def lost(self, reason: str) -> list[LinkEvent]:
        """The port is gone."""
        self._open = False
        self._out.clear()
        return self._go_down(reason)

    def feed(self, data: bytes, now: float) -> list[LinkEvent]:
        """Bytes from the port; what they mean."""
        if not self._open:
            return []
        events = [] if self._manners.poll else self._come_up()
        messages = self._codec.quiet() if now - self._byte_at >= GAP else []
        self._now = now
        if data:
            self._byte_at = now
            if self._manners.any_answer:
                self._answered_at, self._awaits_answer = now, False
                events += self._come_up()
        messages += self._codec.feed(data)
        if self._manners.alone:
            messages = self._alone(messages, now, came=bool(data))
        for message in messages:
            events += self._take(message, now)
        return events

    def _alone(
        self, messages: list[PlainFromPanel], now: float, *, came: bool
    ) -> list[PlainFromPanel]:
        """The message of the last flock of bytes, once it is over, if it had only one. The same
        said twice is one; line ends are no messages."""
        is_over = now - self._flock_at >= self._manners.alone
        decided = self._flock if is_over else []
        if is_over:
            self._flock = []
        self._flock += messages
        if came:
            self._flock_at = now
        is_one = len(set(decided)) == 1
        self._unknown += 0 if is_one else len(decided)
        return decided[:1] if is_one and now - self._opened_at >= self._manners.settling else []

    def tick(self, now: float) -> list[LinkEvent]:
        """Time has passed: call every `tick_every` seconds."""
        if not self._open:
            return []
        events = self.feed(b"", now)
        if self._manners.poll:
            events += self._silence(now)
        events += self._stuck_keys(now)
        for pad in [pad for pad, until in self._lamps_until.items() if now >= until]:
            del self._lamps_until[pad]
            self._commands.append(Lamp(False, pad))
        self._speak(now)
        return events

    @property
    def undecided(self) -> float:
        """Seconds after which `tick` must be called to decide what the last bytes were; 0: they
        are decided."""
        return self._manners.alone + 0.001 if self._flock else 0.0

    def outgoing(self) -> bytes:
        """What is to be written to the port now."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def acknowledge(self, mark: PressMark) -> None:
        """The press is a rating, and committed: its pad's lamp, where there is one, says so."""
        pad = self._pads.pop(mark, 0)
        if self._manners.lamp and self._open:
            self._lamps_until[pad] = self._now + LAMP_FOR
            self._commands.append(Lamp(True, pad))
            if not self._manners.poll:
                self._speak(self._now)

    def forget(self, mark: PressMark) -> None:
        """The press is no rating: no lamp."""
        self._pads.pop(mark, 0)

    def release(self, mark: PressMark) -> None:
        """The press was not stored, and will not come again: no lamp."""
        self._pads.pop(mark, 0)
        self._stored_nothing += 1

    # --- what the panel says -------------------------------------------------------------------

    def _take(self, message: PlainFromPanel, now: float) -> list[LinkEvent]:
        self._answered_at, self._awaits_answer = now, False
        match message:
            case Pressed(key, pad):
                return self._pressed((pad, key), now)
            case Released(key):
                self._released((0, key), now)
            case KeysDown(keys):
                return self._answered(frozenset(keys), now)
            case Denied(reason):
                return self._deny(reason)
            case _:
                self._unknown += 1
        return []

    def _pressed(self, key: _Key, now: float) -> list[LinkEvent]:
        previous = self._last_message_at.get(key)
        self._last_message_at[key] = now
        if previous is not None and now - previous < self._manners.debounce:
            self._bounces += 1
            self._down_since.setdefault(key, previous)
            return []
        self._stuck.discard(key)
        self._down_since[key] = now
        self._presses += 1
        pad, button = key
        mark = PressMark(device=self._name, boot="", seq=self._presses)
        self._pads[mark] = pad
        return [ButtonPressed(button, mark)]

    def _released(self, key: _Key, now: float) -> None:
        self._last_message_at[key] = now
        self._down_since.pop(key, None)
        self._stuck.discard(key)

    def _answered(self, keys: frozenset[int], now: float) -> list[LinkEvent]:
        """A polled panel's keys, compared with its answer before. Keys that are down in the first
        answer were pressed for somebody else."""
        events = self._come_up()
        previous_keys, self._keys_down = self._keys_down, keys
        if previous_keys is None:
            self._down_since |= dict.fromkeys([(0, key) for key in keys], now)
            return events
        for key in sorted(previous_keys - keys):
            self._released((0, key), now)
        for key in sorted(keys - previous_keys):
            events += self._pressed((0, key), now)
        return events

    def _deny(self, reason: str) -> list[LinkEvent]:
        if self._refused == reason:
            return []
        events = self._go_down("refused")
        self._refused = reason
        return [*events, PanelRefused(reason)]

    # --- time ----------------------------------------------------------------------------------

    def _stuck_keys(self, now: float) -> list[LinkEvent]:
        events: list[LinkEvent] = []
        for key, since in list(self._down_since.items()):
            if self._has_stopped_repeating(key, now):
                del self._down_since[key]  # its repeats have ended
                self._stuck.discard(key)
            elif now - since >= STUCK_AFTER and key not in self._stuck:
                self._stuck.add(key)
                events.append(ButtonStuck(key[1]))
        return events

    def _has_stopped_repeating(self, key: _Key, now: float) -> bool:
        """Whether a key came up on a panel that does not report it."""
        if self._manners.releases:
            return False
        return now - self._last_message_at[key] >= self._manners.debounce

    def _silence(self, now: float) -> list[LinkEvent]:
        if self._up and now - self._answered_at >= SILENCE:
            return self._go_down("silent")
        has_waited = now - self._opened_at >= SILENCE
        if has_waited and not (self._up or self._silence_reported or self._refused):
            self._silence_reported = True
            return [PanelDown("silent")]
        return []

    def _speak(self, now: float) -> None:
        """Send what waits. A polled line carries one question at a time, on the tick."""
        if not self._manners.poll:
            for command in self._commands:
                self._out += self._codec.encode(command)
            self._commands.clear()
            return
        if self._awaits_answer and now - self._asked_at < ANSWER_WITHIN:
            return
        command = self._commands.pop(0) if self._commands and self._up else Poll()
        self._out += self._codec.encode(command)
        self._asked_at, self._awaits_answer = now, True

    def _come_up(self) -> list[LinkEvent]:
        if self._up:
            return []
        self._up, self._silence_reported, self._refused = True, False, ""
        return [PanelUp(self._name, "", self._keys)]

    def _go_down(self, reason: str) -> list[LinkEvent]:
        was_up, self._up = self._up, False
        self._silence_reported |= was_up
        self._forget()
        return [PanelDown(reason)] if was_up else []

    def _forget(self) -> None:
        self._codec.quiet()
        self._keys_down = None
        self._last_message_at.clear()
        self._down_since.clear()
        self._stuck.clear()
        self._lamps_until.clear()
        self._pads.clear()
        self._flock = []
