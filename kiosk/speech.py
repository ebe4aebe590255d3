"""A spoken prompt: from the samples of a recording to the WAV file that a guide plays.

The silence at both ends is cut off and every prompt is made equally loud, so that the office's
microphones, rooms and voices may differ. A recording that nobody could follow is refused, with what
to do about it. Pure; samples are 16 bits, one channel, RATE a second.
"""

import io
import wave
from array import array
from collections.abc import Sequence
from math import log10, sqrt
from statistics import quantiles
from typing import Final

from kiosk.domain.refusal import Refusal

RATE: Final = 22_050
"""Samples a second: a voice needs no more."""
LONGEST_SECONDS = 15
SHORTEST_SECONDS = 0.25
MAX_BYTES = 44 + 2 * RATE * (LONGEST_SECONDS + 1)
"""Of a prompt's WAV file."""
TARGET_DB = -20.0
"""Loudness of the voice, as the root mean square of its loud windows against full scale."""
MOST_PEAK_DB = -1.0
QUIETEST_DB = -48.0
"""A voice below this drowns in noise once it is made loud."""
LEAST_ABOVE_NOISE_DB = 10.0
MOST_CLIPPED = 0.01
"""Share of the loud windows' samples at full scale."""
_FULL = 32_767
_WINDOW = RATE // 50
"""Samples: 20 ms."""
_AROUND = RATE // 10
"""Samples that stay before and after the voice: its first sound begins softly."""
_FADE = RATE // 200


class BadRecording(Refusal):
    """A recording that is not accepted."""


def made_even(samples: "array[int]") -> "array[int]":
    """The voice of a recording, without the silence around it, as loud as every other prompt;
    BadRecording."""
    levels = [_level(samples[at : at + _WINDOW]) for at in range(0, len(samples), _WINDOW)]
    voiced = _voiced(levels)
    first, last = voiced[0] * _WINDOW, (voiced[-1] + 1) * _WINDOW
    seconds = (last - first) / RATE
    if seconds < SHORTEST_SECONDS:
        raise BadRecording("recording_short")
    if seconds > LONGEST_SECONDS:
        raise BadRecording("recording_long", most=LONGEST_SECONDS)
    loud = array("h")
    for number in voiced:
        loud += samples[number * _WINDOW : (number + 1) * _WINDOW]
    if sum(1 for sample in loud if abs(sample) >= _FULL) > MOST_CLIPPED * len(loud):
        raise BadRecording("recording_clipped")
    voice = samples[max(0, first - _AROUND) : last + _AROUND]
    peak = max(abs(sample) for sample in voice)
    gain = min(_ratio(TARGET_DB) * _FULL / _mean_square(loud), _ratio(MOST_PEAK_DB) * _FULL / peak)
    even = array("h", (round(sample * gain) for sample in voice))
    for number in range(min(_FADE, len(even))):
        even[number] = even[number] * number // _FADE
        even[-1 - number] = even[-1 - number] * number // _FADE
    return even


def wave_file(samples: "array[int]") -> bytes:
    """The samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def samples_of(file: bytes) -> "array[int]":
    """The samples of a WAV file of one channel, 16 bits and RATE; BadRecording."""
    try:
        with wave.open(io.BytesIO(file), "rb") as reader:
            shape = reader.getnchannels(), reader.getsampwidth(), reader.getframerate()
            frames = reader.readframes(reader.getnframes())
    except (wave.Error, EOFError):
        raise BadRecording("recording_other_wav") from None
    if shape != (1, 2, RATE) or len(frames) % 2:
        raise BadRecording("recording_other_wav")
    return array("h", frames)


def loudness_db(samples: Sequence[int]) -> float:
    """Against full scale; -96 for silence, which is what 16 bits can tell."""
    return _decibel(_level(samples))


def _voiced(levels: list[float]) -> list[int]:
    """Which windows hold the voice; BadRecording where none is heard above the noise."""
    if len(levels) < 2 or max(levels) <= 0:
        raise BadRecording("recording_silent")
    deciles = quantiles(levels, n=10)
    noise, loud = deciles[0], deciles[-1]
    if _decibel(max(levels)) < QUIETEST_DB:
        raise BadRecording("recording_silent")
    threshold = max(noise * _ratio(LEAST_ABOVE_NOISE_DB / 2), loud * _ratio(-25.0))
    voiced = [number for number, level in enumerate(levels) if level >= threshold]
    if not voiced or _decibel(loud) - _decibel(noise) < LEAST_ABOVE_NOISE_DB:
        raise BadRecording("recording_noisy")
    return voiced


def _level(samples: Sequence[int]) -> float:
    """Root mean square, as a share of full scale."""
    return _mean_square(samples) / _FULL if samples else 0.0


def _mean_square(samples: Sequence[int]) -> float:
    return sqrt(sum(sample * sample for sample in samples) / len(samples))


def _decibel(level: float) -> float:
    return max(-96.0, 20 * log10(level)) if level > 0 else -96.0


def _ratio(decibel: float) -> float:
    return float(10 ** (decibel / 20))
