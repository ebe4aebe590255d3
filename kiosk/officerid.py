"""The ids that persons on a roster get: central's, or those of a terminal that works alone."""

import secrets

from kiosk.domain.people import OfficerId

_RANDOM_BYTES = 6
"""Among a million persons of all offices two share an id by a chance of 1 in 560."""


def new_officer_id() -> OfficerId:
    """An id that nobody has and nobody can guess. It begins with a letter: it is never taken for a
    number that an officer types."""
    return OfficerId("p" + secrets.token_hex(_RANDOM_BYTES))
