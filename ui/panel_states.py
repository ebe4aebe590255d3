"""Where the panels' presses come in, and what is known of each panel."""

from dataclasses import replace

from kiosk.domain.encounter import Phase
from kiosk.domain.rating import Channel
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from ui import prompts
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
        self._states = [PanelState(wanted=bool(panel.port)) for panel in session.settings.panels]

    @property
    def foremost(self) -> PanelState:
        """The panel to speak of: one that is wanted and down, else the first."""
        troubled = (panel for panel in self._states if panel.wanted and not panel.up)
        return next(troubled, self._states[0])

    def forget_presses(self) -> None:
        """A test of the buttons begins or ends."""
        self._states = [replace(state, last_button=0) for state in self._states]

    @guarded(False)
    def pressed(self, button: int, mark: Mark | None, age: float = 0.0, *, panel: int = 0) -> bool:
        """A button of a panel, pressed `age` seconds ago; True when the panel may hear that it was
        stored. `mark` None: the panel can't send it again."""
        session = self.session
        dialog = session.dialog
        if isinstance(dialog, ServiceMenu) and dialog.testing:
            self._states = [replace(state, last_button=button) for state in self._states]
            session.redraw()
            return session.store_mark(mark)
        score = session.settings.panels[panel].scores.get(button)
        if score is not None:
            return self._citizen.press(score, Channel.PANEL, mark, age)
        if session.encounter.phase is Phase.READY and not self._citizen.comes_late(age):
            session.say(prompts.of_question(session.settings, panel))
        return session.store_mark(mark)

    @guarded(None)
    def up(self, device: str, *, panel: int = 0) -> None:
        state = replace(self._states[panel], up=True, device=device, trouble="", refused=False)
        self._states[panel] = state
        self.session.note(Kind.PANEL_UP, device)
        self.session.redraw()

    @guarded(None)
    def down(self, reason: str, *, refused: bool = False, panel: int = 0) -> None:
        before = self._states[panel]
        self._states[panel] = replace(before, up=False, trouble=reason, refused=refused)
        if before.up or refused:
            self.session.note(Kind.PANEL_DOWN, reason)
        self.session.redraw()

    @guarded(None)
    def stuck(self, button: int) -> None:
        self.session.note(Kind.BUTTON_STUCK, str(button))
