"""Figures of the running server for Prometheus. None of them is a score, or names an officer.

Where several processes serve, each keeps its own in a folder that they share, and whichever is
asked sums them (prometheus_client's multiprocess mode).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as TEXT_FORMAT
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.central.settings import read_private
from sync.central.usecases.central import Central
from sync.central.usecases.fleet_sums import FleetSums, read_fleet_sums
from sync.central.web.terminal_api import Now

__all__ = ["SHARED", "TEXT_FORMAT", "Metrics", "OfAllProcesses", "Timed"]

TOKEN_FILE = "metrics.token"  # noqa: S105  (a file's name)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The environment's word for the folder that several processes share."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one process, and those that the database has of all."""

    def __init__(self, central: Central, now: Now, queues: Mapping[str, Callable[[], int]]) -> None:
        self.token = _token(central.settings.folder / TOKEN_FILE)
        self._queues = queues
        self._lines: dict[str, Callable[[], int]] = {}
        own = CollectorRegistry()
        self.seconds = Histogram(
            "kiosk_central_request_seconds",
            "Time until a request was answered.",
            ("what",),
            registry=own,
            buckets=_SECONDS,
        )
        self._waiting = Gauge(
            "kiosk_central_waiting",
            "Requests that wait in a line.",
            ("line",),
            registry=own,
            multiprocess_mode="livesum",
        )
        self._connections = Gauge(
            "kiosk_central_connections",
            "Connections: open now, and refused since the process began.",
            ("state",),
            registry=own,
            multiprocess_mode="livesum",
        )
        self._registry = own
        if SHARED in os.environ:
            self._registry = CollectorRegistry()
            self._registry.register(OfAllProcesses(Path(os.environ[SHARED])))
        self._fleet = CollectorRegistry()
        self._fleet.register(_FleetCollector(central, now))

    def watch_connections(self, now_open: Callable[[], int], refused: Callable[[], int]) -> None:
        """Whom to ask for their numbers, once somebody serves."""
        self._lines = {"open": now_open, "refused": refused}

    def text(self) -> bytes:
        for state, number in self._lines.items():
            self._connections.labels(state).set(number())
        for line, length in self._queues.items():
            self._waiting.labels(line).set(length())
        return generate_latest(self._registry) + generate_latest(self._fleet)


class OfAllProcesses(Collector):
    """What each process has written into their folder; a file only just begun says nothing yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        written = [str(path) for path in self._folder.glob("*.db") if _has_bytes(path)]
        yield from MultiProcessCollector.merge(written)  # type: ignore[no-untyped-call]  # no types


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:  # of a process that has just ended
        return False


class _FleetCollector(Collector):
    """What the database says, when it is asked."""

    def __init__(self, central: Central, now: Now) -> None:
        self._central, self._now = central, now

    def collect(self) -> Iterator[Metric]:
        now = self._now()
        sums = read_fleet_sums(self._central, now)
        states = GaugeMetricFamily(
            "kiosk_central_terminals", "Terminals of all offices by state.", labels=("state",)
        )
        for state, number in sorted(sums.states.items()):
            states.add_metric((state,), number)
        yield states
        yield GaugeMetricFamily(
            "kiosk_central_terminals_silent",
            "Terminals in use that have not called for a day.",
            value=sums.silent,
        )
        yield GaugeMetricFamily(
            "kiosk_central_days_due",
            "Days that terminals said they have not delivered yet.",
            value=sums.days_due,
        )
        yield GaugeMetricFamily(
            "kiosk_central_reports_parked",
            "Day reports that wait for somebody's decision.",
            value=sums.parked,
        )
        yield from _machines(sums, now)
        alarms = GaugeMetricFamily(
            "kiosk_central_alarms", "Alarms that nobody has settled, by kind.", labels=("kind",)
        )
        for kind, number in sorted(sums.alarms.items()):
            alarms.add_metric((kind,), number)
        yield alarms
        ages = GaugeMetricFamily(
            "kiosk_central_upkeep_age_seconds",
            "Since a task of the upkeep last succeeded.",
            labels=("task",),
        )
        for task, done in sorted(sums.upkeep.items()):
            ages.add_metric((task,), (now - done).total_seconds())
        yield ages


def _machines(sums: FleetSums, now: datetime) -> Iterator[Metric]:
    """What terminals in use last said of themselves."""
    yield GaugeMetricFamily(
        "kiosk_central_terminals_clock_unset",
        "Terminals in use whose clock nothing sets.",
        value=sums.clocks_unset,
    )
    ends = GaugeMetricFamily(
        "kiosk_central_certificate_left_seconds",
        "Until the first certificate ends that a terminal in use has seen: central's, or the one "
        "by which it is believed.",
        labels=("part",),
    )
    for part, end in sorted(sums.certificate_ends.items()):
        ends.add_metric((part,), (end - now).total_seconds())
    yield ends
    if sums.oldest_copy is not None:
        yield GaugeMetricFamily(
            "kiosk_central_terminals_copy_age_seconds",
            "Since the terminal in use made a copy whose newest one is the oldest.",
            value=(now - sums.oldest_copy).total_seconds(),
        )


class Timed:
    """Around the application: how long each kind of request takes."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._seconds = app, metrics.seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = monotonic()
        try:
            await self._app(scope, receive, send)
        finally:
            self._seconds.labels(_kind(scope["path"])).observe(monotonic() - began)


def _kind(path: str) -> str:
    """One of four words: a label for each path would be anybody's to invent."""
    if path.startswith("/v1/"):
        return "day" if "/days/" in path else "terminal"
    return "probe" if path in ("/healthz", "/readyz", "/metrics") else "page"


def _token(path: Path) -> str:
    """What a caller must show; "" where no such file is there. SettingsError."""
    return read_private(path).decode("utf-8", "replace").strip() if path.exists() else ""
