"""Setting up a panel: which it is, which button is which score, into the settings.

The same on the screen (`ui/screen_setup.py`) and for `kiosk panel setup`: the listening and the
proof are hardware's, the writing the core's, and which button is asked for is said here.
"""

import select
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from hardware.catalogue import FAMILIES, family_named
from hardware.family import Certainty, NoSuchPanel, PanelFamily
from hardware.finder import DetectedPanel, Patience, listening_posts
from hardware.learner import LearnedPanel, PanelLearner, Stage
from hardware.port import Port, Wiring
from kiosk.domain.refusal import Refusal
from kiosk.domain.scale import Score
from kiosk.language import in_english
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.settings.editing import Value, write_panel
from ui.panel_tools import PanelTrouble
from ui.panel_wiring import wiring_of
from ui.text import Words

Say = Callable[[str], None]
Look = Callable[[Sequence[Port]], float]
"""Waits a moment for ports; the time then."""
LOOK_EVERY = 0.02
"""Seconds between two looks at the ports."""


def look(ports: Sequence[Port]) -> float:
    select.select(ports, [], [], LOOK_EVERY)
    return monotonic()


class PanelSetup:
    """One panel being set up: panel `number` (from 1) of the settings. `port`, `profile`: "" for
    all. `address`: the panel's on a shared line, 0 for its family's usual. PanelTrouble."""

    def __init__(
        self,
        settings: Settings,
        port: str,
        profile: str,
        number: int,
        patience: Patience,
        address: int = 0,
        *,
        now: float | None = None,
        families: Sequence[PanelFamily] = FAMILIES,
    ) -> None:
        """`now`: seconds of the clock that the learner is given; the steady one's, unless said."""
        if number > len(settings.panels) + 1:
            raise PanelTrouble(f"there is no panel {number - 1} yet; set that up first")
        self.settings, self._number = settings, number
        self.scores: tuple[Score, ...] = tuple(reversed(settings.rules.scale.scores()))
        """In the order in which their buttons are asked for."""
        chosen = _families(profile, families)
        posts = listening_posts(port, chosen, self._taken)
        self.ports = tuple(dict.fromkeys(post.name for post in posts))
        if not posts and port and listening_posts(port, chosen):
            raise PanelTrouble(f"{port} is another panel's in the settings; set up that one")
        if not posts:
            raise PanelTrouble("no port found; is the panel's cable plugged in?", later=True)
        self.profiles = tuple(family.name for family in chosen)
        before = self._before(profile)
        self._wiring = replace(before, codes=(), buttons=5, address=address or before.address)
        try:
            self.learner = PanelLearner(
                posts=posts,
                places=len(self.scores),
                patience=patience,
                now=monotonic() if now is None else now,
                wiring=self._wiring,
            )
        except NoSuchPanel as error:
            raise PanelTrouble(str(error)) from None

    @property
    def score(self) -> Score:
        """Whose button is asked for."""
        return self.scores[min(self.learner.place, len(self.scores) - 1)]

    def values(self, learned: LearnedPanel) -> dict[str, Value | None]:
        """The lines of [panel]; None for one that must go."""
        panel, best = learned.panel, len(self.scores)
        usual, line_mode = panel.family.line_modes[0], panel.line_mode
        scores = {number: best - place for place, number in enumerate(learned.numbers)}
        stale = (
            ()
            if self._settings_of(panel.family.name)
            else ("lamp", "pull", "poll", "lamp_on", "lamp_off", "voice", "key_file")
        )
        return dict.fromkeys(stale) | {
            "port": panel.port,
            "profile": panel.family.name,
            "baud": None if line_mode == usual else line_mode.baud,
            "parity": None if line_mode.parity == usual.parity else line_mode.parity.value,
            "address": panel.address or None,
            "codes": learned.codes or None,
            "buttons": tuple(scores.get(number, 0) for number in range(1, max(scores) + 1)),
        }

    def write(self) -> Path:
        """What was learned, into the settings; the path of the old file's copy. SettingsError."""
        assert self.learner.learned is not None  # noqa: S101  (asked for only then)
        return write_panel(self.settings, self._number, self.values(self.learner.learned))

    def close(self) -> None:
        self.learner.close()

    @property
    def _taken(self) -> tuple[str, ...]:
        """The ports of the settings' other panels."""
        own = self._number - 1
        return tuple(panel.port for place, panel in enumerate(self.settings.panels) if place != own)

    def _before(self, profile: str) -> Wiring:
        """What a person wrote of a panel of that profile and can't be learned: how it is asked."""
        panel = self._settings_of(profile)
        return wiring_of(panel) if panel else Wiring()

    def _settings_of(self, profile: str) -> PanelSettings | None:
        """The panel that stands in the settings, where it is of that profile."""
        panels = self.settings.panels
        panel = panels[self._number - 1] if self._number <= len(panels) else None
        return panel if panel and panel.profile == profile else None


