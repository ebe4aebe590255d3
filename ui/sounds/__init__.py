"""What the audible guide says, prompt by prompt, and where each prompt's file lies.

A prompt is one WAV file, `NAME.wav`, per language: the office's own recording on this terminal
(`sounds/th/` in the data folder), else the one that central sent, else the one that came with the
program. Knows no player and no Qt.

English, Chinese and Burmese came with the program, made by espeak-ng 1.52. Chinese was compared
with a dictionary of readings, syllable by syllable; Burmese could be compared with nothing. No
speaker has heard either: UNHEARD. There is no Thai: that engine's Thai loses its vowels ("dii"
comes out as "ds"), and the Thai voices there are come from model hubs, not from packages.
`kiosk sounds record` records it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.prompts import NO_VOICE, prompt_names
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
    own = own_words or {}
    names = prompt_names(levels, min(buttons, MAX_BUTTONS), reasons)
    return tuple(Prompt(name, own.get(name) or _usual_words(words, name)) for name in names)


_KEYS = {
    "question": "ready.question",
    "thanks": "sound.thanks",
    "reasons": "reasons.title",
    "next": "reasons.next",
    "choose": "reasons.choose",
    "done": "reasons.done",
    "chosen": "sound.chosen",
    "not-chosen": "sound.not_chosen",
    NO_VOICE: "sound.no_voice",
}


def _usual_words(words: Words, name: str) -> str:
    """What the program's own prompt says; "" for a reason of the office's own."""
    kind, _, number = name.rpartition("-")
    if kind == "button":
        return words.get("sound.button", button=int(number))
    if kind.startswith("scale"):
        return words.get(f"{kind}.{number}")
    if name.startswith("reason-"):
        return words.get(f"reason.{name.removeprefix('reason-')}")
    return words.get(_KEYS[name])


PromptWords = Callable[[str], Mapping[str, str]]
"""The prompts that an office words otherwise than we do, in a language."""


class Shelf:
    """Finds prompts' files: the office's own go before ours, and alone say its own words."""

    def __init__(
        self, office_folders: Iterable[Path], prompt_words: PromptWords = lambda _: {}
    ) -> None:
        """`office_folders`: where recordings of the office lie; the first goes first."""
        self._office_folders, self._prompt_words = tuple(office_folders), prompt_words

    def file(self, language: str, name: str) -> Path | None:
        """None where nobody has recorded it, or what lies there is no WAV file of sensible size."""
        has_own_words = name in self._prompt_words(language)
        folders = self._office_folders if has_own_words else (*self._office_folders, OWN)
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
