"""Which port to try next, when the settings leave it open ("auto").

A panel that answers (our own, Modbus) is found by asking each port in turn. One that speaks only
when pressed can't be: then there must be exactly one port to choose from.
"""

from collections.abc import Callable

from hardware.catalogue import Profile
from hardware.port import PortInfo, PortLost

AUTO = "auto"
TRY_FOR = 3.0
"""Seconds a port is given to answer in."""


def answers(profile: Profile) -> bool:
    """Whether such a panel can be found by asking."""
    return profile.plain is None or bool(profile.plain.manners.poll)


class PortSearch:
    """The names of the port to open, one after another."""

    def __init__(
        self, wanted: str, profile: Profile, ports: Callable[[], tuple[PortInfo, ...]]
    ) -> None:
        self._wanted, self._profile, self._ports = wanted, profile, ports
        self._tried = ""

    @property
    def searching(self) -> bool:
        """Whether a port that stays silent should be left for the next."""
        return self._wanted == AUTO and answers(self._profile)

    def next(self) -> str:
        """The port to open now; PortLost when there is none to choose."""
        if self._wanted != AUTO:
            return self._wanted
        names = [port.stable for port in self._ports()]
        if not names:
            raise PortLost("panel auto: no serial port found; is its cable plugged in?")
        if len(names) > 1 and not answers(self._profile):
            raise PortLost(
                f"panel auto: {len(names)} ports, and a {self._profile.name} panel can't be asked; "
                "write the port into the settings, see kiosk panel list"
            )
        following = names.index(self._tried) + 1 if self._tried in names else 0
        self._tried = names[following % len(names)]
        return self._tried
