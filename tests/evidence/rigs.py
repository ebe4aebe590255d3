"""Every figure there is, in the order of the table."""

from tests.evidence import failing, killing, powercut
from tests.evidence.figure import Figure

FIGURES: tuple[Figure, ...] = (killing.FIGURE, powercut.FIGURE, *failing.FIGURES)
