"""Records a prompt with the machine's microphone: `arecord`, of Debian's alsa-utils.

Knows no prompt and no page; what a recording is worth, `kiosk.speech` says.
"""

import select
import subprocess
import sys
from array import array
from collections.abc import Callable
from typing import IO, TextIO

from kiosk.speech import LONGEST_SECONDS, RATE, loudness_db

RECORDER, PLAYER = "arecord", "aplay"
MOST_SECONDS = 2 * LONGEST_SECONDS
"""Who forgets to end a recording fills no disk."""
PLAYING_SECONDS = LONGEST_SECONDS + 5
"""Whoever waits for a player that hangs still has the recording."""
_PIECE = RATE // 5
"""Bytes: a tenth of a second."""
Meter = Callable[[float], None]
"""Is given the level of each tenth of a second, in decibels against full scale."""


class NoMicrophone(Exception):
    """Nothing can be recorded. One line."""


def record(microphone: str, until: TextIO, meter: Meter) -> "array[int]":
    """The samples until somebody sends a line to `until`, or MOST_SECONDS are over. `microphone`:
    the recorder's name for an input; "": the usual one. NoMicrophone, in the middle of a line
    too: half of it is not offered for keeping."""
    chosen = ("-D", microphone) if microphone else ()
    shape = ("-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1")
    try:
        recorder = subprocess.Popen(  # noqa: S603 - our own words and the clerk's own choice
            [RECORDER, *chosen, *shape], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError:
        raise NoMicrophone(f"{RECORDER} can't be started; install the package alsa-utils") from None
    with recorder:
        samples, broken_off = array("h"), True
        if recorder.stdout:
            samples, broken_off = _read(recorder.stdout, until, meter)
        if not broken_off:
            recorder.terminate()
        errors = recorder.stderr.read() if recorder.stderr else b""
    if not samples or (broken_off and recorder.returncode):
        lines = errors.decode(errors="replace").strip().splitlines()
        reason = lines[-1].rpartition(": ")[2] if lines else "it sent no sound"
        raise NoMicrophone(f"{microphone or 'the usual microphone'}: {reason}")
    return samples


def _read(microphone: IO[bytes], until: TextIO, meter: Meter) -> tuple["array[int]", bool]:
    """The samples, and whether the recorder ended before anybody ended it."""
    sound = bytearray()
    broken_off = False
    while len(sound) < 2 * RATE * MOST_SECONDS:
        ready = select.select([microphone.fileno(), until.fileno()], [], [])[0]
        if until.fileno() in ready:
            until.readline()
            break
        piece = microphone.read(_PIECE)
        if not piece:
            broken_off = True
            break
        sound += piece
        meter(loudness_db(array("h", piece[: len(piece) // 2 * 2])))
    return array("h", sound[: len(sound) // 2 * 2]), broken_off


def play(file: str, output: str) -> str:
    """Play a WAV file; why it could not be, or "". `output` as in the settings."""
    chosen = ("-D", output) if output else ()
    try:
        done = subprocess.run(  # noqa: S603 - our own words and the settings'
            [PLAYER, "-q", *chosen, file],
            capture_output=True,
            text=True,
            check=False,
            timeout=PLAYING_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"{PLAYER} does not end: is {output or 'the usual output'} in use?"
    except OSError:
        return f"{PLAYER} can't be started; install the package alsa-utils"
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def bar(level_db: float) -> str:
    """A level as a line of 20 signs, full at full scale, empty at 60 dB below."""
    filled = max(0, min(20, round((level_db + 60) / 3)))
    return "█" * filled + "·" * (20 - filled)


def show(level_db: float) -> None:
    """Draw the level over the one before, where somebody looks at a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{bar(level_db)} {level_db:5.0f} dB ")
        sys.stderr.flush()
