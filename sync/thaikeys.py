"""What a scanner meant that typed through a keyboard set to Thai.

A scanner presses the keys of a US keyboard. Where the machine's keyboard is set to Thai, another
sign comes for each (Kedmanee, TIS 820). Signs of both keyboards, such as "/", are Thai keys too:
a text is turned back as a whole.
"""

import re

_THAI_ROWS = (
    "_ๅ/-ภถุึคตจขช" "ๆไำพะัีรนยบลฃ" "ฟหกดเ้่าสวง" "ผปแอิืทมใฝ"
    "%+๑๒๓๔ู฿๕๖๗๘๙" '๐"ฎฑธํ๊ณฯญฐ,ฅ' "ฤฆฏโฌ็๋ษศซ." "()ฉฮฺ์?ฒฬฦ"
)  # fmt: skip
_US_ROWS = (
    "`1234567890-=" "qwertyuiop[]\\" "asdfghjkl;'" "zxcvbnm,./"
    "~!@#$%^&*()_+" "QWERTYUIOP{}|" 'ASDFGHJKL:"' "ZXCVBNM<>?"
)  # fmt: skip
_US_KEYS = str.maketrans(_THAI_ROWS, _US_ROWS)
_THAI = re.compile("[\u0e01-\u0e5b]")


def on_us_keys(text: str) -> str:
    """What the same keys type on a US keyboard; a text without a Thai sign stays as it is."""
    return text.translate(_US_KEYS) if _THAI.search(text) else text
