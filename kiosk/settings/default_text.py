"""The kiosk.toml that `kiosk init` writes."""

from kiosk.settings.definition import Settings
from kiosk.tomlfile import default_text

_HEADER = """\
# The terminal's settings. Every line may be left out: these are the defaults.
# `kiosk settings` checks them.

"""


def text() -> str:
    """Every setting with its default and its remark."""
    return _HEADER + default_text.default_text(Settings)
