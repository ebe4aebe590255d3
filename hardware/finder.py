"""Finds out which panel is on which port, and then which of its buttons is pressed.

For the wizard only: it opens ports, asks, and listens for a limited time. Knows buttons, never
scores.
"""

import select
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from hardware.codec import UnknownCode
from hardware.family import Certainty, NoSuchPanel, PanelFamily
from hardware.link import ButtonPressed, Link, LinkEvent, PanelRefused
from hardware.port import NO_LINE, Connection, LineMode, Port, PortLost, Wiring

Say = Callable[[str], None]
_LOOK_EVERY = 0.02
"""Seconds that one look at the ports may wait for bytes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    press: float = 60.0
    """How long somebody may take to press."""
    mode: float = 2.5
    """How long each line mode is listened to before the next."""
    quiet: float = 0.7
    """Silence after which bytes belong to another press."""


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
    """One family listening on one open port; `address` is that of a panel on a shared line."""

    def __init__(self, family: PanelFamily, port: Port, address: int = 0) -> None:
        self.family, self._port, self._address = family, port, address
        self._trial = 0
        """Which of the family's button counts is being tried."""
        self._link = self._new_link()
        self._code_reader = family.code_reader()
        self._understood = False
        """Whether a press carried a number, so that nothing had to be learned."""

    @property
    def answered(self) -> bool:
        """Whether a panel that can be asked has answered."""
        return self.family.answers and self._link.up

    @property
    def certainty(self) -> Certainty:
        """What the presses so far prove."""
        if self.family.certainty is Certainty.BYTES and self._understood:
            return Certainty.SENSIBLE_BYTES
        return self.family.certainty

    def detected(self, port: str, line_mode: LineMode) -> DetectedPanel:
        """What was heard here, at `port` in `line_mode`."""
        is_serial = line_mode in self.family.line_modes
        return DetectedPanel(
            port=port,
            family=self.family,
            line_mode=line_mode if is_serial else NO_LINE,
            certainty=self.certainty,
            address=self._address,
        )

    def take(self, data: bytes, now: float) -> list[ButtonIdentity]:
        """The buttons that were pressed, from the bytes that came, if any."""
        events = self._link.tick(now)
        if data:
            events += self._link.feed(data, now)
        numbers: list[ButtonIdentity] = []
        for event in events:
            numbers += self._meaning(event)
        self._understood |= bool(numbers)
        self._port.write(self._link.outgoing())
        if self._code_reader is None:
            return numbers
        messages = self._code_reader.feed(data)
        codes = [ButtonIdentity(0, m.name) for m in messages if isinstance(m, UnknownCode)]
        return numbers if numbers and self.family.numbers_are_sure else codes

    def _meaning(self, event: LinkEvent) -> list[ButtonIdentity]:
        match event:
            case ButtonPressed(button, mark):
                self._link.acknowledge(mark)
                return [ButtonIdentity(button)]
            case PanelRefused():
                self._try_next_count()
        return []

    def _try_next_count(self) -> None:
        if self._trial + 1 < len(self.family.trial_button_counts):
            self._trial += 1
            self._link = self._new_link()

    def _new_link(self) -> Link:
        buttons = self.family.trial_button_counts[self._trial]
        link = self.family.link(Wiring(buttons=buttons, address=self._address))
        link.opened(monotonic())
        return link


