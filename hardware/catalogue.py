"""Every panel family that a terminal can speak, one row each.

A new family is a codec in `profiles/`, a row here, and its name in the settings' list
(kiosk/settings/definition.py), which a test compares with this table.
"""

from collections.abc import Sequence
from dataclasses import replace

from hardware import difference
from hardware.family import Certainty, NoSuchPanel, NumberedFamily, PanelFamily, PlainFamily
from hardware.gpio_port import PINS
from hardware.input_port import INPUT_DEVICES
from hardware.network_port import LOCAL_NETWORK
from hardware.plain_link import Manners
from hardware.port import Connection, LineMode, Parity, Wiring
from hardware.profiles.ascii_line import AsciiLineBox, AsciiLineCodec
from hardware.profiles.candle485 import CandleCodec, CandlePad
from hardware.profiles.gpio import UNUSED_LINE, GpioBox, GpioCodec
from hardware.profiles.hex_frame import (
    BurstReader,
    HexFrameBox,
    HexFrameCodec,
    Replies,
    is_smeared,
)
from hardware.profiles.jt905 import Jt905Codec, Jt905Evaluator
from hardware.profiles.keypad import UNUSED_KEY, Keypad, KeypadCodec
from hardware.profiles.modbus import ELSEWHERE, ModbusBox, ModbusCodec
from hardware.profiles.own import OwnCodec
from hardware.profiles.single_byte import SingleByteBox, SingleByteCodec
from hardware.profiles.xid import XidCodec, XidPad

_9600, _115200 = LineMode(9600), LineMode(115200)
POLL = 0.05
"""Seconds between two questions."""


def _replies(wiring: Wiring) -> Replies:
    return Replies(
        poll=wiring.poll, lamp_on=wiring.lamp_on, lamp_off=wiring.lamp_off, voice=wiring.voice
    )


def _hex_manners(usual: Manners, wiring: Wiring) -> Manners:
    """A box that must be asked is asked as often as any; one with a lamp or a voice has it told."""
    poll = POLL if wiring.poll else 0.0
    return replace(usual, poll=poll, any_answer=True, lamp=_replies(wiring).confirms)


