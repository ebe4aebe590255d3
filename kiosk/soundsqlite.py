"""Which SQLite may open our files: one whose log of writes (WAL) is safe with two programs on it.

From 3.7.0 to 3.51.2 a checkpoint that begins while another program resets the log can leave pages
out for good (https://sqlite.org/wal.html#walresetbug). Two of our programs write one file.
"""

FIXED = (3, 51, 3)
_REPAIRED_LINES = {(3, 44): 6, (3, 50): 7}
"""Older release lines that were given the fix, each from this patch on."""


def fault_of(version: tuple[int, ...]) -> str:
    """What is wrong with SQLite of this version, with the remedy; "": nothing."""
    repaired_from = _REPAIRED_LINES.get((version[0], version[1]))
    if version >= FIXED or (repaired_from is not None and version[2] >= repaired_from):
        return ""
    named = ".".join(map(str, version))
    needed = ".".join(map(str, FIXED))
    return (
        f"SQLite {named} can damage a file that two programs write (WAL-reset bug); {needed} or "
        "newer is needed. Install a pysqlite3 that carries it (the README tells how, "
        "under ARM)"
    )
