"""Which panel is found, when the same presses look different at each speed."""

from dataclasses import replace
from itertools import count

import pytest

from hardware.catalogue import family_named
from hardware.family import PlainFamily
from hardware.finder import DetectedPanel, Listening, ListeningPost, Patience, listening_posts
from hardware.learner import PanelLearner, Stage
from hardware.port import Connection, LineMode, Port, PortInfo, Wiring
from hardware.profiles.hex_frame import is_smeared
from hardware.profiles.modbus import ModbusBox

FRAME = bytes.fromhex("AA 02 41 11 52 55")


class Wire:
    """An open line on which the box has been pressed just now."""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard

    def fileno(self) -> int:
        raise NotImplementedError

    def read(self) -> bytes:
        heard, self._heard = self._heard, b""
        return heard

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


def resampled(data: bytes, sent: int, heard: int) -> bytes:
    """What a UART at `heard` baud makes of bytes at `sent` baud: bits are read in their middle."""
    bits = [bit for byte in data for bit in (0, *(byte >> i & 1 for i in range(8)), 1)]

    def level(seconds: float) -> int:
        place = int(seconds * sent)
        return bits[place] if place < len(bits) else 1

    read, at, step = bytearray(), 0.0, 1 / heard / 16
    while at < len(bits) / sent:
        if level(at):
            at += step
            continue
        read.append(sum(level(at + (i + 1.5) / heard) << i for i in range(8)))
        at += 9.5 / heard
        while not level(at):
            at += step
    return bytes(read)


class Bench(Connection):
    """One port, at whose end a box speaks at a speed of its own."""

    def __init__(self, baud: int) -> None:
        self._baud = baud

    def find(self) -> tuple[PortInfo, ...]:
        return (PortInfo("bench", "bench", ""),)

    def owns(self, name: str) -> bool:
        return True

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        return Wire(resampled(FRAME, self._baud, line_mode.baud))


def found(baud: int, *names: str) -> DetectedPanel:
    bench = Bench(baud)
    families = []
    for name in names:
        family = family_named(name)
        assert isinstance(family, PlainFamily)
        families.append(replace(family, connection=bench))
    post = ListeningPost("bench", bench, tuple(families))
    listening = Listening([post], Patience(mode=1.0), 0.0, Wiring())
    return next(panel for tenths in count(1) if (panel := listening.step(tenths / 10)))


@pytest.mark.parametrize("baud", [9600, 19200, 57600, 115200])
@pytest.mark.parametrize("names", [("hex-frame",), ("single-byte", "hex-frame")])
def test_a_box_is_found_at_the_speed_at_which_it_speaks(baud: int, names: tuple[str, ...]) -> None:
    panel = found(baud, *names)
    assert (panel.family.name, panel.line_mode.baud) == ("hex-frame", baud)


@pytest.mark.parametrize(
    ("code", "smeared"),
    [("00 F8 80 FE", True), ("06 F8", True), ("A5 03 5A", False), ("C0 01 C0", False)],
)
def test_bits_that_are_all_long_are_a_slower_speed_s(code: str, smeared: bool) -> None:
    assert is_smeared(code) is smeared


def test_the_ports_of_other_panels_are_not_listened_to() -> None:
    family = replace(family_named("hex-frame"), connection=Bench(9600))
    assert len(listening_posts("", [family])) == 1
    assert listening_posts("", [family], taken=["bench"]) == ()


class Talker(Bench):
    """A box that says every two seconds that it is there, and is never pressed."""

    now = 0.0

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        return Talk(self)


class Talk(Wire):
    def __init__(self, box: Talker) -> None:
        self._box, self._said = box, 0

    def read(self) -> bytes:
        due = int(self._box.now // 2)
        is_due, self._said = due > self._said, due
        return FRAME if is_due else b""


def test_what_a_box_says_by_itself_is_no_press() -> None:
    box = Talker(9600)
    family = replace(family_named("hex-frame"), connection=box)
    posts = [ListeningPost("bench", box, (family,))]
    learner = PanelLearner(posts, 5, Patience(), 0.0, Wiring())
    while not learner.over:
        box.now += 0.05
        learner.step(box.now)
    assert learner.place == 0
    assert learner.remark is not None
    assert learner.remark.key == "panel_talks"


class Register(Bench):
    """A box whose register says the number of the button that is down."""

    def __init__(self) -> None:
        super().__init__(9600)
        codes = tuple(f"holding-register:0={number}" for number in range(1, 6))
        self.box = ModbusBox(5, codes=codes)

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        return Answers(self.box)


class Answers(Wire):
    def __init__(self, box: ModbusBox) -> None:
        super().__init__(b"")
        self._box = box

    def write(self, data: bytes) -> None:
        self._heard += self._box.answer(data) if data else b""


def test_two_buttons_at_once_are_not_taken_for_one() -> None:
    """Such as the number 3 in a register, where each bit may be a button."""
    register, now = Register(), 0.0
    family = replace(family_named("modbus"), connection=register)
    posts = [ListeningPost("bench", register, (family,))]
    learner = PanelLearner(posts, 5, Patience(press=5), 0.0, Wiring())
    while not learner.over and learner.remark is None:
        now += 0.02
        learner.step(now)
        if learner.stage is Stage.ASKING:
            register.box.down(3, 0)
    assert learner.remark is not None
    assert (learner.remark.key, learner.place, learner.time) == ("two_at_once", 0, 1)
