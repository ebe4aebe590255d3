"""Two hands at the sign-in page: one floods it with wrong passwords while others give right ones;
one tells names that somebody has from others by how they are made to wait, after many other names
and after a restart.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx2 as httpx
from starlette.testclient import TestClient

from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from tests.evidence.figure import Figure, Measured, Run
from tests.support.central import made_central
from tests.support.central_server import Server

FLOODERS = 16
SLOWEST = 15.0
"""Seconds that a right sign-in may take beside the flood, on a machine that does other things."""
OTHER_NAMES = 10_200
AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)

Application = Callable[[Central, datetime], TestClient]


def _accounts(central: Central, count: int) -> dict[str, str]:
    role = (ROLES["complaints"],)
    return {
        f"person{i}": add_account(central, "rig", f"person{i}", f"คนที่ {i}", role, AT)
        for i in range(count)
    }


def flooded(server: Server, passwords: dict[str, str]) -> tuple[int, int, float]:
    """How many right sign-ins were refused, how many wrong ones were tried meanwhile, and how long
    the slowest right one took."""
    over, wrong = threading.Event(), [0] * FLOODERS

    def flood(number: int) -> None:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
            while not over.is_set():
                wrong[number] += 1
                form = {"account": f"x{number}-{wrong[number]}", "password": "wrong"}
                client.post("/sign-in", data=form)

    threads = [threading.Thread(target=flood, args=(i,)) for i in range(FLOODERS)]
    for thread in threads:
        thread.start()
    refused, slowest = 0, 0.0
    for account, password in passwords.items():
        began = monotonic()
        with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
            got = client.post("/sign-in", data={"account": account, "password": password})
        refused += got.status_code != 303
        slowest = max(slowest, monotonic() - began)
    over.set()
    for thread in threads:
        thread.join()
    return refused, sum(wrong), slowest


def measure_flood(run: Run) -> Measured:
    store = CentralStore.create(f"sqlite:///{run.folder / 'central.db'}")
    central = made_central(store, run.folder)
    passwords = _accounts(central, run.size)
    server = Server(central)
    refused, wrong, slowest = flooded(server, passwords)
    server.stop()
    store.close()
    failures = []
    if refused:
        failures.append(f"{refused} of {run.size} right sign-ins were refused")
    if slowest > SLOWEST:
        failures.append(f"one took {slowest:.1f} s")
    text = f"{run.size} right beside {wrong} wrong: {refused} refused, {slowest:.1f} s at most"
    return Measured(text, tuple(failures))


def application(central: Central, now: datetime) -> TestClient:
    return TestClient(create_app(central, lambda: now), follow_redirects=False)


def answers(client: TestClient, account: str) -> tuple[int, str]:
    got = client.post("/sign-in", data={"account": account, "password": "wrong"})
    return got.status_code, got.text.replace(account, "NAME")


def names_told_apart(central: Central, others: int, app: Application = application) -> list[str]:
    """Where a name that somebody has is answered otherwise than one that nobody has."""
    told: list[str] = []
    client = app(central, AT)
    for tries in range(7):
        if answers(client, "person0") != answers(client, "nobody"):
            told.append(f"at try {tries + 1}")
    with central.store.transaction(central.site) as t:
        for i in range(others):
            t.sign_in_tries.of(f"{i:064x}", AT)
        t.sign_in_tries.forget(AT - timedelta(days=1))
    if answers(client, "person0") != answers(client, "nobody"):
        told.append(f"after {others:,} other names")
    for later in (timedelta(0), timedelta(seconds=40), timedelta(hours=2), timedelta(days=2)):
        restarted = app(central, AT + later)
        if answers(restarted, "person0") != answers(restarted, "nobody"):
            told.append(f"after a restart, {later} later")
    return told


def measure_names(run: Run) -> Measured:
    store = CentralStore.create(f"sqlite:///{run.folder / 'central.db'}")
    central = made_central(store, run.folder)
    _accounts(central, 1)
    told = names_told_apart(central, run.size)
    store.close()
    return Measured(f"{run.size:,} other names, 4 restarts: {len(told)} told", tuple(told))


FIGURES = (
    Figure(
        name="right sign-ins in a flood of wrong ones",
        target=f"none refused, {SLOWEST:.0f} s at most",
        quick=20,
        full=200,
        measure=measure_flood,
    ),
    Figure(
        name="accounts by how they are made to wait",
        target="none told apart",
        quick=OTHER_NAMES,
        full=600_000,
        measure=measure_names,
    ),
)
