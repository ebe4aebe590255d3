"""The line of those who sign in: nobody crowds others out."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from sync.central.fairline import FairLine
from sync.central.line import Busy

Scene = Callable[[FairLine, list[str]], Coroutine[None, None, None]]


def served(scene: Scene, most: int = 100) -> list[str]:
    """In which order they were served."""
    order: list[str] = []
    asyncio.run(scene(FairLine(1, most), order))
    return order


async def come(line: FairLine, order: list[str], source: str, name: str) -> None:
    try:
        async with line.turn(source, name):
            order.append(f"{source} {name}")
            await asyncio.sleep(0)
    except Busy:
        order.append(f"{source} {name} refused")


def test_sources_take_turns_however_often_one_asks() -> None:
    async def scene(line: FairLine, order: list[str]) -> None:
        flood = [come(line, order, "evil", f"{i}") for i in range(20)]
        await asyncio.gather(*flood, come(line, order, "desk", "malee"))

    assert served(scene).index("desk malee") <= 2


def test_names_take_turns_within_a_source() -> None:
    async def scene(line: FairLine, order: list[str]) -> None:
        flood = [come(line, order, "proxy", "boss") for _ in range(20)]
        await asyncio.gather(*flood, come(line, order, "proxy", "malee"))

    assert served(scene).index("proxy malee") <= 2


def test_a_full_line_turns_the_crowd_away_and_not_who_comes_last() -> None:
    async def scene(line: FairLine, order: list[str]) -> None:
        flood = [come(line, order, "evil", "x") for _ in range(50)]
        await asyncio.gather(*flood, come(line, order, "desk", "malee"))

    order = served(scene, most=10)
    assert "desk malee" in order
    assert order.count("evil x refused") == 40
    assert order.count("evil x") == 10


def test_who_goes_away_leaves_the_turn_to_others() -> None:
    async def scene(line: FairLine, order: list[str]) -> None:
        async with line.turn("a", "first"):
            gone = asyncio.create_task(come(line, order, "b", "gone"))
            stays = asyncio.create_task(come(line, order, "c", "stays"))
            await asyncio.sleep(0)
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
        await stays
        await come(line, order, "d", "last")

    assert served(scene) == ["c stays", "d last"]
