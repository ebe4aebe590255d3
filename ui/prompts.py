"""Which prompts the audible guide says when: names of recordings, never a score. Pure; no Qt."""

from kiosk.domain.rules import Ask
from kiosk.settings.definition import Settings
from ui.citizen_turn import Lead

Prompts = tuple[str, ...]
THANKS = "thanks"
"""Said once a rating is stored."""


def of_question(settings: Settings, panel: int) -> Prompts:
    """The question, and which button of the panel means what, if there is one."""
    levels = settings.rules.scale.levels
    names = ["question"]
    for button, score in _buttons(settings, panel):
        names += [f"button-{button}", f"scale{levels}-{score}"]
    return tuple(names)


def of_reasons(settings: Settings) -> Prompts:
    """For a citizen who comes to the reasons by buttons: what each of them does."""
    levels = settings.rules.scale.levels
    names = ["reasons"]
    for button, score in _buttons(settings, 0):
        names += [f"button-{button}", Lead.of(score, levels).value]
    return tuple(names)


def of_reason(reason: str, *, chosen: bool) -> Prompts:
    return (f"reason-{reason}", "chosen" if chosen else "not-chosen")


def of_rating(settings: Settings, *, by_button: bool) -> Prompts:
    """Thanks; then the reasons, but only where every score is asked for them: else hearing them
    would tell of a low score."""
    if by_button and settings.rules.ask is Ask.ALWAYS:
        return (THANKS, *of_reasons(settings))
    return (THANKS,)


def _buttons(settings: Settings, number: int) -> list[tuple[int, int]]:
    panel = settings.panels[number]
    return sorted(panel.scores.items()) if panel.port else []
