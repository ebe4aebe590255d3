"""A terminal comes to belong to central: the one way of `kiosk enrol`, `kiosk setup` and the first
questions on the screen. Each trouble is a Refusal: one line with its remedy, in either language."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kiosk.domain.refusal import Refusal
from sync.client import NotCentral, SyncFailed, TryLater, Unreachable
from sync.enrolling import CodeRefused, OtherRelease, enrol
from sync.firstlook import Network, central_address, look, plain_code
from sync.keyfile import enrolling_key, use_enrolling_key

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.datafolder import DataFolder
    from kiosk.store.state import Enrolment
    from kiosk.terminal import Terminal


PATIENCE, PAUSE = 30.0, 3.0
"""Seconds in which a central that does not answer yet is asked again, and between two tries: it may
just be starting, or have much to do."""
_MAY_PASS = ("no_network", "port_refused", "central_busy")


class Waiting(NamedTuple):
    """How somebody waits for central. `wait`: lets so many seconds pass; `say`: hears why;
    `patience`: seconds in all."""

    clock: "Clock"
    wait: Callable[[float], None]
    say: Callable[[Refusal], None]
    patience: float = PATIENCE


def enrol_here(folder: "DataFolder", terminal: "Terminal", url: str, code: str) -> "Enrolment":
    """Use a one-time code; SyncFailed. The key takes the place of any other. Where an attempt broke
    off behind central's back, the same code gives the same answer again."""
    key = enrolling_key(folder.key_file)
    network = folder.settings().sync
    enrolment = enrol(url, code, key, network.ca, network.proxy)
    use_enrolling_key(folder.key_file)
    terminal.join(enrolment)
    return enrolment


def join_central(
    folder: "DataFolder",
    terminal: "Terminal",
    address: str,
    code: str,
    fingerprint: str,
    waiting: Waiting,
) -> "Enrolment":
    """Look whether central is there, at the same time and the one that is meant; then enrol. Where
    nobody answers yet, try again as long as there is patience. `fingerprint`: of its certificate,
    as a person compared it, or "". Refusal, SettingsError."""
    address, clock = central_address(address), waiting.clock
    until = clock.now().boot + waiting.patience
    while True:
        try:
            return _join_now(folder, terminal, address, code, fingerprint, clock)
        except Refusal as refusal:
            seconds = max(float(str(refusal.values.get("seconds", 0))), PAUSE)
            if refusal.key not in _MAY_PASS or clock.now().boot + seconds > until:
                raise
            waiting.say(refusal)
        waiting.wait(seconds)


def _join_now(
    folder: "DataFolder",
    terminal: "Terminal",
    address: str,
    code: str,
    fingerprint: str,
    clock: "Clock",
) -> "Enrolment":
    from kiosk.settings.editing import write_authority

    settings = folder.settings()
    network = Network(settings.sync.ca, settings.sync.proxy)
    if certificate := look(address, network, fingerprint, clock.now().wall):
        write_authority(settings, certificate.encode())
    try:
        return enrol_here(folder, terminal, address, plain_code(code))
    except SyncFailed as error:
        raise refusal_of(error, address) from None


def refusal_of(error: SyncFailed, address: str) -> Refusal:
    """The same for who stands before the screen."""
    match error:
        case CodeRefused():
            return Refusal("code_refused")
        case OtherRelease():
            return Refusal("release_differs")
        case NotCentral():
            return Refusal("not_central", address=address)
        case TryLater():
            return Refusal("central_busy", seconds=round(error.seconds))
        case Unreachable():
            return Refusal("no_network")
    return Refusal("sync_failed", error=str(error))


def as_line(refusal: Refusal) -> str:
    """A refusal from one of our processes to another."""
    values = {name: str(value) for name, value in refusal.values.items()}
    return json.dumps({"refusal": refusal.key, "values": values})


def from_line(line: str) -> Refusal | None:
    """What `as_line` wrote; None: something else."""
    try:
        written = json.loads(line)
        return Refusal(written["refusal"], **written["values"])
    except (ValueError, TypeError, KeyError):
        return None
