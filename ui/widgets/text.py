"""Text painted by ourselves: wrapped by Qt (libthai breaks Thai words), shrunk until it fits,
with line height enough for stacked marks. QLabel cuts Sarabun's lower vowels."""

from math import floor, log
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QLabel, QWidget

from ui import theme
from ui.widgets.breaks import counted, needs_places, places, uncounted

SMALLEST = 0.45
"""Of the wanted size: below it a text would not be read; our words are short enough."""
_STEP = 0.94
_BALANCED = 4
"""Lines of a text that is balanced; a longer one is read, not looked at."""
OVERHANG = 0.07
"""In em: how far ink reaches beyond where a line begins or ends, as of a first sara ai
or a last mai tho."""
_SHARE_BEFORE = {Qt.AlignmentFlag.AlignHCenter: 0.5, Qt.AlignmentFlag.AlignRight: 1.0}
"""The part of a line's spare width that stands before it."""


class Laid:
    """A text laid out at one size: as many lines as it needs, each LINE em high or more."""

    def __init__(self, text: str, pixels: float, weight: str, width: float, wrap: bool) -> None:
        self.pixels = pixels
        broken = text.replace("\n", "\u2028")  # what Qt takes for the end of a line
        self.text = counted(broken)
        self.layout = QTextLayout(broken, theme.font(pixels, weight, text))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap if wrap else QTextOption.WrapMode.NoWrap)
        self.layout.setTextOption(option)
        self.widest, tallest = 0.0, 0.0
        self.layout.beginLayout()
        by_sense = wrap and needs_places(self.text)
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width if wrap else 1e6)
            if by_sense:
                _end_by_sense(line, self.text)
            line.setPosition(QPointF(0, 0))
            self.widest = max(self.widest, line.naturalTextWidth())
            tallest = max(tallest, line.height())
        self.layout.endLayout()
        self.line_height = max(pixels * theme.line_height(text), tallest)
        """In pixels; Burmese and Khmer stack higher and deeper than LINE em."""
        self.pitch = max(self.line_height * theme.pitch(text), tallest)
        """From one line to the next."""

    def splits_a_word(self, *, names: bool = False) -> bool:
        """Whether a line ends inside a word: of our list, or of a script whose words Qt doesn't
        know; inside any, where there are `names`: Qt knows no surname."""
        if self.layout.lineCount() < 2:
            return False
        text = self.text
        starts = (self.layout.lineAt(i).textStart() for i in range(1, self.layout.lineCount()))
        inside = [i for i in starts if text[i - 1] not in " \u200b\u2028"]
        split = places(text).split if inside else frozenset()
        return any(names or i in split or theme.is_spaced(text[i]) for i in inside)

    def cut_at_space(self) -> str:
        """The text with its first line that ends inside a word ended at the space before it; the
        same where there is none."""
        text = self.text
        for i in range(1, self.layout.lineCount()):
            start = self.layout.lineAt(i).textStart()
            if text[start - 1] not in " \u200b\u2028":
                space = text.rfind(" ", self.layout.lineAt(i - 1).textStart(), start)
                return uncounted(text if space < 0 else f"{text[:space]}\n{text[space + 1 :]}")
        return uncounted(text)

    @property
    def height(self) -> float:
        return self.line_height + (self.layout.lineCount() - 1) * self.pitch


def _end_by_sense(line: QTextLine, text: str) -> None:
    """End the line where its sense does, if Qt ended it elsewhere."""
    start = line.textStart()
    end = start + line.textLength()
    if end >= len(text) or text[end - 1] == "\u2028" or end in places(text).good:
        return
    if better := places(text).before(end, start):
        x, _ = cast("tuple[float, int]", line.cursorToX(better))
        line.setLineWidth(x + 0.5)


