"""The trial's terminal is one as an office has it."""

from kiosk.settings.definition import Settings
from kiosk.settings.reading import parse
from ui.trial.stage import SETTINGS


def test_its_day_is_the_offices_whatever_zone_the_machine_has() -> None:
    """Else central's day is another one each evening, and lacks what was pressed."""
    settings = parse(SETTINGS.format(lock=1.0, panel="/dev/null"))
    assert settings.office.zone == Settings().office.zone != ""
