"""ARCHITECTURE.md#a-press-all-the-way as code: a simulated panel on a pty, the real window, the
real SQLite file, the real central over HTTP on loopback."""

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

from pytestqt.qtbot import QtBot

from hardware.simulator import SimulatedPanel
from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from kiosk.store.verify import Verified, verify
from tests.support.builders import SOMYING
from tests.support.office import command, set_up_terminal, sign_on_directly
from tests.support.screen import eventually, virtual_screen
from ui.app import start
from ui.screens.ready import ReadyScreen
from ui.screens.thanks import ThanksScreen
from ui.trial.panel import PanelOnLoop
from ui.window import TerminalWindow


def test_one_press_all_the_way(
    tmp_path: Path, office: tuple[Path, str], window: TerminalWindow, qtbot: QtBot
) -> None:
    central, url = office
    folder_path, pin = set_up_terminal(tmp_path, central, url)
    folder = DataFolder(folder_path)
    panel = PanelOnLoop(SimulatedPanel(tmp_path / "panel"))
    window.open_windowed(1280, 800)
    running = start(folder, folder.settings(), SystemClock(), window)
    running.presenter.staff.choose_officer("101")
    for digit in pin:
        running.presenter.staff.type_digit(digit)
    assert isinstance(window.screen_shown, ReadyScreen)

    # 1-3: bytes over the line become one press; 4-6: committed, then acknowledged, then thanked.
    panel.press(1)
    qtbot.waitUntil(lambda: panel.panel.acknowledged == [1], timeout=5000)
    assert isinstance(window.screen_shown, ThanksScreen)
    with running.store.transaction() as t:
        assert t.ratings.count() == 1
    assert running.presenter.state.phase is Phase.THANKS
    panel.stop()
    running.stop()

    # 7: closed, and closing again makes nothing new; 8-10: sent once, receipted, sent again never.
    assert "revision 1  closed\n" in command("ui", folder_path, "close-day", "--now")
    assert "unchanged" in command("ui", folder_path, "close-day", "--now")
    assert "1 day report receipted" in command("ui", folder_path, "sync")
    assert "0 day reports receipted" in command("ui", folder_path, "sync")
    assert "1 receipt." in command("ui", folder_path, "verify")

    # 11: central has exactly this rating, and shows no single one on the page.
    shown = command("sync.central.cli", central, "tally", "--reader", "test")
    assert re.search(r"^101 +1 +100% .*0/0/0/0/1 .*สมหญิง", shown, re.MULTILINE)
    command("sync.central.cli", central, "verify")


A_LOCK_AND_MORE = 0.15
"""Seconds from one citizen's press to the next one's: quicker ones are counted, not scored."""


def test_a_terminal_killed_in_the_middle_of_presses_loses_and_doubles_none(
    tmp_path: Path, office: tuple[Path, str]
) -> None:
    """The whole program is killed with signal 9 again and again while a panel presses on."""
    central, url = office
    folder_path, _ = set_up_terminal(tmp_path, central, url)
    settings = folder_path / "kiosk.toml"
    settings.write_text(
        settings.read_text("utf-8") + "[times]\nlock=0.1\nthanks=0.1\n", encoding="utf-8"
    )
    store, _ = DataFolder(folder_path).open(SystemClock())
    sign_on_directly(folder_path)
    panel = SimulatedPanel(tmp_path / "panel")
    panel.start(monotonic())
    acknowledged = pressed = 0
    next_press = 0.0
    for _ in range(4):
        program = subprocess.Popen(
            [sys.executable, "-m", "ui", "--data", str(folder_path), "run"],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stderr=subprocess.DEVNULL,
        )
        wanted = acknowledged + 3
        deadline = monotonic() + 30
        while len(panel.acknowledged) < wanted and monotonic() < deadline:
            if panel.waiting == 0 and monotonic() > next_press:
                panel.press(1 + pressed % 5, monotonic())
                pressed += 1
                next_press = monotonic() + A_LOCK_AND_MORE
            select.select([panel], [], [], 0.02)
            panel.readable(monotonic())
            panel.tick(monotonic())
        program.send_signal(signal.SIGKILL)
        program.wait()
        acknowledged = len(panel.acknowledged)
        assert acknowledged >= wanted
    panel.unplug()
    store.reopen()
    found = verify(store)
    assert isinstance(found, Verified)
    with store.transaction() as t:
        [day] = t.ratings.days()
        tally = t.ratings.tally(day)
    kept = tally.n + sum(tally.outcomes.values())
    assert acknowledged <= kept <= pressed
    store.close()


