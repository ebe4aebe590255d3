"""Searching on a page: which texts hold every word that was typed."""

from kiosk.domain.dates import arabic

LONGEST = 80
"""Characters of what is searched for; more is cut off."""
_NIKHAHIT_AA, _SARA_AM = "\u0e4d\u0e32", "\u0e33"


def holds(query: str, *texts: str) -> bool:
    """Whether each word of `query` stands in one of the texts: in either case, either digits, and
    with ำ typed as one sign or as two."""
    whole = "\n".join(map(_folded, texts))
    return all(word in whole for word in _folded(query[:LONGEST]).split())


def _folded(text: str) -> str:
    return arabic(text).casefold().replace(_NIKHAHIT_AA, _SARA_AM)
