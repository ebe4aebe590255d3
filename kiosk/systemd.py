"""Words of a systemd unit file (systemd.syntax(7)): paths with spaces, quotes, per cent signs."""

WATCHDOG_SECONDS = 60
"""Without a sign of life for so long a program is ended and started again."""
ABORT_SECONDS = 10
"""How long an ended program has to say where it stood. It leaves no core: PINs are in memory."""


def value(text: str) -> str:
    """One word of a setting, in quotes; specifiers (%) stay as they stand."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def argument(text: str) -> str:
    """One word of a command line: there $ would begin a variable."""
    return value(text).replace("$", "$$")
