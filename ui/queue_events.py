"""Where the queue's events come in: from a queue system, or from the officer's key."""

from kiosk.domain.encounter import Fate, QueueEvent
from kiosk.domain.refusal import Refusal
from kiosk.language import in_english
from kiosk.store.journal import Kind
from ui.session import TerminalSession
from ui.store_guard import guarded


class Queue:
    def __init__(self, session: TerminalSession) -> None:
        self.session = session
        self._troubles: dict[str, Refusal | None] = {}
        """What is wrong with each way in of the queue system."""

    @property
    def troubles(self) -> tuple[Refusal, ...] | None:
        """What is wrong with the queue system; None: there is none."""
        if not self._troubles:
            return None
        return tuple(trouble for trouble in self._troubles.values() if trouble is not None)

    @guarded(False)
    def take(self, event: QueueEvent) -> bool:
        """The queue system or the officer says how the counter's queue moves. True once what
        follows is durable; out of service, once it is remembered to be counted."""
        return self.session.step(event) is not Fate.LOST

    @guarded(None)
    def way_stands(self, way: str, trouble: Refusal | None = None) -> None:
        """One way in of the queue system is up, or down for a reason."""
        if way in self._troubles and str(self._troubles[way]) == str(trouble):
            return
        self._troubles[way] = trouble
        if trouble is None:
            self.session.note(Kind.QUEUE_UP, way)
        else:
            self.session.note(Kind.QUEUE_DOWN, in_english(trouble))
