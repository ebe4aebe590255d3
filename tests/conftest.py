"""Settings of every test: no deadlines (machines are noisy), the same examples on every CI run,
and no screen but the one that a test makes itself."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.quick import QuickRun

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.window import TerminalWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("kiosk", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("kiosk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only the modules in tests/quick.txt")
    parser.addoption(
        "--every-database", action="store_true", help="tests of pages on PostgreSQL as well"
    )
    parser.addoption(
        "--citus", action="store_true", help="central's tests on Citus alone, at TEST_CITUS_URL"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):
        config.pluginmanager.register(QuickRun(config.rootpath), "quick run")


@pytest.fixture
def window(qtbot: "QtBot") -> "TerminalWindow":
    """A terminal's window, held here until the test's last events are spent: the collector that
    finds one nobody holds, in the middle of its own painting, ends the process."""
    from ui.window import TerminalWindow

    window = TerminalWindow()
    qtbot.addWidget(window, before_close_func=lambda _: None)
    return window


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this test run; its URL without a database name."""
    from tests.support.throwaway_postgres import throwaway_postgres

    with throwaway_postgres() as server:
        # Nobody pulls its plug, and its files go when the run ends.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri("postgres")
