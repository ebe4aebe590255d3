"""`kiosk panel setup`: which panel, which button is which score, and into the settings with it.

The conversation with the clerk; the listening is hardware's, the writing the core's.
"""

from collections.abc import Callable, Sequence

from hardware.catalogue import PROFILES, NoSuchPanel, Profile, profile
from hardware.finder import ButtonIdentity, DetectedPanel, Patience, find, presses
from hardware.port import PortLost, find_ports
from hardware.search import answers
from kiosk.config import Settings
from kiosk.settingsfile import Value, write_panel
from ui.panel_commands import PanelTrouble
from ui.text import Words

Say = Callable[[str], None]


def set_up(
    settings: Settings,
    port: str,
    name: str,
    number: int,
    say: Say,
    patience: Patience,
    address: int = 0,
) -> None:
    """The whole conversation about panel `number` (from 1); PanelTrouble or ConfigError leave the
    file as it was. `port`, `name` of a profile: "" for all; `address`: the panel's on a shared
    line, 0 for its family's usual."""
    if number > len(settings.panels) + 1:
        raise PanelTrouble(f"there is no panel {number - 1} yet; set that up first")
    found = _found(port, _profiles(name), address, patience, say)
    asked = Asking(settings, found.profile, say)
    try:
        done = presses(found, patience, asked.ask, asked.take)
    except PortLost as error:
        raise PanelTrouble(str(error), later=True) from None
    if not done:
        raise PanelTrouble("no press came in time; nothing was changed", later=True)
    copy = write_panel(settings, number, _values(found, asked.heard))
    say(f"Written into {settings.path}; as it was: {copy}")
    say("Next: kiosk panel monitor, or kiosk run")


class Asking:
    """One button after another, the best score first."""

    def __init__(self, settings: Settings, of: Profile, say: Say) -> None:
        scale = settings.rules.scale
        own = settings.scale_words.get("en") or settings.scale_words.get("th")
        words = Words.load("en")
        self._names = [
            (score, own[score - 1] if own else words.get(f"scale{scale.levels}.{score}"))
            for score in reversed(scale.scores())
        ]
        if of.most_keys < scale.levels:
            raise PanelTrouble(
                f"a {of.name} panel has {of.most_keys} buttons, the scale {scale.levels} levels; "
                f"set scale.levels to {of.most_keys}, or use another panel"
            )
        self._say = say
        self.heard: list[ButtonIdentity] = []
        """What was pressed, for the scores from the best to the worst."""

    def ask(self) -> None:
        score, word = self._names[len(self.heard)]
        self._say(f"Press the button for {score} ({word}) ...")

    def take(self, heard: ButtonIdentity) -> bool:
        """A press; True when it was the last that was wanted."""
        if heard in self.heard:
            self._say("  that button has its score already")
        elif self.heard and bool(heard.code) != bool(self.heard[0].code):
            self._say("  that was another kind of message than before; press once more")
        else:
            self._say(f"  {heard.code or f'button {heard.button}'}")
            self.heard.append(heard)
        if len(self.heard) == len(self._names):
            return True
        self.ask()
        return False


def _profiles(name: str) -> Sequence[Profile]:
    try:
        return [profile(name)] if name else PROFILES
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None


def _found(
    port: str, profiles: Sequence[Profile], address: int, patience: Patience, say: Say
) -> DetectedPanel:
    ports = [port] if port else [known.stable for known in find_ports()]
    if not ports:
        raise PanelTrouble("no serial port found; is the panel's cable plugged in?", later=True)
    say(f"Listening on {', '.join(ports)}. Press any one button, again and again, until I answer.")
    try:
        found = find(ports, profiles, patience, say, address)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    if found is None:
        kinds = ", ".join(known.name for known in profiles)
        raise PanelTrouble(
            f"heard no panel ({kinds}); check its power and cable, or name --profile", later=True
        )
    sure = "" if found.sure or answers(found.profile) else " (as you say)"
    say(f"Found {found.profile.name}{sure} on {found.port}, {found.mode.baud} baud.")
    say("Now one press at a time; wait for each question.")
    return found


def _values(found: DetectedPanel, heard: Sequence[ButtonIdentity]) -> dict[str, Value | None]:
    """The lines of [panel]. `heard`: the best score's button first."""
    best = len(heard)
    usual = found.profile.modes[0]
    values: dict[str, Value | None] = {
        "port": found.port,
        "profile": found.profile.name,
        "baud": None if found.mode == usual else found.mode.baud,
        "parity": None if found.mode.parity == usual.parity else found.mode.parity.value,
        "address": found.address or None,
    }
    if heard[0].code:
        codes = tuple(press.code for press in heard)
        return values | {"codes": codes, "buttons": tuple(range(best, 0, -1))}
    scores = {press.button: best - place for place, press in enumerate(heard)}
    buttons = tuple(scores.get(button, 0) for button in range(1, max(scores) + 1))
    return values | {"codes": None, "buttons": buttons}
