"""Ready: who serves here, the question, the faces."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, TARGET, Screen, put
from ui.screens.plate import Plate, plate_box
from ui.view import ReadyView
from ui.widgets.face import FaceButton
from ui.widgets.tap import StaffTile, Tile
from ui.widgets.text import TextBox

NOTE = 8.0
"""Height of the note above the foot, in units."""
CORNER = 1.4
"""Width of the corner beside a language's: it holds words, not a name."""
UPRIGHT_TARGET = 10.0
"""As TARGET, on an upright screen: those are never small."""


class ReadyScreen(Screen[ReadyView]):
    pressed = Signal(int)
    language = Signal(str)
    staff = Signal()
    skip = Signal()
    more = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plate = Plate(self)
        self._question = TextBox(self, weight="Bold")
        self._note = TextBox(self, colour=theme.ALARM, weight="SemiBold")
        self.staff_tile = StaffTile(self)
        self.staff_tile.clicked.connect(self._corner)
        self.faces: list[FaceButton] = []
        self.languages: list[tuple[str, Tile]] = []
        self._shown: tuple[ReadyView, float, int] | None = None

    def show_view(self, view: ReadyView) -> None:
        """After each thanks the same again, which need not be laid out again."""
        shown = (view, theme.text_scale(), self.metrics.reach)
        if shown != self._shown:
            self._shown = shown
            super().show_view(view)

    def place(self, m: theme.Metrics, view: ReadyView) -> None:
        strip, gap = m.px(STRIP), m.px(theme.EDGE)
        foot = m.height - m.px(TARGET + 2 if not m.portrait else 2 * UPRIGHT_TARGET + 4)
        plate = plate_box(m, strip + m.px(4 if m.portrait else 1.6))
        question = QRectF(gap, plate.bottom() + m.px(0.6), m.width - 2 * gap, m.px(13))
        if m.portrait:
            question.setHeight(m.px(24))
        faces = QRectF(gap, max(question.bottom() + m.px(0.6), m.reach), m.width - 2 * gap, 0)
        question.setBottom(faces.top() - m.px(0.6))
        faces.setBottom(foot - m.px(NOTE if view.note and not m.portrait else GAP))
        self.plate.place(m, view.officer, plate)
        put(self._question, question)
        self._question.say(view.question, m.px(theme.TITLE))
        self._place_faces(m, view, faces)
        self._place_foot(m, view, foot)

    def _corner(self) -> None:
        """The corner's tile: staff's, or the citizen's where the question was offered."""
        view = self._view
        if view is None or not view.offered:
            self.staff.emit()
        elif view.more:
            self.more.emit()
        else:
            self.skip.emit()

    def _place_faces(self, m: theme.Metrics, view: ReadyView, box: QRectF) -> None:
        """One row, or in portrait one below the other; words all of one size."""
        while len(self.faces) < len(view.faces):
            face = FaceButton(self)
            face.clicked.connect(lambda _=False, f=face: self.pressed.emit(f.score))
            self.faces.append(face)
        gap, count = m.px(GAP), max(1, len(view.faces))
        width = box.width() if m.portrait else (box.width() - gap * (count - 1)) / count
        height = (box.height() - gap * (count - 1)) / count if m.portrait else box.height()
        height = min(height, float(m.px(40))) if m.portrait else height
        shown = self.faces[: len(view.faces)]
        for index, face in enumerate(self.faces):
            face.setVisible(index < len(view.faces))
        for index, (face, label) in enumerate(zip(shown, view.faces, strict=True)):
            left = box.left() + (0 if m.portrait else index * (width + gap))
            top = box.top() + (index * (height + gap) if m.portrait else 0)
            put(face, QRectF(left, top, width, height))
            face.say(label, m.px(theme.LEAD))
        size = min((face.fitting(m.px(theme.LEAD)) for face in shown), default=0.0)
        for face, label in zip(shown, view.faces, strict=True):
            face.say(label, size)

    def _place_foot(self, m: theme.Metrics, view: ReadyView, top: float) -> None:
        """The corner, then the languages: one row, or in portrait two, the languages above."""
        edge, gap = m.px(theme.EDGE), m.px(GAP if not m.portrait else 1.6)
        height = m.px(TARGET if not m.portrait else UPRIGHT_TARGET)
        count, room = max(1, len(view.languages)), m.width - 2 * edge
        if m.portrait:
            width, first = (room - (count - 1) * gap) / count, float(edge)
            corner = QRectF(edge, top + height + gap, m.px(28), height)
            note = QRectF(corner.right() + gap, corner.top(), 0, height)
            note.setRight(m.width - edge)
        else:
            width = (room - count * gap) / (count + CORNER)
            corner = QRectF(edge, top, width * CORNER, height)
            first = corner.right() + gap
            note = QRectF(edge, top - m.px(NOTE - 0.5), room, m.px(NOTE - 1))
        put(self.staff_tile, corner)
        self.staff_tile.plain = not view.offered
        size = m.px(theme.BODY if view.offered else theme.SMALL)
        self.staff_tile.say(view.more or view.skip or view.staff, size)
        while len(self.languages) < len(view.languages):
            tile = Tile(self, quiet=True)
            self.languages.append(("", tile))
            index = len(self.languages) - 1
            tile.clicked.connect(lambda _=False, i=index: self.language.emit(self.languages[i][0]))
        for index, (_, tile) in enumerate(self.languages):
            tile.setVisible(index < len(view.languages))
            if index < len(view.languages):
                choice = view.languages[index]
                self.languages[index] = (choice.id, tile)
                put(tile, QRectF(first + index * (width + gap), top, width, height))
                tile.say(choice.label, m.px(theme.BODY), chosen=choice.chosen)
        put(self._note, note)
        self._note.say(view.note, m.px(theme.BODY))
