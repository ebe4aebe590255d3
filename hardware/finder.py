"""Finds out which panel is on which port, and then which of its buttons is pressed.

For the wizard only: it opens ports, asks and listens for as long as it is told to. Knows buttons,
never scores.
"""

import select
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from hardware.catalogue import LineMode, NoSuchPanel, Profile, Wiring, link
from hardware.codec import PlainCodec, Unknown
from hardware.link import ButtonPressed, Link, LinkEvent, PanelRefused
from hardware.port import Port, PortLost
from hardware.search import answers

_COUNTS = (16, 8, 6, 5, 4)
"""How many inputs a polled box is asked for: the most that it has."""
_NEVER = {"ascii-line": "\n", "single-byte": "0x0D", "jt905": "FFFF:"}
"""A code that no button sends: with it every press is told as it stands on the line."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    press: float = 60.0
    """How long somebody may take to press."""
    mode: float = 2.5
    """How long each line mode is listened to before the next."""
    quiet: float = 0.7
    """Silence after which what is heard belongs to another press."""


@dataclass(frozen=True, slots=True)
class DetectedPanel:
    port: str
    profile: Profile
    mode: LineMode

    sure: int = 3
    """3: its frames tell; 2: lines of text; 1: bytes that make sense; 0: bytes."""
    address: int = 0


@dataclass(frozen=True, slots=True)
class ButtonIdentity:
    """A press: the button's number, or (number 0) the code by which it is known."""

    button: int
    code: str = ""


class Ear:
    """One profile listening on one open port; `address` is that of a panel on a shared line."""

    def __init__(self, profile: Profile, port: Port, address: int = 0) -> None:
        self.profile, self._port, self._address = profile, port, address
        self._count = 0
        self._link = self._new_link()
        self._told: PlainCodec | None = None
        if profile.learns and profile.plain:
            self._told = profile.plain.codec(Wiring(codes=(_NEVER[profile.name],)))
        self.understood = False
        """Whether a press was one without having been learned."""

    @property
    def heard_from(self) -> bool:
        """Whether a panel that can be asked has answered."""
        return answers(self.profile) and self._link.up

    def take(self, data: bytes, now: float) -> list[ButtonIdentity]:
        """Bytes that came, or none; what was pressed."""
        events = self._link.tick(now) + (self._link.feed(data, now) if data else [])
        heard = [h for event in events for h in self._meaning(event)]
        self.understood |= bool(heard)
        if self._told is not None:
            names = [m.name for m in self._told.feed(data) if isinstance(m, Unknown)]
            codes = [ButtonIdentity(0, name) for name in names if not name.startswith("type")]
            # A frame that gives its button's number is better known by that.
            heard = heard or codes if self.profile.telling else codes
        self._port.write(self._link.outgoing())
        return heard

    def _meaning(self, event: LinkEvent) -> list[ButtonIdentity]:
        match event:
            case ButtonPressed(button, mark):
                self._link.acknowledge(mark)
                return [ButtonIdentity(button)]
            case PanelRefused() if answers(self.profile) and self._count + 1 < len(_COUNTS):
                self._count += 1
                self._link = self._new_link()
        return []

    def _new_link(self) -> Link:
        made = link(self.profile, Wiring(_COUNTS[self._count], self._address))
        made.opened(monotonic())
        return made


def find(
    ports: Sequence[str],
    profiles: Sequence[Profile],
    patience: Patience,
    say: Callable[[str], None],
    address: int = 0,
) -> DetectedPanel | None:
    """The first panel that answers, or whose button somebody presses while its line mode is being
    listened to; None when nobody did in time. Mere bytes are believed only when `profiles`
    leaves no choice. NoSuchPanel when none of them can have that `address`."""
    profiles = _with_address(profiles, address)
    told: set[str] = set()

    def say_once(line: str) -> None:
        if line not in told:
            told.add(line)
            say(line)

    until = monotonic() + patience.press
    while monotonic() < until:
        best: DetectedPanel | None = None
        for mode in dict.fromkeys(mode for known in profiles for mode in known.modes):
            fitting = [known for known in profiles if mode in known.modes]
            found = _listen_in(mode, ports, fitting, say_once, patience.mode, address)
            if found is not None and (best is None or found.sure > best.sure):
                best = found
            if best is not None and (best.sure == 3 or len(profiles) == 1):
                return best
        if best is not None and best.sure:
            return best
    return None


def presses(
    found: DetectedPanel,
    patience: Patience,
    ready: Callable[[], None],
    take: Callable[[ButtonIdentity], bool],
) -> bool:
    """Call `ready` once nothing is pressed any more (a panel may have kept presses from before),
    then give `take` one press after another until it says True (enough) or nothing came
    in time (False). Buttons that send more than one message for a press count once. PortLost when
    the port goes."""
    port = Port.open(found.port, found.mode.baud, found.mode.parity)
    try:
        ear = Ear(found.profile, port, found.address)
        heard_at = began = monotonic()
        settled = False
        while (now := monotonic()) - max(heard_at, began) < patience.press:
            heard = ear.take(_read(port), now)
            fresh = now - heard_at >= patience.quiet
            if heard:
                heard_at = now
                if settled and fresh and take(heard[0]):
                    return True
            elif fresh and not settled:
                settled, began = True, now
                ready()
        return False
    finally:
        port.close()


def _with_address(profiles: Sequence[Profile], address: int) -> list[Profile]:
    fitting, trouble = [], NoSuchPanel("no profile to look for")
    for known in profiles:
        try:
            link(known, Wiring(address=address))
            fitting.append(known)
        except NoSuchPanel as error:
            trouble = error
    if not fitting:
        raise trouble
    return fitting


def _listen_in(
    mode: LineMode,
    ports: Sequence[str],
    fitting: Sequence[Profile],
    say: Callable[[str], None],
    seconds: float,
    address: int,
) -> DetectedPanel | None:
    """Listen to every port in `mode` for `seconds`, with the profiles that use it."""
    lines = [(name, port) for name in ports if (port := _opened(name, mode, say)) is not None]
    ears = [(name, port, Ear(known, port, address)) for name, port in lines for known in fitting]
    best: DetectedPanel | None = None
    until = monotonic() + seconds
    try:
        while (now := monotonic()) < until and (best is None or best.sure < 3):
            ready, _, _ = select.select([port for _, port in lines], [], [], 0.02)
            data = {port: port.read() for port in ready}
            for name, port, ear in ears:
                if ear.take(data.get(port, b""), now) or ear.heard_from:
                    found = DetectedPanel(
                        port=name, profile=ear.profile, mode=mode, sure=_sure(ear), address=address
                    )
                    best = found if best is None or found.sure > best.sure else best
    except PortLost as error:
        say(str(error))
    finally:
        for _, port in lines:
            port.close()
    return best


def _sure(ear: Ear) -> int:
    if ear.profile.telling:
        return 3
    return 2 if ear.profile.name == "ascii-line" else int(ear.understood)


def _opened(name: str, mode: LineMode, say: Callable[[str], None]) -> Port | None:
    try:
        return Port.open(name, mode.baud, mode.parity)
    except PortLost as error:
        say(str(error))
        return None


def _read(port: Port) -> bytes:
    ready, _, _ = select.select([port], [], [], 0.02)
    return port.read() if ready else b""
