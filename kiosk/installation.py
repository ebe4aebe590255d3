"""What the installation lacks, where a command needs a package that was not asked for."""

OURS = frozenset({"hardware", "kiosk", "sync", "ui"})


def lacking(error: ModuleNotFoundError, part: str) -> str:
    """One line with the remedy: `part` is the extra that brings the package. "": our own bug."""
    package = (error.name or "").partition(".")[0]
    if package in OURS or not package:
        return ""
    return f"{package} is not installed; run `pip install '.[{part}]'`"
