"""What the presenter's parts share: the encounter as it stands, its words, and the one way on.

The encounter moves only after the store has what the move led to. Knows no timers and no widgets;
whoever builds a session says how the screen is drawn, and what happens when the store fails.
"""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from kiosk.clock import Clock
from kiosk.domain.businessday import is_working_day
from kiosk.domain.duty import EndOfDuty, Moment
from kiosk.domain.encounter import (
    Break,
    Encounter,
    Event,
    Fate,
    Phase,
    Press,
    QueueEvent,
    Record,
    Repair,
    Served,
    SignOff,
    fate_of,
    step,
    taken_up,
)
from kiosk.domain.people import Officer
from kiosk.domain.rating import Channel, Rating
from kiosk.domain.rules import Rules
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.store.engine import StoreFailed
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from kiosk.terminal import Terminal
from ui import prompts
from ui.citizen_turn import CitizenTurn
from ui.dialogs import Dialog, OwnRound, Purpose, TypingPin
from ui.failures import trouble_of
from ui.prompts import Prompts
from ui.text import Words
from ui.view import NoticeCard
from ui.view_builder import ViewBuilder

_LOG = logging.getLogger("kiosk.terminal")
CLOSES_SOON = timedelta(minutes=5)
"""Before closing time, from when on the question says that it comes."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the presenter asks of the world: free disk in MiB, the QR matrix of an address, with a
    fresh single-use token where the address has a place for one, the office's notices now."""

    free_mib: Callable[[], int]
    qr: Callable[[str], tuple[tuple[bool, ...], ...]]
    notices: Callable[[], tuple[NoticeCard, ...]] = tuple


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a session's news go: the screen, the audible guide, who repairs the store."""

    redraw: Callable[[], None]
    say: Callable[[str, Prompts], None]
    broken: Callable[[], None]


