"""The audible guide: says prompts through the machine's player, without ever holding up a press.

A prompt that is asked for while another is said cuts it off. Knows no scores: what is said after a
press is the same whatever was pressed.
"""

import sys

from PySide6.QtCore import QObject, QProcess, Signal

from ui.outputs import card_of
from ui.sounds import Shelf

PLAYER = "aplay"
"""Debian's alsa-utils; plays files one after the other."""
SILENCE = ("-t", "raw", "-f", "S16_LE", "-r", "22050", "-c", "1", "/dev/null")
"""Opens the output and says nothing: whether it is there is known before a citizen needs it."""
MIXER = "amixer"
VOLUMES = ("Master", "PCM", "Speaker", "Headphone")
"""What cards call their volume: most the first, headsets one of the others."""


class Guide(QObject):
    stands = Signal(str)
    """Why it can't be heard now; "": it can."""

    def __init__(self, shelf: Shelf, volume: int, output: str = "") -> None:
        """`volume` in per cent; `output`: the player's name for an output; "": the usual one."""
        super().__init__()
        self._shelf, self._volume, self._output = shelf, volume, output
        self._next: list[str] = []
        self._told: set[str] = set()
        self._player = QProcess(self)
        self._player.finished.connect(self._ended)
        self._player.errorOccurred.connect(self._failed)
        self._mixer = QProcess(self)
        self._mixer.finished.connect(self._mixed)
        self._volumes = list(VOLUMES)
        """Those still to be tried; none: the volume is set, or can't be."""

    def start(self) -> None:
        self._play(SILENCE)

    def stop(self) -> None:
        """Silence; waits for the player to be gone."""
        self._next, self._volumes = [], []
        for process in (self._player, self._mixer):
            if process.state() is not QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(1000)

    def say(self, language: str, names: tuple[str, ...]) -> None:
        """Say these prompts, all or nothing: half a guide would mislead."""
        found = [(name, self._shelf.file(language, name)) for name in names]
        missing = [name for name, path in found if path is None]
        if missing:
            self._tell_mute(f"{language}/{missing[0]}.wav is missing; see `kiosk sounds`")
            return
        self._next = [str(path) for _, path in found]
        if self._player.state() is QProcess.ProcessState.NotRunning:
            self._go_on()
        else:
            self._player.kill()

    def _go_on(self) -> None:
        if self._next:
            files, self._next = self._next, []
            self._play(tuple(files))

    def _play(self, what: tuple[str, ...]) -> None:
        to = ("-D", self._output) if self._output else ()
        self._player.start(PLAYER, ["-q", *to, *what])

    def _ended(self, code: int, how: QProcess.ExitStatus) -> None:
        said = bytes(self._player.readAllStandardError().data()).decode(errors="replace")
        if how is QProcess.ExitStatus.NormalExit:
            if code:
                self._tell_unplayed(said)
            else:
                self.stands.emit("")
                self._set_volume()
        self._go_on()

    def _tell_unplayed(self, said: str) -> None:
        where = self._output or "the machine's own output"
        why = said.strip().rpartition("\n")[2].rpartition(": ")[2]
        self._tell_mute(f"{where} can't be played on ({why}); see `kiosk sounds --outputs`")

    def _set_volume(self) -> None:
        """Once there is an output: a headset may be plugged in later."""
        if self._volumes and self._mixer.state() is QProcess.ProcessState.NotRunning:
            card = card_of(self._output)
            of = ("-c", card) if card else ()
            self._mixer.start(MIXER, ["-q", *of, "sset", self._volumes[0], f"{self._volume}%"])

    def _mixed(self, code: int, how: QProcess.ExitStatus) -> None:
        tried, self._volumes = self._volumes, self._volumes[1:] if code else []
        self._mixer.readAllStandardError()
        if self._volumes:
            self._set_volume()
        elif tried and code and how is QProcess.ExitStatus.NormalExit:
            self._tell("no volume to set was found; it stays as the machine has it")

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._tell_mute(f"{PLAYER} can't be started; install the package alsa-utils")

    def _tell_mute(self, why: str) -> None:
        self.stands.emit(why)
        self._tell(why)

    def _tell(self, trouble: str) -> None:
        """Once for each cause."""
        if trouble not in self._told:
            self._told.add(trouble)
            sys.stderr.write(f"kiosk: sound: {trouble}\n")
