"""What a reader copies out of a PDF."""

import re
import unicodedata

import pypdfium2 as pdfium


def squeezed(text: str) -> str:
    """Without white space, Thai's decomposed am put together."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text)).replace("\u0e4d\u0e32", "ำ")


def pages(pdf: bytes) -> list[str]:
    """Each page's text as pdfium (Chrome's reader) copies it."""
    document = pdfium.PdfDocument(pdf)
    texts = [squeezed(page.get_textpage().get_text_bounded()) for page in document]
    document.close()
    return texts
