"""Setting up a panel on the screen: the same learner as on the command line, from the event loop.

The terminal's own panels are closed meanwhile: their lines are listened to here. What was learned
is written into the settings and used at once.
"""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer

from hardware.finder import Patience
from hardware.learner import PanelLearner, Stage
from kiosk.domain.refusal import Refusal
from kiosk.settings.definition import Settings
from kiosk.store.journal import Kind
from kiosk.tomlfile.tables import SettingsError
from ui.dialogs import PanelWizard, SetupStage
from ui.panel_bridge import PanelBridge, open_panels
from ui.panel_setup import PanelSetup
from ui.panel_tools import PanelTrouble
from ui.presenter import Presenter
from ui.store_guard import guarded

LOOK_MS = 20


class ScreenSetup(QObject):
    """Sets up the first panel of the settings. `bridges`: the running panels, exchanged here."""

    def __init__(
        self,
        presenter: Presenter,
        read_settings: Callable[[], Settings],
        bridges: list[PanelBridge],
    ) -> None:
        super().__init__()
        self.session = presenter.session
        self._presenter, self._read_settings = presenter, read_settings
        self._bridges = bridges
        self.port, self.patience = "", Patience()
        """Where it listens, "" for every port, and for how long."""
        self._setup: PanelSetup | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        presenter.staff.setup_asked.connect(self.begin)

    @property
    def learns(self) -> bool:
        """Whether ports are listened to."""
        return self._setup is not None

    @property
    def awaits_press(self) -> bool:
        """Whether a press now is taken for what the screen asks."""
        asks = (Stage.ASKING, Stage.PROVING)
        return self._setup is not None and self._setup.learner.stage in asks

    def begin(self) -> None:
        """Close the panels and listen on every port."""
        self.stop()
        for bridge in self._bridges:
            bridge.stop()
        try:
            settings = self._read_settings()
            self._setup = PanelSetup(settings, self.port, "", number=1, patience=self.patience)
        except PanelTrouble:
            self._fail(Refusal("no_port"))
        except SettingsError:
            self._fail(Refusal("settings_not_written"))
        else:
            self._timer.start()
            self._show()

    def stop(self) -> None:
        """Every port is closed."""
        self._timer.stop()
        if self._setup is not None:
            self._setup.close()
            self._setup = None

    def _look(self) -> None:
        setup = self._setup
        if setup is None or not isinstance(self.session.dialog, PanelWizard):
            self.stop()
            self._open_again()
            return
        setup.learner.step(monotonic())
        if setup.learner.stage is Stage.LEARNED:
            self._use(setup)
        elif setup.learner.stage is Stage.FAILED:
            self._fail(setup.learner.remark)
        else:
            self._show()

    @guarded(None)
    def _use(self, setup: PanelSetup) -> None:
        """Write what was learned, and go on with it."""
        wizard = self._wizard(setup, SetupStage.LEARNED)
        self.stop()
        try:
            setup.write()
            panels = self._read_settings().panel
        except SettingsError:
            self._fail(Refusal("settings_not_written"))
            return
        self.session.take_panels(panels)
        self._presenter.panels.begin()
        self.session.note(Kind.SERVICE_MENU, f"panel set up: {wizard.profile}")
        marks = self.session.terminal.marks()
        self._bridges[:] = open_panels(self.session.settings, self._presenter, marks)
        self._presenter.staff.show_setup(wizard)

    def _fail(self, why: Refusal | None) -> None:
        self.stop()
        self._open_again()
        self._presenter.staff.show_setup(PanelWizard(stage=SetupStage.FAILED, remark=why))

    def _open_again(self) -> None:
        """The panels of the settings, as they were."""
        for bridge in self._bridges:
            bridge.start()

    def _show(self) -> None:
        """Where the setting up stands, when it is another place than before."""
        if self._setup is None:
            return
        wizard = self._wizard(self._setup, _stage(self._setup.learner))
        if wizard != self.session.dialog:
            self._presenter.staff.show_setup(wizard)

    def _wizard(self, setup: PanelSetup, stage: SetupStage) -> PanelWizard:
        learner = setup.learner
        return PanelWizard(
            stage=stage,
            place=learner.place,
            time=learner.time,
            remark=learner.remark,
            ports=setup.ports,
            profile=learner.panel.family.name if learner.panel else "",
        )


def _stage(learner: PanelLearner) -> SetupStage:
    """Between two presses the next question stands already."""
    if learner.stage is Stage.LISTENING:
        return SetupStage.LISTENING
    if learner.learned is not None:
        return SetupStage.PROVE
    is_first = learner.place == 0 and learner.time == 1
    return SetupStage.WAIT if learner.stage is Stage.SETTLING and is_first else SetupStage.PRESS
