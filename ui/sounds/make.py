"""Makes the prompts of a language again: `python -m ui.sounds.make zh FOLDER`; and the soft sound
of a press: `python -m ui.sounds.make press`.

FOLDER holds espeak-ng 1.52 or later: libespeak-ng.so and espeak-ng-data, as in the wheel
espeakng-loader on PyPI. espeak-ng is under the GPL; what it says is not. Each prompt is 11,025
samples a second, 16 bits, mono, as loud as the others.
"""

import ctypes
import io
import sys
import wave
from array import array
from collections.abc import Iterable
from math import exp, pi, sin
from pathlib import Path

from ui.sounds import OWN, prompts
from ui.text import Words

VOICES = {"en": "en-us", "zh": "cmn", "my": "my"}
WORDS_A_MINUTE = 150
PEAK = 24_000
"""The loudest sample of each prompt, of 32,767."""
PRESS_PEAK, PRESS_LASTS, PRESS_RATE = 7_000, 0.22, 22_050
"""Of the sound of a press: far below the prompts; seconds; samples a second."""
_RETRIEVE, _RATE, _UTF8 = 2, 1, 1
"""From speak_lib.h: samples come back while the call waits; the rate; the encoding."""
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Engine:
    """espeak-ng from a folder; one in a process. OSError where it isn't there."""

    def __init__(self, folder: Path, voice: str) -> None:
        self._library = ctypes.CDLL(str(next(folder.glob("libespeak-ng.so*"), folder)))
        data = str(folder / "espeak-ng-data").encode()
        self.rate: int = self._library.espeak_Initialize(_RETRIEVE, 0, data, 0)
        if self.rate < 0 or self._library.espeak_SetVoiceByName(voice.encode()):
            raise OSError(f"{folder}: no espeak-ng with the voice {voice}")
        self._library.espeak_SetParameter(_RATE, WORDS_A_MINUTE, 0)
        self._samples = array("h")
        self._callback = _Callback(self._take)  # an attribute: C calls it later
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        if samples:
            self._samples.extend(samples[:count])
        return 0

    def say(self, words: str) -> "array[int]":
        """The samples of `words`, `rate` a second."""
        self._samples = array("h")
        text = words.encode() + b"\0"
        self._library.espeak_Synth(text, len(text), 0, 0, 0, _UTF8, None, None)
        return self._samples


def recorded(samples: "array[int]", rate: int) -> bytes:
    """A WAV file at half the rate, at our loudness."""
    half = [(a + b) // 2 for a, b in zip(samples[::2], samples[1::2], strict=False)]
    loudest = max((abs(sample) for sample in half), default=0) or 1
    return _wave((sample * PEAK // loudest for sample in half), rate // 2)


def press_sound() -> bytes:
    """A short, soft drop of a marimba's tone: it rises at once and dies away."""
    samples = (_drop(place / PRESS_RATE) for place in range(int(PRESS_LASTS * PRESS_RATE)))
    return _wave(samples, PRESS_RATE)


def _drop(at: float) -> int:
    rise, fall = min(1.0, at / 0.004), exp(-at / 0.045) * (1 - at / PRESS_LASTS)
    tone = sin(2 * pi * 587 * at) + 0.25 * sin(2 * pi * 4 * 587 * at) * exp(-at / 0.012)
    return round(PRESS_PEAK * rise * fall * tone)


def _wave(samples: Iterable[int], rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as small:
        small.setnchannels(1)
        small.setsampwidth(2)
        small.setframerate(rate)
        small.writeframes(array("h", samples).tobytes())
    return out.getvalue()


def main(language: str, engine: Engine) -> None:
    words = Words.load(language)
    folder = OWN / language
    folder.mkdir(exist_ok=True)
    of_every_scale = [prompt for levels in (5, 4, 3) for prompt in prompts(words, levels, 8)]
    every = {prompt.name: prompt for prompt in of_every_scale}
    for prompt in every.values():
        samples = engine.say(prompt.words)
        (folder / f"{prompt.name}.wav").write_bytes(recorded(samples, engine.rate))
    sys.stdout.write(f"{len(every)} prompts in {folder}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["press"]:
        (OWN / "press.wav").write_bytes(press_sound())
        sys.exit()
    if len(sys.argv) != 3 or sys.argv[1] not in VOICES:
        sys.exit(f"usage: python -m ui.sounds.make {'|'.join(VOICES)} FOLDER")
    main(sys.argv[1], Engine(Path(sys.argv[2]), VOICES[sys.argv[1]]))
