"""`kiosk-central serve` as processes: several that answer, and how they end."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from sync.central.usecases.installation import set_up
from sync.central.web.metrics import OfAllProcesses
from tests.support.service_manager import Listener


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "central"
    set_up(folder, "dindaeng", "ดินแดง", "", "http://127.0.0.1:8765")
    return folder


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    listener = Listener(tmp_path)
    yield listener
    listener.close()


def until(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        select.select([], [], [], 0.02)
    return False


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [int(word) for word in text.split()]


def test_figures_are_told_while_a_process_has_only_begun_its_file(tmp_path: Path) -> None:
    (tmp_path / "histogram_1.db").touch()
    (tmp_path / "gauge_livesum_1.db").touch()
    written = MmapedDict(str(tmp_path / "gauge_livesum_2.db"))  # type: ignore[no-untyped-call]
    key = mmap_key("kiosk_central_waiting", "kiosk_central_waiting", ["line"], ["day"], "Waiting.")
    written.write_value(key, 3.0, 0.0)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    registry.register(OfAllProcesses(tmp_path))
    assert 'kiosk_central_waiting{line="day"} 3.0' in generate_latest(registry).decode()


def test_two_processes_answer_one_that_dies_is_replaced_and_all_end_in_time(
    folder: Path, listener: Listener
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "metrics.token").write_text("secret")
    (folder / "metrics.token").chmod(0o600)
    environment = {**os.environ, **listener.environment, "PORT": str(port)}
    serving = subprocess.Popen(
        [sys.executable, "-m", "sync.central.cli", "--data", str(folder), "serve",
         "--workers", "2"],
        env=environment,
    )  # fmt: skip
    half = None
    try:
        assert listener.hears("READY=1"), "once both serve"
        first, second = children(serving.pid)
        assert listener.hears("WATCHDOG=1")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert client.get("/readyz").status_code == 200
            os.kill(first, signal.SIGKILL)
            assert until(lambda: len({*children(serving.pid)} - {first, second}) == 1)
            listener.forget()
            assert listener.hears("WATCHDOG=1")
            figures = client.get("/metrics", headers={"Authorization": "Bearer secret"}).text
            assert 'kiosk_central_waiting{line="day"} 0.0' in figures
            assert 'kiosk_central_connections{state="open"} ' in figures
            assert "kiosk_central_days_due 0.0" in figures
        half = socket.create_connection(("127.0.0.1", port), 5)
        half.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        began = time.monotonic()
        serving.terminate()
        assert serving.wait(10) == 0
        assert time.monotonic() - began < 10
    finally:
        if half is not None:
            half.close()
        serving.kill()
        serving.wait()


def test_workers_end_with_a_parent_that_was_killed(folder: Path, listener: Listener) -> None:
    environment = {**os.environ, **listener.environment, "KIOSK_CENTRAL_PORT": "0"}
    serving = subprocess.Popen(
        [sys.executable, "-m", "sync.central.cli", "--data", str(folder), "serve",
         "--workers", "2"],
        env=environment,
    )  # fmt: skip
    assert listener.hears("READY=1")
    workers = children(serving.pid)
    assert len(workers) == 2
    serving.kill()
    serving.wait()
    assert until(lambda: not any(Path(f"/proc/{one}/exe").exists() for one in workers))
