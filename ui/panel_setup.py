"""The use case of `kiosk panel setup`: which panel, which button is which score, into the settings.

The conversation with the clerk; the listening is hardware's, the writing the core's.
"""

from collections.abc import Callable, Sequence

from hardware.catalogue import FAMILIES, family_named
from hardware.family import Certainty, NoSuchPanel, PanelFamily
from hardware.finder import (
    ButtonIdentity,
    DetectedPanel,
    Patience,
    find_panel,
    listening_posts,
    read_presses,
)
from hardware.port import NO_LINE, PortLost
from kiosk.settings.definition import Settings
from kiosk.settings.editing import Value, write_panel
from ui.panel_tools import PanelTrouble
from ui.text import Words

Say = Callable[[str], None]


def set_up(
    settings: Settings,
    port: str,
    profile: str,
    number: int,
    say: Say,
    patience: Patience,
    address: int = 0,
) -> None:
    """The whole conversation about panel `number` (from 1), and its lines in the settings.
    PanelTrouble or SettingsError leave the file as it was. `port`, `profile`: "" for all;
    `address`: the panel's on a shared line, 0 for its family's usual."""
    if number > len(settings.panels) + 1:
        raise PanelTrouble(f"there is no panel {number - 1} yet; set that up first")
    values = learn_panel(settings, port, profile, say, patience, address)
    copy = write_panel(settings, number, values)
    say(f"Written into {settings.path}; as it was: {copy}")
    say("Next: kiosk panel monitor, or kiosk run")


def learn_panel(
    settings: Settings,
    port: str,
    profile: str,
    say: Say,
    patience: Patience,
    address: int = 0,
    families: Sequence[PanelFamily] = FAMILIES,
) -> dict[str, Value | None]:
    """Find the panel and ask for its buttons; the values of its lines in the settings, None for a
    line that must go. PanelTrouble."""
    panel = _detected(port, _families(profile, families), address, patience, say)
    questions = ButtonQuestions(settings, panel.family, say)
    try:
        complete = read_presses(panel, patience, questions.ask, questions.take)
    except PortLost as error:
        raise PanelTrouble(str(error), later=True) from None
    if not complete:
        raise PanelTrouble("no press came in time; nothing was changed", later=True)
    return _values(panel, questions.buttons)


class ButtonQuestions:
    """One button after another, the best score first."""

    def __init__(self, settings: Settings, family: PanelFamily, say: Say) -> None:
        scale = settings.rules.scale
        if family.most_buttons < scale.levels:
            raise PanelTrouble(
                f"a {family.name} panel has {family.most_buttons} buttons, "
                f"the scale {scale.levels} levels; "
                f"set scale.levels to {family.most_buttons}, or use another panel"
            )
        self._scores = tuple(reversed(scale.scores()))
        self._level_words = _level_words(settings)
        self._say = say
        self.buttons: list[ButtonIdentity] = []
        """What was pressed, for the scores from the best to the worst."""

    def ask(self) -> None:
        score = self._scores[len(self.buttons)]
        self._say(f"Press the button for {score} ({self._level_words[score]}) ...")

    def take(self, button: ButtonIdentity) -> bool:
        """A press; True when it was the last one."""
        if button in self.buttons:
            self._say("  that button has its score already")
        elif self.buttons and bool(button.code) != bool(self.buttons[0].code):
            self._say("  that was another kind of message than before; press once more")
        else:
            self._say(f"  {button.code or f'button {button.number}'}")
            self.buttons.append(button)
        if len(self.buttons) == len(self._scores):
            return True
        self.ask()
        return False


def _level_words(settings: Settings) -> dict[int, str]:
    """The words of the scale by score: the office's own where it has some, else in English."""
    scale = settings.rules.scale
    own_words = settings.scale.words_en or settings.scale.words_th
    if own_words:
        return dict(zip(scale.scores(), own_words, strict=True))
    words = Words.load("en")
    return {score: words.get(f"scale{scale.levels}.{score}") for score in scale.scores()}


def _families(profile: str, families: Sequence[PanelFamily]) -> Sequence[PanelFamily]:
    if not profile:
        return families
    try:
        return [family_named(profile, families)]
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None


def _detected(
    port: str, families: Sequence[PanelFamily], address: int, patience: Patience, say: Say
) -> DetectedPanel:
    posts = listening_posts(port, families)
    if not posts:
        raise PanelTrouble("no port found; is the panel's cable plugged in?", later=True)
    names = ", ".join(post.name for post in posts)
    say(f"Listening on {names}. Press any one button, again and again, until I answer.")
    try:
        panel = find_panel(posts, patience, say, address)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    if panel is None:
        names = ", ".join(family.name for family in families)
        raise PanelTrouble(
            f"heard no panel ({names}); check its power and cable, or name --profile", later=True
        )
    doubt = " (as you say)" if panel.certainty is Certainty.BYTES else ""
    speed = "" if panel.line_mode == NO_LINE else f", {panel.line_mode.baud} baud"
    say(f"Found {panel.family.name}{doubt} on {panel.port}{speed}.")
    say("Now one press at a time; wait for each question.")
    return panel


def _values(panel: DetectedPanel, buttons: Sequence[ButtonIdentity]) -> dict[str, Value | None]:
    """The lines of [panel]. `buttons`: the best score's first."""
    best_score = len(buttons)
    usual = panel.family.line_modes[0]
    line_mode = panel.line_mode
    values: dict[str, Value | None] = {
        "port": panel.port,
        "profile": panel.family.name,
        "baud": None if line_mode == usual else line_mode.baud,
        "parity": None if line_mode.parity == usual.parity else line_mode.parity.value,
        "address": panel.address or None,
    }
    if buttons[0].code:
        codes = tuple(button.code for button in buttons)
        return values | {"codes": codes, "buttons": tuple(range(best_score, 0, -1))}
    scores = {button.number: best_score - place for place, button in enumerate(buttons)}
    score_of_each = tuple(scores.get(number, 0) for number in range(1, max(scores) + 1))
    return values | {"codes": None, "buttons": score_of_each}
