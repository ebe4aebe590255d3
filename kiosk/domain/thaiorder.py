"""The order in which a Thai dictionary, and so everybody, expects names.

As ICU has it for Thai (CLDR, with punctuation "shifted"): a leading vowel counts behind its
consonant; tone marks and the other marks above decide only where all else is the same; spaces,
punctuation, ๆ and ฯ count last of all. Digits come first, then Thai, then other letters. The test
has a list that ICU 72 has sorted. Databases sort otherwise, each in its own way.
"""

import re
import unicodedata
from functools import lru_cache

from kiosk.domain.dates import arabic

Place = tuple[str, str, str]

_LEADING_VOWEL = re.compile("([เ-ไ])([ก-ฮ])")
_MARKS = re.compile("[็-๎]")
_TWO_SIGNS, _ONE_SIGN = "\u0e4d\u0e32", "\u0e33"
"""The vowel ำ as it is typed too."""
_MARKS_IN_ORDER = "\u0e4e\u0e4c\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4d"
_IN_THEIR_ORDER = str.maketrans(_MARKS_IN_ORDER, "".join(sorted(_MARKS_IN_ORDER)))
"""The mark that silences a letter and the short sign come before the tone marks."""
_COUNT_LAST = "ๆฯ"
_THAI_BEGINS = "\u0e00"
_BEHIND_THAI = 0xF0000


@lru_cache(maxsize=16_384)
def thai_order(text: str) -> Place:
    """A key for `sorted`. Pages sort the same names again and again: a country's offices too."""
    spelt = _LEADING_VOWEL.sub(r"\2\1", arabic(text).replace(_TWO_SIGNS, _ONE_SIGN))
    with_marks = "".join(map(_placed, spelt.casefold()))
    letters = _MARKS.sub("", with_marks)
    return letters, with_marks.translate(_IN_THEIR_ORDER), text.swapcase()


def _placed(sign: str) -> str:
    """A sign that sorts by its code point; nothing for one that counts last."""
    if sign in _COUNT_LAST or unicodedata.category(sign)[0] in "PZ":
        return ""
    if sign.isalpha() and sign < _THAI_BEGINS:
        return chr(_BEHIND_THAI + ord(sign))
    return sign
