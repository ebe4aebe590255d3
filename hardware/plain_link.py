"""One plain panel's conversation with the host: what is left of it without numbers.

A plain panel tells a press once, has no boot, no sequence and mostly no heartbeat. So the host's
own clock debounces; nothing is acknowledged, and nothing that was missed comes again; a panel that
speaks only when pressed is up as long as its port is, and only a polled one can fall silent. Where
these families differ is said by their Manners. Like PanelLink it is fed with bytes and time.
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


@dataclass(frozen=True, slots=True)
class Manners:
    """What a plain family can do."""

    debounce: float
    """Seconds after a message about a key in which another says nothing new."""
    releases: bool = False
    """Says when a key comes up. If not, a held key may repeat: one press as long as it does."""
    poll: float = 0.0
    """Seconds between questions; 0: it speaks by itself."""
    lamp: bool = False


class PlainLink:
    """The host's end. `name` and `keys` are what it says of itself when it is up."""

    acknowledges = False

    def __init__(self, name: str, keys: int, codec: PlainCodec, manners: Manners) -> None:
        self._name, self._keys, self._codec, self._manners = name, keys, codec, manners
        self.tick_every = manners.poll or 1.0
        self._open = self._up = self._told = False
        self._now = self._opened = self._heard = self._byte_at = self._asked = 0.0
        self._asking = False
        self._refused = ""
        self._state: frozenset[int] | None = None
        self._said: dict[int, float] = {}
        self._since: dict[int, float] = {}
        self._stuck: set[int] = set()
        self._commands: list[PlainFromHost] = []
        self._lamp_until: float | None = None
        self._out = bytearray()
        self._presses = self._bounces = self._unknown = 0

    @property
    def up(self) -> bool:
        return self._up

    @property
    def counters(self) -> LinkCounters:
        return LinkCounters(
            line=self._codec.counters,
            presses=self._presses,
            repeats=0,
            bounces=self._bounces,
            unknown=self._unknown,
        )

    def opened(self, now: float) -> None:
        """The port is open. Whoever speaks only when pressed is up with the next call."""
        self._open, self._told, self._refused = True, False, ""
        self._now = self._opened = self._heard = self._byte_at = now
        self._asked, self._asking = now - self._manners.poll, False
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
        messages += self._codec.feed(data)
        return events + [event for message in messages for event in self._take(message, now)]

    def tick(self, now: float) -> list[LinkEvent]:
        """Time has passed: call every `tick_every` seconds."""
        if not self._open:
            return []
        events = self.feed(b"", now)
        if self._manners.poll:
            events += self._silence(now)
        events += self._stuck_keys(now)
        if self._lamp_until is not None and now >= self._lamp_until:
            self._lamp_until = None
            self._commands.append(Lamp(False))
        self._speak(now)
        return events

    def outgoing(self) -> bytes:
        """What is to be written to the port now."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def acknowledge(self, mark: PressMark) -> None:
        """The press is committed: the lamp, where there is one, says so."""
        if self._manners.lamp and self._open:
            self._lamp_until = self._now + LAMP_FOR
            self._commands.append(Lamp(True))
            self._speak(self._now)

    def forget_late(self, mark: PressMark) -> None:
        """Plain panels keep no press, so none comes too late; if one did, no lamp lights."""

    def release(self, mark: PressMark) -> None:
        """The press was not kept, and will not come again: no lamp."""
        self._presses -= 1

    # --- what the panel says -------------------------------------------------------------------

    def _take(self, message: PlainFromPanel, now: float) -> list[LinkEvent]:
        self._heard, self._asking = now, False
        match message:
            case Pressed(key):
                return self._pressed(key, now)
            case Released(key):
                self._released(key, now)
            case KeysDown(held):
                return self._answered(frozenset(held), now)
            case Denied(reason):
                return self._deny(reason)
            case _:
                self._unknown += 1
        return []

    def _pressed(self, key: int, now: float) -> list[LinkEvent]:
        before = self._said.get(key)
        self._said[key] = now
        if before is not None and now - before < self._manners.debounce:
            self._bounces += 1
            self._since.setdefault(key, before)
            return []
        self._stuck.discard(key)
        self._since[key] = now
        self._presses += 1
        return [ButtonPressed(key, PressMark(self._name, "", self._presses))]

    def _released(self, key: int, now: float) -> None:
        self._said[key] = now
        self._since.pop(key, None)
        self._stuck.discard(key)

    def _answered(self, held: frozenset[int], now: float) -> list[LinkEvent]:
        """A polled panel's keys, compared with its answer before. Keys that are down in the first
        answer were pressed for somebody else."""
        events = self._come_up()
        before, self._state = self._state, held
        if before is None:
            self._since |= dict.fromkeys(held, now)
            return events
        for key in sorted(before - held):
            self._released(key, now)
        for key in sorted(held - before):
            events += self._pressed(key, now)
        return events

    def _deny(self, reason: str) -> list[LinkEvent]:
        if self._refused == reason:
            return []
        events = self._go_down("refused")
        self._refused = reason
        return [*events, PanelRefused(reason)]

    # --- time ----------------------------------------------------------------------------------

    def _stuck_keys(self, now: float) -> list[LinkEvent]:
        found: list[LinkEvent] = []
        for key, since in list(self._since.items()):
            if not self._manners.releases and now - self._said[key] >= self._manners.debounce:
                del self._since[key]  # its repeats have ended
                self._stuck.discard(key)
            elif now - since >= STUCK_AFTER and key not in self._stuck:
                self._stuck.add(key)
                found.append(ButtonStuck(key))
        return found

    def _silence(self, now: float) -> list[LinkEvent]:
        if self._up and now - self._heard >= SILENCE:
            return self._go_down("silent")
        waited = now - self._opened >= SILENCE
        if waited and not (self._up or self._told or self._refused):
            self._told = True
            return [PanelDown("silent")]
        return []

    def _speak(self, now: float) -> None:
        """Send what waits. A polled line carries one question at a time, on the tick."""
        if not self._manners.poll:
            for command in self._commands:
                self._out += self._codec.encode(command)
            self._commands.clear()
            return
        if now - self._asked < (ANSWER_WITHIN if self._asking else self._manners.poll):
            return
        command = self._commands.pop(0) if self._commands and self._up else Poll()
        self._out += self._codec.encode(command)
        self._asked, self._asking = now, True

    def _come_up(self) -> list[LinkEvent]:
        if self._up:
            return []
        self._up, self._told, self._refused = True, False, ""
        return [PanelUp(self._name, "", self._keys)]

    def _go_down(self, reason: str) -> list[LinkEvent]:
        was_up, self._up = self._up, False
        self._told |= was_up
        self._forget()
        return [PanelDown(reason)] if was_up else []

    def _forget(self) -> None:
        self._codec.quiet()
        self._state = None
        self._said.clear()
        self._since.clear()
        self._stuck.clear()
        self._lamp_until = None
