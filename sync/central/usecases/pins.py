"""Officers' PINs that central issues: who has one, which terminals have it, and new ones."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk import pin
from kiosk.domain.people import Officer
from sync.central.logbook import told
from sync.central.store.pins import Issued
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.viewer import Viewer
from sync.messages import TerminalPin

__all__ = [
    "MOST_ISSUED",
    "EditedMeanwhile",
    "Issued",
    "OfficersPin",
    "issue_pins",
    "issued_verifier",
    "read_pins",
]

MOST_ISSUED = 60
"""PINs issued at once: hashing them takes some 30 ms each."""


@dataclass(frozen=True, slots=True)
class OfficersPin:
    """How it stands with one officer's PIN. `issued` None: central has issued none, or withdrew
    it."""

    officer: Officer
    base: int
    """The newest issue, also one that was withdrawn; 0: there never was one."""
    issued: Issued | None
    has: tuple[str, ...] = ()
    """The terminals that have it."""
    own: tuple[str, ...] = ()
    """Those that have it, but where another was set at the terminal itself since."""
    waits: tuple[str, ...] = ()
    """Those that have not fetched it yet."""
    lost: bool = False
    """Whether it can't be handed on any more: it was issued under another key of central."""


def read_pins(central: Central) -> tuple[OfficersPin, ...]:
    """How it stands with the PIN of each active officer."""
    with central.store.read(central.site) as t:
        officers = t.people.active()
        issued = t.pins.all()
        at_terminals = t.pins.at_terminals()
        terminals = [terminal.terminal for terminal in t.terminals.all() if not terminal.ended]
    return tuple(
        _pin_of(central, officer, issued.get(str(officer.id)), at_terminals, terminals)
        for officer in officers
    )


def issue_pins(
    central: Central, bases: Mapping[str, int], viewer: Viewer, now: datetime
) -> tuple[tuple[Officer, str], ...]:
    """New PINs of the officers in `bases`, each with the newest issue that was seen. They are
    known to nobody, and come back here this once. EditedMeanwhile, and none is issued, when one
    has another issue by now or is not on the roster."""
    # Hashing takes long: it must not keep others from writing.
    with central.store.read(central.site) as t:
        numbers = {str(officer.id): officer.number for officer in t.people.active()}
    if not bases.keys() <= numbers.keys():
        raise EditedMeanwhile
    fresh = {officer: pin.generate(numbers[officer]) for officer in bases}
    pepper = _pepper(central)
    verifiers = {}
    for officer, new in fresh.items():
        verifier = pin.Verifier.of(officer, new)
        verifiers[officer] = verifier.encrypted(pepper, _owner(central, officer))
    with central.store.transaction(central.site) as t:
        active = {str(officer.id): officer for officer in t.people.active()}
        for officer, base in bases.items():
            if officer not in active:
                raise EditedMeanwhile
            issued = Issued(
                officer=officer,
                issue=max(int(now.timestamp()), base + 1),
                author=viewer.name,
                verifier=verifiers[officer],
            )
            t.pins.put(issued, base)
        letters = tuple((officer, fresh[id_]) for id_, officer in active.items() if id_ in fresh)
        numbers_issued = ", ".join(officer.number for officer, _ in letters)
        write_change(t, viewer, told("pins", numbers=numbers_issued), now)
    return letters


def issued_verifier(central: Central, issued: Issued) -> pin.Verifier | None:
    """What checks an issued PIN; None when it was issued under another key of central."""
    try:
        return pin.Verifier.decrypted(
            _pepper(central), _owner(central, issued.officer), issued.verifier
        )
    except pin.BadVerifier:
        return None


def _pin_of(
    central: Central,
    officer: Officer,
    issued: Issued | None,
    at_terminals: Mapping[str, Mapping[str, TerminalPin]],
    terminals: Iterable[str],
) -> OfficersPin:
    if issued is None or not issued.verifier:
        return OfficersPin(officer=officer, base=issued.issue if issued else 0, issued=None)
    has: list[str] = []
    own: list[str] = []
    waits: list[str] = []
    for terminal in terminals:
        terminal_pin = at_terminals.get(terminal, {}).get(str(officer.id))
        if terminal_pin is None or terminal_pin.issue < issued.issue:
            waits.append(terminal)
        elif terminal_pin.own:
            own.append(terminal)
        else:
            has.append(terminal)
    return OfficersPin(
        officer=officer,
        base=issued.issue,
        issued=issued,
        has=tuple(has),
        own=tuple(own),
        waits=tuple(waits),
        lost=issued_verifier(central, issued) is None,
    )


def _owner(central: Central, officer: str) -> str:
    return f"{central.site} {officer}"


def _pepper(central: Central) -> bytes:
    # Out of central's key: that lies outside the database too, and is backed up with it.
    return hmac.digest(central.key.private_bytes_raw(), b"kiosk central pins", "sha256")
