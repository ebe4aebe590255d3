"""Which port to try next, when the settings leave it open ("auto").

A panel that answers (our own, Modbus) is found by asking each port in turn. One that speaks only
when pressed can't be: then there must be exactly one port to choose from.
"""

from collections.abc import Callable

from hardware.family import PanelFamily
from hardware.port import PortInfo, PortLost

AUTO = "auto"
TRY_FOR = 3.0
"""Seconds a port is given to answer in."""


class PortSearch:
    """The names of the port to open, one after another."""

    def __init__(
        self,
        port: str,
        family: PanelFamily,
        find_ports: Callable[[], tuple[PortInfo, ...]] | None = None,
    ) -> None:
        """`find_ports`: those of the family's connection, unless others are given."""
        self._port, self._family = port, family
        self._find_ports = find_ports or family.connection.find
        self._last_tried = ""

    @property
    def searching(self) -> bool:
        """Whether a port that stays silent should be left for the next."""
        return self._port == AUTO and self._family.answers

    def next(self) -> str:
        """The port to open now; PortLost when there is none to choose."""
        if self._port != AUTO:
            return self._port
        names = [port.stable for port in self._find_ports()]
        if not names:
            raise PortLost("no_port")
        if len(names) > 1 and not self._family.answers:
            raise PortLost("several_ports", n=len(names), profile=self._family.name)
        place = names.index(self._last_tried) + 1 if self._last_tried in names else 0
        self._last_tried = names[place % len(names)]
        return self._last_tried
