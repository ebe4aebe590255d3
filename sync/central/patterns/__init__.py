"""Patterns in an officer's days that a person may want to look at. No verdict, and in no score.

Pure: from raw days to what was seen. A pattern is a row of `catalogue.py`. Everything is compared
twice, by medians of weeks: the officer with the own past at the same counter, less what changed for
the peers (a season, a new ticket machine); and the officer with the peers of the quarter. How often
honest officers are seen, and how often each cheat is, tests/evidence/patterns.py measures.
"""

from sync.central.patterns.catalogue import CATALOGUE, Leg, Pattern
from sync.central.patterns.officerdays import (
    OTHERS,
    LineRow,
    OfficerDay,
    OtherRow,
    officer_days,
)
from sync.central.patterns.quarter import Against, Seen, look

__all__ = [
    "CATALOGUE",
    "OTHERS",
    "Against",
    "Leg",
    "LineRow",
    "OfficerDay",
    "OtherRow",
    "Pattern",
    "Seen",
    "look",
    "officer_days",
]
