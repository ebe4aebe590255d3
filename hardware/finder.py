"""Finds out which panel is on which port, and then which of its buttons is pressed.

For the wizard only: it opens ports, asks, and listens for a limited time. Knows buttons, never
scores.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from hardware.codec import UnknownCode
from hardware.family import Certainty, NoSuchPanel, PanelFamily
from hardware.link import ButtonPressed, Link, LinkEvent, PanelRefused
from hardware.port import NO_LINE, Connection, LineMode, Port, PortLost, Wiring
from kiosk.domain.refusal import Refusal

IDLE_AFTER = 0.6
"""Seconds for which a finger does not stay on a button."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    press: float = 60.0
    """How long somebody may take to press."""
    mode: float = 2.5
    """How long each line mode is listened to before the next."""
    quiet: float = 0.7
    """Silence after which bytes belong to another press."""
    rest: float = 3.0
    """Silence after which a panel that was found is believed to say nothing by itself."""


@dataclass(frozen=True, slots=True)
class DetectedPanel:
    """Where a panel is and how it speaks; `address` is its own on a shared line, 0: the usual."""

    port: str
    family: PanelFamily
    line_mode: LineMode
    certainty: Certainty = Certainty.FRAMES
    address: int = 0


@dataclass(frozen=True, slots=True)
class ButtonIdentity:
    """How a pressed button names itself: by its number, or (number 0) by a code."""

    number: int
    code: str = ""


class Ear:
    """One family listening on one open port; `wiring`: what is known of the panel."""

    def __init__(self, family: PanelFamily, port: Port, wiring: Wiring, now: float) -> None:
        self.family, self._port, self._wiring = family, port, wiring
        self._trials = family.trials(wiring)
        self._trial = 0
        """Which way of asking is being tried."""
        self._link = self._new_link(now)
        self._code_reader = family.code_reader()
        self._byte_at = now
        self._idle = self._state = ""
        """What a panel that is asked says while nobody presses, and what it says now."""
        self._state_at = now
        self._understood = False
        """Whether a press carried a number, so that nothing had to be learned."""
        self._doubted = self._has_read = False
        """Whether all presses so far may be another speed's."""

    @property
    def answered(self) -> bool:
        """Whether a panel that can be asked has answered."""
        return (self.family.answers or bool(self._wiring.poll)) and self._link.up

    @property
    def certainty(self) -> Certainty:
        """What the presses so far prove."""
        if self.family.certainty is Certainty.BYTES and self._understood:
            return Certainty.SENSIBLE_BYTES
        if self._doubted:
            return Certainty.BYTES
        return self.family.certainty

    def detected(self, port: str, line_mode: LineMode) -> DetectedPanel:
        """What was heard here, at `port` in `line_mode`."""
        is_serial = line_mode in self.family.line_modes
        return DetectedPanel(
            port=port,
            family=self.family,
            line_mode=line_mode if is_serial else NO_LINE,
            certainty=self.certainty,
            address=self._wiring.address,
        )

    def take(self, data: bytes, now: float) -> list[ButtonIdentity]:
        """The buttons that were pressed, from the bytes that came, if any."""
        events = self._link.tick(now)
        if data:
            events += self._link.feed(data, now)
        numbers: list[ButtonIdentity] = []
        for event in events:
            numbers += self._meaning(event, now)
        self._understood |= bool(numbers)
        question = self._link.outgoing()
        codes = self.reads(data, now, asks=bool(question))
        self._port.write(question)
        if self._code_reader is None:
            return numbers
        if codes:
            is_doubtful = all(self.family.doubts(button.code) for button in codes)
            self._doubted = is_doubtful and (self._doubted or not self._has_read)
            self._has_read = True
        return numbers if numbers and self.family.numbers_are_sure else codes

    def reads(self, data: bytes, now: float, *, asks: bool = False) -> list[ButtonIdentity]:
        """What the panel said, as codes. `asks`: it is about to be asked, and what it said before
        is whole."""
        if self._code_reader is None:
            return []
        messages = self._code_reader.feed(data)
        if data:
            self._byte_at = now
        if asks or now - self._byte_at >= self.family.pause:
            messages += self._code_reader.quiet()
        names = [message.name for message in messages if isinstance(message, UnknownCode)]
        if self._wiring.poll:
            names = [name for name in names if self._is_press(name, now)]
        return [ButtonIdentity(0, name) for name in names]

    def _is_press(self, state: str, now: float) -> bool:
        """Whether a panel that is asked says something else than when nobody presses."""
        if state != self._state:
            self._state, self._state_at = state, now
        elif now - self._state_at >= IDLE_AFTER:
            self._idle = state
        return bool(self._idle) and state != self._idle

    def _meaning(self, event: LinkEvent, now: float) -> list[ButtonIdentity]:
        match event:
            case ButtonPressed(button, mark):
                self._link.forget(mark)  # it is no rating: no lamp
                codes = self._trials[self._trial].codes
                return [ButtonIdentity(0, codes[button - 1]) if codes else ButtonIdentity(button)]
            case PanelRefused():
                self._try_next(now)
        return []

    def _try_next(self, now: float) -> None:
        if self._trial + 1 < len(self._trials):
            self._trial += 1
            self._link = self._new_link(now)

    def _new_link(self, now: float) -> Link:
        link = self.family.link(self._trials[self._trial])
        link.opened(now)
        return link


