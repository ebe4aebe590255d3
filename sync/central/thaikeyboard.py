"""The Thai keyboard (Kedmanee, TIS 820): which Latin key bears which Thai letter. Pure.

Whoever types `สมชาย` with the keyboard in English gets `l,=kp`, and many use that as a password.
"""

_LATIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./" + (
    '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
)
_THAI = '_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_TO_LATIN = {
    ord(thai): latin for latin, thai in zip(_LATIN, _THAI, strict=True) if not thai.isascii()
}


def latin_keys(text: str) -> str:
    """`text` as the same keys give it in English; what is no Thai letter stays."""
    return text.translate(_TO_LATIN)
