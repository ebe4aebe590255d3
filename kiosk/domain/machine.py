"""What a terminal says of the machine it runs on, and what of that is too old. Pure."""

from datetime import timedelta
from typing import Literal

TimeSync = Literal["on", "off", ""]
"""Whether the network sets a clock; "": not known."""
COPY_OLD = timedelta(days=35)
"""Of a terminal's newest copy: a month, and some days to remember it."""
