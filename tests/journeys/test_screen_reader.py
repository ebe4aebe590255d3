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
from jeepney import DBusAddress, MatchRule, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from tests.support.builders import SOMYING
from tests.support.office import sign_on_directly
from tests.support.screen import eventually, virtual_screen

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
CHECKED, SHOWING = 1 << 4, 1 << 25
"""AT-SPI 2's states number 4 and 25."""
SPOKEN = "object:announcement"
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
        registry = DBusAddress(
            "/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry"
        )
        self._bus.send_and_get_reply(new_method_call(registry, "RegisterEvent", "s", (SPOKEN,)))
        rule = MatchRule(
            type="signal", interface="org.a11y.atspi.Event.Object", member="Announcement"
        )
        self._bus.send_and_get_reply(message_bus.AddMatch(rule))
        self._news = self._bus.filter(rule, bufsize=100).__enter__()

    def spoken(self) -> list[str]:
        """What the terminal has said by itself since the last look, in its order."""
        self._ask(ROOT, "GetChildren")  # whatever was said before its answer is here now
        said = [message.body[3][1] for message in self._news]
        self._news.clear()
        return said

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
        return self.has(thing, SHOWING)

    def has(self, thing: Thing, state: int) -> bool:
        low, _high = self._ask(thing.at, "GetState")
        return bool(low & state)

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
    hours = '[office]\nopens="00:00"\ncloses="23:59"\n'
    settings = f"{hours}[times]\nlock=0.1\nthanks=0.1\nreasons=120\n"
    folder.settings_file.write_text(settings, encoding="utf-8")
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


def names(reader: Reader) -> list[str]:
    return [thing.name for thing in reader.showing()]


def hears(reader: Reader, *lines: str) -> bool:
    """Whether all `lines` are said, in this order, within a while."""
    said: list[str] = []

    def are_said() -> bool:
        said.extend(reader.spoken())
        text, at = " ".join(said), 0
        for line in lines:
            at = text.find(line, at)
            if at < 0:
                return False
        return True

    return eventually(are_said)


def test_a_reader_hears_each_page_and_finds_what_to_press_in_its_order(
    reader: Reader, folder: DataFolder
) -> None:
    assert eventually(lambda: faces(reader) == FACES), reader.showing()
    things = reader.showing()
    order = [thing.name for thing in things]
    labels = [thing.name for thing in things if thing.role == "label"]
    assert any(label.startswith("ท่านพึงพอใจ") for label in labels), labels
    assert SOMYING.name in labels
    assert order.index(FACES[-1]) < order.index("เจ้าหน้าที่")
    languages = [thing for thing in things if thing.role == "check box"]
    assert [thing.name for thing in languages if reader.has(thing, CHECKED)] == ["ไทย"]

    def press(name: str) -> None:
        assert eventually(lambda: name in names(reader)), (name, *names(reader))
        assert reader.press(next(thing for thing in reader.showing() if thing.name == name))

    press("English")
    assert hears(reader, "How satisfied")
    press("Slightly")
    assert hears(reader, "What should we improve?", "Long wait", "Unfair treatment")
    order = names(reader)
    assert order.index("Inconvenient place") < order.index("Skip")

    def ticked() -> list[str]:
        boxes = [thing for thing in reader.showing() if thing.role == "check box"]
        return [thing.name for thing in boxes if reader.has(thing, CHECKED)]

    def tick() -> bool:
        """A press right after the page came is a slip: again, until it is taken."""
        is_ticked = ticked() == ["Long wait"]
        if not is_ticked:
            press("Long wait")
        return is_ticked

    assert eventually(tick)
    press("Send")
    assert hears(reader, "Thank you for your rating", "ท่านพึงพอใจ", SOMYING.name)
    store, _ = folder.open(SystemClock())
    with store.transaction() as t:
        scores = [score for day in t.ratings.days() for (_, score) in t.ratings.tally(day).scores]
    store.close()
    assert scores == [2]
