"""A key that stays down presses once, also where the system repeats it as if it came up.

An X server repeats a key by a release and a press of the same millisecond; Qt flags few of them.
"""

from PySide6.QtGui import QKeyEvent

AT_ONCE_MS = 20
"""Between a release and the next press of the same key, by the system's clock: no finger is so
quick."""


class HeldKeys:
    def __init__(self) -> None:
        self._released_at: dict[int, int] = {}

    def repeats(self, event: QKeyEvent) -> bool:
        """Whether this press is the repeat of a key that stays down."""
        released_at = self._released_at.pop(_key(event), None)
        if released_at is None:
            return event.isAutoRepeat()
        return event.isAutoRepeat() or event.timestamp() - released_at < AT_ONCE_MS

    def released(self, event: QKeyEvent) -> None:
        """An event without a time tells nothing."""
        if event.timestamp():
            self._released_at[_key(event)] = event.timestamp()


def _key(event: QKeyEvent) -> int:
    return event.nativeScanCode() or event.key()
