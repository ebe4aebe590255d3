"""The kill rig finds what it looks for."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.domain.encounter import Event
from kiosk.store.state import Mark
from tests.evidence.killing import killed
from tests.evidence.stories import Presses, Turns, calls_of


class TooEarly(Turns):
    """Thanks before the commit."""

    def _step(self, event: Event, mark: Mark | None = None) -> tuple[object, ...]:
        if mark is not None:
            self._say(f"thanked {mark.seq} {'00' * 16}")
        return super()._step(event, mark)


class ThankedTooEarly(Presses):
    turns = TooEarly


class WithoutMarks(Turns):
    """A press that does not say which press of the panel it was."""

    def _step(self, event: Event, mark: Mark | None = None) -> tuple[object, ...]:
        return super()._step(event, None)


class Unmarked(Presses):
    turns = WithoutMarks


def everything_wrong(story: Presses, folder: Path) -> Iterator[str]:
    counts = calls_of(story, folder / "calls", ("pwrite64", "write"))
    for call, n in counts.items():
        for k in range(1, n + 1):
            yield from killed(story, call, k)[1]


def test_thanks_before_the_commit_are_found(tmp_path: Path) -> None:
    assert any("lost: press" in w for w in everything_wrong(ThankedTooEarly(tmp_path), tmp_path))


def test_a_press_kept_twice_is_found(tmp_path: Path) -> None:
    assert any("ratings of 3 presses" in w for w in everything_wrong(Unmarked(tmp_path), tmp_path))
