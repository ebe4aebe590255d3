"""Finds out which panel is on which port, and then which of its buttons is pressed.

For the wizard only: it opens ports, asks, and listens for a limited time. Knows buttons, never
scores.
"""

import select
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from hardware.codec import UnknownCode
from hardware.family import Certainty, LineMode, NoSuchPanel, PanelFamily, Wiring
from hardware.link import ButtonPressed, Link, LinkEvent, PanelRefused
from hardware.port import Port, PortLost

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
        # A frame that carries its button's number is better known by that.
        numbers_are_sure = self.family.certainty is Certainty.FRAMES
        return numbers if numbers and numbers_are_sure else codes

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
        link = self.family.link(Wiring(buttons, self._address))
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


def find_panel(
    ports: Sequence[str],
    families: Sequence[PanelFamily],
    patience: Patience,
    say: Say,
    address: int = 0,
) -> DetectedPanel | None:
    """The first panel that answers, or whose button somebody presses while its line mode is being
    listened to; None when nobody did in time. Mere bytes are believed only when `families`
    leaves no choice. NoSuchPanel when none of them can have that `address`."""
    families = _with_address(families, address)
    say_once = _OncePerLine(say)
    deadline = monotonic() + patience.press
    while monotonic() < deadline:
        panel = _listen_in_every_mode(ports, families, patience, say_once, address)
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
    port = Port.open(panel.port, panel.line_mode.baud, panel.line_mode.parity)
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
    ports: Sequence[str],
    families: Sequence[PanelFamily],
    patience: Patience,
    say: Say,
    address: int,
) -> DetectedPanel | None:
    """The panel with the most certainty; the first where nothing can be surer."""
    best: DetectedPanel | None = None
    for line_mode in dict.fromkeys(mode for family in families for mode in family.line_modes):
        fitting = [family for family in families if line_mode in family.line_modes]
        panel = _listen_in(line_mode, ports, fitting, say, patience.mode, address)
        best = _surer(best, panel)
        if best is not None and (best.certainty is Certainty.FRAMES or len(families) == 1):
            return best
    return best


def _listen_in(
    line_mode: LineMode,
    port_names: Sequence[str],
    families: Sequence[PanelFamily],
    say: Say,
    seconds: float,
    address: int,
) -> DetectedPanel | None:
    """Listen to every port in `line_mode` for `seconds`, with the families that use it."""
    ports = _open_all(port_names, line_mode, say)
    ears = [
        (name, port, Ear(family, port, address))
        for name, port in ports.items()
        for family in families
    ]
    best: DetectedPanel | None = None
    deadline = monotonic() + seconds
    try:
        while (now := monotonic()) < deadline and not _is_certain(best):
            readable, _, _ = select.select(list(ports.values()), [], [], _LOOK_EVERY)
            data = {port: port.read() for port in readable}
            for name, port, ear in ears:
                if ear.take(data.get(port, b""), now) or ear.answered:
                    panel = DetectedPanel(
                        port=name,
                        family=ear.family,
                        line_mode=line_mode,
                        certainty=ear.certainty,
                        address=address,
                    )
                    best = _surer(best, panel)
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


def _open_all(names: Sequence[str], line_mode: LineMode, say: Say) -> Mapping[str, Port]:
    """The ports that open, by name."""
    ports: dict[str, Port] = {}
    for name in names:
        try:
            ports[name] = Port.open(name, line_mode.baud, line_mode.parity)
        except PortLost as error:
            say(str(error))
    return ports


def _read(port: Port) -> bytes:
    readable, _, _ = select.select([port], [], [], _LOOK_EVERY)
    return port.read() if readable else b""
