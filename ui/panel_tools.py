"""The use cases of `kiosk panel monitor` and `kiosk panel simulate`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from hardware.catalogue import FAMILIES, family_named, first_at
from hardware.family import NoSuchPanel, PanelFamily
from hardware.monitor import watch
from hardware.port import PortLost, Wiring
from hardware.search import PortSearch
from hardware.sim_command import Simulated, serve
from kiosk.settings.definition import PanelSettings
from ui.panel_wiring import wiring_of

NO_PANEL = PanelSettings()
"""What a panel is like of which the settings say nothing."""


class PanelTrouble(Exception):
    """One line for a person. `later`: it may go another time (a cable, another program)."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


def monitor(
    port: str,
    profile: str,
    baud: int,
    settings: PanelSettings,
    seconds: float | None,
    say: Callable[[str], None],
    families: Sequence[PanelFamily] = FAMILIES,
) -> None:
    """Watch `port`, or the panel of `settings`; `port`, `profile` and `baud` go before them where
    they are not empty. PanelTrouble."""
    wiring = wiring_of(settings)
    try:
        is_left_open = bool(port) and not profile
        family = first_at(port, families) if is_left_open else None
        family = family or family_named(profile or settings.profile, families)
        link = family.link(wiring)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    line_mode = family.line_mode(baud or settings.baud, settings.parity)
    search = PortSearch(port or settings.port, family)
    try:
        open_port = family.open(search.next(), line_mode, wiring)
        watch(open_port, link, say, seconds, family.code_reader())
    except PortLost as error:
        raise PanelTrouble(str(error), later=True) from None


def simulate(path: Path, profile: str, buttons: int, say: Callable[[str], None]) -> None:
    """Be a panel of the family `profile` at `path` until standard input ends. PanelTrouble."""
    try:
        panel = simulated(path, profile, buttons)
        serve(panel, monotonic, say=say)
    except NoSuchPanel as error:
        raise PanelTrouble(str(error)) from None
    except OSError as error:
        raise PanelTrouble(f"{path}: {error.strerror}") from None


def simulated(
    path: Path, profile: str, buttons: int, families: Sequence[PanelFamily] = FAMILIES
) -> Simulated:
    """A simulated panel of any family; NoSuchPanel."""
    return family_named(profile, families).simulated(path, Wiring(buttons=buttons))
