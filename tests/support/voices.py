"""Recordings as a microphone makes them: a voice between two silences, in a room."""

from array import array
from math import pi, sin
from random import Random

from kiosk.speech import RATE


def spoken(
    seconds: float = 1.0, level: float = 0.1, noise: float = 0.0005, silence: float = 0.5
) -> "array[int]":
    """A hum that swells and fades as syllables do. `level` and `noise` are shares of full scale;
    above it the samples are cut off, as a sound card does."""
    random = Random(1)
    whole = int((seconds + 2 * silence) * RATE)
    begin, end = int(silence * RATE), int((silence + seconds) * RATE)
    samples = array("h")
    for number in range(whole):
        value = random.uniform(-noise, noise) * 1.7
        if begin <= number < end:
            at = (number - begin) / RATE
            syllable = 0.6 + 0.4 * sin(2 * pi * 4 * at)
            value += 1.41 * level * syllable * sin(2 * pi * 180 * at)
        samples.append(round(max(-1.0, min(1.0, value)) * 32_767))
    return samples
