"""What every use case works on: one site of one central, with its database and its key."""

from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central.failures import Failures
from sync.central.settings import CentralSettings
from sync.central.store.engine import HEAD, CentralStore, DatabaseDown, DatabaseError

__all__ = ["HEAD", "RUN", "Central", "DatabaseDown", "DatabaseError"]

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
