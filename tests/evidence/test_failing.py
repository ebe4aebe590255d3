"""The failing-disk rigs find what they look for."""

from pathlib import Path

from kiosk.domain.encounter import Event, step
from kiosk.store.engine import StoreFailed
from kiosk.store.state import Mark
from tests.evidence.failing import failed
from tests.evidence.pressing import new_terminal
from tests.evidence.stories import RULES, Presses, Turns


class Careless(Turns):
    """Thanks whether or not it was kept."""

    def _step(self, event: Event, mark: Mark | None = None) -> tuple[object, ...]:
        try:
            return super()._step(event, mark)
        except StoreFailed:
            self._state, effects = step(self._state, event, self._clock.now(), RULES)
            return effects


class CarelessPresses(Presses):
    turns = Careless


def test_thanks_for_what_the_disk_refused_are_found(tmp_path: Path) -> None:
    wrong = failed(CarelessPresses(tmp_path), "pwrite64", 20, "ENOSPC", on=True)
    assert any("lost: press" in line for line in wrong)


def test_a_press_that_was_never_sent_again_is_found(tmp_path: Path) -> None:
    terminal = new_terminal(tmp_path / "data")
    terminal.press()
    terminal._waiting = 1
    assert terminal.wrong() == ["1 presses still wait"]
