"""What a screen reader on the same machine reads of a running terminal: AT-SPI 2, over D-Bus, from
another process, under a real X server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from tests.support.builders import SOMYING
from tests.support.office import sign_on_directly
from tests.support.screen import eventually, virtual_screen

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
SHOWING = 1 << 25
"""AT-SPI 2's state number 25."""
FACES = ["มากที่สุด", "มาก", "ปานกลาง", "น้อย", "น้อยที่สุด"]


@dataclass(frozen=True, slots=True)
class Thing:
    """One accessible object: where it is asked, its role and its name."""

    at: tuple[str, str]
    role: str
    name: str


class Reader:
    """Reads as a screen reader does."""

    def __init__(self, session: str) -> None:
        asked = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        with open_dbus_connection(session) as bus:
            address = bus.send_and_get_reply(new_method_call(asked, "GetAddress")).body[0]
        self._bus: DBusConnection = open_dbus_connection(address)

    def close(self) -> None:
        self._bus.close()

    def showing(self) -> list[Thing]:
        """Everything with a name that is on the screen now, in its order."""
        try:
            return [thing for thing in self._below(ROOT) if thing.name and self._shows(thing)]
        except DBusErrorResponse:
            return []  # the terminal is starting, or has just changed its screen

    def press(self, thing: Thing) -> bool:
        """Do the thing's first action; whether it was done."""
        action = DBusAddress(thing.at[1], thing.at[0], "org.a11y.atspi.Action")
        message = new_method_call(action, "DoAction", "i", (0,))
        return bool(self._bus.send_and_get_reply(message).body[0])

    def _below(self, at: tuple[str, str]) -> Iterator[Thing]:
        for child in self._ask(at, "GetChildren"):
            place = Properties(DBusAddress(child[1], child[0], "org.a11y.atspi.Accessible"))
            name = self._bus.send_and_get_reply(place.get("Name")).body[0][1]
            yield Thing((child[0], child[1]), self._ask(child, "GetRoleName"), name)
            yield from self._below((child[0], child[1]))

    def _shows(self, thing: Thing) -> bool:
        low, _high = self._ask(thing.at, "GetState")
        return bool(low & SHOWING)

    def _ask(self, at: tuple[str, str], what: str) -> Any:
        place = DBusAddress(at[1], at[0], "org.a11y.atspi.Accessible")
        message = self._bus.send_and_get_reply(new_method_call(place, what))
        if message.header.message_type.name == "error":
            raise DBusErrorResponse(message)
        return message.body[0]


@contextmanager
def running(*command: str, env: dict[str, str], read: bool = False) -> Iterator[str]:
    """A program until the end of the block; yields its first line when that is asked for."""
    out = subprocess.PIPE if read else subprocess.DEVNULL
    program = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.DEVNULL, text=True)
    try:
        yield program.stdout.readline().strip() if program.stdout else ""
    finally:
        program.terminate()
        program.wait(timeout=20)
        if program.stdout:
            program.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A terminal whose officer is on duty."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.settings_file.write_text('[office]\nopens="00:00"\ncloses="23:59"\n', encoding="utf-8")
    store, terminal = folder.open(SystemClock())
    terminal.add_officers([SOMYING])
    store.close()
    sign_on_directly(folder.path)
    return folder


@pytest.fixture
def reader(folder: DataFolder, tmp_path: Path) -> Iterator[Reader]:
    """A screen reader at a running terminal."""
    with ExitStack() as stack:
        own = {
            "HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
        }
        env = {**os.environ, **own, "QT_QPA_PLATFORM": "xcb"}
        env["DISPLAY"] = stack.enter_context(virtual_screen(1280, 800))
        bus = ("dbus-daemon", "--session", "--nofork", "--print-address=1")
        session = stack.enter_context(running(*bus, env=env, read=True))
        env |= {"DBUS_SESSION_BUS_ADDRESS": session, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        stack.enter_context(running(LAUNCHER, env=env))
        command = (sys.executable, "-m", "ui", "--data", str(folder.path), "run")
        stack.enter_context(running(*command, env=env))
        found: list[Reader] = []

        def answers() -> bool:
            try:
                found.append(Reader(session))
            except (OSError, DBusErrorResponse, IndexError, ValueError):
                return False
            return True

        assert eventually(answers)
        yield found[0]
        found[0].close()


def faces(reader: Reader) -> list[str]:
    """The buttons that are faces, in their order."""
    found = (thing for thing in reader.showing() if thing.role == "push button")
    return [thing.name for thing in found if thing.name in FACES]


def test_a_reader_finds_the_question_and_five_named_buttons_and_presses_one(
    reader: Reader, folder: DataFolder
) -> None:
    assert eventually(lambda: faces(reader) == FACES), reader.showing()
    things = reader.showing()
    labels = [thing.name for thing in things if thing.role == "label"]
    assert any(label.startswith("ท่านพึงพอใจ") for label in labels), labels
    assert SOMYING.name in labels
    assert reader.press(next(thing for thing in things if thing.name == "มาก"))
    assert eventually(lambda: any("ขอบคุณ" in thing.name for thing in reader.showing()))
    store, _ = folder.open(SystemClock())
    with store.transaction() as t:
        scores = [score for day in t.ratings.days() for (_, score) in t.ratings.tally(day).scores]
    store.close()
    assert scores == [4]
