"""What must be right before a terminal can begin, looked at until it is: its settings, its zone,
its folder; and the first questions, where nobody has answered them.

Whatever is wrong stands on the screen: a machine at a counter has no other place to say it.
"""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from kiosk.clock import Clock, NoSuchZone, keep_time_of
from kiosk.domain.refusal import Refusal
from kiosk.settings.definition import Settings
from kiosk.tomlfile.tables import SettingsError
from ui import theme
from ui.text import languages
from ui.window import TerminalWindow

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from ui.app import Program
    from ui.first_questions import FirstQuestions

AGAIN_MS = 3000
"""While something is wrong, how often it is looked at again."""


class Preparation:
    """Settings and lock, tried until both are there."""

    def __init__(self, folder: "DataFolder") -> None:
        self.folder = folder
        self.settings = Settings(path=folder.settings_file)
        """Those of an empty file, until the file's own are read."""
        self._lock: int | None = None

    def attempt(self) -> Exception | None:
        """What is wrong, if something is."""
        from kiosk.datafolder import FolderError

        try:
            if self._lock is None:
                self._lock = self.folder.lock()
            if self.folder.has_settings():
                self.settings = checked(self.folder.settings())
            else:  # the time that a person is asked about is the one that will be kept
                with suppress(NoSuchZone):
                    keep_time_of(self.settings.office.zone)
        except (SettingsError, FolderError) as error:
            return error
        return None

    def release(self) -> None:
        """Another program may have the folder now."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def checked(settings: Settings) -> Settings:
    """The settings, once this machine can keep them; its wall time is the office's from here on.
    SettingsError."""
    usable = languages()
    unknown = sorted(set(settings.screen.languages) - set(usable))
    if unknown:
        one_of = Refusal("write_one_of", choices=", ".join(usable))
        raise _at_setting(settings, f"screen.languages: {unknown[0]!r}", one_of)
    try:
        keep_time_of(settings.office.zone)
    except NoSuchZone:
        zone = settings.office.zone[:40]
        raise _at_setting(settings, f"office.zone = {zone!r}", Refusal("no_such_zone")) from None
    return settings


def _at_setting(settings: Settings, place: str, problem: Refusal) -> SettingsError:
    from kiosk.tomlfile.tables import line_of, text_of

    text = text_of(settings.path, init="kiosk init")
    line = line_of(text, place.partition(":")[0].partition(" ")[0])
    return SettingsError.of(
        settings.path, Refusal("at_setting", place=place, problem=problem), line
    )


class Opening(QObject):
    """From the first paint to the running terminal."""

    def __init__(
        self, preparation: Preparation, program: "Program", window: TerminalWindow, clock: Clock
    ) -> None:
        super().__init__()
        self._preparation, self._program = preparation, program
        self._window, self._clock = window, clock
        self._folder = preparation.folder
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.go_on)
        self.questions: FirstQuestions | None = None
        self._said = ""

    def go_on(self, *, panel: bool = False) -> None:
        """Come as far as can be now. `panel`: have one set up when the terminal is there."""
        from kiosk.datafolder import FolderError

        error = self._preparation.attempt()
        if error is not None:
            self._say(error)
            return
        wear(self._preparation.settings)
        self._program.use(self._preparation.settings)
        try:
            is_set_up = self._folder.is_set_up()
        except FolderError as trouble:
            self._say(trouble)
            return
        if is_set_up:
            self._program.load()
            if panel:
                self._program.set_up_panel()
        else:
            self._ask()

    def stop(self) -> None:
        self._again.stop()
        if self.questions is not None:
            self.questions.stop()

    def _ask(self) -> None:
        from ui.first_questions import FirstQuestions

        self.questions = FirstQuestions(self._folder, self._clock, self._window)
        self.questions.finished.connect(self._answered)
        self.questions.begin()

    def _answered(self, panel: bool) -> None:
        if self.questions is not None:
            self.questions.deleteLater()
            self.questions = None
        self.go_on(panel=panel)

    def _say(self, error: Exception) -> None:
        """On the screen, and once in the log."""
        if str(error) != self._said:
            self._said = str(error)
            sys.stderr.write(f"kiosk: {error}\n")
        self._window.show_view(self._program.trouble_view(error))
        self._again.start()


def wear(settings: Settings) -> None:
    """Look as the settings want it."""
    theme.set_text_scale(settings.screen.text_percent / 100)
    theme.set_low_reach(settings.screen.low_reach)
    theme.set_still(settings.screen.reduced_motion)
