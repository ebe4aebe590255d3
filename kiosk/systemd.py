"""Words of a systemd unit file (systemd.syntax(7)): paths with spaces, quotes, per cent signs."""


def value(text: str) -> str:
    """One word of a setting, in quotes; specifiers (%) stay as they stand."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def argument(text: str) -> str:
    """One word of a command line: there $ would begin a variable."""
    return value(text).replace("$", "$$")
