"""Our Modbus RTU against pymodbus' own simulated device and serial server, over a real line."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pymodbus.framer import FramerRTU
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hardware.codec import Denied, KeysDown, Lamp, PlainFromPanel, Poll, Unknown
from hardware.profiles import modbus

ADDRESS = 7
INPUTS = [False, True, False, False, True]
COILS = [False] * 16 + [True, False, True]
"""From coil 0; 16 and 18 are on."""
HOLDING, INPUT = [0b1000, 3], [0x8000]
"""Registers 40 and 41; register 2."""


def test_our_check_is_pymodbus_check() -> None:
    for data in (b"", b"123456789", bytes(range(256))):
        assert modbus.crc(data) == FramerRTU.compute_CRC(data).to_bytes(2, "big")


def test_pymodbus_device_understands_our_questions_and_we_its_answers() -> None:
    assert asyncio.run(_ask(modbus.ModbusCodec(ADDRESS, 5), Poll())) == [KeysDown((2, 5))]


@pytest.mark.parametrize(
    ("codes", "down"),
    [
        (("coil:16", "coil:17", "coil:18"), (1, 3)),
        (("discrete-input:4", "discrete-input:3", "discrete-input:1"), (1, 3)),
        (("holding-register:40.2", "holding-register:40.3"), (2,)),
        (("holding-register:41=1", "holding-register:41=2", "holding-register:41=3"), (3,)),
        (("holding-register:41=3", "holding-register:40.3"), (1, 2)),
        (("input-register:2.15", "input-register:2.0"), (1,)),
    ],
)
def test_buttons_are_read_wherever_a_pymodbus_device_has_them(
    codes: tuple[str, ...], down: tuple[int, ...]
) -> None:
    codec = modbus.ModbusCodec(ADDRESS, codes=codes)
    assert asyncio.run(_ask(codec, Poll())) == [KeysDown(down)]


def test_a_box_without_a_lamp_is_asked_in_its_place() -> None:
    for codes, lamp in (((), "none"), (("coil:16", "coil:17"), "")):
        codec = modbus.ModbusCodec(ADDRESS, codes=codes, lamp=lamp)
        [answer] = asyncio.run(_ask(codec, Lamp(True)))
        assert isinstance(answer, KeysDown)


@pytest.mark.parametrize(
    ("codes", "lamp", "words"),
    [
        (("coil:0", "discrete-input:1"), "", "must stand in one table"),
        (("coil:0", "coil:64"), "", "addresses 0 and 64 are further apart than 64"),
        (("holding-register:0.0", "holding-register:8.0"), "", "further apart than 8"),
        (("holding-register:0",), "", "names no bit"),
        (("holding-register:0.16",), "", "bits at 15"),
        (("coil:3.1",), "", "only a register has bits"),
        (("coil:70000",), "", "addresses and values end at 65535"),
        (("relay:1",), "", "is no place such as"),
        (("coil:1",), "coil:1", "is the coil of a button"),
        ((), "lamp", "is no coil such as"),
        ((), "70000", "is no coil such as"),
    ],
)
def test_what_no_box_can_be_asked_is_refused(codes: tuple[str, ...], lamp: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        modbus.ModbusCodec(ADDRESS, codes=codes, lamp=lamp)


def test_pymodbus_device_takes_our_lamp() -> None:
    for on in (True, False):
        assert asyncio.run(_ask(modbus.ModbusCodec(ADDRESS, 5), Lamp(on))) == [Unknown("lamp")]


def test_pymodbus_device_without_such_inputs_says_so_and_we_pass_it_on() -> None:
    [answer] = asyncio.run(_ask(modbus.ModbusCodec(ADDRESS, 5), Poll(), first_input=100))
    assert isinstance(answer, Denied)
    assert "has no such address" in answer.reason


async def _ask(
    codec: modbus.ModbusCodec, what: Poll | Lamp, first_input: int = 0
) -> list[PlainFromPanel]:
    """One question over a real line to a real server, and what it means."""
    async with _box(first_input) as line, asyncio.timeout(20):
        os.write(line, codec.encode(what))
        messages: list[PlainFromPanel] = []
        while not messages:
            await _readable(line)
            messages += codec.feed(os.read(line, 100))
        return messages


async def _readable(line: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(line, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(line)


@asynccontextmanager
async def _box(first_input: int) -> AsyncIterator[int]:
    """pymodbus being a box of five inputs and a lamp; our end of its line."""
    master, slave = os.openpty()
    tty.setraw(slave)
    coils = [SimData(0, values=COILS, datatype=DataType.BITS)]
    inputs = [SimData(first_input, values=INPUTS, datatype=DataType.BITS)]
    holding = [SimData(40, values=HOLDING, datatype=DataType.REGISTERS)]
    words = [SimData(2, values=INPUT, datatype=DataType.REGISTERS)]
    device = SimDevice(ADDRESS, simdata=(coils, inputs, holding, words))
    server = ModbusSerialServer(device, port=os.ttyname(slave), baudrate=9600)
    await server.serve_forever(background=True)
    try:
        yield master
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]  # as pymodbus has it
        os.close(slave)
        os.close(master)
