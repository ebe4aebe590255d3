"""The ids that persons on a roster get: central's, or those of a terminal that works alone."""

import re
import secrets
from collections.abc import Mapping

from kiosk.domain.people import OfficerId

_AN_ID = re.compile(r"\bp[0-9a-f]{12}\b")
_RANDOM_BYTES = 6
"""Among a million persons of all offices two share an id by a chance of 1 in 560."""


def new_officer_id() -> OfficerId:
    """An id that nobody has and nobody can guess. It begins with a letter: it is never taken for a
    number that an officer types."""
    return OfficerId("p" + secrets.token_hex(_RANDOM_BYTES))


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A line for people: each officer's id in it as the person whom `names` has for it."""
    return _AN_ID.sub(lambda id_: names.get(id_[0], "an officer who is not on the roster"), text)
