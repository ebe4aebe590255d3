"""Where the panels' presses come in, and what is known of each panel."""

from dataclasses import replace

from kiosk.domain.encounter import Aside, Fate
from kiosk.domain.rating import Channel, Outcome
from kiosk.domain.refusal import Refusal
from kiosk.language import in_english
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from ui.citizen import Citizen
from ui.dialogs import ServiceMenu
from ui.session import TerminalSession
from ui.store_guard import guarded
from ui.view_builder import PanelState


class Panels:
    """Every panel of the settings, by its number from 0."""

    def __init__(self, session: TerminalSession, citizen: Citizen) -> None:
        self.session = session
        self._citizen = citizen
        self.states: list[PanelState] = []
        """By the panel's number from 0."""
        self.begin()

    def begin(self) -> None:
        """Nothing is known yet of the panels in the settings."""
        panels = self.session.settings.panels
        self.states = [PanelState(wanted=bool(panel.port)) for panel in panels]

    @property
    def foremost(self) -> PanelState:
        """The panel to speak of: one that is wanted and down, else the first."""
        troubled = (panel for panel in self.states if panel.wanted and not panel.up)
        return next(troubled, self.states[0])

    def forget_presses(self) -> None:
        """A test of the buttons begins or ends."""
        self.states = [replace(state, last_button=0) for state in self.states]

    @guarded(Fate.LOST)
    def pressed(self, button: int, mark: Mark | None, age: float = 0.0, *, panel: int = 0) -> Fate:
        """A button of a panel, pressed `age` seconds ago: what became of it. `mark` None: the panel
        can't send it again."""
        session = self.session
        dialog = session.dialog_shown
        score = session.settings.panels[panel].scores.get(button)
        if isinstance(dialog, ServiceMenu) and dialog.testing:
            self.states = [replace(state, last_button=button) for state in self.states]
            session.redraw()
            tested = Aside(Outcome.TESTED)
            return session.step(tested, mark) if score else session.store_mark(mark)
        if score is None:
            return self._citizen.ask_for_question(panel, mark, age)
        return self._citizen.press(score, Channel.PANEL, mark, age)

    @guarded(None)
    def up(self, device: str, *, panel: int = 0) -> None:
        state = replace(self.states[panel], up=True, device=device, trouble=None, refused=False)
        self.states[panel] = state
        if all(state.up or not state.wanted for state in self.states):
            self.session.note(Kind.PANEL_UP, device)
        self.session.redraw()

    @guarded(None)
    def down(self, trouble: Refusal, *, refused: bool = False, panel: int = 0) -> None:
        """A panel that was never there is down from the first word of it."""
        before = self.states[panel]
        self.states[panel] = replace(before, up=False, trouble=trouble, refused=refused)
        if before.up or refused or before.trouble is None:
            self.session.note(Kind.PANEL_DOWN, in_english(trouble))
        self.session.redraw()

    @guarded(None)
    def stuck(self, button: int) -> None:
        self.session.note(Kind.BUTTON_STUCK, str(button))