def fit(
    text: str, pixels: float, weight: str, box: QRectF, *, wrap: bool, names: bool = False
) -> Laid:
    """`text` at the largest size up to `pixels`, times the text scale, at which it fits `box`; with
    `names` its lines end at spaces, if they can."""
    size = pixels * theme.text_scale()
    while True:
        width = box.width() - 2 * OVERHANG * size
        laid = Laid(text, size, weight, width, wrap)
        if names and laid.splits_a_word(names=True):
            laid = Laid(laid.cut_at_space(), size, weight, width, wrap)
        fits = laid.widest <= width and laid.height <= box.height() + 0.5
        is_good = fits and not laid.splits_a_word(names=names)
        if is_good or size <= pixels * SMALLEST:
            if fits and wrap and not names:
                return _balanced(laid, text, size, weight, width)
            return laid
        size = _next_smaller(size, pixels)


def _next_smaller(size: float, pixels: float) -> float:
    """Steps from `pixels` up and down: larger words are at least as large as the usual ones."""
    return float(pixels * _STEP ** (floor(log(size / pixels, _STEP) + 1e-6) + 1))


def _balanced(laid: Laid, text: str, size: float, weight: str, width: float) -> Laid:
    """The same in as many lines of about one width: no word is left alone on the last."""
    lines = laid.layout.lineCount()
    if lines < 2 or lines > _BALANCED:
        return laid
    narrow = width * 0.4
    for _ in range(5):
        middle = (narrow + width) / 2
        tried = Laid(text, size, weight, middle, wrap=True)
        has_as_many_lines = tried.layout.lineCount() == lines and tried.widest <= middle
        if has_as_many_lines and not tried.splits_a_word():
            laid, width = tried, middle
        else:
            narrow = middle
    return laid


def paint(
    painter: QPainter,
    laid: Laid,
    box: QRectF,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
) -> QRectF:
    """Paint `laid` in `box`, centred in height; returns where it stands."""
    painter.setPen(colour)
    top = box.top() + (box.height() - laid.height) / 2
    for index in range(laid.layout.lineCount()):
        line = laid.layout.lineAt(index)
        overhang = OVERHANG * laid.pixels
        spare = box.width() - 2 * overhang - line.naturalTextWidth()
        line_left = box.left() + overhang + spare * _SHARE_BEFORE.get(align, 0.0)
        # The glyphs sit in the middle of their LINE em, marks above and below included.
        lift = (laid.line_height - line.height()) / 2
        line.draw(painter, QPointF(line_left - line.x(), top + index * laid.pitch + lift))
    return QRectF(box.left(), top, laid.widest, laid.height)


class TextBox(QLabel):
    """One text in one place. A QLabel to screen readers alone: it paints its own words."""

    def __init__(
        self,
        parent: QWidget,
        *,
        weight: str = "Regular",
        colour: QColor = theme.INK,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
        wrap: bool = True,
        names: bool = False,
    ) -> None:
        super().__init__(parent)
        self._weight, self._colour, self._align = weight, colour, align
        self._wrap, self._names = wrap, names
        self._text, self._pixels = "", 20.0
        self._laid: tuple[tuple[str, float, float, int, int], Laid] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, text: str, pixels: float, align: Qt.AlignmentFlag | None = None) -> None:
        """Show `text` at most `pixels` high in em."""
        align = align or self._align
        if (text, pixels, align) != (self._text, self._pixels, self._align):
            self._text, self._pixels, self._align = text, pixels, align
            self.setAccessibleName(text)
            self.update()

    def laid(self) -> Laid:
        """How the text stands now; laid out again only when it or its place changed."""
        key = (self._text, self._pixels, theme.text_scale(), self.width(), self.height())
        if self._laid is None or self._laid[0] != key:
            laid = fit(
                self._text,
                self._pixels,
                self._weight,
                QRectF(self.rect()),
                wrap=self._wrap,
                names=self._names,
            )
            self._laid = (key, laid)
        return self._laid[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._text:
            painter = QPainter(self)
            paint(painter, self.laid(), QRectF(self.rect()), self._colour, self._align)
            painter.end()
