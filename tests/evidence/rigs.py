"""Every figure there is, in the order of the table."""

from tests.evidence import (
    attacker,
    bodies,
    codecs,
    days,
    failing,
    histories,
    killing,
    mutating,
    powercut,
    soak,
    tampering,
)
from tests.evidence.figure import Figure

FIGURES: tuple[Figure, ...] = (
    killing.FIGURE,
    powercut.FIGURE,
    *failing.FIGURES,
    codecs.FIGURE,
    bodies.FIGURE,
    tampering.FIGURE,
    histories.FIGURE,
    soak.FIGURE,
    days.FIGURE,
    attacker.FIGURE,
    mutating.FIGURE,
)
