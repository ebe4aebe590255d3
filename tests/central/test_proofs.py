"""Proofs of steps are checked for one request of a terminal at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool

from kiosk.store.engine import Store
from sync.central.usecases.witness import prove_steps
from sync.messages import HeadsAnswer
from sync.steps import Asked
from sync.witness import heads, look
from tests.support.central import made_central
from tests.support.central_server import Kept, Server
from tests.support.copied_key import CopiedKey
from tests.support.databases import new_central_store


class Slow:
    """Runs everything on another thread, and proofs not before they may go on."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        self.proofs = 0

    async def __call__(self, do: Callable[..., Any], *values: Any) -> Any:
        if do is prove_steps:
            self.proofs += 1
            self.begun.set()
            await run_in_threadpool(self.may_go_on.wait, 20)
        return await run_in_threadpool(do, *values)


def terminal(server: Server, folder: Path, name: str) -> tuple[CopiedKey, bytes]:
    """An enrolled terminal in an open run, and the heads that it shows first."""
    Store.create(folder / f"{name}.db")
    kept = Kept(Store.open(folder / f"{name}.db"), server.url, server.code(name))
    kept.rate(1, 5)
    look(kept.store, kept.clock.now().wall, Asked())
    [first, *_] = heads(kept.store, 0)
    kept.store.close()
    caller = CopiedKey(server, kept.key, name)
    caller.open_run()
    return caller, first.to_bytes()


def test_one_key_has_one_proof_checked_at_a_time_and_others_go_on(tmp_path: Path) -> None:
    store = new_central_store(tmp_path / "central.db")
    slow = Slow()
    server = Server(made_central(store, tmp_path), elsewhere=slow)
    one, shown = terminal(server, tmp_path, "counter-1")
    other, _ = terminal(server, tmp_path, "counter-2")
    with ThreadPoolExecutor(1) as pool:
        proving = pool.submit(one.call, "PUT", "heads", shown)
        assert slow.begun.wait(20)
        for method, name, body in (("PUT", "heads", shown), ("GET", "roster", b"")):
            refused = one.call(method, name, body)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert other.call("GET", "roster").status_code == 200
        slow.may_go_on.set()
        answer = proving.result(20)
    assert HeadsAnswer.parse(answer.content).sheets
    assert slow.proofs == 1
    assert one.call("GET", "roster").status_code == 200
    server.stop()
    store.close()
