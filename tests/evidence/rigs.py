"""Every figure there is."""

from tests.evidence import (
    attacker,
    bodies,
    codecs,
    days,
    failing,
    histories,
    killing,
    logcutting,
    mutating,
    odd_text,
    office_hands,
    pageorder,
    powercut,
    real_boxes,
    resealing,
    seal_and_file,
    sign_ins,
    slow_readers,
    soak,
    tampering,
)
from tests.evidence.figure import Figure

# The longest first: the last one alone on a machine of two cores is time lost.
FIGURES: tuple[Figure, ...] = (
    histories.FIGURE,
    bodies.FIGURE,
    killing.FIGURE,
    powercut.FIGURE,
    *failing.FIGURES,
    *real_boxes.FIGURES,
    soak.FIGURE,
    tampering.FIGURE,
    attacker.FIGURE,
    odd_text.FIGURE,
    *slow_readers.FIGURES,
    *sign_ins.FIGURES,
    *office_hands.FIGURES,
    mutating.FIGURE,
    days.FIGURE,
    pageorder.FIGURE,
    logcutting.FIGURE,
    resealing.FIGURE,
    seal_and_file.FIGURE,
    codecs.FIGURE,
)
