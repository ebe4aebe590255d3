"""How the terminals of all offices are, in sums, for who watches the machines."""

from datetime import datetime

from sync.central.store.fleet_sums import FleetSums
from sync.central.usecases.central import Central

__all__ = ["FleetSums", "read_fleet_sums"]


def read_fleet_sums(central: Central, now: datetime) -> FleetSums:
    """DatabaseError."""
    return central.store.fleet_sums(now)
