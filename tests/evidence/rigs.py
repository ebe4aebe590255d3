"""Every figure there is, in the order of the table."""

from tests.evidence import attacker, codecs, failing, killing, powercut, tampering
from tests.evidence.figure import Figure

FIGURES: tuple[Figure, ...] = (
    killing.FIGURE,
    powercut.FIGURE,
    *failing.FIGURES,
    codecs.FIGURE,
    tampering.FIGURE,
    attacker.FIGURE,
)