def test_a_real_window_is_pressed_by_a_real_pointer(tmp_path: Path) -> None:
    """Under Xvfb, full screen: the pointer of xdotool presses a face; the rating is in the file."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.settings_file.write_text('[office]\nopens="00:00"\ncloses="23:59"\n', encoding="utf-8")
    store, terminal = folder.open(SystemClock())
    terminal.add_officers([SOMYING])
    store.close()
    sign_on_directly(folder.path)
    with virtual_screen(1280, 800) as display:
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        program = subprocess.Popen(
            [sys.executable, "-m", "ui", "--data", str(folder.path), "run"], env=env
        )
        try:
            assert eventually(lambda: rated_after_click(folder, env))
            program.send_signal(signal.SIGTERM)
            assert program.wait(timeout=20) == 0
        finally:
            program.kill()
            program.wait()


def rated_after_click(folder: DataFolder, env: dict[str, str]) -> bool:
    """Click the leftmost face (very good) and look into the file."""
    subprocess.run(
        ["xdotool", "mousemove", "150", "500", "click", "1"], env=env, check=True, timeout=20
    )
    store, _ = folder.open(SystemClock())
    with store.transaction() as t:
        scores = [score for day in t.ratings.days() for (_, score) in t.ratings.tally(day).scores]
    store.close()
    return scores == [5]


def test_a_key_that_is_held_on_a_real_x_server_is_one_press(tmp_path: Path) -> None:
    """The X server repeats it 25 times a second; a scanner's digits, which nobody set, rate not."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    hours = '[office]\nopens="00:00"\ncloses="23:59"\n'
    keys = "[times]\nlock=0.1\nthanks=0.1\n[keys]\na = 5\n"
    folder.settings_file.write_text(hours + keys, encoding="utf-8")
    store, terminal = folder.open(SystemClock())
    terminal.add_officers([SOMYING])
    store.close()
    sign_on_directly(folder.path)
    with virtual_screen(1280, 800) as display:
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

        def x(*words: str) -> None:
            subprocess.run(["xdotool", *words], env=env, check=True, timeout=20)

        def tapped() -> bool:
            """The first key that arrives shows that the window listens."""
            x("key", "a")
            return kept_and_counted(folder) != (0, 0)

        program = subprocess.Popen(
            [sys.executable, "-m", "ui", "--data", str(folder.path), "run"], env=env
        )
        try:
            assert eventually(tapped)
            x("key", "--delay", "5", *"8850123456789")
            x("keydown", "b")  # not set; and its repeats end those of a
            x("keyup", "b")
            kept, counted = kept_and_counted(folder)
            x("keydown", "a", "sleep", "3", "keyup", "a")
            assert eventually(lambda: kept_and_counted(folder) != (kept, counted), 5)
            assert kept_and_counted(folder) == (kept + 1, counted)
        finally:
            program.kill()
            program.wait()


def kept_and_counted(folder: DataFolder) -> tuple[int, int]:
    store, _ = folder.open(SystemClock())
    with store.read() as snapshot:
        tallies = [snapshot.ratings.tally(day) for day in snapshot.ratings.days()]
    store.close()
    return sum(t.n for t in tallies), sum(t.outcomes.total() for t in tallies)