class TerminalSession:
    """The terminal in use, from start to stop."""

    def __init__(
        self,
        terminal: Terminal,
        settings: Settings,
        clock: Clock,
        outside: Outside,
        outlets: Outlets,
    ) -> None:
        self.terminal = terminal
        self.encounter = Encounter()
        self.officer: Officer | None = None
        """Who is on duty, or was last."""
        self.dialog: Dialog | None = None
        """Opened, changed and closed by `show_dialog`."""
        self._noted_cover = False
        self.turn = CitizenTurn()
        self.broken_at: Moment | None = None
        """When the terminal last went out of service."""
        self._file_settings = settings
        self._clock = clock
        self._outside = outside
        self._outlets = outlets
        self._wording = terminal.wording()
        self.settings = settings.with_wording(self._wording)
        """The file's, with central's words."""
        self.builder = self._builder(settings.screen.language)

    def now(self) -> Moment:
        return self._clock.now()

    @property
    def out_of_service(self) -> bool:
        return self.encounter.phase is Phase.OUT_OF_SERVICE

    @property
    def rules(self) -> Rules:
        """The settings'; a code to scan needs longer than a thank-you alone."""
        rules = self.settings.rules
        if not self.builder.has_code:
            return rules
        return replace(rules, thanks=max(rules.thanks, self.settings.comments.seconds))

    def closes_soon(self) -> bool:
        """Whether citizens are told that the office closes."""
        if not self.office_is_open():
            return False
        wall = self.now().wall
        closes = self.settings.office.closes
        closes_at = wall.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)
        return closes_at - wall <= CLOSES_SOON

    def office_is_open(self) -> bool:
        hours, wall = self.settings.office, self.now().wall
        works = is_working_day(wall.date(), hours.holidays)
        return works and hours.opens <= wall.time() < hours.closes

    # --- moving on --------------------------------------------------------------------------

    def take_up(self) -> None:
        """Go on with the duty that was open when the program stopped."""
        self.terminal.settle_reasons()
        self.terminal.forget_order()
        now, open_duty = self.now(), self.terminal.open_duty()
        before = self.terminal.just_served(self.rules.grace)
        self.encounter = taken_up(
            open_duty.duty if open_duty else None,
            before,
            now,
            self.rules,
            paused=open_duty is not None and open_duty.paused,
        )
        last = self.encounter.duty or self.encounter.grace_duty
        self.officer = self.terminal.officer(last.officer) if last else None
        if open_duty is not None and now.wall.time() >= self.settings.office.closes:
            self.step(SignOff(EndOfDuty.CLOSING_TIME))

    def step(self, event: Event, mark: Mark | None = None) -> Fate:
        """Decide, store, and only then move on. LOST when out of service, but for what the
        encounter remembers until it is repaired; StoreFailed when nothing could be stored."""
        if self.out_of_service and not isinstance(event, Repair | QueueEvent):
            return self._miss(event, mark)
        before = self.encounter
        after, effects = step(before, event, self.now(), self.rules)
        fate = self.terminal.carry_out(effects, mark)
        if fate is not fate_of(effects):
            return fate  # this press was stored before, and had its answer from that
        self.encounter = after
        renewed = isinstance(event, Served) or after.until != before.until
        offered = after.offer is not None and renewed
        if after.phase is not before.phase or offered:
            self._turn_page()
        if after.duty is not before.duty or after.paused is not before.paused:
            self._note_cover()
        rating = next((effect.rating for effect in effects if isinstance(effect, Record)), None)
        if rating is not None:
            self._show_rated(rating)
            return fate
        self.redraw()
        if offered:
            self.say(prompts.of_question(self.settings, 0))
        return fate

    def _show_rated(self, rating: Rating) -> None:
        if isinstance(self.dialog, OwnRound):
            # A citizen stands there: what comes back after the thanks asks for the PIN again.
            self.dialog = TypingPin(purpose=Purpose.OWN_RESULT, who=self.dialog.who)
        by_button = rating.channel is not Channel.TOUCH
        self.turn.rated(self.now().boot, leads=by_button and self.settings.sound.guide)
        self.redraw()
        self.say(prompts.of_rating(self.settings, by_button=by_button))

    def _miss(self, event: Event, mark: Mark | None) -> Fate:
        """Out of service. A press that its panel can send again is not remembered here."""
        if isinstance(event, Press) and mark is None:
            self.encounter, _ = step(self.encounter, event, self.now(), self.rules)
        return Fate.LOST

    def _turn_page(self) -> None:
        self.turn.clear()
        if self.encounter.phase not in (Phase.REASONS, Phase.THANKS):
            self.use_language(self.settings.screen.language)

    @property
    def covers_faces(self) -> bool:
        """Whether a dialog stands where a citizen would rate. Not whether it does this moment: when
        a citizen's turn goes first would tell the journal when somebody pressed."""
        return self.dialog is not None and self.is_rating_time

    @property
    def is_rating_time(self) -> bool:
        """Whether somebody is on duty and not pausing."""
        return self.encounter.duty is not None and not self.encounter.paused

    def take_panels(self, panels: tuple[PanelSettings, ...]) -> None:
        """The panels have been set up anew."""
        self._file_settings = self._file_settings._replace(panel=panels)
        self.settings = self.settings._replace(panel=panels)

    def show_dialog(self, dialog: Dialog | None) -> None:
        """Open, change or close the dialog."""
        self.dialog = dialog
        self._note_cover()
        self.redraw()

    def _note_cover(self) -> None:
        if self.covers_faces is self._noted_cover or self.out_of_service:
            return
        kind = Kind.FACES_COVERED if self.covers_faces else Kind.FACES_FREE
        officer = str(self.officer.id) if self.officer else ""
        with contextlib.suppress(StoreFailed):  # while only the file is locked, presses may wait
            self.terminal.note(kind, {"officer": officer})
            self._noted_cover = self.covers_faces

    @property
    def dialog_shown(self) -> Dialog | None:
        """The dialog, unless a citizen's turn goes first: it returns after that."""
        turn = self.encounter.phase in (Phase.REASONS, Phase.THANKS)
        return None if turn or self.encounter.offer is not None else self.dialog

    def store_mark(self, mark: Mark | None) -> Fate:
        """Remember a panel's press that led to nothing else; StoreFailed."""
        return Fate.LOST if self.out_of_service else self.terminal.carry_out((), mark)

    def note(self, kind: Kind, what: str) -> None:
        """Write a system event into the journal; StoreFailed."""
        self.terminal.note(kind, {"what": what[:100]})

    def give_more_time(self) -> None:
        """The citizen is still choosing."""
        now = self.now().boot
        self.encounter = self.turn.extended(self.encounter, now, self.rules)
        self.redraw()

    # --- trouble ----------------------------------------------------------------------------

    def break_off(self, error: StoreFailed) -> None:
        """The store failed: go out of service. The screen says it in the office's words, the
        program's log in the file's."""
        now = self.now()
        if not self.out_of_service:
            _LOG.error("out of service: %s", error)
        self.dialog, self._noted_cover = None, False
        if not self.out_of_service:
            self.broken_at = now
        self.encounter, _ = step(self.encounter, Break(trouble_of(error)), now, self.rules)
        self._outlets.broken()
        self.redraw()

    def repair(self) -> None:
        """Open the store again and go on; StoreFailed while it still fails."""
        self.terminal.repair(self.broken_at)
        self.terminal.settle_reasons()
        self.step(Repair())

    # --- words ------------------------------------------------------------------------------

    def redraw(self) -> None:
        self._outlets.redraw()

    def say(self, names: Prompts) -> None:
        self._outlets.say(self.builder.language, names)

    def use_language(self, code: str) -> None:
        self.builder = self._builder(code)

    def renew_words(self) -> None:
        """The roster or the wording may have changed; StoreFailed."""
        self._wording = self.terminal.wording()
        self.settings = self._file_settings.with_wording(self._wording)
        self.use_language(self.builder.language)
        if self.encounter.duty is not None:
            self.officer = self.terminal.officer(self.encounter.duty.officer)
        self.redraw()

    def prompt_words(self, language: str) -> dict[str, str]:
        """What the audible guide says in the office's own words, by prompt."""
        words = Words.load(language)
        return ViewBuilder(self.settings, words, self._wording, ()).prompt_words()

    def _builder(self, language: str) -> ViewBuilder:
        """With a code of its own for the next thanks: each token is one citizen's."""
        builder = ViewBuilder(self.settings, Words.load(language), self._wording, ())
        return builder.with_code(self._outside.qr)
