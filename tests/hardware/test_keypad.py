"""Keypads as input devices: their records, their names, and which of all devices they are."""

import os
import select
import struct
from collections.abc import Iterator
from pathlib import Path

import evdev
import pytest
from evdev import _input as others  # type: ignore[attr-defined]  # in C, without types

from hardware.codec import PlainFromPanel, Pressed, Released, Unknown, UnknownCode
from hardware.input_port import InputDevices, boxes
from hardware.key_names import NAMES, key_named, name_of
from hardware.port import NO_LINE, Port, PortLost, Wiring
from hardware.profiles.keypad import DOWN, DROPPED, HELD, KEY, REPORT, UP, KeypadCodec, record
from hardware.pty_line import PtyLine

KP1, KP2, ENTER = 79, 80, 96
"""KEY_KP1, KEY_KP2, KEY_KPENTER."""


def said(*keys: tuple[int, int]) -> bytes:
    """Keys and their values, a report after each."""
    return b"".join(record(KEY, key, value) + record(REPORT, 0, 0) for key, value in keys)


# --- records, beside python-evdev -----------------------------------------------------------------


def test_every_name_is_the_kernels() -> None:
    for key, name in NAMES.items():
        assert evdev.ecodes.ecodes[name] == key
    assert evdev.ecodes.KEY_MAX == 0x2FF


def test_python_evdev_reads_our_records() -> None:
    reading, writing = os.pipe()
    os.write(writing, record(KEY, KP1, DOWN, at=1_800_000_000.25) + record(REPORT, 0, 0, at=2.0))
    assert others.device_read_many(reading) == (
        (1_800_000_000, 250_000, evdev.ecodes.EV_KEY, evdev.ecodes.KEY_KP1, 1),
        (2, 0, evdev.ecodes.EV_SYN, evdev.ecodes.SYN_REPORT, 0),
    )
    os.close(reading)
    os.close(writing)


def test_a_record_of_the_kernel_is_read() -> None:
    seen = bytes.fromhex("80d54d6b00000000 90d0030000000000 0100 4f00 01000000")
    assert KeypadCodec().feed(seen) == [Pressed(1)]


@pytest.mark.parametrize("pieces", [1, 7, 24, 1000])
def test_a_held_key_is_one_press_however_often_it_repeats(pieces: int) -> None:
    data = said((KP2, DOWN), *[(KP2, HELD)] * 40, (KP2, UP))
    codec, messages = KeypadCodec(), list[PlainFromPanel]()
    for start in range(0, len(data), pieces):
        messages += codec.feed(data[start : start + pieces])
    assert messages == [Pressed(2), Released(2)]


def test_keys_of_the_settings_take_the_place_of_the_usual_ones() -> None:
    codec = KeypadCodec(("KEY_KPENTER", "0x50", "btn_trigger"))
    assert codec.feed(said((ENTER, DOWN), (KP2, DOWN), (0x120, DOWN))) == [
        Pressed(1),
        Pressed(2),
        Pressed(3),
    ]
    assert codec.feed(said((KP1, DOWN), (KP1, UP))) == [UnknownCode("KEY_KP1")]


def test_what_a_pad_sends_beside_its_key_is_no_button() -> None:
    num_lock, control = key_named("KEY_NUMLOCK"), key_named("KEY_LEFTCTRL")
    around = said((num_lock, DOWN), (num_lock, UP), (control, DOWN), (KP1, DOWN), (control, UP))
    assert KeypadCodec().feed(around) == [Pressed(1)]
    assert KeypadCodec(("KEY_LEFTCTRL",)).feed(said((control, DOWN))) == [Pressed(1)]


def test_what_the_kernel_lost_is_counted_and_makes_no_press() -> None:
    codec = KeypadCodec()
    assert codec.feed(record(REPORT, DROPPED, 0)) == [Unknown("lost")]
    assert codec.counters.bad_frames == 1


def test_axes_leds_and_misc_records_are_passed_over() -> None:
    others_too = record(3, 0, 127) + record(4, 4, 0x70059) + record(0x11, 0, 1)
    assert KeypadCodec().feed(others_too + said((KP1, DOWN))) == [Pressed(1)]


@pytest.mark.parametrize("wrong", ["", "KEY_", "KP1", "0x300", "0x0", "0xfffff"])
def test_a_name_that_no_key_has_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no key such as"):
        KeypadCodec((wrong,))


def test_a_key_without_a_name_is_called_by_its_number() -> None:
    assert key_named(name_of(0x1C0)) == 0x1C0


def heard(port: Port) -> bytes:
    """What comes, once it has come."""
    select.select([port], [], [], 10)
    return port.read()


# --- which devices are boxes of buttons -----------------------------------------------------------


