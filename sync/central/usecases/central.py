"""What every use case works on: one site of one central, with its database and its key."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central.failures import Failures
from sync.central.settings import CentralSettings
from sync.central.store.engine import HEAD, CentralStore, Collided, DatabaseDown, DatabaseError
from sync.central.store.faults import RowUnreadable

__all__ = ["HEAD", "RUN", "Central", "DatabaseDown", "DatabaseError", "RowUnreadable", "once_more"]

T = TypeVar("T")

RUN = timedelta(minutes=10)
"""How long a terminal's run stays open."""


@dataclass(frozen=True, slots=True, eq=False)
class Central:
    """One site of a central. `run`: how long a terminal's run stays open."""

    store: CentralStore
    settings: CentralSettings
    key: Ed25519PrivateKey
    """Signs receipts and answers."""
    run: timedelta = RUN
    on_foot: bool = False
    """Whether requests come on a stick."""
    failures: Failures = field(default_factory=Failures)
    """Of all sites: signing in, and what was refused, in the minute that runs."""

    @property
    def site(self) -> str:
        return self.settings.site


_TRIES, _LONGEST_PAUSE = 5, 0.05
"""Of a transaction that was ended in a deadlock; seconds between two tries, at most."""


def once_more(transaction: Callable[[], T]) -> T:
    """What `transaction` does; again where the database ended it for another's sake. It must be one
    transaction and nothing beside it."""
    for _ in range(_TRIES - 1):
        try:
            return transaction()
        except Collided:
            time.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311  (not at the same moment)
    return transaction()
