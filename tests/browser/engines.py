"""Debian's browsers, driven by playwright. What playwright would download is not needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

NAMED = "report.test"
"""A host that is this machine: no browser takes plain HTTP there for a safe line, as it does on a
loopback address."""
TIMEOUT_MS = 20_000
"""No page takes a tenth of it on an idle machine."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A browser that runs."""

    name: str
    browser: Browser

    def context(self, width: int = 1280, height: int = 900, **more: Any) -> BrowserContext:
        """Somebody's window, who has never been here. Pages have no scripts: none may run."""
        scripts = more.pop("scripts", False)
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            ignore_https_errors=True,
            locale="th-TH",
            **more,
        )
        context.set_default_timeout(TIMEOUT_MS)
        return context


@contextmanager
def chromium(driver: Playwright) -> Iterator[Engine]:
    # Root, as which CI works, gets no sandbox; the pages are our own.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = driver.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[*sandbox, f"--host-resolver-rules=MAP {NAMED} 127.0.0.1"],
    )
    try:
        yield Engine("chromium", browser)
    finally:
        browser.close()


@contextmanager
def firefox(driver: Playwright) -> Iterator[Engine]:
    """Debian's own build speaks WebDriver BiDi, not the protocol of playwright's."""
    browser = driver.firefox.launch(executable_path="/usr/bin/firefox-esr", channel="moz-firefox")
    try:
        yield Engine("firefox", browser)
    finally:
        browser.close()