@dataclass(frozen=True, slots=True)
class ListeningPost:
    """A port to listen at, and the families whose panels may be plugged in there."""

    name: str
    connection: Connection
    families: tuple[PanelFamily, ...]


def listening_posts(
    port: str, families: Sequence[PanelFamily], taken: Collection[str] = ()
) -> tuple[ListeningPost, ...]:
    """Where to listen for panels of `families`: at `port`, or at every port where that is "", but
    at none of those `taken` by other panels. A kind of port that is asked for only, is asked for by
    families of that kind alone."""
    posts: list[ListeningPost] = []
    connections = dict.fromkeys(family.connection for family in families)
    for connection in connections:
        fitting = tuple(family for family in families if family.connection is connection)
        is_only = len(connections) == 1
        names = (
            _names_given(port, connection, is_only) if port else _names_found(connection, is_only)
        )
        others = {connection.place(name) for name in taken}
        free = [name for name in names if connection.place(name) not in others]
        posts += [ListeningPost(name, connection, fitting) for name in free]
    return tuple(posts)


def _names_given(port: str, connection: Connection, is_only: bool) -> list[str]:
    return [port] if is_only or connection.owns(port) else []


def _names_found(connection: Connection, is_only: bool) -> list[str]:
    if connection.asked_for_only and not is_only:
        return []
    return [info.stable for info in connection.find()]


def _families(posts: Iterable[ListeningPost]) -> list[PanelFamily]:
    return list(dict.fromkeys(family for post in posts for family in post.families))


def _that_fit(families: Iterable[PanelFamily], wiring: Wiring) -> list[PanelFamily]:
    fitting: list[PanelFamily] = []
    trouble = NoSuchPanel("no profile to look for")
    for family in families:
        try:
            family.link(wiring)
            fitting.append(family)
        except NoSuchPanel as error:
            trouble = error
    if not fitting:
        raise trouble
    return fitting