def set_up(
    settings: Settings,
    port: str,
    profile: str,
    number: int,
    say: Say,
    patience: Patience,
    address: int = 0,
    look: Look = look,
) -> None:
    """The whole conversation on the command line, and its lines in the settings. PanelTrouble or
    SettingsError leave the file as it was."""
    now = look([])
    setup = PanelSetup(settings, port, profile, number, patience, address, now=now)
    converse(setup, say, look)
    copy = setup.write()
    say(f"Written into {settings.path}; as it was: {copy}")
    say("Next: kiosk panel monitor, or kiosk run")


def converse(setup: PanelSetup, say: Say, look: Look = look) -> None:
    """Ask and listen until the panel is learned; PanelTrouble."""
    talk = _Talk(setup, say)
    learner = setup.learner
    try:
        while not learner.over:
            learner.step(look(learner.ports))
            talk.go_on()
    finally:
        setup.close()
    if learner.stage is Stage.FAILED:
        raise talk.trouble()


class _Talk:
    """What is said, in English, as the learner comes on."""

    def __init__(self, setup: PanelSetup, say: Say) -> None:
        self._setup, self._say = setup, say
        self._words = _level_words(setup)
        self._asked: tuple[Stage, int, int, int] | None = None
        self._remarks = 0
        self._panel: DetectedPanel | None = None
        names = ", ".join(setup.ports)
        say(f"Listening on {names}. Press any one button, again and again, until I answer.")

    def go_on(self) -> None:
        learner = self._setup.learner
        if learner.panel is not None and self._panel is None:
            self._panel = learner.panel
            self._found(learner.panel)
        if learner.remarks > self._remarks and learner.remark is not None:
            self._say(f"  {in_english(learner.remark)}")
        question = (learner.stage, learner.place, learner.time, learner.remarks)
        self._remarks = learner.remarks
        if question == self._asked:
            return
        self._asked = question
        word = f"{self._setup.score} ({self._words[self._setup.score]})"
        if learner.stage is Stage.ASKING:
            again = " once more" if learner.time > 1 else ""
            self._say(f"Press the button for {word}{again} ...")
        elif learner.stage is Stage.PROVING:
            self._say(f"To prove it, press the button for {word} ...")

    def trouble(self) -> PanelTrouble:
        why = self._setup.learner.remark or Refusal("no_panel_heard")
        if why.key == "no_panel_heard":
            names = ", ".join(self._setup.profiles)
            text = f"heard no panel ({names}); check its power and cable, or name --profile"
            return PanelTrouble(text, later=True)
        usage = why.key in ("too_few_buttons", "panel_says")
        return PanelTrouble(f"{in_english(why)}; nothing was changed", later=not usage)

    def _found(self, panel: DetectedPanel) -> None:
        doubt = " (as you say)" if panel.certainty is Certainty.BYTES else ""
        speed = f", {panel.line_mode.baud} baud" if panel.line_mode.baud else ""
        self._say(f"Found {panel.family.name}{doubt} on {panel.port}{speed}.")
        self._say("Now one press at a time; wait for each question.")


def _level_words(setup: PanelSetup) -> dict[Score, str]:
    """The words of the scale by score: the office's own where it has some, else in English."""
    settings = setup.settings
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
