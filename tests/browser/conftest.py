"""One browser for each process of the tests, and one office that they all copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.office import Office, made_once, served


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Engine]:
    with engines.chromium(driver) as engine:
        yield engine


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's files; the processes of one run share a folder."""
    base = tmp_path_factory.getbasetemp()
    return made_once(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    with served(template, tmp_path) as office:
        yield office