class Listening:
    """Every port in every line mode, one mode after another, until a panel answers or somebody
    presses. Mere bytes are believed only when there is no other family to choose. NoSuchPanel when
    none of the families can have that `wiring`."""

    def __init__(
        self, posts: Sequence[ListeningPost], patience: Patience, now: float, wiring: Wiring
    ) -> None:
        self._posts, self._patience, self._wiring = posts, patience, wiring
        self._families = _that_fit(_families(posts), wiring)
        modes = dict.fromkeys(mode for family in self._families for mode in family.line_modes)
        # What is no serial line has no mode of its own: it is listened to in each.
        self._modes = [mode for mode in modes if mode != NO_LINE] or [NO_LINE]
        self._turn = 0
        self._best: DetectedPanel | None = None
        self._troubles: list[Refusal] = []
        self._troubles_said: set[str] = set()
        self._ports: dict[ListeningPost, Port] = {}
        self._ears: list[tuple[ListeningPost, Ear]] = []
        self._until = now
        self._open(now)

    @property
    def ports(self) -> list[Port]:
        """Open ports, to wait for with select."""
        return list(self._ports.values())

    def take_troubles(self) -> list[Refusal]:
        """What was wrong with a port since the last call; each only once."""
        troubles, self._troubles = self._troubles, []
        return troubles

    def step(self, now: float) -> DetectedPanel | None:
        """Look at every port once; the panel, when it is clear which."""
        data: dict[ListeningPost, bytes] = {}
        for post, port in list(self._ports.items()):
            try:
                data[post] = port.read()
            except PortLost as error:
                self._lose(post, error)
        for post, ear in list(self._ears):
            if post in data:
                self._hear(post, ear, data[post], now)
        if now < self._until and not _is_certain(self._best):
            return None
        return self._turned(now)

    def close(self) -> None:
        for port in self._ports.values():
            port.close()
        self._ports.clear()
        self._ears.clear()

    def _hear(self, post: ListeningPost, ear: Ear, data: bytes, now: float) -> None:
        try:
            if ear.take(data, now) or ear.answered:
                self._best = _surer(self._best, ear.detected(post.name, self._mode))
        except PortLost as error:
            self._lose(post, error)

    def _turned(self, now: float) -> DetectedPanel | None:
        """A mode's time is over: the panel, or the next mode."""
        panel, is_only = self._best, len(self._families) == 1
        is_round_over = self._turn == len(self._modes) - 1
        if panel is not None and (_is_certain(panel) or (is_only and not self._may_be_faster)):
            return panel
        is_enough = panel is not None and (is_only or panel.certainty > Certainty.BYTES)
        if is_round_over and is_enough:
            return panel
        if is_round_over:
            self._best = None
        self._turn = (self._turn + 1) % len(self._modes)
        self.close()
        self._open(now)
        return None

    @property
    def _may_be_faster(self) -> bool:
        """Whether bytes at one speed may be another's: then every speed is listened to. A panel
        that is asked answers at its own alone."""
        is_any_burst = self._families[0].certainty is Certainty.BURSTS
        return is_any_burst and not self._wiring.poll

    @property
    def _mode(self) -> LineMode:
        return self._modes[self._turn]

    def _open(self, now: float) -> None:
        families = [f for f in self._families if {self._mode, NO_LINE} & {*f.line_modes}]
        for post in self._posts:
            fitting = [family for family in post.families if family in families]
            if not fitting:
                continue
            try:
                anything = replace(self._wiring, buttons=0)
                port = post.connection.open(post.name, self._mode, anything, alone=False)
            except PortLost as error:
                self._say(error)
                continue
            self._ports[post] = port
            self._ears += [(post, Ear(family, port, self._wiring, now)) for family in fitting]
        self._until = now + self._patience.mode

    def _lose(self, post: ListeningPost, error: PortLost) -> None:
        self._say(error)
        self._ports.pop(post).close()
        self._ears = [(other, ear) for other, ear in self._ears if other is not post]

    def _say(self, trouble: PortLost) -> None:
        if str(trouble) not in self._troubles_said:
            self._troubles_said.add(str(trouble))
            self._troubles.append(trouble)


def _is_certain(panel: DetectedPanel | None) -> bool:
    """Whether no other family could be surer."""
    return panel is not None and panel.certainty is Certainty.FRAMES


def _surer(best: DetectedPanel | None, panel: DetectedPanel | None) -> DetectedPanel | None:
    """The one with more certainty; the earlier one when they are equal, but the faster one of
    bursts: what is too fast is smeared and doubted, what is too slow looks like any other."""
    if best is None or panel is None:
        return best or panel
    if panel.certainty is best.certainty is Certainty.BURSTS:
        return max(best, panel, key=lambda burst: burst.line_mode.baud)
    return panel if panel.certainty > best.certainty else best
