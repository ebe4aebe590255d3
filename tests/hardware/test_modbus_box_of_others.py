"""Our Modbus RTU against pymodbus' own simulated device and serial server, over a real line."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymodbus.framer import FramerRTU
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hardware.codec import Denied, KeysDown, Lamp, PlainFromPanel, Poll, Unknown
from hardware.profiles import modbus

ADDRESS = 7
INPUTS = [False, True, False, False, True]


def test_our_check_is_pymodbus_check() -> None:
    for data in (b"", b"123456789", bytes(range(256))):
        assert modbus.crc(data) == FramerRTU.compute_CRC(data).to_bytes(2, "big")


def test_pymodbus_device_understands_our_questions_and_we_its_answers() -> None:
    assert asyncio.run(_ask(modbus.ModbusCodec(ADDRESS, 5), Poll())) == [KeysDown((2, 5))]


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
    coils = [SimData(0, values=[False], datatype=DataType.BITS)]
    inputs = [SimData(first_input, values=INPUTS, datatype=DataType.BITS)]
    words = [SimData(0, values=0, datatype=DataType.REGISTERS)]
    device = SimDevice(ADDRESS, simdata=(coils, inputs, words, words))
    server = ModbusSerialServer(device, port=os.ttyname(slave), baudrate=9600)
    await server.serve_forever(background=True)
    try:
        yield master
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]  # as pymodbus has it
        os.close(slave)
        os.close(master)
