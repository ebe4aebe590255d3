"""`--quick`: the test modules of `make quick`, which takes less than a minute on two idle cores.

tests/quick.txt names them. A module that works longer than its share fails the quick run, so that
the list stays true. Processor time counts, not the clock: a busy machine makes no module slow."""

import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

LIST = Path("tests/quick.txt")
SECONDS_A_MODULE = 5.0
"""Processor time; about twice what the slowest quick module takes."""


def quick_modules() -> frozenset[str]:
    return frozenset(LIST.read_text("utf-8").split())


def processor_seconds() -> float:
    """What this process and the programs it started have used so far."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class QuickRun:
    """Leaves out what is not on the list, and times what is."""

    def __init__(self, root: Path) -> None:
        self._chosen = {root / module for module in quick_modules()}
        self._seconds = defaultdict[str, float](float)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
        return True if is_test and collection_path not in self._chosen else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        before = processor_seconds()
        result = yield
        module = item.nodeid.split("::")[0]
        self._seconds[module] += processor_seconds() - before
        return result

    def slow_modules(self) -> list[str]:
        return [
            f"{module} takes {seconds:.1f} s"
            for module, seconds in sorted(self._seconds.items())
            if seconds > SECONDS_A_MODULE
        ]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.slow_modules() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.slow_modules():
            terminalreporter.write_line(f"not quick: {line}; take it off {LIST}", red=True)
