"""What a command's exit code says of an error that a person can mend."""

from collections.abc import Mapping
from pathlib import Path

WRONG, USAGE, NOT_NOW = 1, 2, 3
_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108  (where X servers put them)


class NoDisplay(Exception):
    """There is no screen to open a window on; Qt would abort."""


def require_display(environment: Mapping[str, str], sockets: Path = _SOCKETS) -> None:
    """NoDisplay where the environment names no screen, or an X server that isn't there."""
    if environment.get("QT_QPA_PLATFORM") or environment.get("WAYLAND_DISPLAY"):
        return
    named = environment.get("DISPLAY", "")
    if not named:
        raise NoDisplay("no display: start this in the screen's own session, or set DISPLAY")
    host, _, rest = named.partition(":")
    if host in ("", "unix") and not (sockets / f"X{rest.partition('.')[0]}").exists():
        raise NoDisplay(f"no display: nothing answers at DISPLAY={named}")


def trouble_of(error: Exception) -> str:
    """What is wrong with folder, file or clock: the name of the words for staff."""
    from kiosk.clock import ClockImplausible
    from kiosk.datafolder import FolderError
    from kiosk.store import engine

    kinds: tuple[tuple[type[Exception], str], ...] = (
        (engine.StoreFull, "full"),
        (engine.StoreReadOnly, "read_only"),
        (engine.StoreMissing, "missing"),
        (engine.StoreForeign, "foreign"),
        (engine.StoreDamaged, "damaged"),
        (engine.StoreNewer, "newer"),
        (engine.StoreUnsafe, "unsafe"),
        (ClockImplausible, "clock"),
        (FolderError, "folder"),
    )
    return next((name for kind, name in kinds if isinstance(error, kind)), "failed")


def exit_code(error: Exception) -> int | None:
    """The exit code for what can be wrong with folder, file, settings or clock; None: a bug.

    The kinds are imported here, when there is an error: the first paint doesn't wait for them.
    """
    from kiosk.clock import ClockImplausible, NoSuchZone
    from kiosk.datafolder import AlreadyRunning, FolderError
    from kiosk.store.engine import (
        StoreDamaged,
        StoreFailed,
        StoreForeign,
        StoreMissing,
        StoreNewer,
        StoreOlder,
        StoreUnsafe,
    )
    from kiosk.tomlfile.tables import SettingsError

    kinds: tuple[tuple[type[Exception], int], ...] = (
        (NoDisplay, NOT_NOW),
        (SettingsError, USAGE),
        (NoSuchZone, USAGE),
        (StoreMissing, USAGE),
        (AlreadyRunning, NOT_NOW),
        (FolderError, USAGE),
        (StoreForeign, WRONG),
        (StoreNewer, WRONG),
        (StoreOlder, NOT_NOW),
        (StoreUnsafe, WRONG),
        (StoreDamaged, WRONG),
        (ClockImplausible, WRONG),
        (StoreFailed, NOT_NOW),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), None)
