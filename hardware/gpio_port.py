"""The pins of a Raspberry Pi or another small computer, by libgpiod. The only importer of gpiod,
which is loaded where there are pins alone."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.port import Connection, LineMode, Port, PortInfo, PortLost, Wiring
from hardware.profiles.gpio import lamp_of, lines_of
from hardware.record_port import RecordPort, closed, opened
from kiosk.domain.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import gpiod

    _Config = dict[Iterable[int | str] | int | str, gpiod.LineSettings | None]

DEVICES = Path("/dev")
DEBOUNCE = timedelta(milliseconds=10)
"""For which the kernel wants a line to be steady; what bounces longer is the link's."""
_HEADER = {f"GPIO{number}" for number in range(2, 28)}
"""The lines that a Raspberry Pi has on its header."""
_CONSUMER = "kiosk"


class Pins(Connection):
    """A chip is called by its label, which stays the same on all models with that chip, or by its
    path. Listening to pins sets them up as inputs: that is done only for who asks for it."""

    asked_for_only = True

    def find(self) -> tuple[PortInfo, ...]:
        """The chips of the header where there is one; else all."""
        chips = list(_chips())
        with_header = [chip for chip in chips if _HEADER & set(chip.free.values())]
        return tuple(
            PortInfo(chip.path, chip.label, f"{len(chip.free)} free lines")
            for chip in with_header or chips
        )

    def owns(self, name: str) -> bool:
        is_path = name.startswith(str(DEVICES / "gpiochip"))
        return is_path or any(chip.label == name for chip in _chips())

    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        path = next((chip.path for chip in _chips() if chip.label == name), name)
        try:
            file = opened(path, os.O_RDWR)
        except OSError as error:
            raise closed(name, error, not_allowed="gpio_not_allowed") from None
        if os.isatty(file):  # the line of a simulator
            return RecordPort([file], name, write=lambda data: os.write(file, data))
        os.close(file)
        try:
            return _requested(path, name, wiring)
        except (OSError, ValueError) as error:
            problem = Refusal("port_trouble", error=str(error))
            raise PortLost("port_closed", field="panel", name=name, problem=problem) from None


PINS = Pins()


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip with pins, and the names of those that nothing else uses, by their number."""

    path: str
    label: str
    free: dict[int, str]


def _chips() -> Iterator[Chip]:
    """Every chip that can be opened."""
    paths = sorted(DEVICES.glob("gpiochip*"))
    if not paths:
        return
    import gpiod

    for path in paths:
        with contextlib.suppress(OSError), gpiod.Chip(str(path)) as chip:
            info = chip.get_info()
            lines = (chip.get_line_info(number) for number in range(info.num_lines))
            free = {line.offset: line.name for line in lines if not line.used}
            yield Chip(str(path), info.label, free)


def _requested(path: str, name: str, wiring: Wiring) -> Port:
    """The lines of the settings' buttons, and of the lamp; without buttons, every free line of the
    header. OSError, ValueError."""
    import gpiod

    value = gpiod.line.Value
    lamp = lamp_of(wiring.lamp, lines_of(wiring.codes, wiring.buttons))
    with gpiod.Chip(path) as chip:
        lines = lines_of(wiring.codes, wiring.buttons) or _free_lines(path)
        config: _Config = {lines: _button(wiring.pull)}
        if lamp is not None:
            config[lamp] = gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)
        request = chip.request_lines(config, consumer=_CONSUMER)
    file = os.dup(request.fd)
    os.set_blocking(file, False)

    def light(data: bytes) -> None:
        if lamp is not None:
            request.set_value(lamp, value.ACTIVE if data[-1] else value.INACTIVE)

    return RecordPort([file], name, write=light, close=request.release)


def _free_lines(path: str) -> tuple[int, ...]:
    free = next((chip.free for chip in _chips() if chip.path == path), {})
    return tuple(number for number, name in free.items() if name in _HEADER) or tuple(free)


def _button(pull: str) -> "gpiod.LineSettings":
    import gpiod
    from gpiod.line import Bias, Direction, Edge

    return gpiod.LineSettings(
        direction=Direction.INPUT,
        edge_detection=Edge.BOTH,
        bias={"down": Bias.PULL_DOWN, "none": Bias.DISABLED}.get(pull, Bias.PULL_UP),
        active_low=pull != "down",
        debounce_period=DEBOUNCE,
    )
