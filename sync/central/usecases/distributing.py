"""Central's tables among the servers of Citus."""

from functools import partial

from sync.central.store import distributing
from sync.central.store.distributing import Distribution, Laid, NotDistributable, Say
from sync.central.store.distributing import distribute as distribute_tables
from sync.central.usecases.central import Central, once_more

__all__ = ["Distribution", "Laid", "NotDistributable", "distribute", "laid"]


def distribute(central: Central, say: Say) -> Distribution:
    """Distribute every table that is not yet: all of them, or none. Who writes meanwhile waits.
    NotDistributable; DatabaseDown."""
    return once_more(partial(_distribute, central, say))


def _distribute(central: Central, say: Say) -> Distribution:
    with central.store.alone() as connection:
        return distribute_tables(connection, say)


def laid(central: Central) -> Laid | None:
    """How the tables lie among the servers of Citus; None: without Citus."""
    with central.store.snapshot() as connection:
        return distributing.laid(connection)
