"""A terminal comes to belong to central: the one way of `kiosk enrol`, `kiosk setup` and the first
questions on the screen. Each trouble is a Refusal: one line with its remedy, in either language."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from kiosk.domain.refusal import Refusal
from sync.client import NotCentral, SyncFailed, TryLater, Unreachable
from sync.enrolling import CodeRefused, OtherRelease, enrol
from sync.firstlook import Network, central_address, look, plain_code
from sync.keyfile import enrolling_key, use_enrolling_key

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.store.state import Enrolment
    from kiosk.terminal import Terminal


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
    now: datetime,
) -> "Enrolment":
    """Look whether central is there, at the same time and the one that is meant; then enrol.
    `fingerprint`: of its certificate, as a person compared it, or "". Refusal, SettingsError."""
    from kiosk.settings.editing import write_authority

    address = central_address(address)
    settings = folder.settings()
    network = Network(settings.sync.ca, settings.sync.proxy)
    if certificate := look(address, network, fingerprint, now):
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
