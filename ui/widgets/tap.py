"""Things to tap: act on release, once, with any finger, whatever another finger rests on."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTouchEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui import theme
from ui.widgets.text import Laid, fit, paint

_PRESSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Tap(QAbstractButton):
    """A button by mouse and by touch. Touches are taken as touches: as synthesised mouse presses
    a resting finger would swallow every other tap."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoRepeat(False)
        self.pointed = False

    def words(self) -> tuple[Laid, QRectF] | None:
        """How its words stand, and the room they have; None where it has none of its own."""
        return None

    def sizeHint(self) -> QSize:
        return QSize(64, 64)

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd):
            assert isinstance(event, QTouchEvent)  # noqa: S101  (what Qt sends for these types)
            self._touch(event)
            event.accept()
            return True
        if kind == QEvent.Type.TouchCancel:
            self.setDown(False)
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setDown(event.button() == Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setDown(self.hitButton(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """As for a finger; QAbstractButton would first repaint a button that is about to go."""
        self._release(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter press it, on release as a finger does; other keys are the window's."""
        if event.key() in _PRESSING:
            self.setDown(self.isDown() or not event.isAutoRepeat())
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _PRESSING:
            event.ignore()
        elif not event.isAutoRepeat():
            self._release(QPointF(self.rect().center()))

    def field(self) -> QRectF:
        """What is painted, its edge's line within the widget."""
        inset = theme.scaled(self, 2)
        return QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)

    def paint_focus(self, painter: QPainter, radius: float) -> None:
        """A ring where the keyboard stands, light within dark, seen on every ground; where buttons
        lead, a thick one."""
        rings: tuple[tuple[float, float, QColor], ...] = ()
        if self.pointed:
            rings = ((5.0, 8.0, theme.INK),)
        elif self.hasFocus():
            rings = ((3.0, 4.0, theme.INK), (7.0, 4.0, theme.CARD))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for at, width, colour in rings:
            inset = theme.scaled(self, at)
            box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.setPen(QPen(colour, theme.scaled(self, width)))
            painter.drawRoundedRect(box, radius, radius)

    def _touch(self, event: QTouchEvent) -> None:
        if not self.isEnabled():
            return
        if event.type() == QEvent.Type.TouchEnd:
            self._release(event.points()[0].position())
        else:
            self.setDown(self.hitButton(event.points()[0].position().toPoint()))

    def _release(self, at: QPointF) -> None:
        was_down = self.isDown()
        self.setDown(False)
        if was_down and self.hitButton(at.toPoint()):
            self.clicked.emit()


class Tile(Tap):
    """A rounded button with words. `main`: the one thing to do; `quiet`: on the
    edge, one line; `chosen`: a marked choice, by a tick or, where quiet, by a bar below, which a
    screen reader hears of where it `may_be_chosen` or is `one_of_many`;
    `pointed`: where a citizen stands who leads by buttons."""

    def __init__(
        self,
        parent: QWidget,
        *,
        main: bool = False,
        quiet: bool = False,
        may_be_chosen: bool = False,
        one_of_many: bool = False,
    ) -> None:
        super().__init__(parent)
        self._main, self._quiet = main, quiet
        self.setCheckable(may_be_chosen or one_of_many)
        self._one_of_many = one_of_many
        self.toggled.connect(self._toggled_from_outside)
        self._pixels = 20.0
        self._chosen = False

    def nextCheckState(self) -> None:  # noqa: N802  (Qt's name)
        """Whether it is chosen is the view's to say."""

    def _toggled_from_outside(self, checked: bool) -> None:
        """A screen reader ticks: as a touch. Of one of many only what was chosen is meant."""
        if checked == self._chosen:
            return
        if checked or not self._one_of_many:
            self.clicked.emit()
        self.setChecked(self._chosen)  # as the view has it now, also where it was not taken

    @property
    def align(self) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignHCenter

    def say(self, text: str, pixels: float, *, chosen: bool = False, pointed: bool = False) -> None:
        self._pixels, self._chosen, self.pointed = pixels, chosen, pointed
        self.setText(text)
        self.setAccessibleName(text)
        self.setChecked(chosen)
        self.update()

    @property
    def wraps(self) -> bool:
        return not self._quiet

    @property
    def chosen(self) -> bool:
        return self._chosen

    def set_main(self, main: bool) -> None:
        """Whether this is now the one thing to do."""
        self._main = main
        self.update()

    @staticmethod
    def level(tiles: Sequence["Tile"]) -> None:
        """Give the words of all one size, the least at which each fits."""
        smallest = min((tile.words()[0].pixels for tile in tiles), default=0.0)
        for tile in tiles:
            tile._pixels = smallest / theme.text_scale()
            tile.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.field()
        fill, ink = self._colours()
        painter.setBrush(fill)
        painter.setPen(QPen(self._edge(), theme.scaled(self, 4 if self._chosen else 2)))
        radius = self._radius(box)
        painter.drawRoundedRect(box, radius, radius)
        if self._chosen and not self._quiet:
            self._tick(painter, self._room())
        elif self._chosen:
            width = box.width() * 0.4
            thick = theme.scaled(self, 5)
            bar = QRectF(box.center().x() - width / 2, box.bottom() - 2.4 * thick, width, thick)
            painter.fillRect(bar, theme.DEEP)
        laid, inner = self.words()
        paint(painter, laid, inner, ink, self.align)
        self.paint_more(painter)
        self.paint_focus(painter, radius)
        painter.end()

    def paint_more(self, painter: QPainter) -> None:
        """What stands beside the words."""

    def words(self) -> tuple[Laid, QRectF]:
        inner = self._room()
        if self._chosen and not self._quiet:
            inner.setLeft(inner.left() + 1.4 * self._tick_size(inner))
        return fit(self.text(), self._pixels, "SemiBold", inner, wrap=self.wraps), inner

    def _room(self) -> QRectF:
        box = self.field()
        edge = box.height() * (0.06 if self._quiet else 0.12)
        if not self._quiet:
            edge += self._radius(box) * 0.4
        return box.adjusted(edge, 0, -edge, 0)

    def _radius(self, box: QRectF) -> float:
        return min(box.height() * 0.28, theme.scaled(self, 28))

    def _tick_size(self, box: QRectF) -> float:
        return min(box.height() * 0.3, theme.scaled(self, 30))

    def _edge(self) -> QColor:
        return theme.DEEP if self._chosen or self._main else theme.EDGE_LINE

    def _colours(self) -> tuple[QColor, QColor]:
        if not self.isEnabled():
            return theme.PAPER, theme.SOFT_INK
        if self._main:
            return (theme.SOFT_INK if self.isDown() else theme.DEEP), theme.CARD
        if self.isDown():
            return theme.PRESSED, theme.INK
        return (theme.CHOSEN if self._chosen else theme.CARD), theme.INK

    def _tick(self, painter: QPainter, box: QRectF) -> None:
        size = self._tick_size(box)
        painter.setPen(QPen(theme.DEEP, size * 0.2, c=Qt.PenCapStyle.RoundCap))
        x, y = box.left(), box.center().y()
        painter.drawPolyline(
            [
                QPointF(x, y),
                QPointF(x + size * 0.38, y + size * 0.36),
                QPointF(x + size, y - size * 0.4),
            ]
        )


class StaffTile(Tile):
    """What is staff's on a citizen's page, always in the lower left: a figure and words, no field,
    so that nobody takes it for an answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, quiet=True)
        self.plain = True

    @property
    def align(self) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignLeft if self.plain else super().align

    @property
    def wraps(self) -> bool:
        return not self.plain

    def _colours(self) -> tuple[QColor, QColor]:
        if not self.plain:
            return super()._colours()
        return (theme.PRESSED, theme.INK) if self.isDown() else (theme.PAPER, theme.SOFT_INK)

    def _edge(self) -> QColor:
        return theme.PAPER if self.plain else super()._edge()

    def words(self) -> tuple[Laid, QRectF]:
        """The figure and the words stand together at the left."""
        if not self.plain:
            return super().words()
        room = self._room()
        room.setLeft(room.left() + self._figure(room) * 1.3)
        return fit(self.text(), self._pixels, "Regular", room, wrap=False), room

    def paint_more(self, painter: QPainter) -> None:
        if not self.plain:
            return
        room = self._room()
        size = self._figure(room)
        x, y = room.left(), room.center().y() - size / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.SOFT_INK)
        head = QPointF(x + size / 2, y + size * 0.24)
        painter.drawEllipse(head, size * 0.22, size * 0.22)
        shoulders = QRectF(x + size * 0.1, y + size * 0.54, size * 0.8, size * 0.9)
        painter.drawChord(shoulders, 0, 180 * 16)

    def _figure(self, room: QRectF) -> float:
        return min(room.height() * 0.36, room.width() * 0.2)
