"""What the audible guide says, prompt by prompt: the names of the prompts and their languages.

A prompt's name is that of its file, `NAME.wav`, and what central calls its recording. Pure.
"""

import re
from collections.abc import Iterable

LANGUAGES = ("th", "en", "zh", "my", "km", "lo")
"""Those of the screens."""
NO_VOICE = "no-voice"
"""Says, in a language that has prompts, that the one chosen has none."""


def prompt_names(levels: int, buttons: int, reasons: Iterable[str]) -> tuple[str, ...]:
    """Every prompt for a scale of `levels`, a panel of `buttons` and these `reasons`, in the order
    in which somebody reads them aloud."""
    return (
        "question",
        *(f"button-{number}" for number in range(1, buttons + 1)),
        *(f"scale{levels}-{score}" for score in range(levels, 0, -1)),
        "thanks",
        "reasons",
        *(f"reason-{reason}" for reason in reasons),
        "next",
        "choose",
        "done",
        "chosen",
        "not-chosen",
        NO_VOICE,
    )


def is_prompt(name: str) -> bool:
    """Whether a guide says this on any scale, with any panel, for any reason."""
    return re.fullmatch(_FROM_SETTINGS, name) is not None or name in prompt_names(0, 0, ())


_FROM_SETTINGS = r"button-[1-9][0-9]?|scale[3-5]-[1-5]|reason-.+"
