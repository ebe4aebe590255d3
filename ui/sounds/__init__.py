"""What the audible guide says, prompt by prompt, and where each prompt's file lies.

A prompt is one WAV file, `NAME.wav`, per language: the office's own recording in the data folder
(`sounds/th/`), else the one that came with the program. Knows no player and no Qt.

English, Chinese and Burmese came with the program, made by espeak-ng 1.52. Chinese was held
against a dictionary of readings, syllable by syllable; Burmese could be held against nothing. No
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
    reworded: Mapping[str, str] | None = None,
    reasons: Iterable[str] = USUAL_REASONS,
) -> tuple[Prompt, ...]:
    """Every prompt of a terminal with a scale of `levels`, a panel of `buttons` and these
    `reasons`; `reworded` has the office's own words, by prompt."""
    changed = reworded or {}
    of_reasons = [
        Prompt(f"reason-{r}", changed.get(f"reason-{r}") or words.get(f"reason.{r}"))
        for r in reasons
    ]
    usual = (
        Prompt("question", words.get("ready.question")),
        *(
            Prompt(f"button-{number}", words.get("sound.button", button=number))
            for number in range(1, min(buttons, MAX_BUTTONS) + 1)
        ),
        *(
            Prompt(f"scale{levels}-{score}", words.get(f"scale{levels}.{score}"))
            for score in range(levels, 0, -1)
        ),
        Prompt("thanks", words.get("sound.thanks")),
        Prompt("reasons", words.get("reasons.title")),
        *of_reasons,
        *(Prompt(name, words.get(f"reasons.{name}")) for name in ("next", "choose", "done")),
        Prompt("chosen", words.get("sound.chosen")),
        Prompt("not-chosen", words.get("sound.not_chosen")),
    )
    return tuple(Prompt(p.name, changed.get(p.name, p.words)) for p in usual)


Reworded = Callable[[str], Mapping[str, str]]
"""What an office says in other words than ours, by prompt, in a language."""


class Shelf:
    """Finds prompts' files: the office's own go before ours, and alone say what it reworded."""

    def __init__(self, own: Path, reworded: Reworded = lambda _: {}) -> None:
        self.own, self.reworded = own, reworded

    def file(self, language: str, name: str) -> Path | None:
        """None where nobody has recorded it, or what lies there is no WAV file of sensible size."""
        changed = name in self.reworded(language)
        for folder in (self.own,) if changed else (self.own, OWN):
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
