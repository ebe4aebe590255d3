"""What the audible guide says, prompt by prompt: the names of the prompts and their languages.

A prompt's name is that of its file, `NAME.wav`, and what central calls its recording. Pure.
"""

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
