"""Every panel family that a terminal can speak, and how they differ, as facts.

A profile is chosen by its name in the settings; nothing else in the program asks which it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from hardware.codec import FarEnd, PlainCodec
from hardware.link import Link, PressMark
from hardware.numbered_link import PanelLink
from hardware.plain_link import Manners, PlainLink
from hardware.profiles.ascii_line import AsciiLineBox, AsciiLineCodec
from hardware.profiles.candle485 import CandleCodec, CandlePad
from hardware.profiles.jt905 import Jt905Codec, Jt905Evaluator
from hardware.profiles.modbus import ModbusBox, ModbusCodec
from hardware.profiles.own import OwnCodec
from hardware.profiles.single_byte import SingleByteBox, SingleByteCodec
from hardware.profiles.xid import XidCodec, XidPad


class Parity(StrEnum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class LineMode:
    """Speed in bits a second and parity; always 8 data bits, 1 stop bit."""

    baud: int
    parity: Parity = Parity.NONE


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the settings say of one panel, for its codec. 0 and () mean the family's own."""

    keys: int = 5
    address: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """How to speak a plain family: `codec` raises ValueError for a bad code or address."""

    codec: Callable[[Wiring], PlainCodec]
    far_end: Callable[[Wiring], FarEnd]
    manners: Manners


@dataclass(frozen=True, slots=True)
class Profile:
    """`modes`: the usual first. `plain` None: the numbered protocol, our own. `telling`: its
    frames can't be taken for another family's, so that a search may believe one of them."""

    name: str
    words: str
    modes: tuple[LineMode, ...]
    plain: Plain | None
    telling: bool
    learns: bool = False
    """Its presses are told apart by `codes`, which may be learned by listening."""
    most_keys: int = 16


_9600, _115200 = LineMode(9600), LineMode(115200)

PROFILES: tuple[Profile, ...] = (
    Profile(
        name="own",
        words="our own protocol: nothing is lost, lamp",
        modes=(_115200,),
        plain=None,
        telling=True,
    ),
    Profile(
        name="modbus",
        words="Modbus RTU button box, polled",
        modes=(_9600, LineMode(19200, Parity.EVEN)),
        plain=Plain(
            lambda w: ModbusCodec(w.address, w.keys),
            lambda w: ModbusBox(w.keys, w.address),
            Manners(debounce=0.05, releases=True, poll=0.05, lamp=True),
        ),
        telling=True,
    ),
    Profile(
        name="jt905",
        words="JT/T 905 service evaluator",
        modes=(_9600,),
        # It may say a press again when it is not answered: a second covers that.
        plain=Plain(
            lambda w: Jt905Codec(w.codes),
            lambda w: Jt905Evaluator(w.keys, w.codes),
            Manners(debounce=1),
        ),
        telling=True,
        learns=True,
    ),
    Profile(
        name="candle485",
        words="Candle RS-485 pad, four keys, lamp",
        modes=(LineMode(57600), LineMode(19200)),
        plain=Plain(
            lambda w: CandleCodec(w.address),
            lambda w: CandlePad(w.keys, w.address),
            Manners(debounce=0.25, lamp=True),
        ),
        telling=True,
        most_keys=4,
    ),
    Profile(
        name="xid",
        words="Cedrus response pad in XID mode",
        modes=(_115200,),
        plain=Plain(
            lambda w: XidCodec(), lambda w: XidPad(w.keys), Manners(debounce=0.03, releases=True)
        ),
        telling=True,
        most_keys=8,
    ),
    Profile(
        name="ascii-line",
        words="home-made: one line of text for each press",
        modes=(_9600, _115200),
        plain=Plain(
            lambda w: AsciiLineCodec(w.codes),
            lambda w: AsciiLineBox(w.keys, w.codes),
            Manners(debounce=0.25),
        ),
        telling=False,
        learns=True,
    ),
    Profile(
        name="single-byte",
        words="home-made: one byte for each press",
        modes=(_9600, _115200),
        plain=Plain(
            lambda w: SingleByteCodec(w.codes),
            lambda w: SingleByteBox(w.keys, w.codes),
            Manners(debounce=0.25),
        ),
        telling=False,
        learns=True,
    ),
)


class NoSuchPanel(ValueError):
    """A profile, code or address that can't be; one line for a person."""


def profile(name: str) -> Profile:
    """The profile of that name; NoSuchPanel names those there are."""
    for known in PROFILES:
        if known.name == name:
            return known
    raise NoSuchPanel(f"no profile {name!r}; there are {', '.join(p.name for p in PROFILES)}")


def link(of: Profile, wiring: Wiring, last: Iterable[PressMark] = ()) -> Link:
    """The host's end of a panel; NoSuchPanel when its codes or address can't be."""
    if of.plain is None:
        return PanelLink(OwnCodec(), last)
    try:
        codec = of.plain.codec(wiring)
    except ValueError as error:
        raise NoSuchPanel(f"{of.name}: {error}") from None
    return PlainLink(of.name, wiring.keys, codec, of.plain.manners)


def line_mode(of: Profile, baud: int = 0, parity: str = "") -> LineMode:
    """How to open the port: what the settings say, else the profile's usual."""
    usual = of.modes[0]
    if baud:
        usual = next((mode for mode in of.modes if mode.baud == baud), LineMode(baud))
    return LineMode(baud or usual.baud, Parity(parity) if parity else usual.parity)
