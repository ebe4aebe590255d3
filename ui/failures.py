"""What a command's exit code says of an error that a person can mend."""

WRONG, USAGE, NOT_NOW = 1, 2, 3


def exit_code(error: Exception) -> int | None:
    """The exit code for what can be wrong with folder, file, settings or clock; None: a bug.

    The kinds are imported here, when there is an error: the first paint doesn't wait for them.
    """
    from kiosk.clock import ClockImplausible
    from kiosk.config import ConfigError
    from kiosk.datafolder import AlreadyRunning, FolderError
    from kiosk.store.engine import (
        StoreDamaged,
        StoreFailed,
        StoreForeign,
        StoreMissing,
        StoreNewer,
    )

    kinds: tuple[tuple[type[Exception], int], ...] = (
        (ConfigError, USAGE),
        (StoreMissing, USAGE),
        (AlreadyRunning, NOT_NOW),
        (FolderError, USAGE),
        (StoreForeign, WRONG),
        (StoreNewer, WRONG),
        (StoreDamaged, WRONG),
        (ClockImplausible, WRONG),
        (StoreFailed, NOT_NOW),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), None)
