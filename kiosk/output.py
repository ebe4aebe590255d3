"""What commands write on a terminal that can't show every letter."""

import io
import sys


def never_stumble_over_letters() -> None:
    """A letter that the locale's encoding lacks becomes a question mark. Without this a command
    ends at its first Thai word, with half of its work done."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
