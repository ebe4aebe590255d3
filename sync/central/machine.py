"""What a terminal last said of its machine, and needs a person. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kiosk.certificates import Validity, days_left, validity
from kiosk.domain.machine import COPY_OLD
from sync.central.notifying import thing
from sync.central.store.terminals import KnownTerminal


@dataclass(frozen=True, slots=True)
class MachineNeed:
    """`key`: of the sentence in the table `topic_says`, and of what to do in `machine_do`; `what`:
    the sentence as it is stored."""

    key: str
    what: str

    @property
    def part(self) -> str:
        """Which part of the machine: a need that becomes worse stays the same one."""
        return self.key.partition("_")[0]


def machine_needs(
    terminal: KnownTerminal, now: datetime, *, was_unset: bool = False
) -> Iterator[MachineNeed]:
    """`was_unset`: whether nothing set its clock before. A machine that was just switched on does
    not say yet, and that ends no alarm."""
    yield from _of_certificate("certificate", terminal, terminal.certificate_end, now)
    yield from _of_certificate("authority", terminal, terminal.authority_end, now)
    if terminal.time_sync == "off" or (was_unset and not terminal.time_sync):
        yield _need("clock_unset", terminal)
    if terminal.backed_up is not None and now - terminal.backed_up > COPY_OLD:
        yield _need("copy_old", terminal, n=(now - terminal.backed_up).days)


def _of_certificate(
    part: str, terminal: KnownTerminal, end: datetime | None, now: datetime
) -> Iterator[MachineNeed]:
    if end is None:
        return
    match validity(end, now):
        case Validity.OVER:
            yield _need(f"{part}_over", terminal)
        case Validity.SOON | Validity.URGENT:
            yield _need(f"{part}_soon", terminal, n=days_left(end, now))


def _need(key: str, terminal: KnownTerminal, **values: int) -> MachineNeed:
    return MachineNeed(key, thing(key, terminal=terminal.terminal, **values))
