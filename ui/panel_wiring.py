"""From what the settings say of a panel to what hardware asks."""

from hardware.port import Wiring
from kiosk.settings.definition import PanelSettings


def wiring_of(settings: PanelSettings) -> Wiring:
    return Wiring(
        buttons=settings.button_count,
        address=settings.address,
        codes=settings.codes,
        lamp=settings.lamp,
        pull=settings.pull,
        poll=settings.poll,
        lamp_on=settings.lamp_on,
        lamp_off=settings.lamp_off,
        voice=settings.voice,
        key_file=settings.key_file,
    )
