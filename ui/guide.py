"""The audible guide: plays prompts through the machine's player, and never delays a press.

A new prompt cuts off the one that plays. Knows no scores: the prompt after a press is the same
whatever was pressed.
"""

import logging

from PySide6.QtCore import QObject, QProcess, Signal

from kiosk.domain.prompts import NO_VOICE
from kiosk.domain.refusal import Refusal
from kiosk.language import in_english
from ui.outputs import card_of
from ui.sounds import Shelf

PLAYER = "aplay"
"""Debian's alsa-utils; plays files one after the other."""
SILENCE = ("-t", "raw", "-f", "S16_LE", "-r", "22050", "-c", "1", "/dev/null")
"""Opens the output and plays silence: a missing output is noticed before a citizen needs it."""
MIXER = "amixer"
VOLUMES = ("Master", "PCM", "Speaker", "Headphone")
"""What cards call their volume: most the first, headsets one of the others."""


_LOG = logging.getLogger("kiosk.guide")


class Guide(QObject):
    stands = Signal(object)
    """Why it can't be heard now, a refusal; None: it can."""

    def __init__(
        self, shelf: Shelf, volume: int, output: str = "", instead: tuple[str, ...] = ()
    ) -> None:
        """`volume` in per cent; `output`: the player's name for an output; "": the usual one;
        `instead`: languages to speak where one has no prompts, the first before the others."""
        super().__init__()
        self._shelf, self._volume, self._output = shelf, volume, output
        self._instead = instead
        self._excused = ""
        """The language for which another one spoke last."""
        self._next: list[str] = []
        self._reported: set[str] = set()
        self._held: list[str] = []
        """Trouble that came with a press: told when the program ends, so that no line of the log
        says when somebody pressed."""
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
        for trouble in self._held:
            self._report(trouble)
        self._next, self._volumes = [], []
        for process in (self._player, self._mixer):
            if process.state() is not QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(1000)

    def say(self, language: str, names: tuple[str, ...]) -> None:
        """Play these prompts, all or none: half a guide would mislead. In another language, which
        says so, where this one lacks any."""
        files, missing = self._files(language, names)
        if missing:
            self._report_missing(missing, after_press=names[:1] != ("question",))
            files = self._in_another(language, names)
            self._excused = language
        else:
            self._excused = ""
        if not files:
            return
        self._next = files
        if self._player.state() is QProcess.ProcessState.NotRunning:
            self._go_on()
        else:
            self._player.kill()

    def _files(self, language: str, names: tuple[str, ...]) -> tuple[list[str], str]:
        """The prompts' files, and the first that is missing."""
        files: list[str] = []
        for name in names:
            path = self._shelf.file(language, name)
            if path is None:
                return [], f"{language}/{name}.wav"
            files.append(str(path))
        return files, ""

    def _in_another(self, language: str, names: tuple[str, ...]) -> list[str]:
        """The same prompts in the first language that has them all; it says so at first, and with
        every question."""
        excuse = self._excused != language or names[:1] == ("question",)
        for other in self._instead:
            files, missing = self._files(other, (NO_VOICE, *names))
            if other != language and not missing:
                return files if excuse else files[1:]
        return []

    def _go_on(self) -> None:
        if self._next:
            files, self._next = self._next, []
            self._play(tuple(files))

    def _play(self, files: tuple[str, ...]) -> None:
        output = ("-D", self._output) if self._output else ()
        self._player.start(PLAYER, ["-q", *output, *files])

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        errors = bytes(self._player.readAllStandardError().data()).decode(errors="replace")
        if status is QProcess.ExitStatus.NormalExit:
            if code:
                self._report_unplayed(errors)
            else:
                self.stands.emit(None)
                self._set_volume()
        self._go_on()

    def _report_unplayed(self, errors: str) -> None:
        last_line = errors.strip().rpartition("\n")[2]
        reason = last_line.rpartition(": ")[2]
        output = self._output or "default"
        self._report_mute(Refusal("sound_unplayed", output=output, error=reason))

    def _set_volume(self) -> None:
        """Once there is an output: a headset may be plugged in later."""
        if self._volumes and self._mixer.state() is QProcess.ProcessState.NotRunning:
            card = card_of(self._output)
            mixer_card = ("-c", card) if card else ()
            self._mixer.start(
                MIXER, ["-q", *mixer_card, "sset", self._volumes[0], f"{self._volume}%"]
            )

    def _mixed(self, code: int, status: QProcess.ExitStatus) -> None:
        self._mixer.readAllStandardError()
        was_trying = bool(self._volumes)
        self._volumes = self._volumes[1:] if code else []
        if self._volumes:
            self._set_volume()
        elif was_trying and code and status is QProcess.ExitStatus.NormalExit:
            self._report("no volume to set was found; it stays as the machine has it")

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._report_mute(Refusal("no_player", player=PLAYER))

    def _report_missing(self, file: str, *, after_press: bool) -> None:
        trouble = Refusal("sound_missing", file=file)
        if after_press:
            self.stands.emit(trouble)
            self._held.append(in_english(trouble))
        else:
            self._report_mute(trouble)

    def _report_mute(self, trouble: Refusal) -> None:
        self.stands.emit(trouble)
        self._report(in_english(trouble))

    def _report(self, trouble: str) -> None:
        """Once for each cause."""
        if trouble not in self._reported:
            self._reported.add(trouble)
            _LOG.warning("%s", trouble)
