"""How the terminals of all offices are, in sums: no office, officer or score is in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from sync.central.schema import alarms, parked_reports, terminals, upkeep
from sync.central.store.terminals import State, utc

SILENT = timedelta(days=1)
"""Every terminal calls at night."""


@dataclass(frozen=True, slots=True)
class FleetSums:
    states: Mapping[str, int]
    silent: int
    """Terminals in use that have not called for SILENT."""
    days_due: int
    """Days that terminals said they have not delivered yet."""
    alarms: Mapping[str, int]
    """Those that nobody has settled, by kind."""
    parked: int
    clocks_unset: int
    """Terminals in use whose clock nothing sets."""
    certificate_ends: Mapping[str, datetime]
    """The first end that a terminal in use has seen: of central's certificate ("certificate"), and
    of one by which central's is believed ("authority")."""
    oldest_copy: datetime | None
    """Of terminals in use, the one whose newest copy is oldest. Who never made one is not asked."""
    upkeep: Mapping[str, datetime]
    """When each task last succeeded."""


def fleet_sums(connection: Connection, now: datetime) -> FleetSums:
    active = terminals.c.state == State.ACTIVE
    count = func.count()
    states = connection.execute(select(terminals.c.state, count).group_by(terminals.c.state))
    kinds = connection.execute(
        select(alarms.c.kind, count).where(alarms.c.settled.is_(None)).group_by(alarms.c.kind)
    )
    done = connection.execute(
        select(upkeep.c.task, func.max(upkeep.c.done))
        .where(upkeep.c.done.is_not(None))
        .group_by(upkeep.c.task)
    )
    silent = select(count).select_from(terminals).where(active, terminals.c.seen < now - SILENT)
    due = select(func.coalesce(func.sum(terminals.c.due), 0)).where(active)
    machines = connection.execute(
        select(
            func.count().filter(terminals.c.time_sync == "off").label("clocks_unset"),
            func.min(terminals.c.certificate_end).label("certificate"),
            func.min(terminals.c.authority_end).label("authority"),
            func.min(terminals.c.backed_up).label("copy"),
        ).where(active)
    ).one()
    ends = {"certificate": machines.certificate, "authority": machines.authority}
    return FleetSums(
        states={row.state: row[1] for row in states},
        silent=connection.execute(silent).scalar_one(),
        days_due=int(connection.execute(due).scalar_one()),
        alarms={row.kind: row[1] for row in kinds},
        parked=connection.execute(select(count).select_from(parked_reports)).scalar_one(),
        clocks_unset=machines.clocks_unset,
        certificate_ends={part: utc(end) for part, end in ends.items() if end is not None},
        oldest_copy=utc(machines.copy) if machines.copy is not None else None,
        upkeep={task: utc(at) for task, at in done},
    )
