"""Distributes central's tables among the servers of Citus: the rows of one office lie together.

Every table of `schema.metadata` is distributed by its site, so that no new one can be forgotten:
a test holds each against what Citus asks of it. No table is the same for all sites, so none is a
reference table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from sync.central.schema import metadata

BY = "site"
"""The column by which every table is distributed."""
FIRST = "sites"
"""The table that is laid out first, where none is."""
COORDINATOR_ONLY = {
    "alembic_version": "which version the tables are of: one row, read by the coordinator alone"
}
"""Tables that stay whole, and why."""
_NOT_OURS = "no table of this program"
_OTHERWISE = (
    "distributed by something else than its site, or apart from the others: "
    "run undistribute_table() on it first"
)

_WITH_CITUS = text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
_SERVERS = text(
    "SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards AND noderole = 'primary'"
)
_TABLES = text(
    "SELECT relname FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
)
_DISTRIBUTED = text(
    "WITH lie AS (SELECT relname, colocationid, partmethod, "
    "column_to_column_name(logicalrelid, partkey) AS by_column "
    "FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid "
    "WHERE relnamespace = current_schema()::regnamespace) "
    "SELECT relname, CASE WHEN colocationid = (SELECT mode() WITHIN GROUP (ORDER BY colocationid) "
    "FILTER (WHERE partmethod = 'h') FROM lie) THEN by_column END AS by_column FROM lie"
)
"""Rows of one site lie together in tables of one group; of several it is the largest."""
_TRIGGERS = text(
    "SELECT tgname, pg_get_triggerdef(oid) AS definition FROM pg_trigger "
    "WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal"
)
_DISTRIBUTE = text("SELECT create_distributed_table(:name, :by, colocate_with => :beside)")
_EMPTY_OWN_FILE = text("SELECT truncate_local_data_after_distributing_table(:name)")

Say = Callable[[str, int], None]
"""Told each table that was distributed, and how many rows it had."""


class NotDistributable(Exception):
    """This database distributes nothing; one line that names the remedy."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the tables of a database lie."""

    fresh: tuple[str, ...]
    """Distributed just now."""
    earlier: tuple[str, ...]
    """Distributed before."""
    whole: Mapping[str, str]
    """Not distributed, each with the reason."""
    complete: bool
    """Whether every table of this program is distributed by its site."""
    servers: int
    """Among how many servers."""


def distribute(connection: Connection, say: Say) -> Distribution:
    """Distribute every table that is not yet, with its rows, in the transaction of `connection`.
    NotDistributable."""
    _require_citus(connection)
    let_tables_change(connection)
    lie, there = _distributed_by(connection), set(connection.scalars(_TABLES))
    # An earlier version's database has fewer tables.
    ours = sorted(there & metadata.tables.keys(), key=lambda name: (name != FIRST, name))
    fresh = tuple(name for name in ours if name not in lie)
    if fresh:
        # All at once: who holds some of them and waits for another is found before rows are moved.
        listed = ", ".join(_quoted(connection, name) for name in fresh)
        connection.execute(text(f"LOCK TABLE {listed} IN EXCLUSIVE MODE"))
    beside = next((name for name in ours if lie.get(name) == BY), "none")
    for name in fresh:
        say(name, _distribute_one(connection, name, beside))
        beside = name
    strange = dict.fromkeys(
        sorted(there - metadata.tables.keys() - COORDINATOR_ONLY.keys()), _NOT_OURS
    )
    otherwise = {name: _OTHERWISE for name in ours if lie.get(name, BY) != BY}
    return Distribution(
        fresh=fresh,
        earlier=tuple(name for name in ours if lie.get(name) == BY),
        whole={**otherwise, **strange, **COORDINATOR_ONLY},
        complete=not otherwise,
        servers=connection.scalar(_SERVERS) or 0,
    )


@dataclass(frozen=True, slots=True)
class Laid:
    """How the tables of a database with Citus lie, as a look finds them."""

    distributed: tuple[str, ...]
    """By their site."""
    whole: tuple[str, ...]
    """By nothing: whole, on the coordinator."""
    otherwise: tuple[str, ...]
    """By something else than their site, apart from the others, or the same on every server."""


def laid(connection: Connection) -> Laid | None:
    """How this program's tables lie; None: without Citus."""
    if not _has_citus(connection):
        return None
    by = _distributed_by(connection)
    ours = sorted(metadata.tables.keys() & set(connection.scalars(_TABLES)))
    return Laid(
        distributed=tuple(name for name in ours if by.get(name) == BY),
        whole=tuple(name for name in ours if name not in by),
        otherwise=tuple(name for name in ours if name in by and by[name] != BY),
    )


def is_distributed(connection: Connection) -> bool:
    """Whether somebody has distributed this database's tables."""
    return _has_citus(connection) and not metadata.tables.keys().isdisjoint(
        _distributed_by(connection)
    )


def let_tables_change(connection: Connection) -> None:
    """Until the transaction ends distributed tables may be made, changed and dropped, one after
    the other, with their guards: those look at one row each, which lies with its site."""
    if _has_citus(connection):
        connection.execute(text("SET LOCAL citus.multi_shard_modify_mode = 'sequential'"))
        connection.execute(text("SET LOCAL citus.enable_unsafe_triggers = on"))


def _has_citus(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return connection.scalar(_WITH_CITUS) is not None


def _require_citus(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        raise NotDistributable(
            "SQLite keeps everything in one file; only PostgreSQL with Citus distributes tables"
        )
    if not _has_citus(connection):
        raise NotDistributable(
            "this PostgreSQL has no Citus; as its administrator run CREATE EXTENSION citus, "
            "and citus_add_node() for each worker"
        )


def _distributed_by(connection: Connection) -> dict[str, str | None]:
    """By which column tables are distributed beside one another; None: otherwise."""
    return {row.relname: row.by_column for row in connection.execute(_DISTRIBUTED)}


def _distribute_one(connection: Connection, name: str, beside: str) -> int:
    """How many rows it has. Rows of a site are laid where those of `beside` lie. Guards are made
    again: one of them refuses to have the coordinator's own copy emptied, in which the rows would
    lie for good, and nobody would see them."""
    table = _quoted(connection, name)
    rows = connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0
    guards = connection.execute(_TRIGGERS, {"name": table}).all()
    for guard in guards:
        connection.execute(text(f"DROP TRIGGER {_quoted(connection, guard.tgname)} ON {table}"))
    connection.execute(_DISTRIBUTE, {"name": table, "by": BY, "beside": beside})
    connection.execute(_EMPTY_OWN_FILE, {"name": table})
    for guard in guards:
        connection.exec_driver_sql(guard.definition)
    return rows


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