FAMILIES: tuple[PanelFamily, ...] = (
    NumberedFamily(
        name="own",
        description="our own protocol: nothing is lost, lamp",
        line_modes=(_115200,),
        certainty=Certainty.FRAMES,
        codec=OwnCodec,
    ),
    PlainFamily(
        name="modbus",
        description="Modbus RTU button box, polled",
        line_modes=(_9600, LineMode(19200, Parity.EVEN)),
        certainty=Certainty.FRAMES,
        codec=lambda wiring: ModbusCodec(
            wiring.address, keys=wiring.buttons, codes=wiring.codes, lamp=wiring.lamp
        ),
        far_end=lambda wiring: ModbusBox(wiring.buttons, wiring.address, wiring.codes),
        manners=Manners(debounce=0.05, releases=True, poll=POLL, lamp=True),
        asked_counts=(16, 8, 6, 5, 4),
        asked_codes=ELSEWHERE,
    ),
    PlainFamily(
        name="jt905",
        description="JT/T 905 service evaluator",
        line_modes=(_9600,),
        certainty=Certainty.FRAMES,
        codec=lambda wiring: Jt905Codec(wiring.codes),
        far_end=lambda wiring: Jt905Evaluator(wiring.buttons, wiring.codes),
        # An evaluator may repeat a press that is not answered: a second covers that.
        manners=Manners(debounce=1),
        unused_code="FFFF:",
        learn_codes=difference.commands,
    ),
    PlainFamily(
        name="candle485",
        description="Candle RS-485 pad, four keys, lamp",
        line_modes=(LineMode(57600), LineMode(19200)),
        certainty=Certainty.FRAMES,
        most_buttons=4,
        codec=lambda wiring: CandleCodec(wiring.address),
        far_end=lambda wiring: CandlePad(wiring.buttons, wiring.address),
        manners=Manners(debounce=0.25, lamp=True),
    ),
    PlainFamily(
        name="xid",
        description="Cedrus response pad in XID mode",
        line_modes=(_115200,),
        certainty=Certainty.FRAMES,
        most_buttons=8,
        codec=lambda wiring: XidCodec(),
        far_end=lambda wiring: XidPad(wiring.buttons),
        manners=Manners(debounce=0.03, releases=True),
    ),
    PlainFamily(
        name="keypad",
        description="USB or Bluetooth keypad, gamepad encoder, macro pad",
        connection=INPUT_DEVICES,
        certainty=Certainty.FRAMES,
        codec=lambda wiring: KeypadCodec(wiring.codes),
        far_end=lambda wiring: Keypad(wiring.buttons, wiring.codes),
        manners=Manners(debounce=0.03, releases=True),
        unused_code=UNUSED_KEY,
        codes_are_surer=True,
    ),
    PlainFamily(
        name="gpio",
        description="buttons on the pins of a Raspberry Pi, lamp",
        connection=PINS,
        certainty=Certainty.FRAMES,
        codec=lambda wiring: GpioCodec(wiring.codes, wiring.buttons, wiring.lamp),
        far_end=lambda wiring: GpioBox(wiring.buttons, wiring.codes),
        manners=Manners(debounce=0.03, releases=True, lamp=True),
        unused_code=UNUSED_LINE,
        codes_are_surer=True,
    ),
    PlainFamily(
        name="ascii-line",
        description="home-made: one line of text for each press",
        line_modes=(_9600, _115200),
        certainty=Certainty.LINES,
        codec=lambda wiring: AsciiLineCodec(wiring.codes),
        far_end=lambda wiring: AsciiLineBox(wiring.buttons, wiring.codes),
        manners=Manners(debounce=0.25),
        # A line break ends every line, so that no line contains one.
        unused_code="\n",
        learn_codes=difference.lines,
    ),
    PlainFamily(
        name="hex-frame",
        description="any box that sends a frame for each press; its codes are learned",
        line_modes=tuple(map(LineMode, (9600, 115200, 57600, 19200, 38400, 4800))),
        certainty=Certainty.BURSTS,
        codec=lambda wiring: HexFrameCodec(wiring.codes, _replies(wiring)),
        far_end=lambda wiring: HexFrameBox(wiring.buttons, wiring.codes, _replies(wiring)),
        manners=Manners(debounce=0.25),
        manners_of=_hex_manners,
        burst_reader=BurstReader,
        doubtful=is_smeared,
        learn_codes=difference.frames,
        # Longer than a USB cable holds bytes back, and shorter than a finger stays down.
        pause=0.03,
    ),
    PlainFamily(
        name="single-byte",
        description="home-made: one byte for each press",
        line_modes=(_9600, _115200),
        certainty=Certainty.BYTES,
        codec=lambda wiring: SingleByteCodec(wiring.codes),
        far_end=lambda wiring: SingleByteBox(wiring.buttons, wiring.codes),
        manners=Manners(debounce=0.25, alone=0.02, settling=1.0),
        # Carriage return: the codec passes line ends over.
        unused_code="0x0D",
    ),
    NumberedFamily(
        name="network",
        description="our own protocol from a panel on the local network: nothing is lost, lamp",
        connection=LOCAL_NETWORK,
        certainty=Certainty.FRAMES,
        codec=OwnCodec,
    ),
)


def connections(families: Sequence[PanelFamily] = FAMILIES) -> tuple[Connection, ...]:
    """Every kind of port that panels come by, each once."""
    return tuple(dict.fromkeys(family.connection for family in families))


def first_at(port: str, families: Sequence[PanelFamily] = FAMILIES) -> PanelFamily | None:
    """The first family whose panels come by such a port, to go by its name."""
    return next((family for family in families if family.connection.owns(port)), None)


def family_named(name: str, families: Sequence[PanelFamily] = FAMILIES) -> PanelFamily:
    """The family of that name; NoSuchPanel names those there are."""
    for family in families:
        if family.name == name:
            return family
    names = ", ".join(family.name for family in families)
    raise NoSuchPanel(f"no profile {name!r}; there are {names}")
