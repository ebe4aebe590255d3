"""Where the queue's events come in: from a queue system, or from the officer's key."""

from kiosk.domain.encounter import Fate, QueueEvent
from kiosk.store.journal import Kind
from ui.session import TerminalSession
from ui.store_guard import guarded


class Queue:
    def __init__(self, session: TerminalSession) -> None:
        self.session = session
        self._troubles: dict[str, str] = {}
        """What is wrong with each way in of the queue system; "": nothing."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with the queue system; "": nothing; None: there is none."""
        if not self._troubles:
            return None
        return "; ".join(trouble for trouble in self._troubles.values() if trouble)

    @guarded(False)
    def take(self, event: QueueEvent) -> bool:
        """The queue system or the officer says how the counter's queue moves. True once what
        follows is durable; out of service, once it is remembered to be counted."""
        return self.session.step(event) is not Fate.LOST

    @guarded(None)
    def way_stands(self, way: str, trouble: str = "") -> None:
        """One way in of the queue system is up, or down for a reason."""
        if self._troubles.get(way) == trouble:
            return
        self._troubles[way] = trouble
        self.session.note(Kind.QUEUE_DOWN if trouble else Kind.QUEUE_UP, trouble or way)
