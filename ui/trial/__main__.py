"""Runs the trial: with a screen a person presses, without one the program does, for one day."""

import os
import re
import shutil
import sys
import traceback
from collections import Counter
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hardware.simulator import SimulatedPanel
from kiosk.clock import SystemClock, keep_time_of
from kiosk.datafolder import DataFolder
from ui.app import Running, end_loop, on_signals, start
from ui.trial.day import Condition, Story, WorkingDay
from ui.trial.panel import Dock, PanelOnLoop
from ui.trial.stage import (
    Stage,
    TrialFailed,
    command,
    prepare_central,
    prepare_terminal,
    serving,
)
from ui.window import TerminalWindow

ROOT = Path(".trial")
STEP_SECONDS = 15.0
"""No step of the day waits longer."""
POLL_MS = 10


def main() -> int:
    """The exit code: 0 when every step succeeded."""
    started_at = monotonic()
    screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        say("No screen here (no DISPLAY, no WAYLAND_DISPLAY): playing one working day offscreen.")
    if ROOT.exists():
        shutil.rmtree(ROOT)
    ROOT.mkdir(mode=0o700)
    root = ROOT.resolve()
    try:
        say("Setting up a central report, a terminal, four officers and a panel …")
        central = prepare_central(root)
        lock_seconds = 5.0 if screen else 0.25
        with serving(central) as greeting:
            stage = prepare_terminal(root, central, greeting, lock_seconds)
            if screen:
                return _with_a_screen(stage)
            _without_a_screen(stage)
    except TrialFailed as error:
        sys.stderr.write(f"trial failed: {error}\n")
        return 1
    say(f"Everything held, in {monotonic() - started_at:.0f} s. `kiosk --help` is the next step.")
    return 0


def _with_a_screen(stage: Stage) -> int:
    app = QApplication(sys.argv[:1])
    window, panel, running = _open(stage)
    window.open_windowed(1280, 800)
    dock = Dock(panel)
    dock.show_at_the_foot()
    window.close_asked.connect(end_loop)
    running.presenter.staff.exit_asked.connect(end_loop)
    notifier = on_signals(end_loop)
    say(f"Report:  {stage.report}  (account director, first password {stage.password})")
    for number, pin in stage.pins.items():
        say(f"PIN of {number}: {pin}")
    say("Sign on at the terminal, press faces or the panel's buttons; close the window to end.")
    code = int(app.exec())
    del notifier
    panel.stop()
    running.stop()
    return code


def _without_a_screen(stage: Stage) -> None:
    app = QApplication(sys.argv[:1])
    window, panel, running = _open(stage)
    window.open_windowed(1280, 800)
    pictures = stage.root / "pictures"
    pictures.mkdir()
    day = WorkingDay(window, running, panel, stage.pins, pictures)
    say("One working day: sign-on by PIN, ratings by touch and panel, a pause, a hand-over …")
    say("Once the disk is made full: the terminal must say so, thank nobody, and recover.")
    trouble = _play(app, day.story())
    panel.stop()
    running.stop()
    if trouble:
        raise TrialFailed(trouble)
    say(f"{sum(day.pressed.values())} ratings pressed. Closing the day and syncing …")
    say(command("ui", stage.terminal, "close-day", "--now").rstrip())
    say(command("ui", stage.terminal, "sync").rstrip())
    say(command("ui", stage.terminal, "verify").rstrip())
    table = command("sync.central.cli", stage.central, "tally", "--reader", "trial")
    say("\nAs central shows it:\n" + table)
    command("sync.central.cli", stage.central, "verify")
    _compare(table, day)
    say(f"Pictures of the screens of that day: {pictures}")


def _open(stage: Stage) -> tuple[TerminalWindow, PanelOnLoop, Running]:
    panel = PanelOnLoop(SimulatedPanel(stage.panel, device="TRIAL-5"))
    folder = DataFolder(stage.terminal)
    settings, window = folder.settings(), TerminalWindow()
    keep_time_of(settings.office.zone)
    return window, panel, start(folder, settings, SystemClock(), window)


class Player:
    """Goes on with a story whenever what it waits for has come true."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._awaited: Condition = lambda: True
        self._since = monotonic()
        self.trouble = ""

    def go_on(self) -> None:
        """One look; ends the event loop when the story is over or stuck."""
        try:
            if self._awaited():
                self._awaited, self._since = next(self._story), monotonic()
            elif monotonic() - self._since > STEP_SECONDS:
                # Thrown into the story, so that the traceback names the step that waited.
                self._story.throw(TrialFailed(f"nothing came of it in {STEP_SECONDS:.0f} s"))
        except StopIteration:
            end_loop()
        except Exception as error:  # noqa: BLE001  (in a slot it would be printed and forgotten)
            steps = [f.name for f in traceback.extract_tb(error.__traceback__)]
            self.trouble = f"{' > '.join(steps[1:])}: {error}"
            end_loop()


def _play(app: QApplication, story: Story) -> str:
    """Run the story in the event loop; what went wrong, or nothing."""
    player = Player(story)
    timer = QTimer(interval=POLL_MS)
    timer.timeout.connect(player.go_on)
    timer.start()
    app.exec()
    timer.stop()
    return player.trouble


def _compare(table: str, day: WorkingDay) -> None:
    """Central's counts must be exactly what was pressed."""
    counted: Counter[tuple[str, int]] = Counter()
    suppressed = 0
    pattern = r"^(\d+) .*? ([\d]+(?:/\d+){4}) +(\d+) "
    for number, spread, not_scored in re.findall(pattern, table, re.MULTILINE):
        for score, n in enumerate(spread.split("/"), start=1):
            counted[number, score] += int(n)
        suppressed += int(not_scored)
    if +counted != +day.pressed or suppressed != day.suppressed:
        raise TrialFailed(f"pressed {dict(day.pressed)}, central has {dict(+counted)}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