class _OncePerLine:
    """Says each line only the first time."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lines: set[str] = set()

    def __call__(self, line: str) -> None:
        if line not in self._lines:
            self._lines.add(line)
            self._say(line)


@dataclass(frozen=True, slots=True)
class ListeningPost:
    """A port to listen at, and the families whose panels may be plugged in there."""

    name: str
    connection: Connection
    families: tuple[PanelFamily, ...]


def listening_posts(port: str, families: Sequence[PanelFamily]) -> tuple[ListeningPost, ...]:
    """Where to listen for panels of `families`: at `port`, or at every port where that is "".
    A kind of port that is asked for only, is asked for by families of that kind alone."""
    posts: list[ListeningPost] = []
    connections = dict.fromkeys(family.connection for family in families)
    for connection in connections:
        fitting = tuple(family for family in families if family.connection is connection)
        is_only = len(connections) == 1
        names = (
            _names_given(port, connection, is_only) if port else _names_found(connection, is_only)
        )
        posts += [ListeningPost(name, connection, fitting) for name in names]
    return tuple(posts)


def _names_given(port: str, connection: Connection, is_only: bool) -> list[str]:
    return [port] if is_only or connection.owns(port) else []


def _names_found(connection: Connection, is_only: bool) -> list[str]:
    if connection.asked_for_only and not is_only:
        return []
    return [info.stable for info in connection.find()]


def find_panel(
    posts: Sequence[ListeningPost],
    patience: Patience,
    say: Say,
    address: int = 0,
) -> DetectedPanel | None:
    """The first panel that answers, or whose button somebody presses while its line mode is being
    listened to; None when nobody did in time. Mere bytes are believed only when there is no other
    family to choose. NoSuchPanel when none of them can have that `address`."""
    families = _with_address(_families(posts), address)
    say_once = _OncePerLine(say)
    deadline = monotonic() + patience.press
    while monotonic() < deadline:
        panel = _listen_in_every_mode(posts, families, patience, say_once, address)
        if panel is not None and (panel.certainty > Certainty.BYTES or len(families) == 1):
            return panel
    return None


def read_presses(
    panel: DetectedPanel,
    patience: Patience,
    ready: Callable[[], None],
    take: Callable[[ButtonIdentity], bool],
) -> bool:
    """Call `ready` once nothing is pressed any more (a panel may still send presses from before),
    then give `take` one press after another until it returns True (enough) or nothing came
    in time (False). Buttons that send more than one message for a press count once. PortLost when
    the port goes."""
    port = panel.family.open(panel.port, panel.line_mode, Wiring(address=panel.address))
    try:
        ear = Ear(panel.family, port, panel.address)
        pressed_at = ready_at = monotonic()
        settled = False
        while (now := monotonic()) - max(pressed_at, ready_at) < patience.press:
            buttons = ear.take(_read(port), now)
            quiet_before = now - pressed_at >= patience.quiet
            if buttons:
                pressed_at = now
                if settled and quiet_before and take(buttons[0]):
                    return True
            elif quiet_before and not settled:
                settled, ready_at = True, now
                ready()
        return False
    finally:
        port.close()


def _families(posts: Iterable[ListeningPost]) -> list[PanelFamily]:
    return list(dict.fromkeys(family for post in posts for family in post.families))


def _with_address(families: Iterable[PanelFamily], address: int) -> list[PanelFamily]:
    fitting: list[PanelFamily] = []
    trouble = NoSuchPanel("no profile to look for")
    for family in families:
        try:
            family.link(Wiring(address=address))
            fitting.append(family)
        except NoSuchPanel as error:
            trouble = error
    if not fitting:
        raise trouble
    return fitting


def _listen_in_every_mode(
    posts: Sequence[ListeningPost],
    families: Sequence[PanelFamily],
    patience: Patience,
    say: Say,
    address: int,
) -> DetectedPanel | None:
    """The panel with the most certainty; the first where nothing can be surer."""
    best: DetectedPanel | None = None
    modes = dict.fromkeys(mode for family in families for mode in family.line_modes)
    # What is no serial line has no mode of its own: it is listened to in each.
    for line_mode in [mode for mode in modes if mode != NO_LINE] or [NO_LINE]:
        fitting = [f for f in families if {line_mode, NO_LINE} & {*f.line_modes}]
        panel = _listen_in(line_mode, posts, fitting, say, patience.mode, address)
        best = _surer(best, panel)
        if best is not None and (best.certainty is Certainty.FRAMES or len(families) == 1):
            return best
    return best


def _listen_in(
    line_mode: LineMode,
    posts: Sequence[ListeningPost],
    families: Sequence[PanelFamily],
    say: Say,
    seconds: float,
    address: int,
) -> DetectedPanel | None:
    """Listen to every port in `line_mode` for `seconds`, with those `families` that use it."""
    ports = _open_all(posts, families, line_mode, say)
    ears = [
        (post, Ear(family, port, address))
        for post, port in ports.items()
        for family in post.families
        if family in families
    ]
    best: DetectedPanel | None = None
    deadline = monotonic() + seconds
    try:
        while (now := monotonic()) < deadline and not _is_certain(best):
            readable, _, _ = select.select(list(ports.values()), [], [], _LOOK_EVERY)
            data = {port: port.read() for port in readable}
            for post, ear in ears:
                if ear.take(data.get(ports[post], b""), now) or ear.answered:
                    best = _surer(best, ear.detected(post.name, line_mode))
    except PortLost as error:
        say(str(error))
    finally:
        for port in ports.values():
            port.close()
    return best


def _is_certain(panel: DetectedPanel | None) -> bool:
    """Whether no other family could be surer."""
    return panel is not None and panel.certainty is Certainty.FRAMES


def _surer(best: DetectedPanel | None, panel: DetectedPanel | None) -> DetectedPanel | None:
    """The one with more certainty; the earlier one when they are equal."""
    if best is None or panel is None:
        return best or panel
    return panel if panel.certainty > best.certainty else best


def _open_all(
    posts: Iterable[ListeningPost],
    families: Sequence[PanelFamily],
    line_mode: LineMode,
    say: Say,
) -> dict[ListeningPost, Port]:
    """The ports that open, where any of `families` is listened for."""
    ports: dict[ListeningPost, Port] = {}
    for post in posts:
        if not set(families) & set(post.families):
            continue
        try:
            ports[post] = post.connection.open(post.name, line_mode, Wiring(), alone=False)
        except PortLost as error:
            say(str(error))
    return ports


def _read(port: Port) -> bytes:
    readable, _, _ = select.select([port], [], [], _LOOK_EVERY)
    return port.read() if readable else b""
