"""Makes the prompts of a language anew with espeak-ng: `python -m ui.sounds.make en`.

11,025 samples a second, 16 bits, mono. espeak-ng (Debian's package of that name) is under the GPL;
what it says is not.
"""

import io
import subprocess
import sys
import wave
from array import array

from ui.sounds import OWN, prompts
from ui.text import Words

WORDS_A_MINUTE = "150"


def spoken(words: str, voice: str) -> bytes:
    """A WAV file that says `words`."""
    command = ("espeak-ng", "-v", voice, "-s", WORDS_A_MINUTE, "--stdout", words)
    said = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603
    with wave.open(io.BytesIO(said)) as full:
        rate = full.getframerate()
        samples = array("h", full.readframes(full.getnframes()))
    pairs = zip(samples[::2], samples[1::2], strict=False)
    half = array("h", ((one + other) // 2 for one, other in pairs))
    out = io.BytesIO()
    with wave.open(out, "wb") as small:
        small.setnchannels(1)
        small.setsampwidth(2)
        small.setframerate(rate // 2)
        small.writeframes(half.tobytes())
    return out.getvalue()


def main(language: str) -> None:
    words = Words.load(language)
    voices = {"en": "en-us"}
    folder = OWN / language
    folder.mkdir(exist_ok=True)
    every = {p.name: p for levels in (5, 4, 3) for p in prompts(words, levels, 8)}
    for prompt in every.values():
        said = spoken(prompt.words, voices.get(language, language))
        (folder / f"{prompt.name}.wav").write_bytes(said)
    sys.stdout.write(f"{len(every)} prompts in {folder}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ui.sounds.make LANGUAGE")
    main(sys.argv[1])
