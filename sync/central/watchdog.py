"""Signs of life to systemd: from the loop that answers requests, while the database answers too.

A database that says at once what is wrong (the server is down, the disk full) gets its line in the
status: a new start would mend nothing. One that does not answer in time, or whose lock nobody gives
back, ends the signs of life. The night's own work may hold it longer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from kiosk.servicemanager import ServiceManager
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.upkeep import prove_alive

AT_ONCE = 5.0
"""Seconds: an error that comes later is no answer."""
_LATE = "the database does not answer"


async def give_signs_of_life(
    central: Central,
    manager: ServiceManager,
    now: Callable[[], datetime],
    at_work: Callable[[], bool],
) -> None:
    """Until cancelled. `now`: the wall clock; `at_work`: whether the night's work is under way."""
    if not manager.interval:
        return
    # A thread of its own: the requests' threads may all be busy, and this may hang.
    with_database = ThreadPoolExecutor(1, "sign-of-life")
    try:
        while True:
            await _one_sign(central, manager, now, at_work, with_database)
            await asyncio.sleep(manager.interval)
    finally:
        with_database.shutdown(wait=False, cancel_futures=True)


async def _one_sign(
    central: Central,
    manager: ServiceManager,
    now: Callable[[], datetime],
    at_work: Callable[[], bool],
    with_database: ThreadPoolExecutor,
) -> None:
    """One look at the database, however long it takes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = loop.run_in_executor(with_database, prove_alive, central, now())
    while not answer.done():
        await asyncio.wait([answer], timeout=manager.interval)
        if not answer.done():
            _say(manager, _LATE, lives=at_work())
    try:
        answer.result()
    except DatabaseError as error:
        at_once = loop.time() - began < AT_ONCE
        _say(manager, str(error), lives=at_once or at_work())
    else:
        manager.alive("serving")


def _say(manager: ServiceManager, status: str, *, lives: bool) -> None:
    if lives:
        manager.alive(status)
    else:
        manager.unwell(status)
