"""Learns a panel step by step: which it is, what its buttons send, and the third press as proof.

For the wizard, on the screen and on the command line. Nothing here waits: `step` looks at the ports
once. Knows buttons by their place in the order in which they are asked for, never scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from hardware.family import NoSuchPanel
from hardware.finder import ButtonIdentity, DetectedPanel, Ear, Listening, ListeningPost, Patience
from hardware.link import ButtonPressed, Link
from hardware.port import Port, PortLost, Wiring
from kiosk.domain.refusal import Refusal

TIMES = 2
"""How often each button is pressed before the press that proves it."""
MISSES = 3
"""Presses that are not what was asked for, until it is no proof."""
RESTLESS = 4
"""Rests without silence, after which a panel speaks without being pressed."""
NOT_UNDERSTOOD = 0.3
"""Seconds after which a press that the link has not understood is none that it will."""


class Stage(Enum):
    LISTENING = auto()
    """Any button may be pressed, again and again."""
    SETTLING = auto()
    """Nothing may be pressed: a panel may still send presses from before."""
    ASKING = auto()
    """The button at `place` is to be pressed for the `time`-th time."""
    PROVING = auto()
    """The button at `place` is to be pressed once more, to prove it."""
    LEARNED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class LearnedPanel:
    """A panel and its buttons in the order in which they were asked for. `codes`: empty where
    presses carry numbers."""

    panel: DetectedPanel
    numbers: tuple[int, ...]
    codes: tuple[str, ...] = ()


class PanelLearner:
    """`places`: how many buttons are asked for. `wiring`: what is known of the panel before."""

    def __init__(
        self,
        posts: Sequence[ListeningPost],
        places: int,
        patience: Patience,
        now: float,
        wiring: Wiring,
    ) -> None:
        self._places, self._patience, self._wiring = places, patience, wiring
        self.stage = Stage.LISTENING
        self.place, self.time = 0, 1
        self.panel: DetectedPanel | None = None
        self.learned: LearnedPanel | None = None
        self.remark: Refusal | None = None
        """What was wrong with the last press, or with a port."""
        self.remarks = 0
        """How many there were: the same may come twice."""
        self._listening = Listening(posts, patience, now, wiring)
        self._port: Port | None = None
        self._ear: Ear | None = None
        self._proof: Link | None = None
        self._seen: list[list[ButtonIdentity]] = [[]]
        self._changed_at = self._pressed_at = self._opened_at = now
        self._unexplained_at = float("inf")
        self._misses = 0

    @property
    def ports(self) -> list[Port]:
        """To wait for with select."""
        return [self._port] if self._port is not None else self._listening.ports

    @property
    def over(self) -> bool:
        return self.stage in (Stage.LEARNED, Stage.FAILED)

    def close(self) -> None:
        """Every port is closed; to be called however it ends."""
        self._listening.close()
        if self._port is not None:
            self._port.close()
            self._port = None

    def step(self, now: float) -> None:
        """Look once; call every 20 ms or so, until it is over."""
        if self.over:
            return
        try:
            if self.stage is Stage.LISTENING:
                self._listen(now)
            else:
                self._hear(now)
        except PortLost as error:
            self._fail(error)
        is_late = now - self._changed_at >= self._patience.press
        if is_late and not self.over:
            heard = self.stage is not Stage.LISTENING
            self._fail(Refusal("no_press_in_time" if heard else "no_panel_heard"))

    # --- which panel ---------------------------------------------------------------------------

    def _listen(self, now: float) -> None:
        panel = self._listening.step(now)
        for trouble in self._listening.take_troubles():
            self._say(trouble)
        if panel is None:
            return
        self._listening.close()
        family = panel.family
        if family.most_buttons < self._places:
            self._fail(
                Refusal(
                    "too_few_buttons",
                    profile=family.name,
                    n=family.most_buttons,
                    levels=self._places,
                )
            )
            return
        self.panel = panel
        anything = replace(self._wiring, buttons=0)
        self._port = family.open(panel.port, panel.line_mode, anything)
        self._ear = Ear(family, self._port, self._wiring, now)
        self._opened_at = now
        self._settle(now)

    def _settle(self, now: float) -> None:
        self.stage, self._changed_at, self._pressed_at = Stage.SETTLING, now, now

    # --- which button --------------------------------------------------------------------------

    def _hear(self, now: float) -> None:
        assert self._port is not None  # noqa: S101  (a panel was found)
        assert self._ear is not None  # noqa: S101
        data = self._port.read()
        pressed = self._ear.take(data, now) if self._proof is None else self._proved(data, now)
        if pressed:
            self._pressed_at = now
            if self.stage is not Stage.SETTLING:
                self._take(pressed)
                if not self.over:
                    self._settle(now)
        elif self.stage is Stage.SETTLING and now - self._pressed_at >= self._quiet:
            self.stage = Stage.ASKING if self._proof is None else Stage.PROVING
            self._changed_at = now
        if self.stage is Stage.SETTLING and now - self._changed_at >= self._restless:
            self._fail(Refusal("panel_talks"))

    @property
    def _quiet(self) -> float:
        """Seconds after which another press is one of its own."""
        debounce = self.panel.family.debounce if self.panel else 0.0
        rest = self._patience.rest if self._is_unheard else 0.0
        return max(self._patience.quiet, 1.1 * debounce, rest)

    @property
    def _is_unheard(self) -> bool:
        """Whether no button of a panel with codes was asked for yet: what it says by itself, such
        as that it is there, would be taken for a press."""
        if self.panel is None or self._seen[0]:
            return False
        return self.panel.family.code_reader() is not None

    @property
    def _restless(self) -> float:
        return RESTLESS * max(self._quiet, 1.0) if self._is_unheard else float("inf")

    def _take(self, pressed: Sequence[ButtonIdentity]) -> None:
        assert self.panel is not None  # noqa: S101  (it was found before its buttons)
        button = pressed[0]
        if self.panel.family.answers and len(set(pressed)) > 1:
            self._say(Refusal("two_at_once"))
            return
        if self.stage is Stage.PROVING:
            self._prove(button)
            return
        own, earlier = self._seen[-1], [press for seen in self._seen[:-1] for press in seen]
        first = earlier[0] if earlier else own[0] if own else button
        if button in earlier:
            self._say(Refusal("button_taken"))
        elif bool(button.code) != bool(first.code):
            self._say(Refusal("press_unlike"))
        elif own and button.number and button != own[0]:
            self._say(Refusal("another_button"))
        else:
            own.append(button)
            self._next()

    def _next(self) -> None:
        self.remark = None
        if len(self._seen[-1]) < TIMES:
            self.time += 1
        elif self.place + 1 < self._places:
            self.place, self.time = self.place + 1, 1
            self._seen.append([])
        else:
            self._learn()

    # --- what is learned, and its proof --------------------------------------------------------

    def _learn(self) -> None:
        assert self.panel is not None  # noqa: S101  (it was found before its buttons)
        names = [[press.code for press in button] for button in self._seen]
        numbers = tuple(button[0].number for button in self._seen)
        codes: tuple[str, ...] = ()
        try:
            if names[0][0]:
                codes = self.panel.family.learn(names)
                numbers = tuple(range(1, self._places + 1))
            wiring = replace(self._wiring, buttons=max(numbers), codes=codes)
            self._proof = self.panel.family.link(wiring)
        except Refusal as error:
            self._fail(error)
            return
        except NoSuchPanel as error:
            self._fail(Refusal("panel_says", text=str(error)))
            return
        self.learned = LearnedPanel(self.panel, numbers, codes)
        self._proof.opened(self._opened_at)
        self.place, self.time = 0, TIMES + 1

    def _proved(self, data: bytes, now: float) -> list[ButtonIdentity]:
        """The presses as the terminal will understand them."""
        assert self._proof is not None  # noqa: S101  (only then is this asked)
        assert self._port is not None  # noqa: S101
        assert self._ear is not None  # noqa: S101
        events = self._proof.tick(now) + (self._proof.feed(data, now) if data else [])
        marks = [event for event in events if isinstance(event, ButtonPressed)]
        for press in marks:
            self._proof.forget(press.mark)  # it is no rating: no lamp
        self._port.write(self._proof.outgoing())
        if marks:
            self._unexplained_at = float("inf")
            return [ButtonIdentity(press.button) for press in marks]
        if self._ear.reads(data, now):
            self._unexplained_at = min(self._unexplained_at, now)
        if self.stage is Stage.SETTLING:  # explained by the press before
            self._unexplained_at = float("inf")
        elif now - self._unexplained_at >= NOT_UNDERSTOOD:
            self._unexplained_at = float("inf")
            self._miss(Refusal("press_not_understood"))
            if not self.over:
                self._settle(now)
        return []

    def _prove(self, button: ButtonIdentity) -> None:
        assert self.learned is not None  # noqa: S101  (what is proved was learned)
        if button.number != self.learned.numbers[self.place]:
            self._miss(Refusal("another_button"))
            return
        self.remark = None
        self.place += 1
        if self.place == self._places:
            self.stage = Stage.LEARNED
            self.close()

    def _miss(self, why: Refusal) -> None:
        self._misses += 1
        self._say(why)
        if self._misses >= MISSES:
            self._fail(Refusal("press_not_proved"))

    # --- how it ends ---------------------------------------------------------------------------

    def _say(self, remark: Refusal) -> None:
        self.remark = remark
        self.remarks += 1

    def _fail(self, why: Refusal) -> None:
        self.stage, self.remark, self.learned = Stage.FAILED, why, None
        self.close()
