"""What a server is made of is not looked through for garbage while it serves."""

import gc

from sync.central import serving


def test_what_is_there_when_a_server_starts_is_not_looked_through_again() -> None:
    try:
        serving.stay()
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()
