"""What `kiosk panel monitor` and `kiosk panel simulate` do, for cli.py."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from hardware.catalogue import NoSuchPanel, Wiring, line_mode, link, profile
from hardware.monitor import watch
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import Port, PortLost, find_ports
from hardware.search import PortSearch
from hardware.sim_command import Simulated, serve
from hardware.simulator import SimulatedPanel
from kiosk.config import PanelSettings


class PanelTrouble(Exception):
    """One line for a person. `later`: it may go another time (a cable, another program)."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


def monitor(
    port: str,
    name: str,
    baud: int,
    chosen: PanelSettings | None,
    seconds: float | None,
    say: Callable[[str], None],
) -> None:
    """Watch `port`, or the panel `chosen` in the settings; `name` and `baud` go before them."""
    try:
        of = profile(name or (chosen.profile if chosen else "own"))
        wiring = Wiring(chosen.count, chosen.address, chosen.codes) if chosen else Wiring()
        talk = link(of, wiring)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    mode = line_mode(of, baud or (chosen.baud if chosen else 0), chosen.parity if chosen else "")
    try:
        named = PortSearch(port or (chosen.port if chosen else ""), of, find_ports).next()
        watch(Port.open(named, mode.baud, mode.parity), talk, say, seconds)
    except PortLost as error:
        raise PanelTrouble(str(error), later=True) from None


def simulate(path: Path, name: str, keys: int, say: Callable[[str], None]) -> None:
    """Be a panel of profile `name` at `path` until the end of standard input."""
    try:
        serve(simulated(path, name, keys), monotonic, say=say)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    except OSError as error:
        raise PanelTrouble(f"{path}: {error.strerror}") from None


def simulated(path: Path, name: str, keys: int) -> Simulated:
    """A simulated panel of any profile; NoSuchPanel."""
    of = profile(name)
    if of.plain is None:
        return SimulatedPanel(path, keys=keys)
    return SimulatedPlainPanel(path, name, of.plain.far_end(Wiring(keys)))