def words(*keys: int) -> str:
    """capabilities/key as the kernel writes it."""
    bits = sum(1 << key for key in keys)
    count = max(1, (bits.bit_length() + 63) // 64)
    return " ".join(f"{word:x}" for word in struct.unpack(f">{count}Q", bits.to_bytes(8 * count)))


class Machine:
    """What /sys/class/input says, and pseudo-terminals where /dev/input has devices."""

    def __init__(self, folder: Path) -> None:
        self.known, self.devices = folder / "sys", folder / "dev"
        self.devices.mkdir()
        self.lines: dict[str, PtyLine] = {}

    def plug(self, number: int, name: str, phys: str, *keys: int, uniq: str = "") -> PtyLine:
        told = self.known / f"event{number}" / "device"
        (told / "capabilities").mkdir(parents=True)
        for file, text in (("name", name), ("phys", phys), ("uniq", uniq)):
            (told / file).write_text(f"{text}\n", encoding="utf-8")
        (told / "capabilities/key").write_text(f"{words(*keys)}\n", encoding="utf-8")
        line = self.lines[f"event{number}"] = PtyLine(self.devices / f"event{number}")
        line.plug()
        return line

    @property
    def inputs(self) -> InputDevices:
        return InputDevices(self.known, self.devices)

    def open(self, name: str) -> Port:
        return self.inputs.open(name, NO_LINE, Wiring())

    def paths(self, *numbers: int) -> tuple[str, ...]:
        return tuple(str(self.devices / f"event{number}") for number in numbers)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    for line in machine.lines.values():
        line.unplug()


def test_only_what_has_buttons_is_listed_and_the_devices_of_one_box_are_one(
    machine: Machine,
) -> None:
    power, sleep, left, touch = 116, 142, 0x110, 0x14A
    machine.plug(0, "Power Button", "LNXPWRBN/button/input0", power, sleep)
    machine.plug(1, "ILITEK Touch", "usb-0000:00:14.0-1/input0", touch)
    machine.plug(2, "USB Mouse", "usb-0000:00:14.0-3/input0", left, left + 1)
    machine.plug(10, "Macro Pad", "usb-0000:00:14.0-4/input0", KP1, KP2)
    machine.plug(11, "Macro Pad Consumer Control", "usb-0000:00:14.0-4/input1", 115, 164)
    machine.plug(12, "AB Shutter3", "00:1a:7d:da:71:13", 115, uniq="2a:07:98:10:3b:5c")
    found = boxes(machine.known, machine.devices)
    assert [(box.name, box.devices) for box in found] == [
        ("Macro Pad", machine.paths(10, 11)),
        ("AB Shutter3", machine.paths(12)),
    ]
    assert [port.stable for port in machine.inputs.find()] == ["Macro Pad", "AB Shutter3"]


def test_two_equal_boxes_are_told_apart_by_their_sockets(machine: Machine) -> None:
    first = machine.plug(3, "HID Pad", "usb-0000:00:14.0-1/input0", KP1)
    second = machine.plug(4, "HID Pad", "usb-0000:00:14.0-2/input0", KP1)
    names = [port.stable for port in machine.inputs.find()]
    assert names == ["HID Pad @ usb-0000:00:14.0-1", "HID Pad @ usb-0000:00:14.0-2"]
    port = machine.open(names[1])
    first.write(b"first")
    second.write(b"second")
    assert heard(port) == b"second"
    port.close()
    with pytest.raises(PortLost, match=f"several have that name; write one of: {names[0]}"):
        machine.open("HID Pad")


def test_two_equal_bluetooth_buttons_are_told_apart_by_their_addresses(machine: Machine) -> None:
    radio = "00:1a:7d:da:71:13"
    machine.plug(3, "AB Shutter3", radio, 115, uniq="2a:07:98:10:3b:5c")
    machine.plug(4, "AB Shutter3", radio, 115, uniq="2a:07:98:10:3b:5d")
    assert machine.inputs.find()[1].stable == "AB Shutter3 @ 2a:07:98:10:3b:5d"


def test_a_box_of_two_devices_is_read_as_one_and_goes_as_one(machine: Machine) -> None:
    keys = machine.plug(3, "Macro Pad", "usb-0000:00:14.0-4/input0", KP1)
    media = machine.plug(4, "Macro Pad", "usb-0000:00:14.0-4/input1", 115)
    port = machine.open(str(machine.devices / "event4"))
    assert port.read() == b""
    keys.write(said((KP1, DOWN)))
    assert KeypadCodec().feed(heard(port)) == [Pressed(1)]
    media.write(said((115, DOWN)))
    assert KeypadCodec().feed(heard(port)) == [UnknownCode("KEY_VOLUMEUP")]
    media.unplug()
    select.select([port], [], [], 10)
    with pytest.raises(PortLost, match="unplugged"):
        port.read()
    port.close()


def test_a_box_that_is_not_there_is_found_again_at_another_number(machine: Machine) -> None:
    with pytest.raises(PortLost, match="Pad: can't be opened: no such port"):
        machine.open("Pad")
    machine.plug(17, "Pad", "usb-0000:00:14.0-4/input0", KP1)
    machine.open("Pad").close()
