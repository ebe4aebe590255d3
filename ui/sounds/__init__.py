"""What the audible guide says, prompt by prompt, and where each prompt's file lies.

A prompt is one WAV file, `NAME.wav`, per language: the office's own recording in the data folder
(`sounds/th/`), else the one that came with the program. Knows no player and no Qt.

English, Chinese and Burmese came with the program, made by espeak-ng 1.52. Chinese was compared
with a dictionary of readings, syllable by syllable; Burmese could be compared with nothing. No
speaker has heard either: UNHEARD. There is no Thai: that engine's Thai loses its vowels ("dii"
comes out as "ds"), and the Thai voices there are come from model hubs, not from packages.
`kiosk sounds` lists what to record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.wording import DEFAULT_REASONS
from kiosk.settings.definition import MAX_BUTTONS
from ui.text import Words

OWN = Path(__file__).parent
USUAL_REASONS = tuple(str(reason.id) for reason in DEFAULT_REASONS)
UNHEARD = ("my", "zh")
"""Languages of which no speaker has heard the program's own prompts."""
MAX_BYTES = 2 << 20
"""A prompt of a minute has half of it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's name, and what it says."""

    name: str
    words: str


def prompts(
    words: Words,
    levels: int,
    buttons: int = 5,
    own_words: Mapping[str, str] | None = None,
    reasons: Iterable[str] = USUAL_REASONS,
) -> tuple[Prompt, ...]:
    """Every prompt of a terminal with a scale of `levels`, a panel of `buttons` and these
    `reasons`; `own_words` are the office's own, by prompt, and go before ours."""
    usual_words = _usual_words(words, levels, min(buttons, MAX_BUTTONS))
    of_reasons = {f"reason-{reason}": f"reason.{reason}" for reason in reasons}
    own = own_words or {}
    all_prompts: list[Prompt] = []
    for name, text in usual_words.items():
        all_prompts.append(Prompt(name, own.get(name, text)))
        if name == "reasons":
            for reason_name, key in of_reasons.items():
                # A reason of the office's own has no words in our texts.
                reason_words = own.get(reason_name) or words.get(key)
                all_prompts.append(Prompt(reason_name, reason_words))
    return tuple(all_prompts)


def _usual_words(words: Words, levels: int, buttons: int) -> dict[str, str]:
    """What the program's own prompts say, by name, the reasons' own apart."""
    numbers = range(1, buttons + 1)
    scores = range(levels, 0, -1)
    return {
        "question": words.get("ready.question"),
        **{f"button-{number}": words.get("sound.button", button=number) for number in numbers},
        **{f"scale{levels}-{score}": words.get(f"scale{levels}.{score}") for score in scores},
        "thanks": words.get("sound.thanks"),
        "reasons": words.get("reasons.title"),
        "next": words.get("reasons.next"),
        "choose": words.get("reasons.choose"),
        "done": words.get("reasons.done"),
        "chosen": words.get("sound.chosen"),
        "not-chosen": words.get("sound.not_chosen"),
    }


PromptWords = Callable[[str], Mapping[str, str]]
"""The prompts that an office words otherwise than we do, in a language."""


class Shelf:
    """Finds prompts' files: the office's own go before ours, and alone say its own words."""

    def __init__(self, own: Path, prompt_words: PromptWords = lambda _: {}) -> None:
        self.own, self._prompt_words = own, prompt_words

    def file(self, language: str, name: str) -> Path | None:
        """None where nobody has recorded it, or what lies there is no WAV file of sensible size."""
        has_own_words = name in self._prompt_words(language)
        folders = (self.own,) if has_own_words else (self.own, OWN)
        for folder in folders:
            path = folder / language / f"{name}.wav"
            if _is_wave(path):
                return path
        return None


def _is_wave(path: Path) -> bool:
    try:
        if not 44 < path.stat().st_size <= MAX_BYTES:
            return False
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"
