"""The audible guide: says prompts through the machine's player, without ever holding up a press.

A prompt that is asked for while another is said cuts it off. Knows no scores: what is said after a
press is the same whatever was pressed.
"""

import sys

from PySide6.QtCore import QObject, QProcess

from ui.sounds import Shelf

PLAYER = "aplay"
"""Debian's alsa-utils; plays files one after the other."""
MIXER = "amixer"


class Guide(QObject):
    def __init__(self, shelf: Shelf, volume: int) -> None:
        """`volume` in per cent of the machine's own."""
        super().__init__()
        self._shelf, self._volume = shelf, volume
        self._next: list[str] = []
        self._told: set[str] = set()
        self._player = QProcess(self)
        self._player.finished.connect(self._start)
        self._player.errorOccurred.connect(self._failed)
        self._mixer = QProcess(self)

    def start(self) -> None:
        self._mixer.start(MIXER, ["-q", "sset", "Master", f"{self._volume}%"])

    def stop(self) -> None:
        """Silence; waits for the player to be gone."""
        self._next = []
        for process in (self._player, self._mixer):
            if process.state() is not QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(1000)

    def say(self, language: str, names: tuple[str, ...]) -> None:
        """Say these prompts, all or nothing: half a guide would mislead."""
        found = [(name, self._shelf.file(language, name)) for name in names]
        missing = [name for name, path in found if path is None]
        if missing:
            self._tell(f"sound: {language}/{missing[0]}.wav is missing; see `kiosk sounds`")
            return
        self._next = [str(path) for _, path in found]
        if self._player.state() is QProcess.ProcessState.NotRunning:
            self._start()
        else:
            self._player.kill()

    def _start(self) -> None:
        if self._next:
            files, self._next = self._next, []
            self._player.start(PLAYER, ["-q", *files])

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._tell(f"sound: {PLAYER} can't be started; install the package alsa-utils")

    def _tell(self, trouble: str) -> None:
        """Once for each cause."""
        if trouble not in self._told:
            self._told.add(trouble)
            sys.stderr.write(f"kiosk: {trouble}\n")
